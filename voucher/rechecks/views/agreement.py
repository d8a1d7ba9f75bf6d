"""
Page of agreement: how often another pair found the same, by assessor and by item.

GET  /rechecks/agreement    `?scheme=` of another instrument, `?format=xlsx` as a workbook
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from voucher import clock
from voucher.access import Role, require
from voucher.audit.operations import record_event
from voucher.db import transaction
from voucher.listing import (
    XLSX,
    Column,
    read_wanted,
    send_file_content,
    slice_rows,
)
from voucher.pages import select_language
from voucher.rechecks import policy
from voucher.rechecks.queries import list_assessed_schemes, list_results
from voucher.rechecks.rules.agreement import (
    ENOUGH,
    Agreement,
    measure_agreement,
    show_fraction,
)
from voucher.rechecks.views.draws import blueprint, name_scheme
from voucher.refusals import N_
from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.instruments import Instrument
from voucher.workbooks.writing import write_workbook


@dataclass(frozen=True, slots=True)
class Line:
    """How far one assessor, or the answers to one item, agree with another pair's."""

    name: str
    agreement: Agreement

    @property
    def percent(self) -> str:
        """Give the share of equal ratings in percent, with one decimal."""
        shown = show_fraction(self.agreement.percent, places=1)
        return f"{shown}%" if shown else ""

    @property
    def kappa(self) -> str:
        """Give weighted kappa with two decimals."""
        return show_fraction(self.agreement.kappa, places=2)

    @property
    def note(self) -> str:
        """Say when there is too little to judge by."""
        return gettext("样本太少") if self.agreement.is_small else ""


COLUMNS: tuple[Column[Line], ...] = (
    Column(N_("评估员"), lambda line: line.name, sort="name"),
    Column(N_("复评次数 n"), lambda line: line.agreement.count, sort="count", is_number=True),
    Column(N_("等级一致率"), lambda line: line.percent, sort="percent", is_number=True),
    Column(N_("加权 κ"), lambda line: line.kappa, sort="kappa", is_number=True),
    Column(N_("说明"), lambda line: line.note),
)
ITEM_TITLES = (N_("项目"), N_("复评次数 n"), N_("得分一致率"), N_("加权 κ"), N_("说明"))
_SORTS: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: line.name,
    "count": lambda line: line.agreement.count,
    "percent": lambda line: line.agreement.percent or 0,
    "kappa": lambda line: line.agreement.kappa or 0,
}


@blueprint.get("/agreement")
@require(policy.SEE_AGREEMENT)
def show_agreement() -> str | Response:
    """Show how far the assessors agree; to an assessor, only how far he does."""
    wanted = read_wanted(request.args, sorts=tuple(_SORTS), filters=("scheme",))
    schemes = list_assessed_schemes(actor=g.actor)
    scheme = wanted["scheme"] if wanted["scheme"] in schemes else next(iter(schemes), "")
    own = g.actor.name if g.actor.role == Role.ASSESSOR else ""
    results = list_results(actor=g.actor, scheme=scheme, assessor=own) if scheme else []
    named = [line for line in list_people(results, scheme) if own in ("", line.name)]
    people = sorted(named, key=_SORTS[wanted.sort or "name"], reverse=wanted.is_descending)
    items = list_items(results, scheme)
    with transaction():
        record_event(
            actor=g.actor,
            action="rechecks.read_agreement",
            subject_kind="scheme",
            subject_id=scheme,
            now=clock.now(),
            facts={"rows": len(people), "export": wanted.is_export},
        )
    if wanted.is_export:
        return _send(people, items)
    return render_template(
        "rechecks/agreement.html",
        found=slice_rows(people, wanted=wanted),
        columns=COLUMNS,
        items=items,
        item_titles=ITEM_TITLES,
        scheme=scheme,
        scheme_options=[(one, name_scheme(one)) for one in schemes],
        own=own,
        enough=ENOUGH,
        levels=_measure_levels(results, scheme),
    )


def _rank_levels(row: Any, scheme: str) -> tuple[int, int]:
    order = [level.id for level in get_instrument(scheme, row.version).levels]
    return order.index(row.first_level), order.index(row.level)


def _measure_levels(results: Sequence[Any], scheme: str) -> Line:
    pairs = [_rank_levels(row, scheme) for row in results]
    return Line("", measure_agreement(pairs))


def list_people(results: Sequence[Any], scheme: str) -> list[Line]:
    """List every assessor of a first pair, and how far the level was found again."""
    pairs: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in results:
        ranks = _rank_levels(row, scheme)
        for name in (row.first_assessor_1, row.first_assessor_2):
            pairs[name].append(ranks)
    return [Line(name, measure_agreement(pairs[name])) for name in sorted(pairs)]


def list_items(results: Sequence[Any], scheme: str) -> list[Line]:
    """List the instrument's items, and how far the points of each were found again."""
    if not results:
        return []
    instrument: Instrument = get_instrument(scheme, max(row.version for row in results))
    return [
        Line(
            f"{item.id} {item.name.say(select_language())}",
            measure_agreement(
                [
                    (row.first[item.id], row.second[item.id])
                    for row in results
                    if item.id in row.first and item.id in row.second
                ]
            ),
        )
        for item in instrument.items
    ]


def _send(people: Sequence[Line], items: Sequence[Line]) -> Response:
    sheets = [
        (gettext("评估员"), [gettext(column.title) for column in COLUMNS], _as_rows(people)),
        (gettext("项目"), [gettext(title) for title in ITEM_TITLES], _as_rows(items)),
    ]
    name = gettext("评估一致性")
    return send_file_content(content=write_workbook(sheets=sheets), name=f"{name}.xlsx", kind=XLSX)


def _as_rows(lines: Sequence[Line]) -> list[tuple[Any, ...]]:
    return [
        (line.name, line.agreement.count, line.percent, line.kappa, line.note) for line in lines
    ]
