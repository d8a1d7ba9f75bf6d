"""A redemption taken back: full, once, by the shop the same day or by two people later."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.cases.models import Case
from voucher.cases.models import Kind as CaseKind
from voucher.cases.operations import (
    decide_case,
    find_open_case,
    number_question,
    open_case,
)
from voucher.db import count_changed, db
from voucher.ledger.operations import post_entries, return_budget
from voucher.ledger.rules import LedgerAccount, Posting, Pot, move_money
from voucher.periods import local_date
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.queries.uses import get_community_of, get_redemption
from voucher.redemptions.rules.taking import choose_return
from voucher.refusals import N_, NotAllowed, Refusal
from voucher.replies import check_client_key, find_reply, fingerprint_of, store_reply
from voucher.vouchers.models import Voucher
from voucher.vouchers.rules import VoucherState

UNDO_ROUTE = "reversals"


def reverse_redemption(
    *, actor: Actor, redemption_id: int, reason: str, may_reverse_late: bool, now: datetime
) -> dict[str, Any]:
    """
    Take a redemption back, or ask for it and wait for the second person.

    Who made it may undo it alone, the same day in China; no settlement can hold it yet, since
    settlements are cut at a midnight past. Later one account asks (result `waiting`) and another
    one does it by the same call; `may_reverse_late` says that the actor's role allows that.

    :raises NotFound: redemption_unknown. :raises NotAllowed: self_approve, not_allowed.
    :raises Refusal: already_reversed, undo_over.
    """
    redemption = get_redemption(actor=actor, redemption_id=redemption_id)
    # Two who ask at once come one after the other, and the second is told what the first did.
    db.session.execute(
        select(Redemption.id).where(Redemption.id == redemption_id).with_for_update()
    )
    if db.session.scalar(select(exists().where(Reversal.redemption_id == redemption_id))):
        raise Refusal("already_reversed", N_("这笔核销已经冲正过"))
    asked = find_open_case(kind=CaseKind.LATE_REVERSAL, subject_id=redemption_id)
    if _may_undo_alone(actor, redemption, now):
        if asked is not None:
            # Nothing is left to decide; an open case would hold the lines from settlement for ever.
            decide_case(actor=actor, case_id=asked.id, decision="reversed", now=now)
        return _reverse(actor, redemption, reason, asked_by=actor.key, approver=None, now=now)
    if actor.device_id is not None:
        raise Refusal("undo_over", N_("只能在核销当日、结算之前撤销；请联系区里办理冲正"))
    if not may_reverse_late:
        raise NotAllowed("not_allowed", N_("当日之后的冲正须由审核或财务人员办理"))
    if asked is None:
        return _ask(actor, redemption, reason, now)
    return _approve(actor, asked, redemption, reason, now)


def undo_redemption(
    *, actor: Actor, redemption_id: int, reason: str, client_key: str, now: datetime
) -> dict[str, Any]:
    """
    Take a redemption back for the till that made it, or answer what this very attempt got before.

    :raises BadInput: key_format, key_reused. :raises NotFound: redemption_unknown.
    :raises Refusal: already_reversed, undo_over.
    """
    attempt = {
        "actor_key": actor.key,
        "route": UNDO_ROUTE,
        "client_key": check_client_key(client_key),
        "fingerprint": fingerprint_of({"redemption": redemption_id, "reason": reason}),
    }
    if (earlier := find_reply(**attempt)) is not None:
        return earlier
    body = reverse_redemption(
        actor=actor, redemption_id=redemption_id, reason=reason, may_reverse_late=False, now=now
    )
    store_reply(**attempt, body=body, now=now)
    return body


def _may_undo_alone(actor: Actor, redemption: Redemption, now: datetime) -> bool:
    made_here = (
        actor.shop_id == redemption.shop_id
        if actor.device_id is not None
        else redemption.device_id is None and actor.account_id == redemption.account_id
    )
    return made_here and local_date(redemption.redeemed_at) == local_date(now)


def _ask(actor: Actor, redemption: Redemption, reason: str, now: datetime) -> dict[str, Any]:
    opened = open_case(
        actor=actor,
        kind=CaseKind.LATE_REVERSAL,
        question=number_question(
            f"redemption:{redemption.id}",
            kind=CaseKind.LATE_REVERSAL,
            subject_id=redemption.id,
        ),
        subject_kind="redemption",
        subject_id=redemption.id,
        # Whoever may see the redemption may decide it.
        community_id=get_community_of(redemption=redemption),
        now=now,
        facts={"reason": reason},
    )
    record_event(
        actor=actor,
        action="redemptions.ask_reversal",
        subject_kind="redemption",
        subject_id=redemption.id,
        now=now,
        facts={"reason": reason},
    )
    return {"redemption": redemption.id, "result": "waiting", "case": opened.id}


def _approve(
    actor: Actor, asked: Case, redemption: Redemption, reason: str, now: datetime
) -> dict[str, Any]:
    if not decide_case(actor=actor, case_id=asked.id, decision="reversed", now=now):
        raise self_approve()
    return _reverse(
        actor, redemption, reason, asked_by=asked.opened_by, approver=actor.key, now=now
    )


def _reverse(
    actor: Actor,
    redemption: Redemption,
    reason: str,
    *,
    asked_by: str,
    approver: str | None,
    now: datetime,
) -> dict[str, Any]:
    event_id = record_event(
        actor=actor,
        action="redemptions.reverse",
        subject_kind="redemption",
        subject_id=redemption.id,
        now=now,
        facts={"reason": reason, "fen": redemption.amount_fen},
    )
    reversal = Reversal(
        redemption_id=redemption.id,
        event_id=event_id,
        reason=reason,
        is_late=approver is not None,
        asked_by=asked_by,
        approved_by=approver,
        reversed_at=now,
    )
    db.session.add(reversal)
    db.session.flush()
    target = _give_back(redemption, now)
    _post(redemption, reversal, target, now)
    return {
        "redemption": redemption.id,
        "result": "reversed",
        "reversal": reversal.id,
        "amount_fen": redemption.amount_fen,
        "to": target.value,
    }


def _give_back(redemption: Redemption, now: datetime) -> LedgerAccount:
    """Move the use's money back into the voucher, or, after its end, to lapsed or void."""
    voucher = db.session.execute(
        select(Voucher.state, Voucher.period_to).where(Voucher.id == redemption.voucher_id)
    ).one()
    target = LedgerAccount(
        choose_return(state=voucher.state, period_to=voucher.period_to, today=local_date(now))
    )
    part = {
        LedgerAccount.COMMITTED: Voucher.balance_fen,
        LedgerAccount.VOID: Voucher.void_fen,
        LedgerAccount.LAPSED: Voucher.lapsed_fen,
    }[target]
    back_fen = redemption.amount_fen + redemption.released_fen
    back_uses = redemption.uses if target is LedgerAccount.COMMITTED else 0
    after_use = VoucherState.ACTIVE if target is LedgerAccount.COMMITTED else VoucherState.LAPSED
    give = (
        update(Voucher)
        .where(Voucher.id == redemption.voucher_id, Voucher.state == voucher.state)
        .values(
            {
                part: part + back_fen,
                Voucher.redeemed_fen: Voucher.redeemed_fen - redemption.amount_fen,
                Voucher.released_fen: Voucher.released_fen - redemption.released_fen,
                Voucher.balance_uses: Voucher.balance_uses + back_uses,
                Voucher.state: case(
                    (Voucher.state == VoucherState.USED, after_use), else_=Voucher.state
                ),
            }
        )
        .execution_options(synchronize_session=False)
    )
    if count_changed(give) != 1:
        raise Refusal("busy", N_("这张券正在别处使用，请稍后重试"))
    return target


def _post(redemption: Redemption, reversal: Reversal, target: LedgerAccount, now: datetime) -> None:
    row = db.session.execute(
        select(Voucher.programme, Voucher.community_id, Voucher.period_from, Voucher.item).where(
            Voucher.id == redemption.voucher_id
        )
    ).one()
    pot = Pot(row.programme, row.community_id, row.period_from, row.item)
    entries = move_money(
        pot=pot,
        source=LedgerAccount.PAYABLE,
        target=target,
        amount_fen=redemption.amount_fen,
        uses=redemption.uses,
        shop_id=redemption.shop_id,
    ) + move_money(
        pot=pot,
        source=LedgerAccount.RELEASED,
        target=target,
        amount_fen=redemption.released_fen,
    )
    if target is LedgerAccount.VOID:
        return_budget(
            programme=pot.programme,
            period_from=pot.period_from,
            amount_fen=redemption.amount_fen + redemption.released_fen,
        )
    post_entries(
        event_id=reversal.event_id,
        posting=Posting.REVERSE,
        subject_id=f"reversal:{reversal.id}",
        entries=entries,
        now=now,
    )
