"""Reading a file back page by page: what text and which codes stand on each voucher's place."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
from PIL import Image

from voucher.codes import is_serial
from voucher.printouts.proofing.codes import (
    QUIET_ZONE,
    FoundCode,
    find_failed_copies,
    read_codes,
)

# Fine enough to measure by at 20 ms a page; a page that does not read is tried finer.
DPI, FINE_DPI = 200, 300
# One code in some hundreds does not survive a blur by chance; what a layout or a faint printer does
# wrong shows on every code of a page.
WITNESSES = 3
_POINTS = 72
_MM = _POINTS / 25.4
# A serial begins with year and month; a telephone number seldom does.
_SERIAL = re.compile(r"(?<!\d)\d\d(?:0[1-9]|1[0-2]) ?\d{4} ?\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class Cell:
    """The place of one voucher on a page, in mm from its top left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Task:
    """Some pages of a file to read, each with its vouchers' cells; without cells as one place."""

    path: Path
    pages: tuple[int, ...]
    cells: tuple[Cell, ...]
    spoilt: frozenset[int]


@dataclass(frozen=True, slots=True)
class ReadPlace:
    """What stands on one voucher's place: its text without white space, its serials and codes."""

    text: str
    serials: tuple[str, ...]
    codes: tuple[FoundCode, ...]


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page of a file, its places in the order of the cells; what lies outside comes last."""

    file: str
    number: int
    places: tuple[ReadPlace, ...]


def count_pages(path: Path) -> int:
    """Give how many pages a file has, 0 when it is no PDF that can be read."""
    try:
        with closing(pypdfium2.PdfDocument(path)) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def read_pages(task: Task) -> list[ReadPage]:
    """Read the pages of a task; a page that cannot be drawn is read as empty."""
    with closing(pypdfium2.PdfDocument(task.path)) as document:
        return [
            ReadPage(task.path.name, number, _read_places(document, number, task))
            for number in task.pages
        ]


def _read_places(document: pypdfium2.PdfDocument, number: int, task: Task) -> tuple[ReadPlace, ...]:
    try:
        return tuple(_read_page(document, number, task))
    except pypdfium2.PdfiumError:
        return ()


def find_serials(text: str) -> tuple[str, ...]:
    """Give the serials that stand in a text as it was read."""
    found = (match.replace(" ", "") for match in _SERIAL.findall(text))
    return tuple(dict.fromkeys(serial for serial in found if is_serial(serial)))


def _read_page(document: pypdfium2.PdfDocument, number: int, task: Task) -> Iterator[ReadPlace]:
    page = document[number - 1]
    height = page.get_height()
    texts = _read_texts(page, task.cells, height)
    dpi, codes = DPI, read_codes(_render(page, DPI), dpi=DPI, is_thorough=False)
    serials = [find_serials(text) for text in texts]
    if len(codes) < sum(map(len, serials)):
        dpi = FINE_DPI
        codes = read_codes(_render(page, dpi), dpi=dpi, is_thorough=True)
    if number in task.spoilt and codes:
        codes[0] = _spoil(page, codes, dpi)
    here: list[list[FoundCode]] = [[] for _ in texts]
    for code in codes:
        here[_find_cell(task.cells, code, dpi)].append(code)
    for text, its_serials, found in zip(texts, serials, here, strict=True):
        yield ReadPlace("".join(text.split()), its_serials, tuple(found))


def _render(page: pypdfium2.PdfPage, dpi: int) -> Image.Image:
    image: Image.Image = page.render(scale=dpi / _POINTS, grayscale=True).to_pil()
    return image


def _spoil(page: pypdfium2.PdfPage, codes: Sequence[FoundCode], dpi: int) -> FoundCode:
    """Try spoilt copies of a page's first code; what fails counts if its neighbours fail too."""
    failed = _find_failed(page, codes[0], dpi)
    for neighbour in codes[1:WITNESSES]:
        if failed:
            again = _find_failed(page, neighbour, dpi)
            failed = tuple(copy for copy in failed if copy in again)
    return replace(codes[0], failed=failed)


def _find_failed(page: pypdfium2.PdfPage, code: FoundCode, dpi: int) -> tuple[str, ...]:
    """Try spoilt copies of a code, drawn finely with the paper around it."""
    width, height = page.get_size()
    x, y = code.x / dpi * _POINTS, code.y / dpi * _POINTS
    # Twice the quiet zone, and no more than the page has on every side.
    module = code.side_mm * _MM / (code.modules + 2 * QUIET_ZONE)
    half = min((code.modules / 2 + 2 * QUIET_ZONE) * module, x, width - x, y, height - y)
    edges = (x - half, height - y - half, width - x - half, y - half)
    cut = page.render(scale=FINE_DPI / _POINTS, grayscale=True, crop=edges).to_pil()
    return find_failed_copies(cut, code=code, dpi=FINE_DPI)


def _read_texts(page: pypdfium2.PdfPage, cells: Sequence[Cell], height: float) -> list[str]:
    words = page.get_textpage()
    if not cells:
        return [words.get_text_range()]
    texts = [
        words.get_text_bounded(
            left=cell.x * _MM,
            right=(cell.x + cell.width) * _MM,
            top=height - cell.y * _MM,
            bottom=height - (cell.y + cell.height) * _MM,
        )
        for cell in cells
    ]
    return [*texts, ""]


def _find_cell(cells: Sequence[Cell], code: FoundCode, dpi: int) -> int:
    x, y = code.x / dpi * 25.4, code.y / dpi * 25.4
    for number, cell in enumerate(cells):
        if cell.x <= x < cell.x + cell.width and cell.y <= y < cell.y + cell.height:
            return number
    return len(cells)
