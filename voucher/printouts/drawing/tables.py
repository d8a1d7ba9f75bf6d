"""Tables over several pages: rows as high as their texts need, the head again on every page."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from voucher.printouts.drawing.fonts import Weight, measure
from voucher.printouts.drawing.paper import (
    FittedText,
    Paper,
    Place,
    mm,
    move_to,
    sizes_down,
    wrap_text,
)

_PADDING = 1.2
# Lines are thin and whole.
_PEN = ".4 w [] 0 d"


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
    needed = max((cell.height for cell in cells if cell), default=0) + 2 * _PADDING
    return SetRow(texts, cells, min(highest, max(table.row_height, needed)))


def draw_page(paper: Paper, table: Table, rows: Sequence[SetRow], head: Row) -> None:
    """Draw the head and the rows of one page with their lines."""
    draw_head(paper, table, head)
    open_grid(paper, table).draw_rows(rows)


def draw_head(paper: Paper, table: Table, head: Row) -> None:
    """Draw the titles of the columns between two lines."""
    bold = tuple(replace(column, weight=Weight.BOLD, size=10, floor=7) for column in table.columns)
    # The head has a height of its own: a title of two lines shrinks until it stays within.
    heads = replace(table, columns=bold, row_height=table.head_height)
    right = _edges(table)[-1]
    paper.draw_line(table.left, table.top, right, table.top)
    cells = _set_row(heads, head, highest=table.head_height).cells
    for place, cell in zip(_places(heads), cells, strict=True):
        if cell:
            y = table.top + (table.head_height - cell.height) / 2
            paper.write_fitted(cell, place, y=y)
    bottom = table.top + table.head_height
    paper.draw_line(table.left, bottom, right, bottom)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table being drawn into a document: `pens` write the cells of each column."""

    paper: Paper
    top: float
    first: float
    edges: tuple[float, ...]
    pens: tuple["_Pen", ...]

    def draw_rows(self, rows: Sequence[SetRow]) -> None:
        """Draw the rows of a page, a line below each, and the lines between the columns."""
        across = f"{self.edges[0] * mm:.4f} 0 m {self.edges[-1] * mm:.4f} 0 l S"
        drawn, y = [_PEN], self.first
        for row in rows:
            y += row.height
            cells = [
                pen.set_cell(cell, row.height)
                for pen, cell in zip(self.pens, row.cells, strict=True)
                if cell
            ]
            drawn.append(f"{move_to(0, self.paper.height - y)} {' '.join(cells)} {across} Q")
        top, bottom = ((self.paper.height - edge) * mm for edge in (self.top, y))
        drawn += [f"{x * mm:.4f} {top:.4f} m {x * mm:.4f} {bottom:.4f} l" for x in self.edges]
        self.paper.canvas.addLiteral("\n".join([*drawn, "S"]))


@dataclass(frozen=True, slots=True)
class _Pen:
    """What writes the cells of a column; where a text begins is worked out once for all alike."""

    paper: Paper
    place: Place
    starts: dict[Hashable, list[str]]

    def set_cell(self, cell: FittedText, height: float) -> str:
        """Give the operators that write a cell above the lower edge of a row so high, in mm."""
        widths = () if self.place.align == "left" else self._measure(cell)
        key = (cell.size, len(cell.lines), height, widths)
        starts = self.starts.get(key)
        if starts is None:
            y = (height + cell.height) / 2
            self.starts[key] = starts = list(self.paper.start_lines(cell, self.place, y=-y))
        return self.paper.end_lines(starts, cell, self.place)

    def _measure(self, cell: FittedText) -> tuple[float, ...]:
        return tuple(measure(line, size=cell.size, weight=self.place.weight) for line in cell.lines)


def open_grid(paper: Paper, table: Table) -> Grid:
    """Begin to draw a table into a document."""
    # A row is drawn from its lower edge up.
    row = replace(paper, height=0)
    pens = tuple(_Pen(row, place, {}) for place in _places(table))
    return Grid(paper, table.top, table.top + table.head_height, tuple(_edges(table)), pens)


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
    if all(measure(part, size=column.size, weight=column.weight) <= width * mm for part in parts):
        return FittedText(parts, column.size)
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
