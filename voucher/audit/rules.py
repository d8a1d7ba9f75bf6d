"""The hash that chains events. Pure."""

import hashlib
import json
from collections.abc import Sequence

START_OF_CHAIN = "0" * 64


def chain_digest(*, number: int, before: str, content: Sequence[object]) -> str:
    """Give the hash over an event's number and contents and the hash before it, as hex."""
    canonical = json.dumps([number, before, *content], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
