"""A telephone call: looked up, proved, answered; every step leaves its event."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.audit.operations import record_event
from voucher.db import db
from voucher.overview.queries.calls import (
    MISS,
    Caller,
    Told,
    find_told,
    list_callers,
    list_misses,
    list_told_of_person,
    proves,
)
from voucher.overview.rules import Proof, Question, find_lock
from voucher.periods import CHINA
from voucher.refusals import N_, NotFound, Refusal


class DeskLocked(Refusal):
    """Five misses within an hour: the account's desk rests for an hour."""

    status = 429


class CallRefused(Refusal):
    """A miss: written down and counted, so that it is given back and not raised."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be told, and of whom; `caller` is None where only a voucher was named."""

    caller: Caller | None
    told: tuple[Told, ...]


def look_up_caller(
    *, actor: Actor, question: Question, today: date, now: datetime
) -> list[Caller] | Answer | CallRefused | DeskLocked:
    """
    Find who calls, or, by its own number, the one voucher the call is about.

    A number of a voucher that does not exist is a miss; a name or telephone nobody has is not.

    :raises DeskLocked: desk_locked.
    """
    _guard_desk(actor, now)
    if not question.by.names_a_voucher:
        callers = list_callers(actor=actor, question=question, today=today)
        _record_look_up(actor, question, len(callers), now)
        return callers
    told = find_told(actor=actor, question=question, today=today)
    if told is None:
        return _miss(actor, question.by, now, N_("没有这张券。请对方再念一遍，逐位核对"))
    record_event(
        actor=actor,
        action="overview.tell_voucher",
        subject_kind="voucher",
        subject_id=told.serial,
        now=now,
        facts={"by": question.by},
    )
    return Answer(None, (told,))


def answer_call(
    *,
    actor: Actor,
    question: Question,
    public_id: str,
    proof: Proof,
    today: date,
    now: datetime,
) -> Answer | CallRefused | DeskLocked:
    """
    Tell a caller who proved to be the person what vouchers there are.

    Only somebody this very question finds can be asked about.

    :raises DeskLocked: desk_locked. :raises NotFound: caller_unknown.
    """
    _guard_desk(actor, now)
    callers = list_callers(actor=actor, question=question, today=today)
    caller = next((caller for caller in callers if caller.public_id == public_id), None)
    if caller is None:
        raise NotFound("caller_unknown", N_("请先查找来电人，并选出是哪一位"))
    by = "birth_and_id" if proof.serial is None else "serial"
    if not proves(caller=caller, proof=proof, today=today):
        return _miss(actor, by, now, N_("核对不符，不能告知。请对方再说一遍"))
    told = list_told_of_person(caller=caller, today=today)
    record_event(
        actor=actor,
        action="overview.answer_call",
        subject_kind="resident",
        subject_id=caller.public_id,
        now=now,
        facts={"by": by, "vouchers": len(told)},
    )
    return Answer(caller, tuple(told))


def _guard_desk(actor: Actor, now: datetime) -> None:
    # One call of an account at a time, or five wrong answers sent at once would all pass the count.
    db.session.execute(select(Account.id).where(Account.id == actor.account_id).with_for_update())
    if (locked := find_desk_lock(actor=actor, now=now)) is not None:
        raise locked


def find_desk_lock(*, actor: Actor, now: datetime) -> DeskLocked | None:
    """Give the refusal that stands while this account's desk rests, or None."""
    until = find_lock(misses=list_misses(actor=actor), now=now)
    if until is None:
        return None
    return DeskLocked(
        "desk_locked",
        N_("一小时内核对不符已满五次，本账号停止查询到 %(until)s。请同事代接，或请对方到时再打来"),
        until=f"{until.astimezone(CHINA):%Y-%m-%d %H:%M}",
    )


def _record_look_up(actor: Actor, question: Question, found: int, now: datetime) -> None:
    record_event(
        actor=actor,
        action="overview.look_up_caller",
        subject_kind="desk",
        subject_id=actor.account_id,
        now=now,
        facts={"by": question.by, "found": found},
    )


def _miss(actor: Actor, by: str, now: datetime, sentence: str) -> CallRefused | DeskLocked:
    record_event(
        actor=actor,
        action=MISS,
        subject_kind="account",
        subject_id=actor.account_id,
        now=now,
        facts={"by": by},
    )
    locked = find_desk_lock(actor=actor, now=now)
    return locked or CallRefused("caller_unproved", sentence)
