"""Pages of the roster import, as `imports` has them: what a roster is, and what it does."""

from collections.abc import Callable

from flask import Blueprint

from voucher.imports.views.flows import Flow, Sent, make_giver
from voucher.imports.views.pages import add_pages
from voucher.refusals import N_
from voucher.residents import policy
from voucher.residents.operations.comparing import judge_roster_file
from voucher.residents.operations.importing import import_roster
from voucher.residents.rules.roster import ROSTER_LAYOUT
from voucher.residents.views.roster_preview import (
    COUNTS,
    LISTINGS,
    count_changes,
    preview_roster,
)

blueprint = Blueprint("roster", __name__, url_prefix="/residents/import")

_EXAMPLE = {
    "name": "王秀英",
    "id": "110101193806150026",
    "sex": "女",
    "birth": "1938-06-15",
    "phone": "13900000000",
    "street": "示例街道",
    "community": "示例社区",
    "address": "示例路1号",
    "situation": "低保、独居",
    "remark": "",
}


def _prepare(sent: Sent) -> Callable[[], dict[str, int]]:
    file = judge_roster_file(
        actor=sent.actor, content=sent.content, on=sent.on, assignment=sent.assignments.get(0)
    )
    return lambda: count_changes(import_roster(actor=sent.actor, file=file, now=sent.now))


add_pages(
    blueprint,
    Flow(
        kind="roster",
        action=policy.IMPORT_ROSTER,
        title=N_("导入老人名册"),
        lead=N_("新的老人会新增，有变化的会更新，没有列出的不会删除。"),
        back=(N_("老人名册"), "residents.show_list"),
        sheets=("老人名册",),
        layouts=lambda: (ROSTER_LAYOUT,),
        counts=COUNTS,
        work=("added", "changed"),
        listings=LISTINGS,
        preview=preview_roster,
        prepare=_prepare,
        give_back=make_giver(lambda: ROSTER_LAYOUT, text_fields=("phone", "name", "birth")),
        example=(_EXAMPLE,),
        steps=(
            (N_("查看老人名册"), "residents.show_list"),
            (N_("导入评估"), "assessment_file.ask_file"),
            (N_("评定和确认等级"), "levels.show_list"),
        ),
    ),
)
