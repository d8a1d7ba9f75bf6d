"""Reading printed files back with other people's eyes."""

import subprocess
from pathlib import Path

import pypdf
import pypdfium2


def read_poppler(path: Path) -> str:
    """Give the text as pdftotext finds it, without white space."""
    command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    return "".join(subprocess.run(command, capture_output=True, check=True).stdout.decode().split())


def read_pypdf(path: Path) -> str:
    """Give the text as pypdf finds it, without white space."""
    return "".join("".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())


def render(path: Path, *, dpi: int):
    """Give each page as an array of grey pixels."""
    document = pypdfium2.PdfDocument(path)
    return [page.render(scale=dpi / 72, grayscale=True).to_numpy() for page in document]
