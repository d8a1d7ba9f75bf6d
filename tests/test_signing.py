"""What a signature proves, every way a scanned text can be wrong, and the files of the keys."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.test_tokens import BODIES, BODY
from voucher import signing, tokens
from voucher.refusals import BadInput, Refusal
from voucher.signing import KeyRing, KeyStatus, SigningKey

HOST = "VOUCHER.EXAMPLE"
NOW = datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
WRAPPING_KEY = bytes(range(32))
# A key of these tests only: derived from a fixed number, so that tokens can be compared.
PRIVATE_KEY = ec.derive_private_key(20261205, ec.SECP256R1())
SIGNATURE = (
    "a7ccda77d5ebebebc82688549519ed05b00304998dcfd652d7094ae946124ce4"
    "343a07aac598ea7542ad3a05958112d73f21d93f7c33b4891e3ad296b4a57f65"
)


def make_ring(*, status: KeyStatus = KeyStatus.ACTIVE, private_key=PRIVATE_KEY, kid: int = 1):
    return KeyRing((SigningKey(kid, status, NOW, private_key.public_key(), private_key),))


RING = make_ring()
TOKEN = signing.sign(body=BODY, keyring=RING)
URL = tokens.show_url(TOKEN, host=HOST)
BARE = tokens.show_bare(TOKEN)
CODE = URL[-143:]


def verify(text, *, keyring=RING, test_allowed=True):
    return signing.verify(text, host=HOST, keyring=keyring, test_allowed=test_allowed)


def word_of(text, **options):
    with pytest.raises(BadInput) as refused:
        verify(text, **options)
    return refused.value.word


def with_first_byte(byte: int) -> str:
    return tokens.show_url(bytes([byte]) + TOKEN[1:], host=HOST)


def high_s_twin() -> bytes:
    return TOKEN[:57] + (signing._ORDER - int.from_bytes(TOKEN[57:], "big")).to_bytes(32, "big")


def with_spare_bit() -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return URL[:-1] + alphabet[alphabet.index(URL[-1]) + 1]


def test_the_same_body_gives_the_same_token_for_ever():
    assert signing.sign(body=BODY, keyring=RING) == TOKEN
    assert len(TOKEN) == 89
    assert TOKEN[25:].hex() == SIGNATURE


@given(body=BODIES)
def test_what_is_signed_is_proved(body):
    keyring = make_ring(kid=body.kid)
    token = signing.sign(body=body, keyring=keyring)

    assert verify(tokens.show_url(token, host=HOST), keyring=keyring) == body
    assert verify(tokens.show_bare(token), keyring=keyring) == body
    assert int.from_bytes(token[57:], "big") <= signing._ORDER // 2


@pytest.mark.parametrize(
    "text",
    [
        URL,
        BARE,
        CODE,
        URL.replace("HTTPS", "https"),
        URL.replace(HOST, HOST.lower()),
        URL.replace(f"HTTPS://{HOST}", f"Https://{HOST.title()}"),
        f" \t{URL}\r\n",
        f"{BARE}\n",
    ],
)
def test_scheme_and_host_in_any_case_and_outer_spaces_are_accepted(text):
    assert verify(text) == BODY


NOT_OURS = [
    URL.replace("EXAMPLE", "EXAMPL3"),
    URL.replace("HTTPS", "HTTP"),
    URL.replace(HOST, f"{HOST}:443"),
    URL.replace(HOST, f"A@{HOST}"),
    URL.replace(HOST, f"{HOST}.CN"),
    URL.replace("/V/", "/W/"),
    URL.replace("/V/", "/v/"),
    URL.replace("/V/", "/V/V/"),
    f"{URL}?A=1",
    f"{URL}#A",
    f"{URL}/",
    f"HTTPS://{HOST}",
    "weixin://dl/business",
    "javascript:alert(1)",
    "wxp://f2f0AAAA",
    "https://qr.alipay.com/AAAA",
    "7" * 7000,
    "",
    "yl1:" + BARE[4:],
    CODE[:-1],
    "\ud800",
]
VERSION = [with_first_byte(0x21), with_first_byte(0x01), with_first_byte(0xF1)]
VERSION += ["YL2:" + BARE[4:], "YL12:"]
DAMAGED = [
    URL[: len(URL) - 71],
    f"{URL}A",
    URL[:-143] + CODE.lower(),
    f"\ufeff{URL}",
    f"\ufeff{BARE}",
    URL[:-1] + "1",
    URL[:-1] + "é",
    f"{URL}=",
    f"{URL[:-1]}=",
    with_spare_bit(),
    f"HTTPS://{HOST}/V/",
    BARE[:-1],
    f"{BARE}0",
    BARE[:-2] + ":::"[:2],
    BARE[:4] + ":::" + BARE[7:],
    BARE[:4] + "a" + BARE[5:],
    "YL1:",
]


@pytest.mark.parametrize("text", NOT_OURS)
def test_q01_and_q08_what_is_not_exactly_our_form_is_not_ours(text):
    assert word_of(text) == "not_ours"


@pytest.mark.parametrize("text", VERSION)
def test_q02_another_version_asks_for_a_newer_program(text):
    assert word_of(text) == "version"


def test_q03_an_unknown_key_is_told_from_a_revoked_one():
    assert word_of(URL, keyring=make_ring(kid=2)) == "key"
    assert word_of(URL, keyring=make_ring(status=KeyStatus.REVOKED)) == "key_revoked"
    assert verify(URL, keyring=make_ring(status=KeyStatus.RETIRED)) == BODY


def test_q03_every_key_of_the_same_kid_is_tried():
    other = ec.derive_private_key(7, ec.SECP256R1())

    assert verify(URL, keyring=KeyRing(make_ring(private_key=other).keys + RING.keys)) == BODY


def test_q04_one_changed_bit_anywhere_is_never_accepted():
    words = [
        word_of(tokens.show_url(flipped.to_bytes(89, "big"), host=HOST))
        for flipped in (int.from_bytes(TOKEN, "big") ^ 1 << bit for bit in range(712))
    ]

    assert len(words) == 712
    assert set(words) == {"version", "signature", "key"}


def test_q04_the_body_of_one_with_the_signature_of_another_is_refused():
    other = signing.sign(body=replace(BODY, value=3001), keyring=RING)

    assert word_of(tokens.show_url(other[:25] + TOKEN[25:], host=HOST)) == "signature"


def test_q05_the_twin_with_high_s_is_refused():
    assert word_of(tokens.show_url(high_s_twin(), host=HOST)) == "signature"


def test_a_signature_of_zeros_is_refused():
    assert word_of(tokens.show_url(TOKEN[:25] + bytes(64), host=HOST)) == "signature"


@pytest.mark.parametrize("text", DAMAGED)
def test_q06_and_q07_our_form_cut_changed_or_padded_is_damaged(text):
    assert word_of(text) == "damaged"


@pytest.mark.parametrize("form", [URL, BARE, CODE])
def test_no_truncation_is_ever_accepted(form):
    words = {word_of(form[:length]) for length in range(len(form))}

    assert words <= {"not_ours", "damaged"}


@given(text=st.text(max_size=300))
def test_no_random_text_is_ever_accepted(text):
    assert word_of(text) in {"not_ours", "damaged", "version"}


@given(token=st.binary(min_size=89, max_size=89))
def test_no_random_token_is_ever_accepted(token):
    words = {"version", "signature", "key"}

    assert word_of(tokens.show_url(token, host=HOST)) in words
    assert word_of(tokens.show_url(TOKEN[:25] + token[25:], host=HOST)) == "signature"


def test_q14_a_test_voucher_is_refused_where_tests_are_not_allowed():
    assert word_of(URL, test_allowed=False) == "test"


@pytest.mark.parametrize("byte", [0x10, 0x12, 0x1F])
def test_q15_another_algorithm_and_none_are_refused(byte):
    assert word_of(with_first_byte(byte)) == "signature"


def test_no_refusal_repeats_the_code():
    for text in (URL[:-1], with_first_byte(0x1F), URL + "?A=1", "YL2:" + BARE[4:]):
        with pytest.raises(BadInput) as refused:
            verify(text)
        assert refused.value.facts == {}


def test_a_ring_signs_only_with_the_key_of_the_body():
    for keyring in (make_ring(kid=2), make_ring(status=KeyStatus.REVOKED), KeyRing(())):
        with pytest.raises(ValueError, match="to sign with"):
            signing.sign(body=BODY, keyring=keyring)


def test_a_key_file_is_for_its_owner_alone_and_comes_back(tmp_path):
    made = signing.create_key(tmp_path / "keys", wrapping_key=WRAPPING_KEY, now=NOW)
    file = tmp_path / "keys" / "voucher-1.json"
    keyring = signing.load_keyring(tmp_path / "keys", wrapping_key=WRAPPING_KEY)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "BEGIN ENCRYPTED PRIVATE KEY" in json.loads(file.read_text())["private_key"]
    assert [(key.kid, key.status, key.made_at) for key in keyring.keys] == [
        (1, KeyStatus.ACTIVE, NOW)
    ]
    token = signing.sign(body=BODY, keyring=keyring)
    assert token == signing.sign(body=BODY, keyring=KeyRing((made,)))


def test_after_rotation_new_prints_get_the_new_key_and_old_ones_stay_the_same(tmp_path):
    signing.create_key(tmp_path, wrapping_key=WRAPPING_KEY, now=NOW)
    before = signing.load_keyring(tmp_path, wrapping_key=WRAPPING_KEY)
    token = signing.sign(body=BODY, keyring=before)

    signing.rotate_key(tmp_path, wrapping_key=WRAPPING_KEY, now=NOW)
    after = signing.load_keyring(tmp_path, wrapping_key=WRAPPING_KEY)

    assert (before.signing_kid, after.signing_kid) == (1, 2)
    assert [key.status for key in after.keys] == [KeyStatus.RETIRED, KeyStatus.ACTIVE]
    assert signing.sign(body=BODY, keyring=after) == token
    assert verify(tokens.show_url(token, host=HOST), keyring=after) == BODY


def test_a_revoked_key_proves_nothing_more(tmp_path):
    signing.create_key(tmp_path, wrapping_key=WRAPPING_KEY, now=NOW)
    token = signing.sign(
        body=BODY, keyring=signing.load_keyring(tmp_path, wrapping_key=WRAPPING_KEY)
    )
    signing.rotate_key(tmp_path, wrapping_key=WRAPPING_KEY, now=NOW)

    signing.revoke_key(tmp_path, kid=1)

    after = signing.load_keyring(tmp_path, wrapping_key=WRAPPING_KEY)
    assert word_of(tokens.show_url(token, host=HOST), keyring=after) == "key_revoked"


@pytest.mark.parametrize(("kid", "word"), [(1, "key_last"), (2, "key_unknown")])
def test_the_key_that_signs_and_an_unknown_one_cannot_be_revoked(tmp_path, kid, word):
    signing.create_key(tmp_path, wrapping_key=WRAPPING_KEY, now=NOW)

    with pytest.raises(Refusal) as refused:
        signing.revoke_key(tmp_path, kid=kid)

    assert refused.value.word == word


def test_keys_do_not_open_with_another_wrapping_key_or_when_damaged(tmp_path):
    signing.create_key(tmp_path, wrapping_key=WRAPPING_KEY, now=NOW)

    with pytest.raises(Refusal) as refused:
        signing.load_keyring(tmp_path, wrapping_key=bytes(32))
    assert refused.value.word == "key_unreadable"

    (tmp_path / "voucher-1.json").write_text("{}")
    with pytest.raises(Refusal) as refused:
        signing.load_keyring(tmp_path, wrapping_key=WRAPPING_KEY)
    assert refused.value.word == "key_unreadable"
