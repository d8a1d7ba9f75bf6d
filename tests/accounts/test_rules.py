"""What a password, a name and a session must be."""

from datetime import UTC, datetime, timedelta

import pytest

from voucher.accounts.rules import (
    Session,
    check_account_name,
    check_password,
    make_first_password,
)
from voucher.refusals import BadInput

NOON = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    [
        "invented-otter-paints-a-bridge",
        "我家门前有两棵枣树，一棵是枣树，另一棵也是",
        "  spaces, and \t tabs are welcome too  ",
        "Kx9vQ2mTz7LpRw4",
        "p9#" * 5 + "Zebra!crossing at dusk",
        "k7q2-9abc-w3ed-44xy-mm8p",
    ],
)
def test_any_characters_make_a_password_when_they_are_hard_to_guess(password):
    assert check_password(password, account_name="zhang.san")


@pytest.mark.parametrize("password", ["", "short", "Kx9vQ2mTz7LpRw", "x" * 129])
def test_a_password_has_fifteen_to_a_hundred_and_twenty_eight_characters(password):
    with pytest.raises(BadInput, match="^password_length$"):
        check_password(password, account_name="zhang.san")


@pytest.mark.parametrize(
    "password",
    [
        "password12345678",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaaa",
        "1qaz2wsx3edc4rfv",
        "voucher-voucher-voucher",
        "养老服务券养老服务券养老服务",
        "zhang.sanzhang.san",
        "qwertyuiopasdfghjkl",
    ],
)
def test_a_password_others_would_try_is_refused(password):
    with pytest.raises(BadInput, match="^password_(weak|length)$"):
        check_password(password, account_name="zhang.san")


def test_a_password_of_128_characters_is_read_whole_and_fast():
    assert check_password("otter bridge lamp " * 7, account_name="zhang.san")


def test_a_first_password_is_twenty_letters_nobody_confuses():
    made = {make_first_password() for _ in range(200)}

    assert len(made) == 200
    for password in made:
        assert [len(part) for part in password.split("-")] == [4] * 5
        assert not set(password) & set("01ilo")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Zhang.San", "zhang.san"), (" 张三 ", "张三"), ("ｌｉ_si", "li_si"), ("w-1", "w-1")],
)
def test_a_name_is_stored_in_one_form_however_it_was_typed(typed, stored):
    assert check_account_name(typed) == stored


@pytest.mark.parametrize("name", ["", "  ", "a b", "x" * 41, "a/b", "<b>", "a\x00b", "=1+1"])
def test_a_name_that_could_mislead_is_refused(name):
    with pytest.raises(BadInput, match="^name_format$"):
        check_account_name(name)


@pytest.mark.parametrize(
    ("open_for", "idle_for", "is_over"),
    [
        (timedelta(hours=2), timedelta(minutes=59, seconds=59), False),
        (timedelta(hours=2), timedelta(hours=1), True),
        (timedelta(hours=23, minutes=59, seconds=59), timedelta(0), False),
        (timedelta(hours=24), timedelta(0), True),
    ],
)
def test_a_session_ends_after_an_idle_hour_or_a_whole_day(open_for, idle_for, is_over):
    session = Session(began_at=NOON - open_for, seen_at=NOON - idle_for)

    assert session.is_over(NOON) is is_over
