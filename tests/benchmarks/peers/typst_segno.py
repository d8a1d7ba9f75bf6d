"""typst with segno's codes as images, from a file of data."""

import json
import tempfile
from pathlib import Path
from typing import Any

import segno
import typst
from timing import draw_once, list_pages

_SOURCE = """
#let sheets = json("sheets.json")
#set page(width: sheets.page.at(0) * 1mm, height: sheets.page.at(1) * 1mm, margin: 0mm)
#set text(top-edge: "baseline", bottom-edge: "baseline")
#for vouchers in sheets.pages {
  for voucher in vouchers {
    for (content, x, y, size, weight) in voucher.texts {
      let heavy = if weight == "bold" { 700 } else { 400 }
      place(top + left, dx: x * 1mm, dy: y * 1mm,
        text(size: size * 1pt, font: "Noto Sans SC", weight: heavy, content))
    }
    let (name, x, y, side) = voucher.code
    place(top + left, dx: x * 1mm, dy: y * 1mm,
      image(name, width: side * 1mm, scaling: "pixelated"))
  }
  for (x1, y1, x2, y2) in sheets.cuts {
    place(top + left, line(start: (x1 * 1mm, y1 * 1mm), end: (x2 * 1mm, y2 * 1mm), stroke: 0.4pt))
  }
  pagebreak(weak: true)
}
"""


def draw(sheets: dict[str, Any], out: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, voucher in enumerate(sheets["vouchers"]):
            code = segno.make_qr(voucher["code"][0], error="m", boost_error=False)
            code.save(str(folder / f"{number}.png"), border=4)
            voucher["code"][0] = f"{number}.png"
        (folder / "sheets.json").write_text(json.dumps(sheets | {"pages": list_pages(sheets)}))
        (folder / "sheets.typ").write_text(_SOURCE)
        fonts = [str(Path(sheets["fonts"]["regular"]).parent)]
        typst.compile(str(folder / "sheets.typ"), output=out, font_paths=fonts)


if __name__ == "__main__":
    draw_once(draw)
