"""Reads scheme files: typed, key by key, and refuses what is missing, misspelt or left over."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from voucher.refusals import N_, BadInput
from voucher.schemes.rules.conditions import (
    Condition,
    Samples,
    UnsoundCondition,
    compile_condition,
)
from voucher.schemes.rules.lines import find_line
from voucher.schemes.rules.values import Words

Choice = TypeVar("Choice", bound=StrEnum)

MAX_CHARACTERS = 1_000_000
MAX_WHOLE = 10**15
# An id stands in addresses, on paper and in a column of this length.
ID = re.compile(r"[a-z0-9]+(?:[-._][a-z0-9]+)*")
MAX_ID_CHARACTERS = 60
# Less, and `rounding` left out would be taken for `funding` misspelt.
LIKENESS = 0.82
_MISSING: Any = object()


class Table:
    """One table of a scheme file. Every key is taken once; `finish` refuses the rest."""

    def __init__(
        self, values: Mapping[str, Any], *, file: str, path: str = "", source: str = ""
    ) -> None:
        self._left = dict(values)
        self._asked: set[str] = set()
        self._file = file
        self._path = path
        self._source = source

    def refuse(self, sentence: str, *, key: str = "", **facts: Any) -> NoReturn:
        """
        Stop reading. The sentence has places for %(file)s, %(line)s and %(path)s.

        :raises BadInput: scheme_invalid.
        """
        path = self._locate(key)
        line = find_line(text=self._source, path=path)
        raise BadInput(
            "scheme_invalid", sentence, **{"file": self._file, "path": path, "line": line, **facts}
        )

    def text(self, key: str, default: str = _MISSING) -> str:
        """Take a text that is not blank."""
        value = self._take(key, default)
        if not isinstance(value, str) or (value is not default and not value.strip()):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为不空的文字"), key=key)
        return value

    def name(self, key: str) -> str:
        """Take an id: small letters, digits and single marks between them."""
        value = self.text(key)
        if len(value) > MAX_ID_CHARACTERS or not ID.fullmatch(value):
            self.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：只能用小写英文字母、数字和短横，最多 60 个"),
                key=key,
            )
        return value

    def texts(self, key: str, default: tuple[str, ...] = _MISSING) -> tuple[str, ...]:
        """Take a list of texts without repetitions."""
        values = self._take(key, default)
        if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为文字的列表"), key=key)
        if len(set(values)) != len(values):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：列表中有重复"), key=key)
        return tuple(values)

    def texts_among(
        self, key: str, known: Iterable[str], default: tuple[str, ...] = _MISSING
    ) -> tuple[str, ...]:
        """Take a list of texts, each of them known."""
        values = self.texts(key, default)
        known = list(known)
        for value in values:
            if value not in known:
                self.refuse(
                    N_("%(file)s 第 %(line)s 行 %(path)s：未知的“%(value)s”，可用：%(known)s"),
                    key=key,
                    value=value,
                    known=" ".join(known),
                )
        return values

    def text_among(self, key: str, known: Iterable[str]) -> str:
        """Take a text that is one of the known ones."""
        value, known = self.text(key), list(known)
        if value not in known:
            self.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：未知的“%(value)s”，可用：%(known)s"),
                key=key,
                value=value,
                known=" ".join(known),
            )
        return value

    def whole(
        self, key: str, *, least: int = 0, most: int = MAX_WHOLE, default: int = _MISSING
    ) -> int:
        """Take a whole number between two bounds, both allowed."""
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：应为 %(least)s 至 %(most)s 的整数"),
                key=key,
                least=least,
                most=most,
            )
        return value

    def flag(self, key: str, default: bool = _MISSING) -> bool:
        """Take true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为 true 或 false"), key=key)
        return value

    def day(self, key: str) -> date:
        """Take a date."""
        value = self._take(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为日期，如 2026-01-01"), key=key)
        return value

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """Take one of the words of an enumeration."""
        return choices(self.text_among(key, choices))

    def words(self, key: str, default: Words = _MISSING) -> Words:
        """Take one text in both languages."""
        if key not in self._left and default is not _MISSING:
            return default
        table = self.table(key)
        words = Words(zh=table.text("zh"), en=table.text("en"))
        table.finish()
        return words

    def condition(self, key: str, samples: Samples) -> Condition:
        """Take a condition and prove it sound on the samples."""
        try:
            return compile_condition(text=self.text(key), samples=samples)
        except UnsoundCondition as unsound:
            self.refuse(unsound.sentence, key=key, **unsound.facts)

    def has(self, key: str) -> bool:
        """Tell whether a key is there and not taken yet."""
        self._asked.add(key)
        return key in self._left

    def value(self, key: str) -> Any:
        """Take a value of any type, for the caller to judge."""
        return self._take(key)

    def table(self, key: str) -> "Table":
        """Take a table inside this one."""
        value = self._take(key)
        if not isinstance(value, dict):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为一组名称和值"), key=key)
        return self._open(value, self._locate(key))

    def tables(self, key: str, *, least: int = 0) -> list["Table"]:
        """Take a list of tables, at least so many."""
        values = self._take(key, [] if least == 0 else _MISSING)
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：应为若干组名称和值"), key=key)
        if len(values) < least:
            self.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：至少要有 %(least)s 组"), key=key, least=least
            )
        return [
            self._open(value, f"{self._locate(key)}[{number}]")
            for number, value in enumerate(values, start=1)
        ]

    def finish(self) -> None:
        """Refuse any key nobody asked for: it is a misspelling, or a rule that would not count."""
        for key in self._left:
            self._refuse_unknown(key, get_close_matches(key, self._asked, 1, LIKENESS))

    def _refuse_unknown(self, key: str, like: list[str]) -> NoReturn:
        if like:
            self.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：没有这一项，是不是 %(nearest)s？"),
                key=key,
                nearest=like[0],
            )
        self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：没有这一项，请检查拼写"), key=key)

    def refuse_repeats(self, key: str, values: Iterable[object]) -> None:
        """Refuse an id or number that stands twice in a list."""
        seen = set()
        for value in values:
            if value in seen:
                self.refuse(
                    N_("%(file)s 第 %(line)s 行 %(path)s：“%(value)s”重复"),
                    key=key,
                    value=str(value),
                )
            seen.add(value)

    def _locate(self, key: str) -> str:
        return ".".join(part for part in (self._path, key) if part)

    def _open(self, values: Mapping[str, Any], path: str) -> "Table":
        return Table(values, file=self._file, path=path, source=self._source)

    def _take(self, key: str, default: Any = _MISSING) -> Any:
        self._asked.add(key)
        value = self._left.pop(key, default)
        if value is _MISSING:
            # Most often it is there, misspelt.
            for like in get_close_matches(key, self._left, 1, LIKENESS):
                self._refuse_unknown(like, [key])
            self.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：缺少此项"), key=key)
        return value


def read_table(*, text: str, file: str) -> Table:
    """
    Read the text of a scheme file. Paths in refusals count list members from 1.

    :raises BadInput: scheme_invalid, with the line when the text is no TOML.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadInput("scheme_invalid", N_("方案文件 %(file)s 过大"), file=file, path="", line=1)
    try:
        return Table(tomllib.loads(text), file=file, source=text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadInput(
            "scheme_invalid",
            N_("方案文件 %(file)s 第 %(line)s 行写法有误，请检查引号、括号和等号"),
            file=file,
            path="",
            line=line,
        ) from error
