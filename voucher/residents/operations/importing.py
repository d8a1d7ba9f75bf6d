"""Write what a roster says: new people, changes with their history, twins for a person to judge."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, insert, update

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
from voucher.residents.queries import ID_COLUMN, PHONE_COLUMN, find_ids
from voucher.residents.rules.roster import ResidentRow
from voucher.sealing import seal
from voucher.text import pinyin_sort_key

_BATCH = 2_000
_KEY_LENGTH = 300
_HISTORY_LENGTH = 500
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
        records = [_describe_new(person, key, communities, now) for person, key in batch]
        db.session.execute(insert(_PEOPLE), records)
    for changed in _batches(compared.changed):
        _write_changes(changed, communities, event_id, now)
    _ask_about_twins(actor, compared, people, communities, now)
    return compared


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


def _describe_new(
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
        **_describe_fields(row, key, person.phone_index, communities),
    }


def _describe_fields(
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
_WRITTEN = {
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
        values = _describe_fields(changed.row, key, changed.phone_index, communities)
        fields = tuple(change.field for change in changed.changes)
        written = {f"new_{column}": values[column] for name in fields for column in _WRITTEN[name]}
        by_fields.setdefault(fields, []).append({"resident": changed.known.id, **written})
        history += _describe_history(changed, event_id, now)
    for fields, records in by_fields.items():
        columns = [column for name in fields for column in _WRITTEN[name]]
        change = update(_PEOPLE).where(_PEOPLE.c.id == bindparam("resident"))
        db.session.execute(
            change.values({column: bindparam(f"new_{column}") for column in columns}), records
        )
    db.session.execute(insert(ResidentChange.__table__), history)  # type: ignore[arg-type]


def _describe_history(
    changed: ChangedResident, event_id: int, now: datetime
) -> Iterator[dict[str, Any]]:
    for change in changed.changes:
        yield {
            "resident_id": changed.known.id,
            "event_id": event_id,
            "changed_at": now,
            "field": change.field,
            "before": change.before and change.before[:_HISTORY_LENGTH],
            "after": change.after and change.after[:_HISTORY_LENGTH],
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
    changed = {person.known.public_id: person for person in compared.changed}
    others: dict[tuple[Any, ...], list[str]] = {}
    for known in compared.known:
        if known.phone_index and known.public_id not in changed:
            likeness = (known.name, known.born_date, known.phone_index)
            others.setdefault(likeness, []).append(known.public_id)
    written = [(person.row, person.phone_index, key) for person, key in people]
    written += [(one.row, one.phone_index, key) for key, one in changed.items()]
    for row, phone_index, key in written:
        if phone_index:
            alike = others.setdefault((row.name, row.born, phone_index), [])
            yield from ((row, key, other) for other in alike)
            alike.append(key)


def _batches(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
