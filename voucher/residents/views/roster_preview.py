"""What a roster would do, as counts and lists for the preview."""

from collections.abc import Iterator, Mapping, Sequence

from voucher.divisions.queries import list_communities
from voucher.imports.rules import (
    HIDDEN,
    Cell,
    Listing,
    Preview,
    as_words,
    list_fault_rows,
    tell_notices,
)
from voucher.imports.views.flows import FAULTS, FAULTY_PEOPLE, PERSON, Sent
from voucher.refusals import N_
from voucher.residents.operations.comparing import (
    ChangedResident,
    Comparison,
    RosterFile,
    compare_roster,
    judge_roster_file,
)
from voucher.residents.rules.comparing import Change
from voucher.residents.rules.notes import FIELD_TITLES, NOTICE_SENTENCES, WARNING_SENTENCES
from voucher.residents.rules.roster import ROSTER_LAYOUT, ResidentRow, RowNote
from voucher.text import mask_id_number

Rows = list[Sequence[Cell]]

_NAME, _COMMUNITY = N_("姓名"), N_("社区")
LISTINGS = (
    FAULTY_PEOPLE,
    Listing(
        "moved",
        N_("社区变动"),
        N_("这些老人换到另一个社区，请确认确实搬了家。"),
        (*PERSON, N_("原社区"), N_("现社区")),
    ),
    Listing(
        "changed",
        N_("资料变更"),
        N_("按文件更新这些资料，原来的内容留在历史里。"),
        (*PERSON, N_("哪一项"), N_("原来"), N_("改为")),
    ),
    Listing(
        "added",
        N_("新增"),
        N_("名册中没有的老人，导入后新增。"),
        (*PERSON, _COMMUNITY, N_("住址")),
    ),
    Listing(
        "warnings",
        N_("提醒"),
        N_("这些行照常导入，但请核对。"),
        (*PERSON, N_("提醒")),
    ),
    Listing(
        "notes",
        N_("统一写法"),
        N_("这些行照常导入，写法由系统统一。"),
        (*PERSON, N_("统一了什么")),
    ),
    Listing(
        "absent",
        N_("名单中没有"),
        N_("名册中有、这份文件中没有的老人：只列出，不删除。如已去世或迁出，请另行登记离开。"),
        (_NAME, N_("出生日期"), _COMMUNITY, N_("住址")),
    ),
)
COUNTS = {
    "rows": N_("总行数"),
    "added": N_("新增"),
    "changed": N_("变更"),
    "moved": N_("其中社区变动"),
    "unchanged": N_("不变"),
    "rejected": N_("有错"),
    "absent": N_("名单中没有"),
}


def preview_roster(sent: Sent) -> Preview:
    """
    Tell what a roster would do; nothing is written.

    :raises BadInput: what the workbook's reading raises.
    """
    file = judge_roster_file(
        actor=sent.actor, content=sent.content, on=sent.on, assignment=sent.assignments.get(0)
    )
    compared = compare_roster(actor=sent.actor, file=file)
    places = {place.code: f"{place.street} {place.name}" for place in list_communities()}
    people = {row.row: row for row in file.roster.accepted}
    return Preview(
        counts=count_changes(compared),
        notices=tell_notices(notices=file.notices, ignored=file.ignored),
        rows={
            FAULTS: _list_faults(sent, compared),
            "moved": [_show_move(one, places) for one in compared.moved],
            "changed": [row for one in compared.changed for row in _list_changes(one)],
            "added": [
                (*_show_person(one.row), places[one.row.community_code], one.row.address)
                for one in compared.added
            ],
            "warnings": _list_notes(compared.warnings, people, WARNING_SENTENCES),
            "notes": _list_notes(_list_taken(file, compared), people, NOTICE_SENTENCES),
            "absent": _list_absent(compared),
        },
    )


def count_changes(compared: Comparison) -> dict[str, int]:
    """Count what a roster would do, or did."""
    return {
        "rows": compared.rows,
        "added": len(compared.added),
        "changed": len(compared.changed),
        "moved": len(compared.moved),
        "unchanged": compared.unchanged,
        "rejected": len(compared.rejected),
        "absent": len(compared.absent),
    }


def _show_person(row: ResidentRow) -> tuple[int, str, str]:
    return row.row, row.name, mask_id_number(row.id_number)


def _list_faults(sent: Sent, compared: Comparison) -> Rows:
    # The sheet was let go when it had been judged: it is opened again only for its faulty rows.
    if not compared.rejected:
        return []
    table = sent.open_first(ROSTER_LAYOUT)
    return list_fault_rows(table=table, rejected=compared.rejected, fields=("name", "id"))


def _show_move(one: ChangedResident, places: Mapping[str, str]) -> Sequence[Cell]:
    move = next(change for change in one.changes if change.field == "community")
    before, after = (places.get(code or "", "") for code in (move.before, move.after))
    return (*_show_person(one.row), before, after)


def _list_changes(one: ChangedResident) -> Iterator[Sequence[Cell]]:
    for change in one.changes:
        if change.field != "community":
            yield (
                *_show_person(one.row),
                as_words(FIELD_TITLES[change.field]),
                *_show_both(change),
            )


def _show_both(change: Change) -> tuple[Cell, Cell]:
    if change.field == "phone":
        return as_words(HIDDEN), as_words(HIDDEN)
    return change.before or "", change.after or ""


def _list_notes(
    notes: Sequence[RowNote], people: Mapping[int, ResidentRow], sentences: Mapping[str, str]
) -> Rows:
    return [(*_show_person(people[note.row]), as_words(sentences[note.word])) for note in notes]


def _list_taken(file: RosterFile, compared: Comparison) -> list[RowNote]:
    rejected = {row.row for row in compared.rejected}
    return [note for note in file.roster.notices if note.row not in rejected]


def _list_absent(compared: Comparison) -> Rows:
    places = {place.id: f"{place.street} {place.name}" for place in list_communities()}
    return [
        (one.name, one.born_date.isoformat(), places.get(one.community_id, ""), one.address)
        for one in compared.absent
    ]
