"""Approving what another made, and recording what the bank paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.ledger.operations import post_entries
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.periods import local_date
from voucher.refusals import N_, BadInput, Refusal
from voucher.sealing import unseal
from voucher.settlements.models import Settlement, SettlementState
from voucher.settlements.operations.closing import record_deed
from voucher.settlements.queries.lines import list_pots
from voucher.settlements.queries.settlements import get_settlement
from voucher.shops.models import Shop
from voucher.shops.queries import within_scope


def approve_settlement(*, actor: Actor, settlement_id: int, now: datetime) -> Settlement:
    """
    Approve what another finance account made.

    :raises NotFound: settlement_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: settlement_state.
    """
    settlement = get_settlement(actor=actor, settlement_id=settlement_id)
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


def approve_settlements(
    *, actor: Actor, settlement_ids: Sequence[int], now: datetime
) -> tuple[int, int]:
    """
    Approve exactly these, all of them or none; give how many and their sum in fen.

    :raises NotFound: settlement_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: settlement_state, nothing_waiting.
    """
    if not settlement_ids:
        raise Refusal("nothing_waiting", N_("没有等您批准的结算单"))
    done = [
        approve_settlement(actor=actor, settlement_id=settlement_id, now=now)
        for settlement_id in settlement_ids
    ]
    return len(done), sum(settlement.amount_fen for settlement in done)


# What is said to who would approve or pay a settlement that is in this state.
_NOT_NOW = {
    SettlementState.MADE: N_("结算单 %(settlement)s 还没有批准，不能付款"),
    SettlementState.APPROVED: N_("结算单 %(settlement)s 已经批准，不能再次批准"),
    SettlementState.PAID: N_("结算单 %(settlement)s 已经付款，不能再改"),
}


def _demand_change(changed: int, settlement: Settlement) -> None:
    if changed != 1:
        # Another may have been faster: what is said is how it stands now.
        db.session.refresh(settlement)
        state = SettlementState(settlement.state)
        raise Refusal(
            "settlement_state", _NOT_NOW[state], settlement=settlement.id, state=str(state)
        )


def pay_settlement(*, actor: Actor, settlement_id: int, bank_ref: str, now: datetime) -> Settlement:
    """
    Record that the bank paid.

    :raises NotFound: settlement_unknown. :raises BadInput: bank_ref_missing, bank_ref_reused.
    :raises Refusal: settlement_state.
    """
    settlement = get_settlement(actor=actor, settlement_id=settlement_id)
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


@dataclass(frozen=True, slots=True)
class Payment:
    """What the bank is to pay: `number` is the whole account number."""

    id: int
    through_date: date
    shop_code: str
    holder: str
    bank: str
    number: str
    amount_fen: int


def read_payments(*, actor: Actor, now: datetime) -> list[Payment]:
    """Give what is approved and not yet paid, with account numbers in full; that is an event."""
    rows = db.session.execute(
        select(Settlement, Shop.code)
        .join(Shop, Shop.id == Settlement.shop_id)
        .where(Settlement.state == SettlementState.APPROVED, within_scope(actor))
        .order_by(Settlement.id)
    )
    payments = [_open_payment(settlement, code) for settlement, code in rows]
    record_event(
        actor=actor,
        action="settlements.read_accounts",
        subject_kind="day",
        subject_id=local_date(now).isoformat(),
        now=now,
        facts={
            "settlements": [payment.id for payment in payments],
            "fen": sum(payment.amount_fen for payment in payments),
        },
    )
    return payments


def _open_payment(settlement: Settlement, shop_code: str) -> Payment:
    row = f"settlement:{settlement.shop_id}:{settlement.through_date}"
    return Payment(
        id=settlement.id,
        through_date=settlement.through_date,
        shop_code=shop_code,
        holder=settlement.holder,
        bank=settlement.bank,
        number=unseal(settlement.number_sealed, column="settlements.number", row=row),
        amount_fen=settlement.amount_fen,
    )
