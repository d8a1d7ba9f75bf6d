"""Reading bedside forms that are still at work, always within the asker's area."""

import json
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from voucher.access import Actor, within_area
from voucher.assessments.models import AT_WORK, AssessmentDraft, DraftState
from voucher.db import db
from voucher.divisions.models import Division
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.schemes.rules.instruments import Instrument
from voucher.sealing import unseal

CONTENT_COLUMN = "assessment_drafts.content"


def find_draft(*, actor: Actor, resident_id: int, scheme: str) -> AssessmentDraft | None:
    """Give the actor's own form of a person that is still at work, open or signed."""
    return db.session.scalar(
        select(AssessmentDraft).where(
            AssessmentDraft.resident_id == resident_id,
            AssessmentDraft.account_id == actor.account_id,
            AssessmentDraft.scheme == scheme,
            AssessmentDraft.state.in_(AT_WORK),
        )
    )


def find_revision(*, actor: Actor, resident: Resident, instrument: Instrument) -> int:
    """Give the revision of the actor's own form of a person, 0 where there is none at work."""
    draft = find_draft(actor=actor, resident_id=resident.id, scheme=instrument.id)
    return draft.revision if draft is not None else 0


def find_draft_by_key(*, actor: Actor, resident_id: int, key: str) -> AssessmentDraft | None:
    """Give the actor's own form, in any state, that this very keeping wrote last."""
    return db.session.scalar(
        select(AssessmentDraft).where(
            AssessmentDraft.resident_id == resident_id,
            AssessmentDraft.account_id == actor.account_id,
            AssessmentDraft.saved_key == key,
        )
    )


def get_signed_draft(*, actor: Actor, public_id: str) -> tuple[AssessmentDraft, Resident]:
    """
    Give a signed form of somebody of the area, that waits for its second assessor.

    Health data: who reads it records the reading.

    :raises NotFound: draft_unknown.
    """
    row = db.session.execute(
        select(AssessmentDraft, Resident)
        .join(Resident, Resident.id == AssessmentDraft.resident_id)
        .where(
            AssessmentDraft.public_id == public_id,
            AssessmentDraft.state == DraftState.SIGNED,
            within_area(Resident.community_id, actor),
        )
    ).one_or_none()
    if row is None:
        raise NotFound("draft_unknown", N_("没有这份待确认的评估，或已确认、已退回"))
    return row.AssessmentDraft, row.Resident


def open_content(draft: AssessmentDraft) -> dict[str, list[str]]:
    """Give everything answered on a form so far."""
    text = unseal(draft.content_sealed, column=CONTENT_COLUMN, row=draft.public_id)
    opened: dict[str, list[str]] = json.loads(text)
    return opened


def select_waiting(*, actor: Actor) -> Select[Any]:
    """Give the query of the signed forms of the area: (AssessmentDraft, Resident, community)."""
    wanted: Any = (
        select(AssessmentDraft, Resident, Division.name.label("community"))
        .join(Resident, Resident.id == AssessmentDraft.resident_id)
        .join(Division, Division.id == Resident.community_id)
        .where(
            AssessmentDraft.state == DraftState.SIGNED, within_area(Resident.community_id, actor)
        )
    )
    return wanted


WAITING_SORTS: dict[str, ColumnElement[Any]] = {
    "signed": AssessmentDraft.saved_at.expression,
    "name": Resident.name_key.expression,
}


def count_waiting_confirmations(*, actor: Actor) -> int:
    """Count the signed forms of the area that wait for somebody else than who signed them."""
    others = AssessmentDraft.account_id != actor.account_id
    waiting = select_waiting(actor=actor).where(others).subquery()
    return db.session.scalar(select(func.count()).select_from(waiting)) or 0
