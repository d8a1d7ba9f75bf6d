"""Pages of assessments by file, as `imports` has them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from flask import Blueprint

from voucher import clock
from voucher.assessments import policy
from voucher.assessments.operations.importing import (
    Comparison,
    JudgedFile,
    compare_assessments,
    import_assessments,
    judge_assessment_file,
)
from voucher.assessments.queries.assessments import KnownAssessment
from voucher.assessments.rules.importing import AssessmentRow, assessment_layout, title_event
from voucher.imports.queries import KeptPreview
from voucher.imports.rules import Cell, Listing, Preview, as_words, list_fault_rows, tell_notices
from voucher.imports.views.flows import FAULTS, FAULTY_PEOPLE, PERSON, Flow, Sent, make_giver
from voucher.imports.views.pages import add_pages
from voucher.pages import select_language
from voucher.refusals import N_
from voucher.schemes.queries import GBT, get_instrument, list_instruments
from voucher.schemes.rules.instruments import Instrument
from voucher.text import mask_id_number
from voucher.workbooks.headers import Layout

blueprint = Blueprint("assessment_file", __name__, url_prefix="/assessments/import")

_COUNTS = {
    "rows": N_("总行数"),
    "added": N_("新增"),
    "changed": N_("更正"),
    "unchanged": N_("不变"),
    "rejected": N_("有错"),
}
_LISTINGS = (
    FAULTY_PEOPLE,
    Listing(
        "changed",
        N_("更正"),
        N_("同一人同一天已有评估：新的评估取代原来的，原来的留在历史里。"),
        (*PERSON, N_("评估日期"), N_("哪一项"), N_("原来"), N_("改为")),
    ),
    Listing(
        "added",
        N_("新增"),
        N_("导入后新增这些评估；等级另行评定。"),
        (*PERSON, N_("评估日期"), N_("评估员")),
    ),
)
_ASSESSORS, _DIAGNOSES, _COMA = N_("评估员"), N_("诊断"), N_("昏迷")
_YES, _NO = N_("是"), N_("否")


def _judge(sent: Sent) -> JudgedFile:
    return judge_assessment_file(
        actor=sent.actor,
        content=sent.content,
        instrument=get_instrument(sent.choice or GBT, sent.on),
        on=sent.on,
        assignment=sent.assignments.get(0),
    )


def _preview(sent: Sent) -> Preview:
    file = _judge(sent)
    compared = compare_assessments(actor=sent.actor, file=file)
    changed = [
        (*_show_assessment(file, row), *change)
        for earlier, row in compared.changed
        for change in _list_changes(file, earlier, row)
    ]
    added = [(*_show_assessment(file, row), "、".join(row.assessors)) for row in compared.added]
    faults = list_fault_rows(table=file.table, rejected=compared.rejected, fields=("name", "id"))
    return Preview(
        counts=_count(compared),
        notices=tell_notices(notices=file.table.list_notices(), ignored=file.table.header.ignored),
        rows={FAULTS: faults, "changed": changed, "added": added},
    )


def _show_assessment(file: JudgedFile, row: AssessmentRow) -> tuple[int, str, str, str]:
    name = file.names[row.id_number]
    return row.row, name, mask_id_number(row.id_number), row.assessed_date.isoformat()


def _list_changes(
    file: JudgedFile, earlier: KnownAssessment, row: AssessmentRow
) -> Iterator[Sequence[Cell]]:
    """Give what differs as (what, before, after)."""
    points = zip((item.id for item in file.instrument.items), row.points, strict=True)
    events = zip(file.instrument.event_kinds, row.events, strict=True)
    pairs: list[tuple[Cell, Cell, Cell]] = [
        (as_words(_ASSESSORS), "、".join(earlier.assessors), "、".join(row.assessors)),
        *((item, earlier.points[item], after) for item, after in points),
        *((title_event(kind), earlier.events.get(kind.id, 0), after) for kind, after in events),
        (as_words(_DIAGNOSES), " ".join(earlier.diagnoses), " ".join(row.diagnoses)),
        (as_words(_COMA), _tell(earlier.coma), _tell(row.coma)),
    ]
    yield from (pair for pair in pairs if pair[1] != pair[2])


def _tell(is_so: bool) -> Cell:
    return as_words(_YES if is_so else _NO)


def _count(compared: Comparison) -> dict[str, int]:
    return {
        "rows": compared.rows,
        "added": len(compared.added),
        "changed": len(compared.changed),
        "unchanged": compared.unchanged,
        "rejected": len(compared.rejected),
    }


def _prepare(sent: Sent) -> Callable[[], dict[str, int]]:
    file = _judge(sent)
    return lambda: _count(import_assessments(actor=sent.actor, file=file, now=sent.now))


def _make_example(instrument: Instrument) -> dict[str, str]:
    person = {
        "id": "110101193806150026",
        "name": "王秀英",
        "date": "2026-12-01",
        "assessor_1": "何静",
        "assessor_2": "罗伟",
    }
    items = {item.id: str(item.maximum) for item in instrument.items}
    events = {kind.id: "0" for kind in instrument.event_kinds}
    return {**person, **items, **events, "coma": "否"}


def _list_choices() -> dict[str, str]:
    language = select_language()
    # The usual one stands first.
    instruments = sorted(list_instruments(on=clock.today()), key=lambda one: one.id != GBT)
    return {one.id: one.name.say(language) for one in instruments}


def _choose(choice: str) -> Flow:
    return _read(get_instrument(choice or GBT, clock.today()))


def _read(instrument: Instrument) -> Flow:
    """Give the way of a file that asks the items of an instrument."""

    def give_layout() -> Layout:
        return assessment_layout(instrument)

    return replace(
        _FLOW,
        choice=instrument.id,
        layouts=lambda: (give_layout(),),
        give_back=make_giver(give_layout, text_fields=("name", "assessor_1", "assessor_2")),
        example=(_make_example(instrument),),
    )


def _give_back(sent: Sent, preview: KeptPreview) -> bytes:
    instrument = get_instrument(sent.choice or GBT, sent.on)
    return _read(instrument).give_back(sent, preview)


_FLOW = Flow(
    kind="assessments",
    action=policy.IMPORT_ASSESSMENTS,
    title=N_("导入评估"),
    lead=N_("选好量表，每人每天一行，填各项得分。老人须已在名册中。"),
    back=(N_("评估"), "assessments.show_list"),
    sheets=("评估",),
    layouts=lambda: (),
    counts=_COUNTS,
    work=("added", "changed"),
    listings=_LISTINGS,
    preview=_preview,
    prepare=_prepare,
    give_back=_give_back,
    example=(),
    steps=(
        (N_("评定和确认等级"), "levels.show_list"),
        (N_("查看评估"), "assessments.show_list"),
    ),
    choices=_list_choices,
    choose=_choose,
)
add_pages(blueprint, _FLOW)
