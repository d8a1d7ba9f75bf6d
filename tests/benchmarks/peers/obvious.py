"""reportlab and qrcode as their tutorials show them: make an image, draw it, draw each string."""

from typing import Any

import qrcode
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from timing import draw_once, list_pages


def draw(sheets: dict[str, Any], out: str) -> None:
    for weight, path in sheets["fonts"].items():
        pdfmetrics.registerFont(TTFont(weight, path))
    width, height = sheets["page"]
    canvas = Canvas(out, pagesize=(width * mm, height * mm), pageCompression=1)
    for vouchers in list_pages(sheets):
        for voucher in vouchers:
            for text, x, y, size, weight in voucher["texts"]:
                canvas.setFont(weight, size)
                canvas.drawString(x * mm, (height - y) * mm, text)
            text, x, y, side = voucher["code"]
            code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
            code.add_data(text)
            image = ImageReader(code.make_image().get_image())
            canvas.drawImage(image, x * mm, (height - y - side) * mm, side * mm, side * mm)
        canvas.setLineWidth(0.4)
        for x1, y1, x2, y2 in sheets["cuts"]:
            canvas.line(x1 * mm, (height - y1) * mm, x2 * mm, (height - y2) * mm)
        canvas.showPage()
    canvas.save()


if __name__ == "__main__":
    draw_once(draw)
