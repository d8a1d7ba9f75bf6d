"""Districts for tests: the two bundled ones, real streets and communities."""

import csv
from datetime import date
from pathlib import Path

from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.operations.keeping import add_console
from voucher.accounts.queries import describe_actor
from voucher.config import Kind
from voucher.db import transaction
from voucher.divisions.operations import found_installation, import_divisions
from voucher.divisions.rules.communities import Gazetteer, Place, build_gazetteer

DATA = Path(__file__).parent.parent / "data"
FOUNDER = Actor(key="system", name="system", channel="test", role=Role.CONSOLE)


def found_district(district: str = "330102") -> Actor:
    """Make a district with its streets and communities; give the command line's own account."""
    now = clock.now()
    with transaction():
        found_installation(actor=FOUNDER, district_code=district, kind=Kind.TEST, now=now)
        console = describe_actor(add_console(actor=FOUNDER, now=now), channel="test")
        import_divisions(
            actor=console, content=read_divisions_file(district), today=date(2026, 1, 1), now=now
        )
    return console


def read_divisions_file(district: str) -> bytes:
    return (DATA / "divisions" / f"{district}.csv").read_bytes()


def load_gazetteer(district: str) -> Gazetteer:
    """Prepare the communities of a bundled district straight from its file."""
    with (DATA / "divisions" / f"{district}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    return build_gazetteer(
        Place(code=code, name=row["name"], street=rows[row["parent_code"]]["name"])
        for code, row in rows.items()
        if row["level"] == "community"
    )
