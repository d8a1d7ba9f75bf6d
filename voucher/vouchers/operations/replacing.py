"""
A new voucher in place of a lost or stolen one: one person asks, another does it.

In the ledger the old voucher's rest becomes void and its budget comes back, and the new voucher
is committed out of that budget with the very same fen and uses: neither the budget nor anybody's
due grows by a replacement.
"""

from datetime import datetime
from typing import Any

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.cases.models import Case
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import (
    close_case,
    find_open_case,
    number_question,
    open_case,
)
from voucher.cases.queries import get_case
from voucher.codes import make_print_id, make_serial, write_print_code
from voucher.db import db
from voucher.ledger.operations import commit_budget, post_entries
from voucher.ledger.rules import LedgerAccount, Posting, Pot, move_money
from voucher.periods import local_date
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.residents.models import Resident
from voucher.residents.rules.departures import Departure
from voucher.schemes.rules.programmes import Kind
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.operations.ending import end_as_void
from voucher.vouchers.operations.runs import take_serials
from voucher.vouchers.queries.runs import get_run, lock_runs
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import OPEN_STATES, PrintState, VoucherState, refuse_voucher_state


def replace_voucher(
    *, actor: Actor, serial: str, reason: str, may_approve: bool, kid: int, now: datetime
) -> dict[str, Any]:
    """
    Ask for a replacement, or, by the same call of another account, do what was asked.

    Give the result: `waiting`, or `replaced` with the new serial and what moved in fen.

    :raises NotFound: voucher_unknown. :raises NotAllowed: self_approve, not_allowed.
    :raises Refusal: whatever `ask_replacement` and `approve_replacement` refuse with.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    asked = find_open_case(kind=CaseKind.REPLACEMENT, subject_id=voucher.id)
    if asked is None:
        opened = ask_replacement(actor=actor, serial=serial, reason=reason, now=now)
        return {"serial": serial, "result": "waiting", "case": opened.id}
    if not may_approve:
        raise NotAllowed("not_allowed", N_("换发须由另一位审核人员批准"))
    return approve_replacement(actor=actor, case_id=asked.id, kid=kid, now=now)


def ask_replacement(*, actor: Actor, serial: str, reason: str, now: datetime) -> Case:
    """
    Ask a second person to replace a voucher. The old paper should be held meanwhile.

    :raises NotFound: voucher_unknown.
    :raises Refusal: voucher_state, run_state, period_over, resident_died, asked_already.
    """
    voucher = get_voucher(actor=actor, serial=serial)
    # Two who ask at once come one after the other.
    lock_runs(of=Voucher.id == voucher.id)
    _check_replaceable(actor, voucher, now)
    if find_open_case(kind=CaseKind.REPLACEMENT, subject_id=voucher.id) is not None:
        raise Refusal("asked_already", N_("这张券已经申请换发，等待另一人批准"))
    record_event(
        actor=actor,
        action="vouchers.ask_replacement",
        subject_kind="voucher",
        subject_id=serial,
        now=now,
        facts={"reason": reason},
    )
    return open_case(
        actor=actor,
        kind=CaseKind.REPLACEMENT,
        question=number_question(
            f"voucher:{voucher.id}", kind=CaseKind.REPLACEMENT, subject_id=voucher.id
        ),
        subject_kind="voucher",
        subject_id=voucher.id,
        community_id=voucher.community_id,
        now=now,
        facts={"reason": reason, "fen": voucher.balance_fen},
    )


def approve_replacement(*, actor: Actor, case_id: int, kid: int, now: datetime) -> dict[str, Any]:
    """
    Replace a voucher as the second person: the old one is void, its rest goes to a new one.

    The new voucher is inactive, like every paper that was not handed over yet. Where nothing is
    left to replace, the case is closed with the result `nothing_left`.

    :raises NotFound: case_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: case_decided, run_state, period_over, resident_died.
    """
    case = get_case(actor=actor, case_id=case_id, kind=CaseKind.REPLACEMENT)
    lock_runs(of=Voucher.id == case.subject_id)
    old = db.session.get_one(Voucher, case.subject_id, populate_existing=True)
    if old.state not in OPEN_STATES:
        close_case(actor=actor, case_id=case_id, decision="nothing_left", now=now)
        return {"serial": old.serial, "result": "nothing_left"}
    close_case(actor=actor, case_id=case_id, decision="replaced", now=now)
    _check_replaceable(actor, old, now)
    number = take_serials(month=old.period_from, count=1)
    new = _describe_successor(old, make_serial(month=old.period_from, number=number))
    event_id = record_event(
        actor=actor,
        action="vouchers.replace",
        subject_kind="voucher",
        subject_id=old.serial,
        now=now,
        facts={"by": new["serial"], "fen": new["balance_fen"], "reason": case.facts["reason"]},
    )
    end_as_void(wanted=Voucher.id == old.id, event_id=event_id, now=now)
    _write_successor(new, case_id, event_id, kid, now)
    return {
        "serial": old.serial,
        "result": "replaced",
        "new_serial": new["serial"],
        "value_fen": new["balance_fen"],
        "uses": new["balance_uses"],
    }


def decline_replacement(*, actor: Actor, case_id: int, now: datetime) -> None:
    """
    Leave a voucher as it is, as the second person; it may be asked for again.

    :raises NotFound: case_unknown. :raises NotAllowed: self_approve. :raises Refusal: case_decided.
    """
    case = get_case(actor=actor, case_id=case_id, kind=CaseKind.REPLACEMENT)
    close_case(actor=actor, case_id=case_id, decision="declined", now=now)
    record_event(
        actor=actor,
        action="vouchers.decline_replacement",
        subject_kind="voucher",
        subject_id=db.session.get_one(Voucher, case.subject_id).serial,
        now=now,
    )


def _check_replaceable(actor: Actor, voucher: Voucher, now: datetime) -> None:
    if voucher.state not in OPEN_STATES:
        raise refuse_voucher_state(voucher.serial, voucher.state)
    check_printable(run=get_run(actor=actor, run_id=voucher.run_id))
    if local_date(now) >= voucher.period_to:
        raise Refusal("period_over", N_("这个月份已经结束，不能再制发"))
    if db.session.get_one(Resident, voucher.resident_id).departure == Departure.DIED:
        raise Refusal("resident_died", N_("持券人已去世，他的券只能作废，不能换发"))


def _describe_successor(old: Voucher, serial: str) -> dict[str, Any]:
    """Give the new row: frozen like the old one, and worth what is left of it."""
    kept = (
        *("run_id", "resident_id", "community_id", "programme", "scheme_version_id", "level"),
        *("item", "kind", "period_from", "period_to", "is_offline"),
    )
    is_counted = old.kind == Kind.COUNT
    return {name: getattr(old, name) for name in kept} | {
        "serial": serial,
        "replaces_id": old.id,
        "state": VoucherState.INACTIVE,
        "unit_fen": old.unit_fen if is_counted else old.balance_fen,
        "uses_total": old.balance_uses,
        "balance_uses": old.balance_uses,
        "committed_fen": old.balance_fen,
        "balance_fen": old.balance_fen,
        **dict.fromkeys(("redeemed_fen", "void_fen", "lapsed_fen", "released_fen"), 0),
    }


def _write_successor(
    row: dict[str, Any], case_id: int, event_id: int, kid: int, now: datetime
) -> None:
    commit_budget(
        programme=row["programme"],
        period_from=row["period_from"],
        amount_fen=row["committed_fen"],
    )
    made = Voucher(**row)
    db.session.add(made)
    db.session.flush()
    first = Print(
        voucher_id=made.id,
        code=write_print_code(make_print_id()),
        number=1,
        state=PrintState.LIVE,
        kid=kid,
        made_at=now,
    )
    db.session.add(first)
    entries = move_money(
        pot=Pot(made.programme, made.community_id, made.period_from, made.item),
        source=LedgerAccount.FUND,
        target=LedgerAccount.COMMITTED,
        amount_fen=made.committed_fen,
        uses=made.balance_uses,
    )
    post_entries(
        event_id=event_id,
        posting=Posting.APPROVE,
        subject_id=f"replacement:{case_id}",
        entries=entries,
        now=now,
    )
