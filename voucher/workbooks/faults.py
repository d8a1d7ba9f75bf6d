"""What is wrong with a row of a workbook: a machine word, a sentence, the facts."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from voucher.refusals import N_
from voucher.workbooks.cells import has_forbidden_character


class Fault(NamedTuple):
    """`sentence` is Chinese with %(name)s places for `facts`; it is translated where shown."""

    word: str
    sentence: str
    facts: Mapping[str, Any]


class RejectedRow(NamedTuple):
    """A row sent back with all its faults, the one that counts first."""

    row: int
    faults: tuple[Fault, ...]


def find_text_faults(title: str, text: str, *, most: int) -> Iterator[Fault]:
    """Give the faults of a free text in the column `title`: char, long."""
    if not text:
        return
    if has_forbidden_character(text):
        yield Fault("char", N_("“%(title)s”中有无法使用的字符，请删去"), {"title": title})
    if len(text) > most:
        yield Fault("long", N_("“%(title)s”最多%(most)s字"), {"title": title, "most": most})
