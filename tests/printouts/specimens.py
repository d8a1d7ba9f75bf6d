"""
Draw the specimens of `printouts/samples/`: a sheet, a handover list, a statement, a letter.

Everybody and everything on them is invented, and every piece says that it is a test. Run by
`make specimens` after a change of the paper; a test says when that was forgotten.
"""

import subprocess
from pathlib import Path

from tests.printouts.factories import (
    FULL_NAMES,
    make_handover,
    make_handover_line,
    make_letter,
    make_statement,
    make_statement_line,
    make_voucher,
)
from tests.structure.source import ROOT
from voucher.printouts.drawing.fields import Mark
from voucher.printouts.drawing.handover import draw_handover_list
from voucher.printouts.drawing.letter import draw_letters
from voucher.printouts.drawing.sheet import draw_sheets
from voucher.printouts.drawing.statement import draw_statement

SAMPLES = ROOT / "printouts" / "samples"
KINDS = (
    {"value": "30.00 元", "covers": "理发、照相、洗衣、助餐、家电维修、保洁"},
    {"value": "2 次", "covers": "助浴，每次最高抵扣 80 元"},
    {
        "programme": "养老服务消费券",
        "value": "本月最高抵扣 800 元",
        "covers": "上门 50% · 机构和日托 40%",
    },
)


def draw_specimens(folder: Path) -> None:
    """Draw the four files; the same every time."""
    vouchers = [make_voucher(number, **KINDS[number % len(KINDS)]) for number in range(1, 9)]
    draw_sheets(path=folder / "sheet.pdf", vouchers=vouchers, title="specimen", mark=Mark.TEST)
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


if __name__ == "__main__":
    SAMPLES.mkdir(parents=True, exist_ok=True)
    draw_specimens(SAMPLES)
    for pdf in sorted(SAMPLES.glob("*.pdf")):
        picture = ["pdftoppm", "-r", "100", "-gray", "-png", "-singlefile"]
        subprocess.run([*picture, pdf, pdf.with_suffix("")], check=True)
