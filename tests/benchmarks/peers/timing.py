"""What every peer does alike: read the sheets, draw them once, make the file safe, say how long."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

VOUCHERS_A_PAGE = 8


def draw_once(draw: Callable[[dict[str, Any], str], None]) -> None:
    """Draw the sheets of the first argument into the file of the second, and print the seconds."""
    sheets, out = json.loads(Path(sys.argv[1]).read_text()), sys.argv[2]
    start = perf_counter()
    draw(sheets, out)
    with open(out, "rb") as file:  # noqa: PTH123
        os.fsync(file.fileno())
    print(perf_counter() - start)  # noqa: T201


def list_pages(sheets: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Give the vouchers page by page."""
    every = sheets["vouchers"]
    return [every[at : at + VOUCHERS_A_PAGE] for at in range(0, len(every), VOUCHERS_A_PAGE)]
