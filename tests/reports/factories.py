"""People and rules to simulate. All invented."""

from datetime import date
from pathlib import Path

from sqlalchemy import select

from voucher import clock
from voucher.accounts.models import Account
from voucher.care_levels.models import CareLevel, LevelState
from voucher.db import db, transaction
from voucher.reports.rules.judging import Judge, LevelsFrom, make_due_judge
from voucher.reports.rules.simulating import Person, Simulation, simulate_roster
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import GBT, get_programme, get_scheme, map_instruments
from voucher.schemes.rules.loading import load_scheme
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.values import Facts

AGE_BANDS, NATIONAL, SIX_CLASSES = (
    "jinjiang-age-bands",
    "national-2026",
    "shangcheng-six-classes",
)
DISTRICT = "510104"


def edit(programme: str, *changes: tuple[str, str]) -> str:
    """Give the text of a programme with every occurrence of some words changed."""
    text = get_programme(programme, 1).text
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return text


def load(text: str) -> Programme:
    programme = load_scheme(text=text, file="edited.toml", within_reach=map_instruments())
    assert isinstance(programme, Programme)
    return programme


def make_person(*levels: str, age: int = 70, **facts: object) -> Person:
    return Person(Facts(age=age, **facts), levels)  # type: ignore[arg-type]


def run(people: dict[Person, dict[int, int]], *programmes: Programme) -> Simulation:
    """Simulate people by confirmed levels, or by the rules of a programme that needs none."""
    return simulate_roster(
        people=people,
        programmes=[(one, find_source(one), judge(one, find_source(one))) for one in programmes],
        district_code=DISTRICT,
    )


def find_source(programme: Programme) -> LevelsFrom:
    return LevelsFrom.CONFIRMED if programme.needs_confirmation else LevelsFrom.OWN_RULES


def judge(programme: Programme, levels_from: LevelsFrom) -> Judge:
    return make_due_judge(programme=programme, levels_from=levels_from)


def write_edited(folder: Path, text: str) -> Path:
    path = folder / "edited.toml"
    path.write_text(text, encoding="utf-8")
    return path


def give_level(
    *,
    resident_id: int,
    level: str,
    scale: str = GBT,
    state: LevelState = LevelState.CONFIRMED,
    from_date: date = date(2026, 11, 1),
    to_date: date | None = None,
) -> None:
    """Write a level as if one had graded and another, where it is confirmed, had agreed."""
    with transaction():
        now = clock.now()
        graded_by, confirmed_by = db.session.scalars(select(Account.id).limit(2)).all()
        is_confirmed = state is LevelState.CONFIRMED
        db.session.add(
            CareLevel(
                resident_id=resident_id,
                scale=scale,
                scheme_version_id=freeze_scheme(scheme=get_scheme(scale, 1), now=now),
                level=level,
                reasons=[],
                from_date=from_date,
                to_date=to_date,
                state=state,
                graded_by=graded_by,
                graded_at=now,
                confirmed_by=confirmed_by if is_confirmed else None,
                confirmed_at=now if is_confirmed else None,
            )
        )
