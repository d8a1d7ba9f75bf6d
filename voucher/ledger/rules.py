"""Accounts, postings and balanced entries. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from voucher.refusals import N_


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


STATE_TITLES = {
    BudgetState.PROPOSED: N_("待批准"),
    BudgetState.APPROVED: N_("已批准"),
    BudgetState.REPLACED: N_("已被替换"),
}
# Where a committed fen can be, in the order of its way; together they are what left the fund.
ACCOUNT_TITLES = {
    LedgerAccount.COMMITTED: N_("在老人手中，尚未使用"),
    LedgerAccount.PAYABLE: N_("已核销，应付商户"),
    LedgerAccount.PAID: N_("已付商户"),
    LedgerAccount.RELEASED: N_("使用后退回的差额"),
    LedgerAccount.LAPSED: N_("到期未用"),
    LedgerAccount.VOID: N_("作废"),
    LedgerAccount.DISPUTED: N_("有争议"),
    LedgerAccount.ADJUST: N_("调整"),
}
POSTING_TITLES = {
    Posting.APPROVE: N_("批准批次"),
    Posting.CANCEL: N_("取消批次"),
    Posting.REDEEM: N_("核销"),
    Posting.REVERSE: N_("冲正"),
    Posting.VOID: N_("作废"),
    Posting.LAPSE: N_("到期"),
    Posting.PAY: N_("付款"),
    Posting.SPLIT: N_("按资金来源分摊"),
}

SUBJECT_TITLES = {
    "run": N_("批次 %(number)s"),
    "settlement": N_("结算单 %(number)s"),
    "redemption": N_("核销 %(number)s"),
    "reversal": N_("冲正 %(number)s"),
    "event": N_("事件 %(number)s"),
}


class Subject(NamedTuple):
    """What a posting was about: the kind and number of its first part."""

    kind: str
    number: int | None


def read_subject(subject_id: str) -> Subject:
    """Read `run:1/community:5`, `settlement:7` or `redemption:12`; any other text has no number."""
    kind, _, number = subject_id.partition("/")[0].partition(":")
    return Subject(kind, int(number) if number.isascii() and number.isdigit() else None)


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
