"""What a password, a name and a session must be."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from passlib.totp import TOTP

from voucher.access import Role
from voucher.accounts.rules import (
    ROLE_TITLES,
    Session,
    check_account_name,
    check_password,
    find_step,
    make_first_password,
    make_secret,
    needs_second_factor,
)
from voucher.refusals import BadInput

NOON = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
STANDARD_SECRET = base64.b32encode(b"12345678901234567890").decode()


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
    ("role", "open_for", "idle_for", "is_over"),
    [
        ("worker", timedelta(hours=2), timedelta(minutes=29, seconds=59), False),
        ("worker", timedelta(hours=2), timedelta(minutes=30), True),
        ("finance", timedelta(hours=2), timedelta(minutes=14, seconds=59), False),
        ("finance", timedelta(hours=2), timedelta(minutes=15), True),
        ("worker", timedelta(hours=7, minutes=59, seconds=59), timedelta(0), False),
        ("worker", timedelta(hours=8), timedelta(0), True),
    ],
)
def test_a_session_ends_when_idle_too_long_for_its_role_or_after_a_working_day(
    role, open_for, idle_for, is_over
):
    session = Session(began_at=NOON - open_for, seen_at=NOON - idle_for)

    assert session.is_over(NOON, role=role) is is_over


# RFC 6238, appendix B: SHA-1, the last six of the eight digits given there.
@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_a_code_is_the_standards_own(seconds, code):
    now = datetime.fromtimestamp(seconds, UTC)

    assert find_step(STANDARD_SECRET, code, now=now, last=None) == seconds // 30


@pytest.mark.parametrize(
    ("late", "is_known"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_code_counts_one_step_early_or_late(late, is_known):
    code = TOTP(STANDARD_SECRET).generate(int(NOON.timestamp())).token

    step = find_step(STANDARD_SECRET, code, now=NOON + timedelta(seconds=late), last=None)

    assert (step is not None) is is_known


def test_a_code_used_is_no_code_any_more_and_neither_is_an_earlier_one():
    now = datetime.fromtimestamp(1111111109, UTC)
    step = 1111111109 // 30

    assert find_step(STANDARD_SECRET, "081804", now=now, last=step - 1) == step
    assert find_step(STANDARD_SECRET, "081804", now=now, last=step) is None
    assert find_step(STANDARD_SECRET, "081804", now=now, last=step + 1) is None


@pytest.mark.parametrize("typed", ["０８１８０４", " 081 804 ", "081804"])
def test_a_code_is_read_however_it_is_typed(typed):
    now = datetime.fromtimestamp(1111111109, UTC)

    assert find_step(STANDARD_SECRET, typed, now=now, last=None) == 1111111109 // 30


@pytest.mark.parametrize("typed", ["", "08180", "0818044", "٠٨١٨٠٤", "abcdef", "-81804"])
def test_what_is_not_six_digits_is_no_code(typed):
    now = datetime.fromtimestamp(1111111109, UTC)

    assert find_step(STANDARD_SECRET, typed, now=now, last=None) is None


def test_secrets_are_160_bits_by_chance():
    made = {make_secret() for _ in range(100)}

    assert {len(base64.b32decode(secret)) for secret in made} == {20}
    assert len(made) == 100


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_a_live_home_asks_a_second_factor_of_whoever_checks_pays_or_administers(role):
    asked = {Role.FINANCE, Role.APPROVER, Role.ADMIN, Role.AUDITOR}

    assert needs_second_factor(role, is_rehearsal=False) is (role in asked)
    assert needs_second_factor(role, is_rehearsal=True) is False


def test_every_role_has_a_title():
    assert set(ROLE_TITLES) == set(Role)
