"""The machine can fail: it finds each bug planted here. `make laws` runs these."""

import pytest
from sqlalchemy import exists, false
from sqlalchemy.exc import IntegrityError

from tests.laws.test_life import live
from voucher.redemptions.operations import reversing
from voucher.redemptions.rules.taking import Taking
from voucher.vouchers.operations import ending
from voucher.vouchers.rules import VoucherState


def find_plant(stage):
    with pytest.raises((AssertionError, IntegrityError)) as found:
        live(stage, examples=60, steps=30, shrinks=False)
    return str(found.value)


def test_a_dropped_state_condition_is_found(embedded_stage, monkeypatch):
    monkeypatch.setattr(ending, "OPEN_STATES", tuple(VoucherState))

    find_plant(embedded_stage)


def test_a_forgotten_released_part_is_found(embedded_stage, monkeypatch):
    monkeypatch.setattr(Taking, "taken_fen", property(lambda taking: taking.amount_fen))

    assert "constraint failed: ck_vouchers" in find_plant(embedded_stage)


def test_a_reversal_made_twice_is_found(embedded_stage, monkeypatch):
    monkeypatch.setattr(reversing, "exists", lambda: exists().where(false()))

    find_plant(embedded_stage)
