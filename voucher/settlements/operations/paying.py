"""Approving what another made, and recording what the bank paid."""

from datetime import datetime

from sqlalchemy import select, update

from voucher.access import Actor, self_approve
from voucher.db import count_changed, db
from voucher.ledger.operations import post_entries
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.refusals import N_, BadInput, Refusal
from voucher.settlements.models import Settlement, SettlementState
from voucher.settlements.operations.closing import record_deed
from voucher.settlements.queries import get_settlement, list_pots


def approve_settlement(*, actor: Actor, settlement_id: int, now: datetime) -> Settlement:
    """
    Approve what another finance account made.

    :raises NotFound: settlement_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: settlement_state.
    """
    settlement = get_settlement(settlement_id=settlement_id)
    if settlement.made_by == actor.account_id:
        raise self_approve()
    approve = (
        update(Settlement)
        .where(Settlement.id == settlement_id, Settlement.state == SettlementState.MADE)
        .values(state=SettlementState.APPROVED, approved_by=actor.account_id, approved_at=now)
    )
    _demand_change(count_changed(approve), settlement)
    record_deed(actor=actor, action="settlements.approve", settlement=settlement, now=now)
    return settlement


def _demand_change(changed: int, settlement: Settlement) -> None:
    if changed != 1:
        raise Refusal(
            "settlement_state",
            N_("结算单 %(settlement)s 现在是“%(state)s”，不能执行此操作"),
            settlement=settlement.id,
            state=settlement.state,
        )


def pay_settlement(*, actor: Actor, settlement_id: int, bank_ref: str, now: datetime) -> Settlement:
    """
    Record that the bank paid.

    :raises NotFound: settlement_unknown. :raises BadInput: bank_ref_missing, bank_ref_reused.
    :raises Refusal: settlement_state.
    """
    settlement = get_settlement(settlement_id=settlement_id)
    if not bank_ref.strip() or len(bank_ref) > 60:
        raise BadInput("bank_ref_missing", N_("请填写银行回单号（不超过60字）"))
    used = select(Settlement.id).where(
        Settlement.bank_ref == bank_ref.strip(), Settlement.id != settlement_id
    )
    if db.session.scalar(used) is not None:
        raise BadInput("bank_ref_reused", N_("这个银行回单号已用于另一张结算单"))
    pay = (
        update(Settlement)
        .where(Settlement.id == settlement_id, Settlement.state == SettlementState.APPROVED)
        .values(
            state=SettlementState.PAID,
            paid_by=actor.account_id,
            paid_at=now,
            bank_ref=bank_ref.strip(),
        )
    )
    _demand_change(count_changed(pay), settlement)
    event_id = record_deed(actor=actor, action="settlements.pay", settlement=settlement, now=now)
    _post_payment(settlement, event_id, now)
    return settlement


def _post_payment(settlement: Settlement, event_id: int, now: datetime) -> None:
    entries: list[Entry] = []
    for row in list_pots(settlement_ids=[settlement.id]):
        entries += move_money(
            pot=Pot(row.programme, row.community_id, row.period_from, row.item),
            source=LedgerAccount.PAYABLE,
            target=LedgerAccount.PAID,
            amount_fen=int(row.amount_fen),
            shop_id=settlement.shop_id,
        )
    if entries:
        post_entries(
            event_id=event_id,
            posting=Posting.PAY,
            subject_id=f"settlement:{settlement.id}",
            entries=entries,
            now=now,
        )
