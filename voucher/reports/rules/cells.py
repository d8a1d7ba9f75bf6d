"""Tables and their cells, before they become a page or a workbook."""

from dataclasses import dataclass

from voucher.money import show_yuan

WHOLE_BAR = 1_000


@dataclass(frozen=True, slots=True)
class Place:
    """A community as people know it."""

    code: str
    street: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class Fen:
    """An amount of money in a table."""

    fen: int


Cell = str | int | Fen


@dataclass(frozen=True, slots=True)
class Column:
    """A title, and whether numbers under it are differences, which show their sign."""

    title: str
    is_number: bool = True
    is_difference: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under titles; the columns `drawn` are drawn as bars beside their row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    drawn: tuple[int, ...] = ()

    def measure_bars(self, row: tuple[Cell, ...]) -> list[int]:
        """Give the length of each bar of a row, in thousandths of the table's longest."""
        longest = max((_size(one[n]) for one in self.rows for n in self.drawn), default=0)
        return [WHOLE_BAR * _size(row[n]) // max(longest, 1) for n in self.drawn]


def show_cell(cell: Cell, column: Column) -> str:
    """Show a cell: digits in threes, money as yuan with two decimals, a difference with sign."""
    if isinstance(cell, str):
        return cell
    text = show_yuan(cell.fen) if isinstance(cell, Fen) else f"{cell:,}"
    return f"+{text}" if column.is_difference and _size(cell) > 0 else text


def _size(cell: Cell) -> int:
    if isinstance(cell, Fen):
        return cell.fen
    return cell if isinstance(cell, int) else 0
