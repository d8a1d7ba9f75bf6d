"""Sheets drawn the plain way: every text of every voucher by itself, nothing kept, no form."""

from dataclasses import replace
from itertools import groupby

from voucher.printouts.drawing.covers import COVER_FIELDS, list_covers
from voucher.printouts.drawing.fields import FIELDS
from voucher.printouts.drawing.fonts import choose_font, measure
from voucher.printouts.drawing.layouts import load_layout
from voucher.printouts.drawing.paper import LINE_HEIGHT, fit_text, mm, open_paper
from voucher.printouts.drawing.sheet import list_pages
from voucher.printouts.drawing.stamps import draw_ground
from voucher.qr import make_raster


def draw_plainly(*, path, vouchers, mark, layout):
    layout = load_layout(layout)
    size = (layout.width, layout.height)
    with open_paper(path=path, size=size, title="plain") as paper:
        covers = iter(list_covers(vouchers))
        for page in list_pages(vouchers=vouchers, layout=layout):
            for number, voucher in enumerate(page):
                x, y = layout.locate(number)
                y = layout.height - y - layout.voucher.height
                draw_face(paper, layout.voucher, FIELDS, voucher, mark, x=x, y=y)
                paper.canvas.restoreState()
            if not page:
                draw_face(paper, layout.letter, COVER_FIELDS, next(covers), mark, x=0, y=0)
                paper.canvas.restoreState()
            else:
                draw_cuts(paper, layout)
            paper.next_page()


def draw_face(paper, face, fields, piece, mark, *, x, y):
    paper.canvas.saveState()
    paper.canvas.translate(x * mm, y * mm)
    own = replace(paper, height=face.height)
    draw_ground(own, face, mark=mark, say=str)
    for field in fields:
        write(own, field.show(piece), face.places[field.name])
    if face.code:
        raster, away = make_raster(piece.qr_text, quiet_zone=0), face.code.quiet_zone
        own.draw_raster(raster, x=face.code.x + away, y=face.code.y + away, side=face.code.side)


def write(paper, text, place):
    """Write a text with reportlab's own text object."""
    fitted = fit_text(text, place)
    for number, line in enumerate(fitted.lines):
        room = place.width * mm - measure(line, size=fitted.size, weight=place.weight)
        x = place.x * mm + {"left": 0, "centre": 0.5, "right": 1}[place.align] * room
        y = place.y * mm + number * fitted.size * LINE_HEIGHT + 0.88 * fitted.size
        words = paper.canvas.beginText(x, paper.height * mm - y)
        for font, run in split_runs(line, weight=place.weight):
            words.setFont(font, fitted.size)
            words.textOut(run)
        paper.canvas.drawText(words)


def split_runs(text, *, weight):
    """Give the text as pieces of one font each, in order: font name and piece."""
    for font, characters in groupby(text, key=lambda one: choose_font(one, weight=weight)):
        yield font, "".join(characters)


def draw_cuts(paper, layout):
    near, far = layout.margin, layout.width - layout.margin
    for y in layout.across:
        paper.draw_line(near, y, far, y, dashed=True)
    for x in layout.down:
        paper.draw_line(x, near, x, layout.height - near, dashed=True)
