"""A bedside form on its way: kept, signed by the first assessor, taken or sent back, dropped."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from voucher.access import Actor, self_approve
from voucher.assessments.models import AssessmentDraft, DraftState
from voucher.assessments.queries.assessments import find_newest_assessment
from voucher.assessments.queries.drafts import (
    CONTENT_COLUMN,
    find_draft,
    find_draft_by_key,
    open_content,
)
from voucher.assessments.rules.answering import DRAFT_LIFE, Answered, Content
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, BadInput, Refusal
from voucher.residents.models import Resident
from voucher.schemes.rules.instruments import Instrument
from voucher.sealing import seal

_OF_A_SIGNATURE = ("signed_how", "signer", "signed_reason", "strokes")


def save_draft(
    *,
    actor: Actor,
    resident: Resident,
    instrument: Instrument,
    content: Content,
    revision: int,
    key: str,
    now: datetime,
) -> AssessmentDraft:
    """
    Keep what was answered so far, over the revision it was made from; 0 begins a new draft.

    The same keeping sent twice is one. Only the beginning is an event: a form is kept at every
    touch, and what counts is signed.

    :raises Refusal: departed_already, draft_changed, draft_signed, draft_gone.
    """
    _hold_resident(resident)
    if (same := find_draft_by_key(actor=actor, resident_id=resident.id, key=key)) is not None:
        return same
    draft = find_draft(actor=actor, resident_id=resident.id, scheme=instrument.id)
    if draft is None:
        draft = _begin(actor, resident, instrument, revision, now)
        _record(actor, "assessments.begin_draft", resident, draft, now)
    _write(draft, content, revision=revision, key=key, now=now, version=instrument.version)
    return draft


def sign_draft(
    *,
    actor: Actor,
    resident: Resident,
    instrument: Instrument,
    content: Content,
    answered: Answered,
    revision: int,
    key: str,
    knows: str,
    now: datetime,
) -> AssessmentDraft:
    """
    Sign complete answers as the first assessor; they wait for a second one.

    `knows` is the public id of the newest assessment the signer has seen, "" when there was none.

    :raises Refusal: departed_already, assessed_meanwhile, draft_changed, draft_signed, draft_gone.
    :raises BadInput: key_reused.
    """
    _hold_resident(resident)
    if (same := find_draft_by_key(actor=actor, resident_id=resident.id, key=key)) is not None:
        _refuse_altered(same, content)
        return same
    _refuse_unseen(resident, instrument, knows)
    draft = find_draft(actor=actor, resident_id=resident.id, scheme=instrument.id)
    if draft is None:
        draft = _begin(actor, resident, instrument, revision, now)
    facts = {
        "state": DraftState.SIGNED,
        "version": instrument.version,
        "assessed_date": answered.assessed_date,
        "assessor_1": answered.assessor,
    }
    _write(draft, content, revision=revision, key=key, now=now, **facts)
    _record(actor, "assessments.sign", resident, draft, now)
    return draft


def take_back(*, actor: Actor, draft: AssessmentDraft, resident: Resident, now: datetime) -> None:
    """
    Open one's own signed form again, without the informant's signature.

    :raises Refusal: draft_unknown, when it is not one's own, or was confirmed meanwhile.
    """
    if draft.account_id != actor.account_id:
        raise Refusal("draft_unknown", N_("只有签字的评估员本人可以收回"))
    _reopen(draft, {}, now)
    _record(actor, "assessments.take_back", resident, draft, now)


def send_back(
    *, actor: Actor, draft: AssessmentDraft, resident: Resident, reason: str, now: datetime
) -> None:
    """
    Give a signed form back to its first assessor, as the second one, with a reason.

    :raises Refusal: self_approve, draft_changed. :raises BadInput: reason_missing.
    """
    if draft.account_id == actor.account_id:
        raise self_approve()
    if not reason:
        raise BadInput("reason_missing", N_("请写明退回的原因"))
    _reopen(draft, {"sent_back": [reason]}, now)
    _record(actor, "assessments.send_back", resident, draft, now)


def drop_draft(*, actor: Actor, draft: AssessmentDraft, resident: Resident, now: datetime) -> None:
    """
    Give up one's own open form; nothing of its answers stays.

    :raises Refusal: draft_changed, when it was signed or given up meanwhile.
    """
    empty = seal_content({}, draft.public_id)
    _move(draft, revision=draft.revision, state=DraftState.DROPPED, content_sealed=empty)
    _record(actor, "assessments.drop_draft", resident, draft, now)


def delete_old_drafts(*, actor: Actor, now: datetime) -> int:
    """
    Delete the open forms that nobody touched for DRAFT_LIFE, and give how many.

    A signed form stays until its second assessor has spoken.
    """
    old = delete(AssessmentDraft).where(
        AssessmentDraft.state == DraftState.OPEN, AssessmentDraft.saved_at < now - DRAFT_LIFE
    )
    count = count_changed(old)
    if count:
        record_event(
            actor=actor,
            action="assessments.delete_old_drafts",
            subject_kind="assessments",
            subject_id="drafts",
            now=now,
            facts={"drafts": count, "days": DRAFT_LIFE.days},
        )
    return count


def seal_content(content: Content, public_id: str) -> bytes:
    """Give the content of a form as it is stored."""
    return seal(json.dumps(content, ensure_ascii=False), column=CONTENT_COLUMN, row=public_id)


def _hold_resident(resident: Resident) -> None:
    # One writer at a time for a person: two phones that begin at once are one after the other.
    db.session.refresh(resident, with_for_update=True)
    if resident.departed_date is not None:
        raise Refusal("departed_already", N_("此人已登记离开，不能再评估"))


def _refuse_unseen(resident: Resident, instrument: Instrument, knows: str) -> None:
    newest = find_newest_assessment(resident_id=resident.id, scheme=instrument.id)
    if newest is not None and newest.public_id != knows:
        raise Refusal(
            "assessed_meanwhile",
            N_("您填写期间，此人已有一次新的评估，请先对照再决定"),
            assessment=newest.public_id,
        )


def _begin(
    actor: Actor, resident: Resident, instrument: Instrument, revision: int, now: datetime
) -> AssessmentDraft:
    if revision:
        raise Refusal("draft_gone", N_("这份草稿已在别处提交或删除"))
    public_id = secrets.token_hex(8)
    draft = AssessmentDraft(
        public_id=public_id,
        resident_id=resident.id,
        scheme=instrument.id,
        version=instrument.version,
        account_id=actor.account_id,
        state=DraftState.OPEN,
        revision=0,
        saved_key="",
        content_sealed=seal_content({}, public_id),
        assessor_1="",
        saved_at=now,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def _write(
    draft: AssessmentDraft,
    content: Content,
    *,
    revision: int,
    key: str,
    now: datetime,
    **facts: Any,
) -> None:
    if draft.state == DraftState.SIGNED:
        raise Refusal("draft_signed", N_("这份评估已签字，正等另一名评估员确认；要改请先收回"))
    sealed = seal_content(content, draft.public_id)
    kept = {"saved_key": key, "content_sealed": sealed, "saved_at": now, **facts}
    _move(draft, revision=revision, **kept)


def _move(draft: AssessmentDraft, *, revision: int, **values: Any) -> None:
    moved = (
        update(AssessmentDraft)
        .where(
            AssessmentDraft.id == draft.id,
            AssessmentDraft.revision == revision,
            AssessmentDraft.state == DraftState.OPEN,
        )
        .values(revision=revision + 1, **values)
    )
    if count_changed(moved) != 1:
        raise _refuse_changed()
    db.session.refresh(draft)


def _reopen(draft: AssessmentDraft, note: Content, now: datetime) -> None:
    content = {k: v for k, v in open_content(draft).items() if k not in _OF_A_SIGNATURE}
    opened = (
        update(AssessmentDraft)
        .where(
            AssessmentDraft.id == draft.id,
            AssessmentDraft.revision == draft.revision,
            AssessmentDraft.state == DraftState.SIGNED,
        )
        .values(
            state=DraftState.OPEN,
            revision=draft.revision + 1,
            saved_key="",
            content_sealed=seal_content({**content, **note}, draft.public_id),
            saved_at=now,
        )
    )
    if count_changed(opened) != 1:
        raise _refuse_changed()


def _refuse_changed() -> Refusal:
    return Refusal("draft_changed", N_("这份评估已在别的手机或电脑上改动，请先对照再决定"))


def _refuse_altered(same: AssessmentDraft, content: Mapping[str, list[str]]) -> None:
    if same.state == DraftState.SIGNED and open_content(same) != content:
        raise BadInput("key_reused", N_("同一请求编号已用于另一笔操作，请换新编号重试"))


def _record(
    actor: Actor, action: str, resident: Resident, draft: AssessmentDraft, now: datetime
) -> None:
    record_event(
        actor=actor,
        action=action,
        subject_kind="resident",
        subject_id=resident.public_id,
        now=now,
        facts={"draft": draft.public_id, "instrument": draft.scheme},
    )
