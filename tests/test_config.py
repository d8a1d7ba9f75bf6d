"""A home is made once, and one with weak secrets does not open."""

import json

import pytest

from tests.conftest import make_home
from voucher.config import (
    KEY_NAMES,
    Kind,
    count_proxies,
    create_home,
    find_home_path,
    load_home,
    read_key,
)
from voucher.refusals import BadInput


def refuse(word, act, *arguments, **named):
    with pytest.raises(BadInput, match=f"^{word}$"):
        act(*arguments, **named)


def test_a_home_is_read_back_as_it_was_made(home):
    assert load_home(home.path) == home


def test_only_its_owner_reads_a_home(home):
    for folder in (home.path, home.path / "keys", home.path / "uploads"):
        assert folder.stat().st_mode & 0o777 == 0o700
    for file in (home.path / "home.json", *(home.path / "keys").iterdir()):
        assert file.stat().st_mode & 0o777 == 0o600


def test_no_two_secrets_are_alike(home, tmp_path):
    other = make_home(tmp_path / "other")
    keys = {read_key(one, name) for one in (home, other) for name in KEY_NAMES}

    assert len(keys) == 2 * len(KEY_NAMES)


def test_a_home_is_made_once(home):
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}

    refuse("home_exists", make_home, home.path)

    assert {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()} == before


def test_where_there_is_no_home_none_opens(tmp_path):
    refuse("home_missing", load_home, tmp_path)


@pytest.mark.parametrize("content", [b"", b"short", b"0" * 32, bytes(range(31)), bytes(33)])
def test_a_weak_secret_keeps_the_home_shut(home, content):
    (home.path / "keys" / "field.key").write_bytes(content)

    refuse("secret_weak", load_home, home.path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_secret_that_others_can_read_keeps_the_home_shut(home, mode):
    (home.path / "keys" / "wrap.key").chmod(mode)

    refuse("secret_weak", load_home, home.path)


@pytest.mark.parametrize("name", KEY_NAMES)
def test_a_secret_that_is_missing_keeps_the_home_shut(home, name):
    (home.path / "keys" / f"{name}.key").unlink()

    refuse("secret_weak", load_home, home.path)


@pytest.mark.parametrize("host", ["", "lower.example", "A" * 25, "A B", "A/B", "例.CN"])
def test_a_host_no_code_can_carry_makes_no_home(tmp_path, host):
    path = tmp_path / "home"

    refuse(
        "host_length",
        create_home,
        path=path,
        kind=Kind.LIVE,
        district="510104",
        host=host,
        desk_phone="0",
    )
    assert not path.exists()


def test_a_host_that_was_changed_by_hand_is_refused(home):
    described = json.loads((home.path / "home.json").read_text())
    (home.path / "home.json").write_text(json.dumps(described | {"host": "lower.example"}))

    refuse("host_length", load_home, home.path)


def test_the_longest_host_is_twenty_four_characters(tmp_path):
    assert (
        create_home(
            path=tmp_path / "home",
            kind=Kind.LIVE,
            district="510104",
            host="A" * 24,
            desk_phone="0",
        ).host
        == "A" * 24
    )


def test_only_demo_and_test_homes_rehearse(home, tmp_path):
    demo, live = (make_home(tmp_path / kind, kind=kind) for kind in (Kind.DEMO, Kind.LIVE))

    assert [one.is_rehearsal for one in (home, demo, live)] == [True, True, False]


def test_the_environment_names_home_database_and_printouts(home, tmp_path, monkeypatch):
    assert home.database_url == f"sqlite:///{home.path / 'voucher.db'}"
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://example")
    monkeypatch.setenv("VOUCHER_PRINTOUTS", str(tmp_path / "paper"))
    monkeypatch.setenv("VOUCHER_HOME", str(tmp_path / "elsewhere"))

    assert home.database_url == "postgresql+psycopg://example"
    assert home.printouts == tmp_path / "paper"
    assert find_home_path() == tmp_path / "elsewhere"


@pytest.mark.parametrize(("stated", "hops"), [("", 0), ("0", 0), ("1", 1), ("9", 9)])
def test_proxies_are_trusted_as_far_as_they_are_named(monkeypatch, stated, hops):
    monkeypatch.setenv("VOUCHER_PROXIES", stated)

    assert count_proxies() == hops


@pytest.mark.parametrize("stated", ["10", "-1", "one", "１", "1.0"])
def test_a_number_of_proxies_that_is_none_is_refused(monkeypatch, stated):
    monkeypatch.setenv("VOUCHER_PROXIES", stated)

    refuse("proxies_format", count_proxies)
