"""What a file would do, told as counts and lists; and how a cell of it is shown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from voucher.refusals import N_
from voucher.text import mask_id_number, mask_phone
from voucher.workbooks.cells import read_text
from voucher.workbooks.faults import Fault, RejectedRow
from voucher.workbooks.returning import pick_rows
from voucher.workbooks.tables import Notice, Table

# A sentence with its facts; it is translated where it is shown.
Said: TypeAlias = tuple[str, Mapping[str, Any]]
Cell: TypeAlias = str | int | Sequence[Said]

_LONG_NUMBER = re.compile(r"\d{15,}[0-9Xx]?|\d{11,14}")
_PHONE_DIGITS = 11


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of a preview. In a list of faults the first cell is the row, the last its faults."""

    word: str
    title: str
    advice: str
    columns: tuple[str, ...]
    is_fault: bool = False


@dataclass(slots=True)
class Preview:
    """What a file would do, by the words its flow has for counts and for lists."""

    counts: dict[str, int]
    notices: list[Said] = field(default_factory=list)
    rows: dict[str, Sequence[Sequence[Cell]]] = field(default_factory=dict)


_NOTICES = {
    "hidden_rows": N_("含 %(count)s 行隐藏行，已一并读取"),
    "other_sheets": N_("仅导入第一个工作表，其他工作表没有读取"),
    "columns_ignored": N_("有 %(count)s 列不认识，没有读取：%(titles)s"),
}


def tell_notices(*, notices: Iterable[Notice], ignored: Sequence[str]) -> list[Said]:
    """Put into words what the sender of a sheet should know; `ignored` are titles not read."""
    facts = {"titles": "、".join(ignored)[:300]}
    return [(_NOTICES[one.word], {**facts, "count": one.count}) for one in notices]


HIDDEN = N_("（不显示）")


def as_words(sentence: str) -> Cell:
    """Give a word of ours, translated where it is shown, as a cell."""
    return ((sentence, {}),)


def tell_faults(faults: Iterable[Fault]) -> list[Said]:
    """Give faults as sentences."""
    return [(fault.sentence, fault.facts) for fault in faults]


def list_fault_rows(
    *, table: Table, rejected: Sequence[RejectedRow], fields: Sequence[str]
) -> list[Sequence[Cell]]:
    """Give rows sent back as (row, what stands in the fields, faults), identity numbers masked."""
    said = pick_rows(table=table, numbers={one.row for one in rejected})
    columns = table.header.columns
    rows: list[Sequence[Cell]] = []
    for one in rejected:
        texts = [
            read_text(said[one.row][columns[field]]) if field in columns else "" for field in fields
        ]
        shown = [
            mask_id_number(text) if field == "id" else mask_long_numbers(text)
            for field, text in zip(fields, texts, strict=True)
        ]
        rows.append((one.row, *shown, tell_faults(one.faults)))
    return rows


def mask_long_numbers(text: str) -> str:
    """Hide the middle of whatever may be an identity, account or telephone number in a text."""
    return _LONG_NUMBER.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    number = found[0]
    return mask_phone(number) if len(number) == _PHONE_DIGITS else mask_id_number(number)
