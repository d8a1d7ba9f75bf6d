"""What a list of divisions must be: one district, its streets, their communities."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from voucher.refusals import N_, BadInput

COLUMNS = ("code", "name", "level", "parent_code")
LEVELS = ("district", "street", "community")
MAX_NAME = 60

# Statistical codes: six digits a district, three more a street, three more a community.
_CODE_LENGTHS = {"district": 6, "street": 9, "community": 12}
_DIGITS = re.compile(r"[0-9]+")


class DivisionRow(NamedTuple):
    """One line of the list, checked."""

    code: str
    name: str
    level: str
    parent_code: str


def read_divisions(rows: Sequence[tuple[int, Sequence[str]]]) -> list[DivisionRow]:
    """
    Read a list of divisions given as (line, cells), its titles first, and put parents first.

    :raises BadInput: header, no_rows, or what is wrong with a line: level_unknown, code_format,
        name_missing, long, duplicate_in_file, parent_unknown, district_count.
    """
    places = _find_columns(rows[0][1] if rows else ())
    lines = [(line, _read_line(line, cells, places)) for line, cells in rows[1:]]
    if not lines:
        raise BadInput("no_rows", N_("没有数据行，请在表头下面填写区划"))
    _refuse_repeats(lines)
    _refuse_orphans(lines)
    divisions = [row for _, row in lines]
    if [row.level for row in divisions].count("district") != 1:
        raise BadInput("district_count", N_("区划表须有且只有一个区（level 为 district）"))
    return sorted(divisions, key=lambda row: (len(row.code), row.code))


def _find_columns(titles: Sequence[str]) -> list[int]:
    missing = [title for title in COLUMNS if titles.count(title) != 1]
    if missing:
        raise BadInput(
            "header",
            N_("表头须有且各有一列：%(missing)s"),
            missing="、".join(missing),
            duplicate="、".join(title for title in COLUMNS if titles.count(title) > 1),
        )
    return [titles.index(title) for title in COLUMNS]


def _read_line(line: int, cells: Sequence[str], places: Iterable[int]) -> DivisionRow:
    row = DivisionRow(*(cells[at] if at < len(cells) else "" for at in places))
    if row.level not in LEVELS:
        raise BadInput(
            "level_unknown", N_("第%(row)s行级别只能是 %(known)s"), row=line, known=_KNOWN
        )
    if not _DIGITS.fullmatch(row.code) or len(row.code) != _CODE_LENGTHS[row.level]:
        length = _CODE_LENGTHS[row.level]
        raise BadInput(
            "code_format", N_("第%(row)s行编码应为%(length)s位数字"), row=line, length=length
        )
    if not row.name:
        raise BadInput("name_missing", N_("第%(row)s行缺少名称"), row=line)
    if len(row.name) > MAX_NAME:
        raise BadInput("long", N_("第%(row)s行名称最多%(most)s字"), row=line, most=MAX_NAME)
    return row


_KNOWN = " ".join(LEVELS)


def _refuse_repeats(lines: Iterable[tuple[int, DivisionRow]]) -> None:
    first_lines: dict[str, int] = {}
    for line, row in lines:
        first = first_lines.setdefault(row.code, line)
        if first != line:
            raise BadInput(
                "duplicate_in_file",
                N_("第%(row)s行与第%(first)s行编码相同"),
                row=line,
                first=first,
            )


def _refuse_orphans(lines: Iterable[tuple[int, DivisionRow]]) -> None:
    levels = {row.code: row.level for _, row in lines}
    above = dict(zip(LEVELS[1:], LEVELS, strict=False))
    for line, row in lines:
        fits = (
            row.parent_code == ""
            if row.level == "district"
            else (
                row.code.startswith(row.parent_code)
                and levels.get(row.parent_code) == above[row.level]
            )
        )
        if not fits:
            raise BadInput(
                "parent_unknown", N_("第%(row)s行的上级不在表中，或不是它的上级"), row=line
            )
