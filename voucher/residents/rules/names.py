"""Names of people: letters of any script, and the middle dot of notice 民委发〔2016〕33号."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from voucher.refusals import N_
from voucher.workbooks.cells import normalise_text
from voucher.workbooks.faults import Fault

MAX_NAME = 50
MIDDLE_DOT = "\u00b7"

_DOTS = f"{MIDDLE_DOT}\u2022\u2027\u30fb\uff65\u22c5\u2219\uff0e."
_SPACE = "[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]"
_REMOVABLE_SPACE = re.compile(
    f"(?<={_HAN}){_SPACE}(?={_HAN})|(?<=[{_DOTS}]){_SPACE}|{_SPACE}(?=[{_DOTS}])"
)
_ANY_SPACE = re.compile(_SPACE)


def normalise_name(text: str) -> str:
    """Give a name with its spaces and its middle dots in the one form."""
    name = normalise_text(text)
    if name.isalpha():
        return name
    name = _ANY_SPACE.sub(" ", _REMOVABLE_SPACE.sub("", name))
    return "".join(_unify_dot(name, at) for at in range(len(name)))


def find_name_faults(name: str) -> Iterator[Fault]:
    """Give the one fault of a normalised name, or none."""
    if not name.strip():
        yield Fault("name_missing", N_("缺少姓名"), {})
    elif len(name) > MAX_NAME:
        yield Fault("name_invalid", N_("姓名最多50字"), {})
    elif not name.isalpha():
        for at, character in enumerate(name):
            if not _may_stand(name, at):
                yield Fault("name_invalid", _INVALID, {"character": _show(character)})
                return


_INVALID = N_("姓名中不能有“%(character)s”，请按证件填写")


def _unify_dot(name: str, at: int) -> str:
    return MIDDLE_DOT if name[at] in _DOTS and _between(name, at, _is_letter) else name[at]


def _may_stand(name: str, at: int) -> bool:
    if name[at] == MIDDLE_DOT:
        return _between(name, at, _is_letter)
    if name[at] == " ":
        return _between(name, at, _is_latin)
    return _is_letter(name[at])


def _between(name: str, at: int, test: Callable[[str], bool]) -> bool:
    return 0 < at < len(name) - 1 and test(name[at - 1]) and test(name[at + 1])


def _is_letter(character: str) -> bool:
    # The rarest characters of names are younger than this Python's tables of letters.
    return character.isalpha() or "\U00020000" <= character <= "\U0003fffd"


def _is_latin(character: str) -> bool:
    return character.isalpha() and "LATIN" in unicodedata.name(character, "").split()[:2]


def _show(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
