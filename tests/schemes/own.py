"""A district's own scheme files, made from the bundled ones."""

from datetime import date
from pathlib import Path

from voucher import clock
from voucher.access import Actor
from voucher.db import transaction
from voucher.schemes.models import SchemeAdoption
from voucher.schemes.operations import approve_scheme, propose_scheme
from voucher.schemes.queries import get_instrument, get_programme

GBT = "gbt-42195-2022"
AGE_BANDS = "jinjiang-age-bands"


def make_programme(*, version: int = 2, face_fen: int = 3000, scheme: str = AGE_BANDS) -> str:
    """Give the age bands in a version of one's own, with another amount for the youngest."""
    text = get_programme(AGE_BANDS, 1).text
    for old, new in (
        ("version = 1", f"version = {version}"),
        (AGE_BANDS, scheme),
        ("face_fen = 3000", f"face_fen = {face_fen}"),
        ("committed_fen = 3000", f"committed_fen = {face_fen}"),
    ):
        text = text.replace(old, new)
    return text


def make_instrument(*, version: int = 2, scheme: str = GBT) -> str:
    """Give the 26 items in a version of one's own."""
    text = get_instrument(GBT, 1).text
    return text.replace("version = 1", f"version = {version}").replace(GBT, scheme)


def write_own(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def propose(actor: Actor, text: str, *, on: date, file: str = "own.toml") -> int:
    """Propose a text, and give the number of the proposal."""
    with transaction():
        made: SchemeAdoption = propose_scheme(
            actor=actor,
            file=file,
            text=text,
            effective_from=on,
            today=clock.today(),
            now=clock.now(),
        )
        return made.id


def approve(actor: Actor, adoption_id: int, text: str) -> None:
    with transaction():
        approve_scheme(
            actor=actor,
            adoption_id=adoption_id,
            text=text,
            today=clock.today(),
            now=clock.now(),
        )
