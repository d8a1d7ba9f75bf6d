"""Tables over several pages: rows as high as their texts need, the head again on every page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from voucher.printouts.drawing.fonts import Weight, measure
from voucher.printouts.drawing.paper import (
    FittedText,
    Paper,
    Place,
    mm,
    sizes_down,
    wrap_text,
)

_PADDING = 1.2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, width in mm and type size in points; `floor` is the smallest size."""

    head: str
    width: float
    size: float = 10
    floor: float = 8
    align: str = "left"
    weight: Weight = Weight.REGULAR


@dataclass(frozen=True, slots=True)
class Table:
    """Columns from `left` on, rows at least `row_height` high, between `top` and `bottom` in mm."""

    columns: tuple[Column, ...]
    left: float
    top: float
    bottom: float
    row_height: float
    head_height: float = 9


Row = tuple[str, ...]


class SetRow(NamedTuple):
    """A row whose texts were fitted: None where a cell is empty. `height` in mm."""

    texts: Row
    cells: tuple[FittedText | None, ...]
    height: float


def paginate(table: Table, rows: Sequence[Row]) -> list[list[SetRow]]:
    """Give the rows of each page, fitted; at least one page, never a torn row."""
    pages: list[list[SetRow]] = [[]]
    room = whole = table.bottom - table.top - table.head_height
    for texts in rows:
        row = _set_row(table, texts, highest=whole)
        if row.height > room:
            pages.append([])
            room = whole
        pages[-1].append(row)
        room -= row.height
    return pages


def _set_row(table: Table, texts: Row, *, highest: float) -> SetRow:
    cells = tuple(
        _fit(table, column, text) if text else None
        for column, text in zip(table.columns, texts, strict=True)
    )
    needed = max((cell.height + 2 * _PADDING for cell in cells if cell), default=0)
    return SetRow(texts, cells, min(highest, max(table.row_height, needed)))


def draw_page(paper: Paper, table: Table, rows: Sequence[SetRow], head: Row) -> float:
    """Draw the head and the rows of one page with their lines; give the y below them."""
    y, edges = table.top, _edges(table)
    paper.draw_line(table.left, y, edges[-1], y)
    bold = tuple(replace(column, weight=Weight.BOLD, size=10, floor=7) for column in table.columns)
    # The head has a height of its own: a title of two lines shrinks until it stays within.
    heads = replace(table, columns=bold, row_height=table.head_height)
    _draw_row(paper, _places(heads), _set_row(heads, head, highest=table.head_height), y=y)
    y += table.head_height
    paper.draw_line(table.left, y, edges[-1], y)
    places = _places(table)
    for row in rows:
        _draw_row(paper, places, row, y=y)
        y += row.height
        paper.draw_line(table.left, y, edges[-1], y)
    for x in edges:
        paper.draw_line(x, table.top, x, y)
    return y


def _draw_row(paper: Paper, places: Sequence[Place], row: SetRow, *, y: float) -> None:
    for place, cell in zip(places, row.cells, strict=True):
        if cell:
            paper.write_fitted(cell, place, y=y + (row.height - cell.height) / 2)


def _places(table: Table) -> list[Place]:
    """Give where the text of each column stands, at the top of the page."""
    return [
        Place(
            x=x + _PADDING,
            y=0,
            width=column.width - 2 * _PADDING,
            size=column.size,
            floor=column.floor,
            weight=column.weight,
            align=column.align,
        )
        for x, column in zip(_edges(table), table.columns, strict=False)
    ]


def _fit(table: Table, column: Column, text: str) -> FittedText:
    """Give the largest size at which nothing wraps or a plain row is high enough, or the floor."""
    parts, width = tuple(text.split("\n")), column.width - 2 * _PADDING
    if max(measure(part, size=column.size, weight=column.weight) for part in parts) <= width * mm:
        return FittedText(lines=parts, size=column.size)
    for size in sizes_down(column.size, column.floor):
        lines = tuple(
            line
            for part in parts
            for line in wrap_text(part, width=width, size=size, weight=column.weight)
        )
        fitted = FittedText(lines=lines, size=size)
        if len(lines) == len(parts) or fitted.height <= table.row_height - 2 * _PADDING:
            break
    return fitted


def _edges(table: Table) -> list[float]:
    edges = [table.left]
    for column in table.columns:
        edges.append(edges[-1] + column.width)
    return edges
