"""Names, numbers and addresses as people read them: masked, sorted, checked against the fonts."""

import os
import re
import unicodedata
from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

# Names are read a character at a time: its phrases would fill 46 MB of every process in vain.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
from pypinyin import Style, lazy_pinyin

from voucher.typefaces import list_further_typefaces

_COVERAGE = Path(__file__).parent / "printouts" / "fonts" / "coverage.txt"
_NAME_DOT = "·"
# Latin words stay whole; any other character is read by itself.
_PARTS = re.compile(r"[A-Za-z\u00c0-\u024f]+|[^\sA-Za-z\u00c0-\u024f]")
# Family names read otherwise than the same character elsewhere (现代汉语词典, entries marked 姓).
_FAMILY_NAMES = {
    "万俟": "mo qi",
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "单": "shan",
    "仇": "qiu",
    "曾": "zeng",
    "解": "xie",
    "查": "zha",
    "朴": "piao",
    "区": "ou",
    "任": "ren",
    "盖": "ge",
    "翟": "zhai",
    "覃": "qin",
    "乐": "yue",
    "缪": "miao",
    "宓": "mi",
    "员": "yun",
    "逄": "pang",
    "种": "chong",
    "繁": "po",
    "召": "shao",
    "折": "she",
    "黑": "he",
    "秘": "bi",
    "冼": "xian",
}


def mask_name(name: str) -> str:
    """
    Hide a name for paper and till: 王小明 is `王**`, 买买提·吐尔逊 is `买买提·*`.

    The first character and one star for each other; of a dotted name the first part and one star.
    """
    first, dot, _ = name.partition(_NAME_DOT)
    if dot:
        return f"{first}{_NAME_DOT}*"
    return name[:1] + "*" * (len(name) - 1)


def mask_id_number(number: str) -> str:
    """Hide the middle of an ID number: 110101193806150026 is `110101********0026`."""
    return _mask_middle(number, first=6, last=4)


def mask_phone(number: str) -> str:
    """Hide the middle of a telephone number: 13800000000 is `138****0000`."""
    return _mask_middle(number, first=3, last=4)


def mask_account(number: str) -> str:
    """Hide an account number but for its last four digits."""
    return _mask_middle(number, first=0, last=4)


def pinyin_sort_key(name: str) -> str:
    """
    Give the text by which a name sorts: its pinyin without tones, then the name itself.

    A character without a known reading sorts as itself, after all others; nothing is refused.
    """
    family_name = next((part for part in (name[:2], name[:1]) if part in _FAMILY_NAMES), "")
    # One character at a time: whole districts are sorted, and few characters make many names.
    readings = [_read_aloud(part) for part in _PARTS.findall(name.removeprefix(family_name))]
    if family_name:
        readings.insert(0, _FAMILY_NAMES[family_name])
    return " ".join([*readings, name]).lower()


@lru_cache(maxsize=100_000)
def _read_aloud(part: str) -> str:
    return " ".join(lazy_pinyin(part, style=Style.NORMAL, v_to_u=False))


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Give the key by which addresses sort as people count: 2幢 before 10幢."""
    parts = re.findall(r"\d+|\D+", unicodedata.normalize("NFKC", text))
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts)


def is_printable(text: str) -> bool:
    """Say whether the fonts of the printouts have every character of a text."""
    return not find_unprintable(text)


def find_unprintable(text: str) -> list[str]:
    """Give the characters of a text that no font of the printouts has, each once, in order."""
    return [character for character in dict.fromkeys(text) if not _has_glyph(ord(character))]


def show_code_points(characters: list[str]) -> str:
    """Name characters that cannot be printed: `U+20BB7 U+E000`."""
    return " ".join(f"U+{ord(character):04X}" for character in characters)


def _has_glyph(code_point: int) -> bool:
    starts, ends = _read_coverage()
    place = bisect_right(starts, code_point) - 1
    is_bundled = place >= 0 and code_point <= ends[place]
    return is_bundled or code_point in _read_further_coverage()


@cache
def _read_further_coverage() -> frozenset[int]:
    return frozenset().union(*(one.covered for one in list_further_typefaces()))


@cache
def _read_coverage() -> tuple[list[int], list[int]]:
    ranges = [line.split("-") for line in _COVERAGE.read_text(encoding="ascii").split()]
    return [int(start, 16) for start, _ in ranges], [int(end, 16) for _, end in ranges]


def _mask_middle(number: str, *, first: int, last: int) -> str:
    if len(number) <= first + last:
        return "*" * len(number)
    return number[:first] + "*" * (len(number) - first - last) + number[-last:]
