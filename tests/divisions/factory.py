"""Districts for tests: the two bundled ones, real streets and communities."""

import csv
from pathlib import Path

from voucher.divisions.rules.communities import Gazetteer, Place, build_gazetteer

DATA = Path(__file__).parent.parent / "data"


def load_gazetteer(district: str) -> Gazetteer:
    """Prepare the communities of a bundled district straight from its file."""
    with (DATA / "divisions" / f"{district}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    return build_gazetteer(
        Place(code=code, name=row["name"], street=rows[row["parent_code"]]["name"])
        for code, row in rows.items()
        if row["level"] == "community"
    )
