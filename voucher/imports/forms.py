"""What people send with a file, and what they say of its columns, as typed values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from voucher.periods import parse_day
from voucher.refusals import N_, BadInput
from voucher.workbooks.archive import refuse_oversize
from voucher.workbooks.headers import HEADER_WITHIN_ROWS, Assignment, Layout
from voucher.workbooks.sheets import MAX_COLUMNS

_LONGEST_NAME = 200
_LONGEST_DAY = 20


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file under the name its sender gave it, the reference date as typed, what was chosen."""

    name: str
    content: bytes
    on: str
    choice: str = ""

    @classmethod
    def parse(
        cls, form: MultiDict[str, str], files: MultiDict[str, FileStorage], *, today: date
    ) -> "SentFile":
        """Read the form; the day is today's unless another was typed."""
        file = files.get("file")
        return cls(
            name=(file.filename or "")[-_LONGEST_NAME:] if file else "",
            content=file.read() if file else b"",
            on=form.get("on", "").strip()[:_LONGEST_DAY] or today.isoformat(),
            choice=form.get("choice", "")[:_LONGEST_NAME],
        )

    def check(self) -> date:
        """
        Give the reference date of a form that can be taken.

        :raises BadInput: file_not_chosen, date. :raises FileTooLarge: file_size.
        """
        if not self.name:
            raise BadInput("file_not_chosen", N_("请先选择要上传的文件"))
        refuse_oversize(content=self.content)
        return parse_day(self.on)


def read_assignments(form: MultiDict[str, str], layouts: Sequence[Layout]) -> dict[int, Assignment]:
    """
    Read the header that was pointed out in each sheet: `0-row`, `0-column-name` and so on.

    :raises BadInput: column_choice, for a choice that the page does not offer.
    """
    return {
        sheet: Assignment(
            row=_read_choice(form.get(f"{sheet}-row", "1"), most=HEADER_WITHIN_ROWS),
            columns={
                field: _read_choice(chosen, most=MAX_COLUMNS)
                for field in layout.words
                if (chosen := form.get(f"{sheet}-column-{field}", ""))
            },
        )
        for sheet, layout in enumerate(layouts)
    }


def store_assignments(assignments: Mapping[int, Assignment]) -> dict[str, object]:
    """Give assignments as an upload keeps them."""
    return {
        str(sheet): {"row": one.row, "columns": dict(one.columns)}
        for sheet, one in assignments.items()
    }


def load_assignments(stored: Mapping[str, dict[str, Any]]) -> dict[int, Assignment]:
    """Give assignments back from what an upload keeps."""
    return {
        int(sheet): Assignment(row=one["row"], columns=one["columns"])
        for sheet, one in stored.items()
    }


def _read_choice(text: str, *, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= most):
        raise BadInput("column_choice", N_("请从所列的行和列中选择"))
    return int(text)
