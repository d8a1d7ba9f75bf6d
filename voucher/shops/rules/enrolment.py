"""Codes that enrol a till and tokens it is known by: long, random, kept as hashes."""

import hashlib
import secrets

# Crockford's letters: nothing that is mistaken for something else when it is read out.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS, _GROUP = 16, 4
_TOKEN_BYTES = 32


def make_code() -> str:
    """Make a one-time code of 80 random bits, in four groups."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
    return "-".join(letters[at : at + _GROUP] for at in range(0, _CODE_LETTERS, _GROUP))


def make_token() -> str:
    """Make a token of 256 random bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def normalise_code(text: str) -> str:
    """Give a typed code as it was made: groups and letters' case do not matter, nor O for 0."""
    letters = text.upper().translate(str.maketrans("OIL", "011", " -")).strip()
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def hash_secret(secret: str) -> str:
    """Give what is kept of a code or token; both are long random texts, so one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
