"""Closing what every shop is owed through a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import db
from voucher.laws import Check
from voucher.ledger.checks import CHECKS as LEDGER_CHECKS
from voucher.periods import local_date, start_of_day
from voucher.redemptions.checks import CHECKS as REDEMPTION_CHECKS
from voucher.refusals import N_, Refusal
from voucher.sealing import seal
from voucher.settlements.models import Settlement, SettlementLine, SettlementState
from voucher.settlements.operations.splitting import split_closed_total
from voucher.settlements.queries import OpenLine, list_open_lines
from voucher.shops.models import Shop
from voucher.shops.queries import Payee, find_payee
from voucher.vouchers.checks import CHECKS as VOUCHER_CHECKS

# What must hold to the fen before a single line is closed.
BEFORE_CLOSING: tuple[dict[str, Check], ...] = (LEDGER_CHECKS, VOUCHER_CHECKS, REDEMPTION_CHECKS)


@dataclass(slots=True)
class _Bill:
    """What one shop's settlement will hold."""

    lines: list[OpenLine] = field(default_factory=list)
    held: int = 0

    @property
    def amount_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def make_settlements(*, actor: Actor, through: date, now: datetime) -> list[Settlement]:
    """
    Close what every shop is owed through a day, cut at the midnight after it.

    The closed total is split among the funding sources. Lines under an open case are held. A shop
    whose lines would sum below zero waits for its next redemptions. The same day again gives the
    same settlements.

    :raises Refusal: not_over, books_off (naming the row that breaks a law), account_missing.
    """
    cut_at = start_of_day(through + timedelta(days=1))
    if now < cut_at:
        raise Refusal(
            "not_over", N_("%(day)s 还没有结束，次日零点后才能结算"), day=through.isoformat()
        )
    _check_books()
    # A line let go since waits for the next day that is closed: what is closed never changes.
    closed = set(
        db.session.scalars(select(Settlement.shop_id).where(Settlement.through_date == through))
    )
    fresh = [
        _make_settlement(actor, shop_id, bill, through, cut_at, now)
        for shop_id, bill in _gather(list_open_lines(cut_at=cut_at)).items()
        if shop_id not in closed and bill.lines and bill.amount_fen >= 0
    ]
    if fresh:
        split_closed_total(actor=actor, through=through, settlement_ids=fresh, now=now)
    made = select(Settlement).where(Settlement.through_date == through).order_by(Settlement.id)
    return list(db.session.scalars(made))


def _check_books() -> None:
    for checks in BEFORE_CLOSING:
        for check in checks.values():
            if breaches := check().breaches:
                first = breaches[0]
                raise Refusal(
                    "books_off",
                    N_("账目不平，不能结算：%(law)s %(where)s"),
                    law=first.law,
                    where=first.where,
                )


def _gather(lines: Iterable[OpenLine]) -> dict[int, _Bill]:
    bills: dict[int, _Bill] = {}
    for line in lines:
        bill = bills.setdefault(line.shop_id, _Bill())
        if line.is_held:
            bill.held += line.reversal_id is None
        else:
            bill.lines.append(line)
    return bills


def _make_settlement(
    actor: Actor, shop_id: int, bill: _Bill, through: date, cut_at: datetime, now: datetime
) -> int:
    assert actor.account_id is not None
    payee = _get_payee(shop_id, local_date(now))
    settlement = Settlement(
        shop_id=shop_id,
        through_date=through,
        cut_at=cut_at,
        lines=len(bill.lines),
        amount_fen=bill.amount_fen,
        held=bill.held,
        bank=payee.bank,
        holder=payee.holder,
        number_sealed=seal(
            payee.number, column="settlements.number", row=f"settlement:{shop_id}:{through}"
        ),
        number_tail=payee.tail,
        state=SettlementState.MADE,
        made_by=actor.account_id,
        made_at=now,
    )
    db.session.add(settlement)
    db.session.flush()
    db.session.execute(
        insert(SettlementLine),
        [
            {
                "settlement_id": settlement.id,
                "redemption_id": line.redemption_id if line.reversal_id is None else None,
                "reversal_id": line.reversal_id,
                "amount_fen": line.amount_fen,
            }
            for line in bill.lines
        ],
    )
    record_deed(actor=actor, action="settlements.make", settlement=settlement, now=now)
    return settlement.id


def _get_payee(shop_id: int, day: date) -> Payee:
    shop = db.session.get_one(Shop, shop_id)
    payee = find_payee(shop=shop, day=day)
    if payee is None:
        raise Refusal(
            "account_missing", N_("商户 %(shop)s 没有生效的收款账户，不能结算"), shop=shop.code
        )
    return payee


def record_deed(*, actor: Actor, action: str, settlement: Settlement, now: datetime) -> int:
    """Write the event of something done with a settlement, and give its id."""
    return record_event(
        actor=actor,
        action=action,
        subject_kind="settlement",
        subject_id=settlement.id,
        now=now,
        facts={"shop": settlement.shop_id, "fen": settlement.amount_fen},
    )
