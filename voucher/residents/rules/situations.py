"""Family circumstances a roster may name, and what programmes may read."""

import re
from enum import StrEnum
from functools import lru_cache

from voucher.refusals import N_


class Situation(StrEnum):
    """The circumstances that are known; 低保边缘 is not 低保."""

    DESTITUTE = N_("特困")
    LOW_INCOME = N_("低保")
    NEAR_LOW_INCOME = N_("低保边缘")
    LOST_ONLY_CHILD = N_("失独")
    PRIVILEGED = N_("优抚")
    ALONE = N_("独居")
    EMPTY_NEST = N_("空巢")
    DISABLED = N_("残疾")


_KNOWN = frozenset(Situation)
_SEPARATORS = re.compile(r"[、，,；;/\s]+")


# A district's people share a few dozen combinations.
@lru_cache(maxsize=4_096)
def read_situation(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give (known circumstances in the order written, each once; words that are not known)."""
    if not text:
        return (), ()
    words = tuple(dict.fromkeys(word for word in _SEPARATORS.split(text) if word))
    known = tuple(word for word in words if word in _KNOWN)
    return known, tuple(word for word in words if word not in _KNOWN)
