"""Making, approving and paying settlements."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.laws import Check
from voucher.ledger.checks import CHECKS as LEDGER_CHECKS
from voucher.ledger.operations import post_entries
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot, move_money
from voucher.money import split_by_largest_remainder
from voucher.periods import local_date, start_of_day
from voucher.redemptions.checks import CHECKS as REDEMPTION_CHECKS
from voucher.refusals import N_, BadInput, NotAllowed, Refusal
from voucher.schemes.queries import get_programme_version
from voucher.schemes.rules.programmes import list_funding_sources
from voucher.sealing import seal
from voucher.settlements.models import Settlement, SettlementLine, SettlementState
from voucher.settlements.queries import OpenLine, get_settlement, list_open_lines, list_pots
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

    Lines under an open case are held. A shop whose lines would sum below zero waits for its next
    redemptions. The same day again gives the same settlements.

    :raises Refusal: not_over, books_off (naming the row that breaks a law), account_missing.
    """
    cut_at = start_of_day(through + timedelta(days=1))
    if now < cut_at:
        raise Refusal(
            "not_over", N_("%(day)s 还没有结束，次日零点后才能结算"), day=through.isoformat()
        )
    _check_books()
    for shop_id, bill in _gather(list_open_lines(cut_at=cut_at)).items():
        if bill.lines and bill.amount_fen >= 0:
            _make_settlement(actor, shop_id, bill, through, cut_at, now)
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
) -> None:
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
    _record(actor, "settlements.make", settlement, now)


def _get_payee(shop_id: int, day: date) -> Payee:
    found = find_payee(shop_id=shop_id, day=day)
    if found is None:
        raise Refusal("account_missing", N_("商户 %(shop)s 没有收款账户，不能结算"), shop=shop_id)
    return found


def _record(actor: Actor, action: str, settlement: Settlement, now: datetime) -> int:
    return record_event(
        actor=actor,
        action=action,
        subject_kind="settlement",
        subject_id=settlement.id,
        now=now,
        facts={"shop": settlement.shop_id, "fen": settlement.amount_fen},
    )


def approve_settlement(*, actor: Actor, settlement_id: int, now: datetime) -> Settlement:
    """
    Approve what another finance account made.

    :raises NotFound: settlement_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: settlement_state.
    """
    settlement = get_settlement(settlement_id=settlement_id)
    if settlement.made_by == actor.account_id:
        raise NotAllowed("self_approve", N_("不能批准自己提交的内容，请由另一人批准"))
    approve = (
        update(Settlement)
        .where(Settlement.id == settlement_id, Settlement.state == SettlementState.MADE)
        .values(state=SettlementState.APPROVED, approved_by=actor.account_id, approved_at=now)
    )
    _demand_change(count_changed(approve), settlement)
    _record(actor, "settlements.approve", settlement, now)
    return settlement


def _demand_change(changed: int, settlement: Settlement) -> None:
    if changed != 1:
        raise Refusal(
            "settlement_state",
            N_("结算单 %(settlement)s 现在是“%(state)s”，不能执行此操作"),
            settlement=settlement.id,
            state=settlement.state,
        )


def pay_settlement(
    *, actor: Actor, settlement_id: int, bank_ref: str, district: str, now: datetime
) -> Settlement:
    """
    Record that the bank paid, and split the total among the funding sources.

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
    event_id = _record(actor, "settlements.pay", settlement, now)
    _post_payment(settlement, event_id, now)
    _post_split(settlement, district, event_id, now)
    return settlement


def _post_payment(settlement: Settlement, event_id: int, now: datetime) -> None:
    entries: list[Entry] = []
    for row in list_pots(settlement_id=settlement.id):
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


def _post_split(settlement: Settlement, district: str, event_id: int, now: datetime) -> None:
    """Split each programme's closed total by largest remainder, spare fen to the first named."""
    totals: dict[tuple[str, int, date], int] = {}
    for row in list_pots(settlement_id=settlement.id):
        key = (row.programme, row.scheme_version_id, row.period_from)
        totals[key] = totals.get(key, 0) + int(row.amount_fen)
    entries: list[Entry] = []
    for (programme, version_id, period_from), total_fen in totals.items():
        sources = list_funding_sources(
            programme=get_programme_version(version_id), district_code=district
        )
        parts = split_by_largest_remainder(total_fen, [source.weight for source in sources])
        pot = Pot(programme, None, period_from, "")
        entries.append(Entry(LedgerAccount.FUND, pot, total_fen))
        entries += [
            Entry(LedgerAccount.FUND, pot, -part, source=source.id)
            for source, part in zip(sources, parts, strict=True)
        ]
    entries = [entry for entry in entries if entry.amount_fen]
    if entries:
        post_entries(
            event_id=event_id,
            posting=Posting.SPLIT,
            subject_id=f"settlement:{settlement.id}",
            entries=entries,
            now=now,
        )
