"""What somebody typed to find a person: a name, pinyin, an identity number, a telephone number."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from voucher.phones import read_phone
from voucher.residents.rules.id_numbers import is_sound_form, lengthen_id_number
from voucher.residents.rules.names import normalise_name

LONGEST = 100
_OLD_NUMBER = re.compile(r"[0-9]{15}")
# Four digits in a row stand in no name: they are part of a number, and numbers stay out of URLs.
_DIGITS = re.compile(r"[0-9]{4}")
_LETTERS = re.compile(r"[a-z'\s]+")
_SPOKEN = str.maketrans({"\u00fc": "v", "\u2019": "'"})


class Sought(StrEnum):
    """What a text is meant as."""

    NOBODY = "nobody"
    NAME = "name"
    PINYIN = "pinyin"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    PART_OF_NUMBER = "part_of_number"


@dataclass(frozen=True, slots=True)
class Search:
    """A text and what it is meant as; `text` in the form in which it is compared."""

    sought: Sought
    text: str

    @property
    def is_number(self) -> bool:
        """Tell whether it is personal in itself, so that it may not stand in an address."""
        return self.sought in (Sought.ID_NUMBER, Sought.PHONE, Sought.PART_OF_NUMBER)


def read_search(text: str) -> Search:
    """
    Tell what a text is meant as.

    Pinyin comes without spaces, ü as v: `Wang Xiuying` is `wangxiuying`, initials stay `wxy`.
    """
    tidy = unicodedata.normalize("NFKC", text[:LONGEST]).strip()
    compact = "".join(tidy.split()).upper()
    if not tidy:
        return Search(Sought.NOBODY, "")
    if is_sound_form(compact):
        return Search(Sought.ID_NUMBER, compact)
    if _OLD_NUMBER.fullmatch(compact):
        return Search(Sought.ID_NUMBER, lengthen_id_number(compact))
    if phone := read_phone(compact):
        return Search(Sought.PHONE, phone)
    if _DIGITS.search(compact):
        return Search(Sought.PART_OF_NUMBER, compact)
    spoken = tidy.lower().translate(_SPOKEN)
    letters = re.sub(r"['\s]", "", spoken)
    if letters and _LETTERS.fullmatch(spoken):
        return Search(Sought.PINYIN, letters)
    return Search(Sought.NAME, normalise_name(tidy))


def like_initials(letters: str) -> str:
    """Give the LIKE pattern of a sort key whose syllables begin with these letters: `w% x% %`."""
    return "".join(f"{letter}% " for letter in letters) + "%"
