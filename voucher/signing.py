"""
The key ring: signing tokens, proving them, and the files the keys are kept in.

ES256 (ECDSA on P-256 with SHA-256), deterministic by RFC 6979, s in the low half. A signature
proves *issued*, never *unspent*, and is checked before anything in the body is believed.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from voucher.config import Home, read_key
from voucher.refusals import N_, BadInput, Refusal
from voucher.tokens import BODY_BYTES, ES256, VERSION, TokenBody, pack_body, read_token, unpack_body

_CONTEXT = b"YL-voucher-1"
# The order of P-256 (FIPS 186-4, D.1.2.3). A valid (r, s) has the valid twin (r, n - s): only the
# one in the low half is a voucher.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class KeyStatus(StrEnum):
    """An active key signs new prints, a retired one still proves older ones, a revoked none."""

    ACTIVE = "active"
    RETIRED = "retired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key of the ring. Only rings that sign hold `private_key`."""

    kid: int
    status: KeyStatus
    made_at: datetime
    public_key: ec.EllipticCurvePublicKey
    private_key: ec.EllipticCurvePrivateKey | None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key that ever signed. The kid in a token is a hint: several keys may share it."""

    keys: tuple[SigningKey, ...]

    @property
    def signing_kid(self) -> int:
        """The kid that new prints get: the newest active one."""
        return max(key.kid for key in self.keys if key.status is KeyStatus.ACTIVE)

    def find_keys(self, kid: int) -> tuple[SigningKey, ...]:
        return tuple(key for key in self.keys if key.kid == kid)


def sign(*, body: TokenBody, keyring: KeyRing) -> bytes:
    """
    Give the 89 bytes of the token, the same for the same body for ever (RFC 6979, low s).

    :raises ValueError: the body does not fit its fields, or the ring cannot sign with its kid.
    """
    return open_signer(kid=body.kid, keyring=keyring)(pack_body(body))


def open_signer(*, kid: int, keyring: KeyRing) -> Callable[[bytes], bytes]:
    """
    Give what makes a token of a packed body that names this kid, as `sign` does, for many.

    :raises ValueError: the ring cannot sign with this kid.
    """
    signer = next((key for key in keyring.find_keys(kid) if key.private_key), None)
    if signer is None or signer.private_key is None or signer.status is KeyStatus.REVOKED:
        raise ValueError(f"no key {kid} to sign with")
    make_signature = signer.private_key.sign
    algorithm = ec.ECDSA(SHA256(), deterministic_signing=True)

    def sign_packed(packed: bytes) -> bytes:
        r, s = decode_dss_signature(make_signature(_CONTEXT + packed, algorithm))
        return packed + r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")

    return sign_packed


def verify(text: str, *, host: str, keyring: KeyRing, test_allowed: bool) -> TokenBody:
    """
    Read a scanned text, or a bare token in Base32, and give what its signature proves.

    :raises BadInput: not_ours, damaged, version, signature, key, key_revoked or test.
    """
    token = read_token(text, host=host)
    if token[0] >> 4 != VERSION:
        raise BadInput("version", N_("无法识别此券的版本，请更新程序"))
    if token[0] & 0x0F != ES256:
        raise _bad_signature()
    _check_signature(token, keyring=keyring)
    body = unpack_body(token[:BODY_BYTES])
    if body.is_test and not test_allowed:
        raise BadInput("test", N_("测试券，不能使用"))
    return body


def _check_signature(token: bytes, *, keyring: KeyRing) -> None:
    keys = keyring.find_keys(int.from_bytes(token[1:3], "big"))
    if not keys:
        raise BadInput("key", N_("无法离线核验，请联网"))
    live = [key for key in keys if key.status is not KeyStatus.REVOKED]
    if not live:
        raise BadInput("key_revoked", N_("签发此券的密钥已停用，请联系社区换券"))
    r, s = (int.from_bytes(token[start : start + 32], "big") for start in (25, 57))
    if s > _ORDER // 2 or not any(_proves(key, token, r=r, s=s) for key in live):
        raise _bad_signature()


def _proves(key: SigningKey, token: bytes, *, r: int, s: int) -> bool:
    try:
        signature, message = encode_dss_signature(r, s), _CONTEXT + token[:BODY_BYTES]
        key.public_key.verify(signature, message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def create_key(folder: Path, *, wrapping_key: bytes, now: datetime) -> SigningKey:
    """
    Make the next key of a home and store it, its private half encrypted by 32 secret bytes.

    The file is `voucher-KID.json`, readable by its owner only; an existing one is never replaced.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kid = max((_kid_of(path) for path in _key_files(folder)), default=0) + 1
    private_key = ec.generate_private_key(ec.SECP256R1())
    key = SigningKey(
        kid=kid,
        status=KeyStatus.ACTIVE,
        made_at=now,
        public_key=private_key.public_key(),
        private_key=private_key,
    )
    sealed = private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(_password(wrapping_key)),
    )
    facts = {
        "kid": kid,
        "algorithm": "ES256",
        "status": key.status,
        "made_at": now.isoformat(),
        "private_key": sealed.decode(),
    }
    _write_new(_key_file(folder, kid), facts)
    return key


