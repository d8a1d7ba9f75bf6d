"""Pages of departures by file, as `imports` has them: who died, who moved out of the district."""

from collections import Counter
from collections.abc import Callable, Sequence

from flask import Blueprint

from voucher.divisions.queries import list_communities
from voucher.imports.rules import Cell, Listing, Preview, as_words, list_fault_rows, tell_notices
from voucher.imports.views.flows import FAULTS, FAULTY_PEOPLE, PERSON, Flow, Sent, make_giver
from voucher.imports.views.pages import add_pages
from voucher.redemptions import policy
from voucher.redemptions.operations.departures import follow_departures
from voucher.refusals import N_
from voucher.residents.operations.departing import (
    DeparturesFile,
    import_departures,
    judge_departures_file,
)
from voucher.residents.rules.departures import DEPARTURES_LAYOUT, Departure
from voucher.text import mask_id_number

blueprint = Blueprint("departure_file", __name__, url_prefix="/departures/import")

_COUNTS = {
    "rows": N_("总行数"),
    "died": N_("去世"),
    "moved_out": N_("迁出"),
    "unchanged": N_("以前已登记"),
    "rejected": N_("有错"),
    "held": N_("暂停的券"),
}
_KINDS = {Departure.DIED: N_("去世"), Departure.MOVED_OUT: N_("迁出")}
_LISTINGS = (
    FAULTY_PEOPLE,
    Listing(
        "departed",
        N_("将登记离开"),
        N_("去世老人手中的券立即暂停，再由另一人确认作废；迁出老人本月的券照常可用，下月起停发。"),
        (*PERSON, N_("社区"), N_("离开原因"), N_("离开日期")),
    ),
    Listing(
        "known",
        N_("以前已登记"),
        N_("这些老人已登记离开，记录不变。"),
        (*PERSON, N_("社区"), N_("离开原因"), N_("离开日期")),
    ),
)


def _judge(sent: Sent) -> DeparturesFile:
    return judge_departures_file(
        actor=sent.actor, content=sent.content, on=sent.on, assignment=sent.assignments.get(0)
    )


def _preview(sent: Sent) -> Preview:
    file = _judge(sent)
    places = {place.id: f"{place.street} {place.name}" for place in list_communities()}
    departed: list[Sequence[Cell]] = []
    known: list[Sequence[Cell]] = []
    for row in file.judged.accepted:
        person = file.people[row.id_number]
        kind, day = person.departure or row.departure, person.departed_date or row.departed_date
        shown = (row.row, person.name, mask_id_number(row.id_number))
        place = places.get(person.community_id, "")
        cells = (*shown, place, as_words(_KINDS[Departure(kind)]), day.isoformat())
        (departed if person.departed_date is None else known).append(cells)
    rejected = file.judged.rejected
    faults = list_fault_rows(table=file.table, rejected=rejected, fields=("name", "id"))
    notices = tell_notices(notices=file.table.list_notices(), ignored=file.table.header.ignored)
    return Preview(
        counts=_count_departures(file),
        notices=notices,
        rows={FAULTS: faults, "departed": departed, "known": known},
    )


def _count_departures(file: DeparturesFile) -> dict[str, int]:
    kinds = Counter(
        row.departure
        for row in file.judged.accepted
        if file.people[row.id_number].departed_date is None
    )
    accepted, rejected = len(file.judged.accepted), len(file.judged.rejected)
    return {
        "rows": accepted + rejected,
        "died": kinds[Departure.DIED],
        "moved_out": kinds[Departure.MOVED_OUT],
        "unchanged": accepted - kinds.total(),
        "rejected": rejected,
    }


def _prepare(sent: Sent) -> Callable[[], dict[str, int]]:
    file = _judge(sent)

    def write() -> dict[str, int]:
        counts = _count_departures(file)
        done = import_departures(actor=sent.actor, file=file, now=sent.now)
        held = follow_departures(actor=sent.actor, departed=done.departed, now=sent.now)
        return {**counts, "held": held}

    return write


add_pages(
    blueprint,
    Flow(
        kind="departures",
        action=policy.RECORD_DEPARTURES,
        title=N_("导入去世和迁出名单"),
        lead=N_("去世老人手中的券立即暂停；迁出老人下月起停发。"),
        back=(N_("老人名册"), "residents.show_list"),
        sheets=("去世和迁出",),
        layouts=lambda: (DEPARTURES_LAYOUT,),
        counts=_COUNTS,
        work=("died", "moved_out"),
        listings=_LISTINGS,
        preview=_preview,
        prepare=_prepare,
        give_back=make_giver(lambda: DEPARTURES_LAYOUT, text_fields=("name", "date")),
        example=(
            {
                "id": "110101193806150026",
                "name": "王秀英",
                "kind": "去世",
                "date": "2026-12-01",
            },
        ),
        steps=(
            (N_("查看老人名册"), "residents.show_list"),
            (N_("处理待办案件"), "cases.show_list"),
        ),
    ),
)
