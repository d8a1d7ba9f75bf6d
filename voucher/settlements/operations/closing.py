"""Closing what every shop is owed through a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

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
from voucher.settlements.queries.lines import OpenLine, list_held_lines, list_open_lines
from voucher.shops.models import Shop
from voucher.shops.queries import Payee, find_payee, list_account_tails
from voucher.vouchers.checks import CHECKS as VOUCHER_CHECKS

# What must hold to the fen before a single line is closed.
BEFORE_CLOSING: tuple[dict[str, Check], ...] = (LEDGER_CHECKS, VOUCHER_CHECKS, REDEMPTION_CHECKS)


@dataclass(slots=True)
class Bill:
    """What one shop's settlement will hold."""

    lines: list[OpenLine] = field(default_factory=list)
    held: int = 0

    @property
    def amount_fen(self) -> int:
        """Give the sum of its lines."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def closes(self) -> bool:
        """Tell whether it becomes a settlement; one that would sum below zero waits."""
        return bool(self.lines) and self.amount_fen >= 0


def make_settlements(*, actor: Actor, through: date, now: datetime) -> list[Settlement]:
    """
    Close what every shop is owed through a day, cut at the midnight after it.

    The closed total is split among the funding sources. Lines under an open case are held. A shop
    whose lines would sum below zero waits for its next redemptions. The same day again gives the
    same settlements.

    :raises Refusal: not_over, books_off (naming the row that breaks a law), account_missing.
    """
    cut_at = cut_after(through)
    bills = plan_settlements(through=through, now=now)
    fresh = [
        _make_settlement(actor, shop_id, bill, through, cut_at, now)
        for shop_id, bill in bills.items()
        if bill.closes
    ]
    if fresh:
        split_closed_total(actor=actor, through=through, settlement_ids=fresh, now=now)
    made = select(Settlement).where(Settlement.through_date == through).order_by(Settlement.id)
    return list(db.session.scalars(made))


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a shop is owed through a day, before it is closed; `tail` is empty without account."""

    code: str
    name: str
    lines: int
    amount_fen: int
    held: int
    bank: str
    tail: str
    closes: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What closing a day would make, in fen, and what it leaves for later."""

    rows: list[PlannedRow]
    held: list[Any]

    @property
    def closing(self) -> list[PlannedRow]:
        """Give the shops that get a settlement."""
        return [row for row in self.rows if row.closes]

    @property
    def amount_fen(self) -> int:
        """Give what the settlements sum to."""
        return sum(row.amount_fen for row in self.closing)

    @property
    def without_account(self) -> list[PlannedRow]:
        """Give the shops that stop the closing: nobody knows where their money goes."""
        return [row for row in self.closing if not row.tail]


def preview_settlements(*, through: date, now: datetime) -> Preview:
    """
    Show what closing a day would make, by the very plan that closes it; write nothing.

    :raises Refusal: not_over, books_off (naming the row that breaks a law).
    """
    bills = plan_settlements(through=through, now=now)
    accounts = list_account_tails(day=local_date(now))
    shops = {shop.id: shop for shop in db.session.scalars(select(Shop).order_by(Shop.code))}
    rows = [
        PlannedRow(
            shop.code,
            shop.name,
            len(bills[shop_id].lines),
            bills[shop_id].amount_fen,
            bills[shop_id].held,
            *accounts.get(shop_id, ("", "")),
            bills[shop_id].closes,
        )
        for shop_id, shop in shops.items()
        if shop_id in bills
    ]
    return Preview(rows, list_held_lines(cut_at=cut_after(through)))


def plan_settlements(*, through: date, now: datetime) -> dict[int, Bill]:
    """
    Give, by shop, what closing a day would hold, and write nothing.

    :raises Refusal: not_over, books_off (naming the row that breaks a law).
    """
    cut_at = cut_after(through)
    if now < cut_at:
        raise Refusal(
            "not_over", N_("%(day)s 还没有结束，次日零点后才能结算"), day=through.isoformat()
        )
    _check_books()
    # A line let go since waits for the next day that is closed: what is closed never changes.
    closed = set(
        db.session.scalars(select(Settlement.shop_id).where(Settlement.through_date == through))
    )
    bills = _gather(list_open_lines(cut_at=cut_at))
    return {shop_id: bill for shop_id, bill in bills.items() if shop_id not in closed}


def cut_after(through: date) -> datetime:
    """Give the instant at which a day that is closed ends."""
    return start_of_day(through + timedelta(days=1))


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


def _gather(lines: Iterable[OpenLine]) -> dict[int, Bill]:
    bills: dict[int, Bill] = {}
    for line in lines:
        bill = bills.setdefault(line.shop_id, Bill())
        if line.is_held:
            bill.held += line.reversal_id is None
        else:
            bill.lines.append(line)
    return bills


def _make_settlement(
    actor: Actor, shop_id: int, bill: Bill, through: date, cut_at: datetime, now: datetime
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
