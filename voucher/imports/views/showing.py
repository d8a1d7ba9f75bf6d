"""What the pages of an import show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Response, render_template
from flask_babel import gettext

from voucher.imports.queries import KeptPreview
from voucher.imports.rules import Listing, mask_long_numbers
from voucher.imports.views.flows import Flow, Sent
from voucher.listing import Column, Wanted, send_workbook
from voucher.refusals import Refusal
from voucher.uploads import Upload
from voucher.workbooks.archive import MAX_FILE_BYTES
from voucher.workbooks.cells import read_text
from voucher.workbooks.headers import (
    HEADER_WITHIN_ROWS,
    Assignment,
    Layout,
    find_header,
    propose_assignment,
)
from voucher.workbooks.reading import Sheet, read_sheets
from voucher.workbooks.sheets import MAX_ROWS, cell_name

# Of the top of a sheet this much is shown: its titles and what stands below them.
_TOP_ROWS, _LONGEST_CELL = 12, 40


@dataclass(frozen=True, slots=True)
class SheetTop:
    """
    The first rows of a sheet as they are, long numbers masked, and the header taken for it.

    `fault` says why it could not be read by itself, where its sender has not yet pointed it out.
    """

    number: int
    name: str
    layout: Layout
    rows: Sequence[tuple[int, Sequence[str]]]
    chosen: Assignment
    fault: Refusal | None

    @property
    def letters(self) -> list[str]:
        """Give the names of the columns."""
        width = max((len(cells) for _, cells in self.rows), default=0)
        return [cell_name(row=1, column=at)[:-1] for at in range(1, width + 1)]

    def list_options(self) -> list[tuple[str, str]]:
        """Give the columns to choose from, each with its title in the chosen header."""
        titles = dict(self.rows).get(self.chosen.row, ())
        return [
            (str(at), f"{letter} · {titles[at]}" if at < len(titles) and titles[at] else letter)
            for at, letter in enumerate(self.letters)
        ]


def show_choice(flow: Flow, *, on: str, refusal: Refusal | None = None) -> str:
    """Show the page on which a file is chosen."""
    return render_template(
        "imports/choose.html",
        flow=flow,
        layouts=list(zip(flow.sheets, flow.layouts(), strict=True)),
        choices=flow.choices(),
        on=on,
        refusal=refusal,
        most_rows=MAX_ROWS,
        most_bytes=MAX_FILE_BYTES,
    )


def show_columns(flow: Flow, *, upload: Upload, sent: Sent, refusal: Refusal | None = None) -> str:
    """Show the top of each sheet, and ask which column is which."""
    layouts = flow.layouts()
    sheets = read_sheets(content=sent.content, number=len(layouts))
    tops = [
        _describe_top(number, flow.sheets[number], sheet, layouts[number], sent)
        for number, sheet in enumerate(sheets)
    ]
    return render_template(
        "imports/columns.html",
        flow=flow,
        upload=upload,
        tops=tops,
        refusal=refusal,
        header_rows=range(1, HEADER_WITHIN_ROWS + 1),
    )


def _describe_top(number: int, name: str, sheet: Sheet, layout: Layout, sent: Sent) -> SheetTop:
    pointed_out = sent.assignments.get(number)
    chosen = pointed_out or propose_assignment(rows=sheet.rows(), layout=layout)
    fault = None if pointed_out else _find_fault(sheet, layout)
    rows = [
        (row, [mask_long_numbers(read_text(cell))[:_LONGEST_CELL] for cell in cells])
        for row, cells in islice(sheet.rows(), chosen.row + _TOP_ROWS)
    ]
    return SheetTop(number, name, layout, rows, chosen, fault)


def _find_fault(sheet: Sheet, layout: Layout) -> Refusal | None:
    try:
        find_header(rows=sheet.rows(), layout=layout)
    except Refusal as refusal:
        return refusal
    return None


def show_preview(
    flow: Flow,
    *,
    upload: Upload,
    preview: KeptPreview,
    wanted: Wanted,
    refusal: Refusal | None = None,
) -> str:
    """Show what a file would do, one of its lists open."""
    listing = choose_listing(flow, preview, wanted)
    return render_template(
        "imports/preview.html",
        flow=flow,
        upload=upload,
        preview=preview,
        listing=listing,
        listings=[one for one in flow.listings if preview.totals.get(one.word)],
        slice=preview.read_slice(listing.word, wanted=wanted) if listing else None,
        has_work=any(preview.counts.get(word) for word in flow.work),
        is_done="done" in upload.mapping,
        refusal=refusal,
    )


def choose_listing(flow: Flow, preview: KeptPreview, wanted: Wanted) -> Listing | None:
    """Give the list asked for, or the first that has rows; None when none has any."""
    filled = [one for one in flow.listings if preview.totals.get(one.word)]
    return next((one for one in filled if one.word == wanted["list"]), next(iter(filled), None))


def send_list(*, preview: KeptPreview, listing: Listing, wanted: Wanted) -> Response:
    """Send one list of a preview as a workbook."""
    columns = [Column(title, cell=_make_teller(at)) for at, title in enumerate(listing.columns)]
    rows = preview.read_slice(listing.word, wanted=wanted).rows
    return send_workbook(name=gettext(listing.title), columns=columns, rows=rows)


def _make_teller(at: int) -> Callable[[list[Any]], str | int]:
    def tell(row: list[Any]) -> str | int:
        cell: Any = row[at]
        if isinstance(cell, str | int):
            return cell
        return "；".join(gettext(sentence) % facts for sentence, facts in cell)

    return tell
