"""Write what a roster says: new people, changes with their history, twins for a person to judge."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Dialect, Table, bindparam, insert, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.cases.models import Kind
from voucher.cases.operations import open_case
from voucher.db import db
from voucher.divisions.operations import hold_the_door
from voucher.divisions.queries import list_communities
from voucher.residents.models import Resident, ResidentChange, Sex
from voucher.residents.operations.comparing import (
    ChangedResident,
    Comparison,
    NewResident,
    RosterFile,
    compare_roster,
)
from voucher.residents.queries import (
    ID_COLUMN,
    PHONE_COLUMN,
    find_ids,
    list_known_residents,
)
from voucher.residents.rules.roster import ResidentRow
from voucher.sealing import seal
from voucher.text import pinyin_sort_key

_BATCH = 2_000
_KEY_LENGTH = 300
HISTORY_LENGTH = 500
_PEOPLE: Table = Resident.__table__  # type: ignore[assignment]
_Value = TypeVar("_Value")


def import_roster(*, actor: Actor, file: RosterFile, now: datetime) -> Comparison:
    """
    Write a judged roster in one piece; written again, it changes nothing.

    New people are added, differences are taken over with their history, and nobody is removed.
    Whoever bears another's name, birth date and telephone number is added, and a case asks
    whether they are one person; the question is asked once, whatever the answer.
    """
    hold_the_door()
    compared = compare_roster(actor=actor, file=file)
    event_id = _record_import(actor, file, compared, now)
    communities = {place.code: place.id for place in list_communities()}
    people = [(person, secrets.token_hex(8)) for person in compared.added]
    for batch in _batches(people):
        _insert_people([describe_new(person, key, communities, now) for person, key in batch])
    for changed in _batches(compared.changed):
        _write_changes(changed, communities, event_id, now)
    _ask_about_twins(actor, compared, people, communities, now)
    return compared


def _insert_people(records: Sequence[dict[str, Any]]) -> None:
    """Insert through the driver itself: converting value by value would take twice the time."""
    connection = db.session.connection()
    dialect = connection.dialect
    compiled = insert(_PEOPLE).compile(dialect=dialect, column_keys=list(records[0]))
    names = compiled.positiontup or list(records[0])
    converted = [_convert(name, [record[name] for record in records], dialect) for name in names]
    rows = zip(*converted, strict=True)
    if compiled.positiontup:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        named = [dict(zip(names, row, strict=True)) for row in rows]
        connection.exec_driver_sql(str(compiled), named)


def _convert(name: str, values: Sequence[Any], dialect: Dialect) -> Sequence[Any]:
    process = _PEOPLE.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return values
    if not isinstance(values[0], date | datetime | list):
        return [process(value) for value in values]
    # Days, instants and circumstances are few, people are many.
    known: dict[Any, Any] = {}
    keys = [tuple(value) if isinstance(value, list) else value for value in values]
    for key, value in zip(keys, values, strict=True):
        if key not in known:
            known[key] = process(value)
    return [known[key] for key in keys]


def _record_import(actor: Actor, file: RosterFile, compared: Comparison, now: datetime) -> int:
    facts = {
        "rows": compared.rows,
        "added": len(compared.added),
        "updated": len(compared.changed),
        "moved": len(compared.moved),
        "unchanged": compared.unchanged,
        "rejected": len(compared.rejected),
        "absent": len(compared.absent),
    }
    return record_event(
        actor=actor,
        action="residents.import_roster",
        subject_kind="file",
        subject_id=file.fingerprint[:40],
        now=now,
        facts=facts,
    )


def describe_new(
    person: NewResident, key: str, communities: Mapping[str, int], now: datetime
) -> dict[str, Any]:
    row = person.row
    return {
        "public_id": key,
        "sex": Sex.MALE if row.is_male else Sex.FEMALE,
        "born_date": row.born,
        "id_sealed": seal(row.id_number, column=ID_COLUMN, row=key),
        "id_index": person.id_index,
        "registered_at": now,
        "departed_date": None,
        "departure": None,
        **describe_fields(row, key, person.phone_index, communities),
    }


def describe_fields(
    row: ResidentRow, key: str, phone_index: str | None, communities: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "name": row.name,
        "name_key": pinyin_sort_key(row.name)[:_KEY_LENGTH],
        "phone_sealed": seal(row.phone, column=PHONE_COLUMN, row=key) if row.phone else None,
        "phone_index": phone_index,
        "community_id": communities[row.community_code],
        "address": row.address,
        "situation": list(row.situation),
        "remark": row.remark,
    }


# Which columns of the table a changed field of the roster writes.
WRITTEN = {
    "name": ("name", "name_key"),
    "community": ("community_id",),
    "address": ("address",),
    "situation": ("situation",),
    "remark": ("remark",),
    "phone": ("phone_sealed", "phone_index"),
}


def _write_changes(
    batch: Sequence[ChangedResident],
    communities: Mapping[str, int],
    event_id: int,
    now: datetime,
) -> None:
    by_fields: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    history: list[dict[str, Any]] = []
    for changed in batch:
        key = changed.known.public_id
        values = describe_fields(changed.row, key, changed.phone_index, communities)
        fields = tuple(change.field for change in changed.changes)
        written = {f"new_{column}": values[column] for name in fields for column in WRITTEN[name]}
        by_fields.setdefault(fields, []).append({"resident": changed.known.id, **written})
        history += describe_history(changed, event_id, now)
    for fields, records in by_fields.items():
        columns = [column for name in fields for column in WRITTEN[name]]
        change = update(_PEOPLE).where(_PEOPLE.c.id == bindparam("resident"))
        db.session.execute(
            change.values({column: bindparam(f"new_{column}") for column in columns}), records
        )
    db.session.execute(insert(ResidentChange.__table__), history)  # type: ignore[arg-type]


def describe_history(
    changed: ChangedResident, event_id: int, now: datetime
) -> Iterator[dict[str, Any]]:
    for change in changed.changes:
        yield {
            "resident_id": changed.known.id,
            "event_id": event_id,
            "changed_at": now,
            "field": change.field,
            "before": change.before and change.before[:HISTORY_LENGTH],
            "after": change.after and change.after[:HISTORY_LENGTH],
        }


def _ask_about_twins(
    actor: Actor,
    compared: Comparison,
    people: Iterable[tuple[NewResident, str]],
    communities: Mapping[str, int],
    now: datetime,
) -> None:
    pairs = list(_find_twins(compared, people))
    ids = find_ids(public_ids=[key for _, key, _ in pairs])
    for row, key, other in pairs:
        open_case(
            actor=actor,
            kind=Kind.SAME_PERSON,
            question=":".join(sorted((key, other))),
            subject_kind="resident",
            subject_id=ids[key],
            community_id=communities[row.community_code],
            now=now,
        )


def _find_twins(
    compared: Comparison, people: Iterable[tuple[NewResident, str]]
) -> Iterator[tuple[ResidentRow, str, str]]:
    """Give (row, resident, other resident) for everyone written who resembles another."""
    written = [(key, person.row, person.phone_index) for person, key in people]
    written += [(one.known.public_id, one.row, one.phone_index) for one in compared.changed]
    others = _list_likenesses(compared, written)
    for key, row, phone_index in written:
        if phone_index:
            alike = others.setdefault((row.name, row.born, phone_index), [])
            yield from ((row, key, other) for other in alike)
            alike.append(key)


def _list_likenesses(
    compared: Comparison, written: Iterable[tuple[str, ResidentRow, str | None]]
) -> dict[tuple[Any, ...], list[str]]:
    """Give those who were there before and resemble somebody written, by what they share."""
    if not compared.present:
        return {}
    keys = {key for key, _, _ in written}
    wanted = {(row.name, row.born, phone) for _, row, phone in written if phone}
    found: dict[tuple[Any, ...], list[str]] = {}
    for known in list_known_residents() if wanted else ():
        likeness = (known.name, known.born_date, known.phone_index)
        if likeness in wanted and known.public_id not in keys:
            found.setdefault(likeness, []).append(known.public_id)
    return found


def _batches(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
