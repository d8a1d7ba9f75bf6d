"""What a phone's camera sees of a printed sheet: pixels of the PDF, placed in a frame."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy
import zxingcpp

from tests.printouts.reading import render

WIDTH, HEIGHT = 1280, 720
DPI = 200
# How wide the code is in the picture: a paper held a hand's breadth away.
CODE_PIXELS = 400


def find_on_paper(folder: Path, text: str) -> tuple[Any, tuple[int, int, int, int]]:
    """Give the rendered page that carries a code, and the code's left, top, width and height."""
    for path in sorted(folder.rglob("*.pdf")):
        for page in render(path, dpi=DPI):
            grey = numpy.ascontiguousarray(page.squeeze())
            for code in zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode):
                if code.text == text:
                    corners = code.position
                    xs = [corners.top_left.x, corners.bottom_right.x]
                    ys = [corners.top_left.y, corners.bottom_right.y]
                    return grey, (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
    raise AssertionError("no printed page carries this code")


def take_frame(folder: Path, text: str) -> Any:
    """Give a frame of 1280 x 720 grey pixels with this code's paper in the middle, and no other."""
    page, (left, top, width, height) = find_on_paper(folder, text)
    around = page[
        max(0, top - height // 6) : top + height + height // 6,
        max(0, left - width // 6) : left + width + width // 6,
    ]
    scale = CODE_PIXELS / width
    paper = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = numpy.full((HEIGHT, WIDTH), 170, dtype=numpy.uint8)
    rows, columns = paper.shape
    at_row, at_column = (HEIGHT - rows) // 2, (WIDTH - columns) // 2
    frame[at_row : at_row + rows, at_column : at_column + columns] = paper
    return cv2.GaussianBlur(frame, (3, 3), 0)


def write_film(path: Path, frames: Iterable[Any], *, repeated: int = 10) -> Path:
    """Write frames as a film of ten a second, which the browser's camera plays over and over."""
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            for _ in range(repeated):
                film.write(b"FRAME\n" + frame.tobytes() + grey)
    return path


def write_photo(path: Path, pixels: Any) -> Path:
    """Write a picture as a phone hands it over."""
    assert cv2.imwrite(str(path), pixels)
    return path


def draw_code(text: str) -> Any:
    """Give a picture of a QR code of any text."""
    modules = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    grey = numpy.array(modules.to_image(scale=6))
    return cv2.copyMakeBorder(grey, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
