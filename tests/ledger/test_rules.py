"""Moving money is always a balanced pair."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from voucher.ledger.rules import Entry, LedgerAccount, Pot, move_money

POT = Pot("example", 1, date(2026, 12, 1), "care")
ACCOUNTS = st.sampled_from(LedgerAccount)


@given(ACCOUNTS, ACCOUNTS, st.integers(-(10**12), 10**12), st.integers(-100, 100))
def test_whatever_is_moved_sums_to_zero(source, target, amount_fen, uses):
    moved = move_money(
        pot=POT, source=source, target=target, amount_fen=amount_fen, uses=uses, shop_id=3
    )

    assert sum(entry.amount_fen for entry in moved) == 0
    assert sum(entry.uses for entry in moved) == 0


def test_nothing_moved_is_no_entry():
    source, target = LedgerAccount.COMMITTED, LedgerAccount.RELEASED

    assert move_money(pot=POT, source=source, target=target, amount_fen=0) == []


def test_only_what_is_owed_or_paid_names_the_shop():
    moved = move_money(
        pot=POT,
        source=LedgerAccount.COMMITTED,
        target=LedgerAccount.PAYABLE,
        amount_fen=5,
        shop_id=3,
    )

    assert moved == [
        Entry(LedgerAccount.COMMITTED, POT, -5),
        Entry(LedgerAccount.PAYABLE, POT, 5, shop_id=3),
    ]
