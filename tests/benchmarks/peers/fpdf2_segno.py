"""fpdf2 with segno's codes as images."""

import io
from typing import Any

import segno
from fpdf import FPDF
from timing import draw_once, list_pages


def draw(sheets: dict[str, Any], out: str) -> None:
    pdf = FPDF(unit="mm", format=tuple(sheets["page"]))
    pdf.set_auto_page_break(False)
    for weight, path in sheets["fonts"].items():
        pdf.add_font(weight, fname=path)
    pdf.set_line_width(0.14)
    for vouchers in list_pages(sheets):
        pdf.add_page()
        for voucher in vouchers:
            for text, x, y, size, weight in voucher["texts"]:
                pdf.set_font(weight, size=size)
                pdf.text(x, y, text)
            text, x, y, side = voucher["code"]
            image = io.BytesIO()
            segno.make_qr(text, error="m", boost_error=False).save(image, kind="png", border=4)
            pdf.image(image, x=x, y=y, w=side, h=side)
        for x1, y1, x2, y2 in sheets["cuts"]:
            pdf.line(x1, y1, x2, y2)
    pdf.output(out)


if __name__ == "__main__":
    draw_once(draw)
