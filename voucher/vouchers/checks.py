"""The laws of vouchers, recomputed from their rows."""

from sqlalchemy import and_, case, func, or_, select

from voucher.codes import parse_serial
from voucher.db import db
from voucher.laws import Breach, Check, Finding
from voucher.ledger.models import LedgerEntry
from voucher.ledger.rules import LedgerAccount
from voucher.refusals import BadInput
from voucher.schemes.rules.programmes import Kind
from voucher.vouchers.models import IssueRun, Print, RunLine, Voucher
from voucher.vouchers.rules import OPEN_STATES, PrintState, RunState, VoucherState


def check_parts() -> Finding:
    """I03: every fen of a voucher is redeemed, still there, void, lapsed or released; uses too."""
    parts = (
        Voucher.redeemed_fen,
        Voucher.balance_fen,
        Voucher.void_fen,
        Voucher.lapsed_fen,
        Voucher.released_fen,
    )
    whole = sum(parts[1:], start=parts[0])
    uses_off = and_(
        Voucher.kind == Kind.COUNT, Voucher.balance_fen != Voucher.balance_uses * Voucher.unit_fen
    )
    wrong = select(Voucher.serial, Voucher.committed_fen, whole).where(
        or_(whole != Voucher.committed_fen, uses_off, *(part < 0 for part in parts))
    )
    breaches = [
        Breach("I03", f"voucher {serial}", {"committed_fen": committed, "parts_fen": found})
        for serial, committed, found in db.session.execute(wrong)
    ]
    return Finding(db.session.scalar(select(func.count(Voucher.id))) or 0, breaches)


def check_states() -> Finding:
    """I04: nothing is left in a voucher that ended, and one in use was handed over."""
    ended = and_(
        Voucher.state.not_in(OPEN_STATES), or_(Voucher.balance_fen > 0, Voucher.balance_uses > 0)
    )
    spent_inactive = and_(Voucher.state == VoucherState.INACTIVE, Voucher.redeemed_fen > 0)
    empty_active = and_(Voucher.state == VoucherState.ACTIVE, Voucher.balance_fen == 0)
    wrong = select(Voucher.serial, Voucher.state).where(or_(ended, spent_inactive, empty_active))
    breaches = [
        Breach("I04", f"voucher {serial}", {"state": state})
        for serial, state in db.session.execute(wrong)
    ]
    return Finding(db.session.scalar(select(func.count(Voucher.id))) or 0, breaches)


def check_identity() -> Finding:
    """I09: serials are sound and unique, and every voucher has exactly one live print."""
    live = func.sum(case((Print.state == PrintState.LIVE, 1), else_=0))
    counts = (
        select(Voucher.serial, live)
        .outerjoin(Print, Print.voucher_id == Voucher.id)
        .group_by(Voucher.id, Voucher.serial)
    )
    rows = db.session.execute(counts).all()
    breaches = [
        Breach("I09", f"voucher {serial}", {"live_prints": int(found or 0)})
        for serial, found in rows
        if found != 1 or not _is_sound(serial)
    ]
    if len({serial for serial, _ in rows}) != len(rows):
        breaches.append(Breach("I09", "serials", {"repeated": True}))
    return Finding(len(rows), breaches)


def _is_sound(serial: str) -> bool:
    try:
        return parse_serial(serial) == serial
    except BadInput:
        return False


def check_one_a_period() -> Finding:
    """I12: one non-void voucher per resident, programme, period and item, over all runs."""
    key = (Voucher.resident_id, Voucher.programme, Voucher.period_from, Voucher.item)
    doubled = (
        select(*key, func.count())
        .where(Voucher.state != VoucherState.VOID)
        .group_by(*key)
        .having(func.count() > 1)
    )
    breaches = [
        Breach("I12", "/".join(map(str, row[:4])), {"vouchers": row[4]})
        for row in db.session.execute(doubled)
    ]
    return Finding(db.session.scalar(select(func.count(Voucher.id))) or 0, breaches)


def check_recomputed() -> Finding:
    """I16: what the ledger says of every pot is what the vouchers themselves say."""
    of_vouchers = _sum_vouchers()
    for pot, fen in _sum_waiting().items():
        of_vouchers[pot] = of_vouchers.get(pot, 0) + fen
    of_ledger = _sum_ledger()
    pots = sorted(set(of_vouchers) | set(of_ledger), key=str)
    breaches = [
        Breach(
            "I16",
            "/".join(map(str, pot)),
            {"vouchers_fen": of_vouchers.get(pot, 0), "ledger_fen": of_ledger.get(pot, 0)},
        )
        for pot in pots
        if of_vouchers.get(pot, 0) != of_ledger.get(pot, 0)
    ]
    return Finding(len(pots), breaches)


_PARTS = {
    LedgerAccount.COMMITTED: Voucher.balance_fen,
    LedgerAccount.PAYABLE: Voucher.redeemed_fen,
    LedgerAccount.VOID: Voucher.void_fen,
    LedgerAccount.LAPSED: Voucher.lapsed_fen,
    LedgerAccount.RELEASED: Voucher.released_fen,
}
_Pot = tuple[str, int, object, str, str]


def _sum_vouchers() -> dict[_Pot, int]:
    pot = (Voucher.programme, Voucher.community_id, Voucher.period_from, Voucher.item)
    sums = select(*pot, *(func.sum(part) for part in _PARTS.values())).group_by(*pot)
    found: dict[_Pot, int] = {}
    for row in db.session.execute(sums):
        for account, total in zip(_PARTS, row[4:], strict=True):
            if total:
                found[(row[0], row[1], row[2], row[3], account.value)] = int(total)
    return found


def _sum_waiting() -> dict[_Pot, int]:
    """Vouchers of an approved run that are not written yet count as committed."""
    pot = (IssueRun.programme, RunLine.community_id, IssueRun.period_from, RunLine.item)
    unwritten = (
        select(*pot, func.sum(RunLine.committed_fen))
        .join(IssueRun, IssueRun.id == RunLine.run_id)
        .outerjoin(
            Voucher,
            and_(
                Voucher.run_id == RunLine.run_id,
                Voucher.resident_id == RunLine.resident_id,
                Voucher.item == RunLine.item,
            ),
        )
        .where(IssueRun.state == RunState.APPROVED, Voucher.id.is_(None))
        .group_by(*pot)
    )
    committed = LedgerAccount.COMMITTED.value
    return {
        (row[0], row[1], row[2], row[3], committed): int(row[4])
        for row in db.session.execute(unwritten)
    }


def _sum_ledger() -> dict[_Pot, int]:
    pot = (
        LedgerEntry.programme,
        LedgerEntry.community_id,
        LedgerEntry.period_from,
        LedgerEntry.item,
    )
    # What was paid was payable before; together they are what the vouchers call redeemed.
    account = case(
        (LedgerEntry.account == LedgerAccount.PAID, LedgerAccount.PAYABLE),
        else_=LedgerEntry.account,
    )
    sums = (
        select(*pot, account, func.sum(LedgerEntry.amount_fen))
        .where(LedgerEntry.account != LedgerAccount.FUND)
        .group_by(*pot, account)
    )
    return {
        (row[0], row[1], row[2], row[3], str(row[4])): int(row[5])
        for row in db.session.execute(sums)
        if row[5]
    }


CHECKS: dict[str, Check] = {
    "I03": check_parts,
    "I04": check_states,
    "I09": check_identity,
    "I12": check_one_a_period,
    "I16": check_recomputed,
}
