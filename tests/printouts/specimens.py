"""
Draw the specimens of `printouts/samples/`: each layout, a handover list, a statement, a letter.

Everybody and everything on them is invented, and every piece says that it is a test. Run by
`make specimens` after a change of the paper; a test says when that was forgotten.
"""

import subprocess
from pathlib import Path

from PIL import Image
from pypdf import PdfReader

from tests.printouts.factories import (
    FULL_NAMES,
    make_booklets,
    make_handover,
    make_handover_line,
    make_letter,
    make_statement,
    make_statement_line,
    make_voucher,
)
from tests.structure.source import ROOT
from voucher.printouts.drawing.fields import Mark, SheetVoucher
from voucher.printouts.drawing.handover import draw_handover_list
from voucher.printouts.drawing.letter import draw_letters
from voucher.printouts.drawing.sheet import draw_sheets
from voucher.printouts.drawing.statement import draw_statement

SAMPLES = ROOT / "printouts" / "samples"
HARD = (
    {"value": "1,234.56 元", "masked_name": "王" + "*" * 29},
    {"value": "本月最高抵扣 1,234 元", "masked_name": "阿卜杜热合曼托合提买买提明·*"},
    {"covers": "助餐、保洁、助浴、康复护理、陪同就医、家电维修、理发、洗衣、上门照护、日间照料"},
    {"masked_name": "𬭚*", "community": "示例区示例街道示例社区居委会"},
)


def draw_specimens(folder: Path) -> None:
    """Draw the files; the same every time."""
    for name, layout, vouchers in (
        ("sheet", "a4-8", make_booklets(8)),
        ("sheet-a4-10", "a4-10", [*make_booklets(6), *make_hard()]),
        ("booklet", "booklet", make_booklets(24)[21:24]),
    ):
        path = folder / f"{name}.pdf"
        draw_sheets(path=path, vouchers=vouchers, title="specimen", mark=Mark.TEST, layout=layout)
    people = [
        make_handover_line(name, numbers=range(3 * place + 1, 3 * place + 2 + place % 3))
        for place, name in enumerate(FULL_NAMES)
    ]
    draw_handover_list(path=folder / "handover.pdf", handover=make_handover(*people))
    lines = [make_statement_line(number) for number in range(1, 9)]
    back = make_statement_line(9, price_fen=-3500, amount_fen=-3000, own_fen=-500)
    statement = make_statement(*lines, back)
    draw_statement(path=folder / "statement.pdf", statement=statement)
    draw_letters(path=folder / "letter.pdf", letters=[(make_letter(), str)], title="specimen")


def make_hard() -> list[SheetVoucher]:
    """Give vouchers that need more room than others."""
    return [make_voucher(number, **values) for number, values in enumerate(HARD, 7)]


def draw_pictures(pdf: Path) -> None:
    """Draw each page of a specimen as a picture beside it."""
    pages = len(PdfReader(pdf).pages)
    for number in range(1, pages + 1):
        picture = pdf.with_name(pdf.stem + (f"-{number}" if pages > 1 else ""))
        window = ["-f", str(number), "-l", str(number), "-singlefile"]
        command = ["pdftoppm", "-r", "100", "-gray", "-png", *window, pdf, picture]
        subprocess.run(command, check=True)
        drawn = picture.with_name(picture.name + ".png")
        Image.open(drawn).quantize(16).save(drawn, optimize=True)


if __name__ == "__main__":
    SAMPLES.mkdir(parents=True, exist_ok=True)
    draw_specimens(SAMPLES)
    for pdf in sorted(SAMPLES.glob("*.pdf")):
        draw_pictures(pdf)
