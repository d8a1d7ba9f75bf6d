"""Accounts, postings and balanced entries. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LedgerAccount(StrEnum):
    """Where money can be. Only fund and adjust may be negative, payable after a late reversal."""

    FUND = "fund"
    COMMITTED = "committed"
    PAYABLE = "payable"
    PAID = "paid"
    LAPSED = "lapsed"
    VOID = "void"
    RELEASED = "released"
    DISPUTED = "disputed"
    ADJUST = "adjust"


class Posting(StrEnum):
    """What happened, for every ledger transaction."""

    APPROVE = "approve"
    CANCEL = "cancel"
    REDEEM = "redeem"
    REVERSE = "reverse"
    VOID = "void"
    LAPSE = "lapse"
    PAY = "pay"
    SPLIT = "split"


class BudgetState(StrEnum):
    """A budget counts once another finance account approved it, until a newer one does."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Pot:
    """What money is counted by: programme, community, period and item (invariant I01)."""

    programme: str
    community_id: int | None
    period_from: date
    item: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount in fen, and uses, added to an account of a pot; payable and paid name the shop."""

    account: LedgerAccount
    pot: Pot
    amount_fen: int
    uses: int = 0
    shop_id: int | None = None
    source: str | None = None


def move_money(
    *,
    pot: Pot,
    source: LedgerAccount,
    target: LedgerAccount,
    amount_fen: int,
    uses: int = 0,
    shop_id: int | None = None,
) -> list[Entry]:
    """Give the balanced pair that takes an amount from one account and adds it to another."""
    if amount_fen == 0 and uses == 0:
        return []
    return [
        Entry(source, pot, -amount_fen, -uses, _shop_of(source, shop_id)),
        Entry(target, pot, amount_fen, uses, _shop_of(target, shop_id)),
    ]


def _shop_of(account: LedgerAccount, shop_id: int | None) -> int | None:
    return shop_id if account in (LedgerAccount.PAYABLE, LedgerAccount.PAID) else None
