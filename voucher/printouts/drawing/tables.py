"""Tables over several pages: rows as high as their texts need, the head again on every page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from voucher.printouts.drawing.fonts import Weight
from voucher.printouts.drawing.paper import (
    FittedText,
    Paper,
    Place,
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


def paginate(table: Table, rows: Sequence[Row]) -> list[list[tuple[Row, float]]]:
    """Give the rows of each page with their heights in mm; at least one page, never a torn row."""
    pages: list[list[tuple[Row, float]]] = [[]]
    room = whole = table.bottom - table.top - table.head_height
    for row in rows:
        height = min(whole, max(table.row_height, *_heights(table, row)))
        if height > room:
            pages.append([])
            room = whole
        pages[-1].append((row, height))
        room -= height
    return pages


def draw_page(paper: Paper, table: Table, rows: Sequence[tuple[Row, float]], head: Row) -> float:
    """Draw the head and the rows of one page with their lines; give the y below them."""
    y = table.top
    paper.draw_line(table.left, y, _edges(table)[-1], y)
    bold = tuple(replace(column, weight=Weight.BOLD, size=10, floor=7) for column in table.columns)
    # The head has a height of its own: a title of two lines shrinks until it stays within.
    heads = replace(table, columns=bold, row_height=table.head_height)
    y = _draw_row(paper, heads, head, y=y, height=table.head_height)
    for row, height in rows:
        y = _draw_row(paper, table, row, y=y, height=height)
    for x in _edges(table):
        paper.draw_line(x, table.top, x, y)
    return y


def _draw_row(paper: Paper, table: Table, row: Row, *, y: float, height: float) -> float:
    for x, column, text in zip(_edges(table)[:-1], table.columns, row, strict=True):
        if text:
            _write_cell(paper, table, column, text, x=x, y=y, height=height)
    left, *_, right = _edges(table)
    paper.draw_line(left, y + height, right, y + height)
    return y + height


def _write_cell(
    paper: Paper, table: Table, column: Column, text: str, *, x: float, y: float, height: float
) -> None:
    fitted = _fit(table, column, text)
    place = Place(
        x=x + _PADDING,
        y=y + (height - fitted.height) / 2,
        width=column.width - 2 * _PADDING,
        size=column.size,
        floor=column.floor,
        weight=column.weight,
        align=column.align,
    )
    paper.write_fitted(fitted, place)


def _heights(table: Table, row: Row) -> Iterator[float]:
    for column, text in zip(table.columns, row, strict=True):
        if text:
            yield _fit(table, column, text).height + 2 * _PADDING


def _fit(table: Table, column: Column, text: str) -> FittedText:
    """Give the largest size at which nothing wraps or a plain row is high enough, or the floor."""
    parts, width = text.split("\n"), column.width - 2 * _PADDING
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
