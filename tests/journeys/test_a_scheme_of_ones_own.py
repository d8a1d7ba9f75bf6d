"""A scale and a programme that are only files are imported, graded, explained, priced, issued."""

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.care_levels.factories import confirm, grade
from tests.residents.factories import make_number
from tests.schemes.test_cli import run
from tests.vouchers.factories import MONTH, Town, add_resident, fund, issue, make_town
from tests.workbooks.factories import make_workbook
from voucher import clock
from voucher.assessments.operations.importing import (
    Comparison,
    import_assessments,
    judge_assessment_file,
)
from voucher.care_levels.models import CareLevel
from voucher.db import db, transaction
from voucher.entitlements.queries import list_entitlements
from voucher.residents.models import Resident
from voucher.schemes import queries
from voucher.schemes.queries import get_instrument, get_programme, load_schemes
from voucher.sealing import blind_index
from voucher.vouchers.models import Voucher

FILES = Path(__file__).parents[1] / "schemes" / "files"
SCALE, PROGRAMME = "sample-walk-2026", "sample-walk-vouchers"
TITLES = ("身份证号", "姓名", "评估日期", "评估员一", "评估员二")
ITEMS = ("W.1", "W.2", "W.3", "W.4")


@pytest.fixture
def town(app, monkeypatch) -> Iterator[Town]:
    """Give a town of six people whose district took up the invented scale and programme."""
    found = load_schemes([FILES / f"{SCALE}.toml", FILES / f"{PROGRAMME}.toml"])
    bundled = queries._load_bundled()
    wider = queries.Schemes(
        {**bundled.instruments, **found.instruments}, {**bundled.programmes, **found.programmes}
    )
    monkeypatch.setattr(queries, "_load_bundled", lambda: wider)
    monkeypatch.setattr(queries, "_load_bundled_instruments", lambda: wider.instruments)
    town = make_town()
    for number in range(1, 7):
        made = add_resident(born=date(1940, 1, 1), community_id=town.communities[number % 2])
        with transaction():
            index = blind_index(make_number(number), column="residents.id_number")
            db.session.get_one(Resident, made).id_index = index
    yield town
    queries._load_kept.cache_clear()


def assess(town: Town, *rows: tuple[object, ...]) -> Comparison:
    """Import a row of (person, four items, falls, near falls) each."""
    people = [
        (make_number(number), "王秀英", "2026-11-20", "何静", "罗伟", *rest)
        for number, *rest in rows
    ]
    content = make_workbook([(*TITLES, *ITEMS, "跌倒", "险些跌倒"), *people])
    file = judge_assessment_file(
        actor=town.worker, content=content, instrument=get_instrument(SCALE), on=MONTH
    )
    with transaction():
        return import_assessments(actor=town.worker, file=file, now=clock.now())


def test_answers_in_a_workbook_become_levels_vouchers_and_prices_with_no_code_of_their_own(town):
    done = assess(
        town,
        (1, 0, 1, 1, 1, 0, 0),
        (2, 1, 1, 1, 1, 1, 0),
        (3, 1, 1, 3, 3, 1, 1),
        (4, 3, 3, 3, 0, 0, 2),
        (5, 2, 0, 0, 0, 0, 0),
        (6, 0, 0, 0, "", 0, 0),
    )
    graded = grade(town.worker, on=MONTH, programme=PROGRAMME)
    confirmed = confirm(town.approver, on=MONTH, scale=SCALE)
    fund(town, programme=PROGRAMME, amount_fen=120_000)
    issue(town, programme=PROGRAMME)

    assert [(row.row, *map(tuple, row.faults)) for row in done.rejected] == [
        (6, ("item_out_of_range", "项目 %(item)s 的得分只能是 %(allowed)s", OUT_OF_RANGE)),
        (7, ("item_missing", "缺少项目 %(item)s", {"item": "W.4"})),
    ]
    assert (graded.graded, graded.ungraded, graded.proposed) == (4, 2, 4)
    assert graded.levels == {"free": 1, "slow": 1, "held": 2}
    assert confirmed == 4
    assert list_reasons() == [
        (1, "free", []),
        (2, "slow", []),
        (3, "held", [{"rule": "falls", "event_count": 2}]),
        (4, "held", [{"rule": "falls", "event_count": 2}]),
    ]
    assert explain(town) == {
        1: ("free", [], ["level_not_covered"]),
        2: ("slow", [20_000], []),
        3: ("held", [50_000], []),
        4: ("held", [50_000], []),
        5: ("", [], ["no_level"]),
        6: ("", [], ["no_level"]),
    }
    assert list_vouchers() == [(2, "slow", 20_000), (3, "held", 50_000), (4, "held", 50_000)]


OUT_OF_RANGE = {"item": "W.1", "allowed": "0 1 3"}


def list_reasons() -> list[tuple[int, str, list[dict[str, object]]]]:
    wanted = select(CareLevel.resident_id, CareLevel.level, CareLevel.reasons)
    return [tuple(row) for row in db.session.execute(wanted.order_by(CareLevel.resident_id))]


def explain(town: Town) -> dict[int, tuple[str, list[int], list[str]]]:
    due = list_entitlements(
        actor=town.worker, programme=get_programme(PROGRAMME), period_from=MONTH
    )
    return {
        one.resident_id: (
            one.level,
            [grant.committed_fen for grant in one.grants],
            [reason.rule for reason in one.why_not],
        )
        for one in due
    }


def list_vouchers() -> list[tuple[int, str, int]]:
    wanted = select(Voucher.resident_id, CareLevel.level, Voucher.committed_fen)
    joined = wanted.join(CareLevel, CareLevel.resident_id == Voucher.resident_id)
    return [tuple(row) for row in db.session.execute(joined.order_by(Voucher.resident_id))]


def test_the_same_files_score_and_price_without_a_database(tmp_path):
    for name in (SCALE, PROGRAMME):
        shutil.copy(FILES / f"{name}.toml", tmp_path)
    answers = {"items": dict.fromkeys(ITEMS, 1), "events": {"fall": 2}}
    purchase = {"level": "held", "service": "escort", "price_fen": 10_000}

    scored = run("score", str(tmp_path / f"{SCALE}.toml"), "--json", sent=json.dumps(answers))
    priced = run("price", str(tmp_path), "--json", sent=json.dumps(purchase))

    assert (json.loads(scored.stdout)["total"], json.loads(scored.stdout)["level"]) == (4, "held")
    assert json.loads(priced.stdout)["voucher_fen"] == 6_000
