"""
On which line of a scheme file a place stands: `parts[2].items[1].name.zh` and the like.

Python's TOML reader keeps no lines, so the text is walked once more. Only text that it could read
comes here; places are written as refusals write them, members of lists counted from 1.
"""

import re
from bisect import bisect_right

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_TEXT = re.compile(
    r"""
    \"{3} (?: [^\\] | \\. )*? \"{3,5}
    | '{3} .*? '{3,5}
    | " (?: [^"\\\n] | \\. )* "
    | ' [^'\n]* '
    """,
    re.DOTALL | re.VERBOSE,
)
_PLAIN = re.compile(r"[^,\]}#\n]+")
_LAST = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$")


def find_line(*, text: str, path: str) -> int:
    """Give the line of a place, or of what holds it where the place itself is missing."""
    lines = map_lines(text)
    while path and path not in lines:
        shorter = _LAST.sub("", path)
        path = shorter if shorter != path else ""
    return lines.get(path, 1)


def map_lines(text: str) -> dict[str, int]:
    """Give the line of every key, table and member of a list, by its place."""
    walk = _Walk(text)
    walk.read_document()
    return walk.lines


class _Walk:
    """One walk through a text: where it is, and the lines found on the way."""

    def __init__(self, text: str) -> None:
        self.lines: dict[str, int] = {}
        self._text = text
        self._at = 0
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._members: dict[str, int] = {}

    def read_document(self) -> None:
        """Read headers and pairs to the end."""
        table = ""
        while self._skip_blank() < len(self._text):
            if self._takes("[["):
                table = self._open_table(is_member=True)
            elif self._takes("["):
                table = self._open_table(is_member=False)
            else:
                self._read_pair(table)

    def _open_table(self, *, is_member: bool) -> str:
        start = self._at
        *outer, last = self._read_key()
        self._takes("]]") if is_member else self._takes("]")
        path = ""
        for name in outer:
            path = self._note(self._join(path, name), start)
        path = self._join(path, last) if not is_member else self._begin_member(path, last, start)
        return self._note(path, start)

    def _begin_member(self, path: str, name: str, start: int) -> str:
        family = self._note(f"{path}.{name}" if path else name, start)
        self._members[family] = self._members.get(family, 0) + 1
        return f"{family}[{self._members[family]}]"

    def _join(self, path: str, name: str) -> str:
        """Go one name down; a list of tables stands for its newest member."""
        joined = f"{path}.{name}" if path else name
        return f"{joined}[{self._members[joined]}]" if joined in self._members else joined

    def _read_pair(self, table: str) -> None:
        start = self._at
        path = table
        for name in self._read_key():
            path = self._note(f"{path}.{name}" if path else name, start)
        self._takes("=")
        self._skip_blank()
        self._read_value(path)

    def _read_key(self) -> list[str]:
        names = []
        while True:
            self._skip_blank()
            quoted = _TEXT.match(self._text, self._at)
            found = quoted or _BARE.match(self._text, self._at)
            assert found is not None
            self._at = found.end()
            names.append(found[0][1:-1] if quoted else found[0])
            self._skip_blank()
            if not self._takes("."):
                return names

    def _read_value(self, path: str) -> None:
        if self._takes("["):
            self._read_members(path)
        elif self._takes("{"):
            self._read_inline(path)
        else:
            found = _TEXT.match(self._text, self._at) or _PLAIN.match(self._text, self._at)
            assert found is not None
            self._at = found.end()

    def _read_members(self, path: str) -> None:
        number = 0
        while not self._ends_with("]"):
            number += 1
            self._read_value(self._note(f"{path}[{number}]", self._at))
            self._skip_blank()
            self._takes(",")

    def _read_inline(self, path: str) -> None:
        while not self._ends_with("}"):
            self._read_pair(path)
            self._skip_blank()
            self._takes(",")

    def _ends_with(self, mark: str) -> bool:
        self._skip_blank()
        return self._takes(mark)

    def _takes(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._at)
        self._at += len(mark) if found else 0
        return found

    def _skip_blank(self) -> int:
        found = _BLANK.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return self._at

    def _note(self, path: str, start: int) -> str:
        self.lines.setdefault(path, bisect_right(self._ends, start - 1) + 1)
        return path