def rotate_key(folder: Path, *, wrapping_key: bytes, now: datetime) -> SigningKey:
    """
    Make a new key that signs from now on; the older ones are retired and still prove.

    The new file stands before an older one changes, so a stop between leaves a ring that signs.
    """
    key = create_key(folder, wrapping_key=wrapping_key, now=now)
    for path in _key_files(folder):
        if _kid_of(path) != key.kid and _read_facts(path)["status"] == KeyStatus.ACTIVE:
            _set_status(path, KeyStatus.RETIRED)
    return key


def revoke_key(folder: Path, *, kid: int) -> None:
    """
    Take every proof from a key that was stolen: each voucher it signed must be printed again.

    :raises Refusal: key_unknown, or key_last when it is the one that signs; rotate first.
    """
    files = {_kid_of(path): path for path in _key_files(folder)}
    if kid not in files:
        raise Refusal("key_unknown", N_("没有编号为 %(kid)s 的密钥"), kid=kid)
    if _read_facts(files[kid])["status"] == KeyStatus.ACTIVE:
        raise Refusal("key_last", N_("密钥 %(kid)s 正在签发，请先轮换密钥"), kid=kid)
    _set_status(files[kid], KeyStatus.REVOKED)


def load_keyring(folder: Path, *, wrapping_key: bytes) -> KeyRing:
    """
    Read every key of a home.

    :raises Refusal: key_unreadable, when a file is damaged or the wrapping key is another.
    """
    paths = sorted(_key_files(folder), key=_kid_of)
    return KeyRing(tuple(_load_key(path, wrapping_key=wrapping_key) for path in paths))


def load_ring(home: Home) -> KeyRing:
    """
    Read every key of the home whose wrapping key can open them.

    :raises Refusal: key_unreadable.
    """
    return load_keyring(home.path / "keys", wrapping_key=read_key(home, "wrap"))


def _load_key(path: Path, *, wrapping_key: bytes) -> SigningKey:
    try:
        facts = _read_facts(path)
        private_key = serialization.load_pem_private_key(
            facts["private_key"].encode(), _password(wrapping_key)
        )
        if not isinstance(private_key, ec.EllipticCurvePrivateKey):
            raise ValueError("not an elliptic curve key")
        return SigningKey(
            kid=int(facts["kid"]),
            status=KeyStatus(facts["status"]),
            made_at=datetime.fromisoformat(facts["made_at"]),
            public_key=private_key.public_key(),
            private_key=private_key,
        )
    except (ValueError, KeyError) as error:
        raise Refusal(
            "key_unreadable",
            N_("密钥文件 %(file)s 无法读取：文件损坏，或主密钥不是当初那一把"),
            file=path.name,
        ) from error


def _key_files(folder: Path) -> list[Path]:
    return list(folder.glob("voucher-*.json"))


def _key_file(folder: Path, kid: int) -> Path:
    return folder / f"voucher-{kid}.json"


def _kid_of(path: Path) -> int:
    return int(path.stem.removeprefix("voucher-"))


def _password(wrapping_key: bytes) -> bytes:
    if len(wrapping_key) != 32:
        raise ValueError("the wrapping key has 32 bytes")
    return wrapping_key.hex().encode()


def _read_facts(path: Path) -> dict[str, str]:
    facts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def _set_status(path: Path, status: KeyStatus) -> None:
    changed = path.with_suffix(".new")
    changed.unlink(missing_ok=True)
    _write_new(changed, _read_facts(path) | {"status": status})
    changed.replace(path)


def _write_new(path: Path, facts: dict[str, str] | dict[str, object]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(facts, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _bad_signature() -> BadInput:
    return BadInput("signature", N_("券码无效"))
