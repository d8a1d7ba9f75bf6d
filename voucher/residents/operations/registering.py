"""Adding one person and correcting one, by a form; rosters are another module's."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.cases.models import Kind
from voucher.cases.operations import open_case
from voucher.db import count_changed, db
from voucher.divisions.operations import hold_the_door
from voucher.divisions.queries import list_communities
from voucher.refusals import N_, Refusal
from voucher.residents.models import Resident, ResidentChange, Sex
from voucher.residents.operations.comparing import NewResident
from voucher.residents.operations.importing import (
    HISTORY_LENGTH,
    WRITTEN,
    describe_fields,
    describe_new,
)
from voucher.residents.queries import (
    ID_COLUMN,
    find_present_twin,
    get_resident,
    index_id_number,
    index_phone,
    list_changes,
    list_indexes_of_dead,
    list_like,
)
from voucher.residents.rules.comparing import (
    RECORDED_DEAD,
    REGISTERED_ELSEWHERE,
    Change,
    Kept,
    find_changes,
)
from voucher.residents.rules.roster import ResidentRow
from voucher.sealing import seal
from voucher.workbooks.faults import Fault

_FIELDS = frozenset({"name", "community", "address", "situation", "remark", "phone"})
# An identity number's own history says only that it changed.
_NUMBER_CHANGED = Change("id_number", None, None)


class AlreadyHere(Refusal):
    """The person is on the roster of the actor's own area: `resident` leads to the file."""


def register_resident(*, actor: Actor, person: ResidentRow, now: datetime) -> Resident:
    """
    Put one person on the roster; a likeness to another opens the case that asks about it.

    :raises AlreadyHere: already_here. :raises Refusal: registered_elsewhere, recorded_dead.
    """
    hold_the_door()
    id_index = index_id_number(person.id_number)
    _refuse_known(actor, id_index)
    key = secrets.token_hex(8)
    new = NewResident(person, id_index, index_phone(person.phone) if person.phone else None)
    resident = Resident(**describe_new(new, key, _list_codes(), now))
    with _one_bearer():
        db.session.add(resident)
        db.session.flush()
    record_event(
        actor=actor,
        action="residents.register",
        subject_kind="resident",
        subject_id=key,
        now=now,
    )
    _ask_about_twins(actor, resident, now)
    return resident


def correct_resident(
    *, actor: Actor, public_id: str, person: ResidentRow, seen: int, now: datetime
) -> tuple[Change, ...]:
    """
    Take over what a form says of a person, with its history; give what changed.

    `seen` is the last change the form knew of. Birth date and sex follow the identity number,
    whose own change is only named, never shown.

    :raises NotFound: resident_unknown. :raises AlreadyHere: already_here.
    :raises Refusal: departed_already, changed_meanwhile, registered_elsewhere, recorded_dead.
    """
    hold_the_door()
    resident = get_resident(actor=actor, public_id=public_id)
    if list_changes(resident_id=resident.id, after=seen):
        raise Refusal("changed_meanwhile", N_("别人刚刚改过这位老人的资料，请核对后再保存"))
    changes = _find_changes(resident, person)
    if not changes:
        return ()
    if _NUMBER_CHANGED in changes:
        _refuse_known(actor, index_id_number(person.id_number))
    change = (
        update(Resident)
        .where(Resident.id == resident.id, Resident.departed_date.is_(None))
        .values(_describe_changes(person, public_id, changes))
    )
    with _one_bearer():
        corrected = count_changed(change)
    if corrected != 1:
        raise Refusal("departed_already", N_("此人已登记离开，不能再更正"))
    _keep_history(actor, resident, changes, now)
    db.session.refresh(resident)
    _ask_about_twins(actor, resident, now)
    return changes


def _refuse_known(actor: Actor, id_index: str) -> None:
    twin = find_present_twin(id_index=id_index)
    if twin is not None and actor.covers(twin.community_id):
        raise AlreadyHere("already_here", N_("此人已在名册中，不用再登记"), resident=twin.public_id)
    if twin is not None:
        raise _as_refusal(REGISTERED_ELSEWHERE)
    if id_index in list_indexes_of_dead():
        raise _as_refusal(RECORDED_DEAD)


def _as_refusal(fault: Fault) -> Refusal:
    return Refusal(fault.word, fault.sentence, **fault.facts)


@contextmanager
def _one_bearer() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # Whatever was asked before, the UNIQUE index decides.
        raise _as_refusal(REGISTERED_ELSEWHERE) from None


def _list_codes() -> dict[str, int]:
    return {place.code: place.id for place in list_communities()}


def _find_changes(resident: Resident, person: ResidentRow) -> tuple[Change, ...]:
    codes = {place.id: place.code for place in list_communities()}
    kept = Kept(
        name=resident.name,
        community_code=codes.get(resident.community_id, ""),
        address=resident.address,
        situation=resident.situation,
        remark=resident.remark,
        phone_index=resident.phone_index,
    )
    # The boxes of a form have no order of their own.
    if set(person.situation) == set(kept.situation):
        person = person._replace(situation=tuple(kept.situation))
    phone_index = index_phone(person.phone) if person.phone else None
    changes = find_changes(kept=kept, row=person, phone_index=phone_index, columns=_FIELDS)
    if index_id_number(person.id_number) != resident.id_index:
        return (_NUMBER_CHANGED, *changes)
    return changes


def _describe_changes(person: ResidentRow, key: str, changes: Sequence[Change]) -> dict[str, Any]:
    phone_index = index_phone(person.phone) if person.phone else None
    values = describe_fields(person, key, phone_index, _list_codes())
    fields = [change.field for change in changes if change != _NUMBER_CHANGED]
    written = {column: values[column] for name in fields for column in WRITTEN[name]}
    if _NUMBER_CHANGED in changes:
        written |= {
            "id_sealed": seal(person.id_number, column=ID_COLUMN, row=key),
            "id_index": index_id_number(person.id_number),
            "born_date": person.born,
            "sex": Sex.MALE if person.is_male else Sex.FEMALE,
        }
    return written


def _keep_history(
    actor: Actor, resident: Resident, changes: Sequence[Change], now: datetime
) -> None:
    event_id = record_event(
        actor=actor,
        action="residents.correct",
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"fields": [change.field for change in changes]},
    )
    for change in changes:
        db.session.add(
            ResidentChange(
                resident_id=resident.id,
                event_id=event_id,
                changed_at=now,
                field=change.field,
                before=change.before and change.before[:HISTORY_LENGTH],
                after=change.after and change.after[:HISTORY_LENGTH],
            )
        )
    db.session.flush()


def _ask_about_twins(actor: Actor, resident: Resident, now: datetime) -> None:
    for other in list_like(resident=resident):
        open_case(
            actor=actor,
            kind=Kind.SAME_PERSON,
            question=":".join(sorted((resident.public_id, other.public_id))),
            subject_kind="resident",
            subject_id=resident.id,
            community_id=resident.community_id,
            now=now,
        )
