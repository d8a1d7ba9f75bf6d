"""WeasyPrint on a page of HTML, with segno's codes as images."""

from html import escape
from pathlib import Path
from typing import Any

import segno
from timing import draw_once, list_pages
from weasyprint import HTML

_ASCENT_MM = 0.88 * 25.4 / 72


def draw(sheets: dict[str, Any], out: str) -> None:
    pages = "".join(_draw_page(vouchers, sheets) for vouchers in list_pages(sheets))
    HTML(string=f"<style>{_style(sheets)}</style>{pages}").write_pdf(out)


def _style(sheets: dict[str, Any]) -> str:
    width, height = sheets["page"]
    fonts = "".join(
        f"@font-face {{font-family: {weight}; src: url('{Path(path).as_uri()}')}}"
        for weight, path in sheets["fonts"].items()
    )
    return (
        f"{fonts} @page {{size: {width}mm {height}mm; margin: 0}} body {{margin: 0}}"
        f"section {{position: relative; width: {width}mm; height: {height}mm}}"
        "section {break-after: page; overflow: hidden}"
        "span, img, hr {position: absolute; line-height: 1; white-space: pre; margin: 0}"
        "hr {border: 0; background: #000}"
    )


def _draw_page(vouchers: list[dict[str, Any]], sheets: dict[str, Any]) -> str:
    cuts = "".join(
        f'<hr style="left:{x1}mm;top:{y1}mm;'
        f'width:{max(x2 - x1, 0.14)}mm;height:{max(y2 - y1, 0.14)}mm">'
        for x1, y1, x2, y2 in sheets["cuts"]
    )
    return f"<section>{''.join(map(_draw_voucher, vouchers))}{cuts}</section>"


def _draw_voucher(voucher: dict[str, Any]) -> str:
    texts = "".join(
        f'<span style="left:{x}mm;top:{y - size * _ASCENT_MM}mm;'
        f'font:{size}pt {weight}">{escape(text)}</span>'
        for text, x, y, size, weight in voucher["texts"]
    )
    text, x, y, side = voucher["code"]
    code = segno.make_qr(text, error="m", boost_error=False).png_data_uri(border=4)
    return (
        f'{texts}<img src="{code}" style="left:{x}mm;top:{y}mm;width:{side}mm;'
        'image-rendering:pixelated">'
    )


if __name__ == "__main__":
    draw_once(draw)
