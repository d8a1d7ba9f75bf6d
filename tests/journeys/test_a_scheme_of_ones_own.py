"""A scale and a programme that are only files: graded, told, priced, issued and simulated."""

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from tests.care_levels.factories import confirm, grade
from tests.printouts.reading import read_poppler
from tests.residents.factories import make_number
from tests.schemes.own import approve, propose
from tests.schemes.test_cli import run
from tests.shops.factories import make_person
from tests.vouchers.factories import AGE_BANDS, MONTH, Town, add_resident, fund, issue, make_town
from tests.workbooks.factories import make_workbook
from voucher import clock
from voucher.access import Role
from voucher.app import main
from voucher.assessments.operations.importing import (
    Comparison,
    import_assessments,
    judge_assessment_file,
)
from voucher.care_levels.models import CareLevel
from voucher.care_levels.operations.grading import Graded
from voucher.db import db, transaction
from voucher.entitlements.queries import list_entitlements
from voucher.residents.models import Resident
from voucher.schemes.queries import get_instrument, get_programme
from voucher.sealing import blind_index
from voucher.vouchers.models import Voucher

FILES = Path(__file__).parents[1] / "schemes" / "files"
SCALE, PROGRAMME = "sample-walk-2026", "sample-walk-vouchers"
TITLES = ("身份证号", "姓名", "评估日期", "评估员一", "评估员二")
ITEMS = ("W.1", "W.2", "W.3", "W.4")


@pytest.fixture
def town(app) -> Town:
    """Give a town of six people whose district adopted the invented scale and programme."""
    town = make_town()
    second = make_person("second", Role.APPROVER)
    for name in (SCALE, PROGRAMME):
        text = (FILES / f"{name}.toml").read_text(encoding="utf-8")
        approve(second, propose(town.approver, text, on=clock.today()), text)
    for number in range(1, 7):
        made = add_resident(born=date(1940, 1, 1), community_id=town.communities[number % 2])
        with transaction():
            index = blind_index(make_number(number), column="residents.id_number")
            db.session.get_one(Resident, made).id_index = index
    return town


def assess(town: Town, *rows: tuple[object, ...]) -> Comparison:
    """Import a row of (person, four items, falls, near falls) each."""
    people = [
        (make_number(number), "王秀英", "2026-11-20", "何静", "罗伟", *rest)
        for number, *rest in rows
    ]
    content = make_workbook([(*TITLES, *ITEMS, "跌倒", "险些跌倒"), *people])
    file = judge_assessment_file(
        actor=town.worker, content=content, instrument=get_instrument(SCALE, 1), on=MONTH
    )
    with transaction():
        return import_assessments(actor=town.worker, file=file, now=clock.now())


def grade_everybody(town: Town) -> tuple[Comparison, Graded, int]:
    """Import what six people answered, grade them and confirm the levels."""
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
    return done, graded, confirm(town.approver, on=MONTH, scale=SCALE)


def command(home, *words: object) -> dict[str, Any]:
    """Give a command to this home that must succeed, and its answer."""
    db.session.remove()
    env = {"VOUCHER_HOME": str(home.path)}
    asked = [*map(str, words), "--json"]
    done = CliRunner(env=env).invoke(main, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def test_answers_in_a_workbook_become_levels_vouchers_and_prices_with_no_code_of_their_own(town):
    done, graded, confirmed = grade_everybody(town)
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
        actor=town.worker, programme=get_programme(PROGRAMME, 1), period_from=MONTH
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


def test_the_letters_of_the_levels_tell_them_and_their_reasons(town, home, tmp_path):
    grade_everybody(town)

    written = command(
        home, "letters", "--as", "worker", "--on", clock.today(), "--out", tmp_path / "letters"
    )

    texts = [read_poppler(Path(file)) for file in written["files"]]
    assert (written["letters"], written["pages"]) == (4, 4)
    assert sorted(find_told("".join(texts))) == [
        ("不能独自行走", f"·行走：8／12分·总分：8／12分，行走受限（4–8分）·{FALLS}"),
        ("不能独自行走", f"·行走：9／12分·总分：9／12分，不能独自行走（9–12分）·{FALLS}"),
        ("行走受限", "·行走：4／12分·总分：4／12分，行走受限（4–8分）"),
        ("行走自如", "·行走：3／12分·总分：3／12分，行走自如（0–3分）"),
    ]


FALLS = "近30天跌倒或险些跌倒两次及以上，加重一级（近30天意外事件2次）"


def find_told(text: str) -> list[tuple[str, str]]:
    """Give, of each letter in a text, the level and why."""
    read = "以下方案会看这个等级：行走能力示例方案。"
    return re.findall(
        f"您的等级(.*?)自2026-11-20起有效。为什么是这个等级(.*?)对领券有什么影响{read}", text
    )


def test_the_programme_is_simulated_alone_and_against_another_with_exact_figures(town, home):
    grade_everybody(town)
    asked = ("simulate", PROGRAMME, "--month", "2027-01", "--as", "approver")

    alone = command(home, *asked)
    compared = command(home, *asked, "--against", AGE_BANDS)

    assert compared["programme"] == alone["programme"]
    # 200.00 for the slow, 500.00 for each held; 240.00 each for six people of 86.
    assert alone["sentence"] == "行走能力示例方案：2027-01 有 3 人应享，最多 1,200.00 元"
    assert [(row["level"], row["cost_fen"]) for row in alone["programme"]["levels"]] == [
        ("free", 0),
        ("slow", 20_000),
        ("held", 100_000),
    ]
    assert alone["programme"]["why_not"] == [
        {"rule": "no_level", "item": "", "residents": 2},
        {"rule": "level_not_covered", "item": "escort", "residents": 1},
    ]
    assert [(row["community"], row["cost_fen"]) for row in alone["communities"]] == [
        ("510104001001", 70_000),
        ("510104002001", 50_000),
    ]
    assert (compared["against"]["covered"], compared["against"]["cost_fen"]) == (6, 144_000)
    difference = compared["difference"]
    assert {name: difference[name] for name in difference if name != "bands"} == {
        "cost_fen": 24_000,
        "gains": 4,
        "loses": 2,
        "same": 0,
        "newly_covered": 3,
        "no_longer_covered": 0,
    }


def test_the_same_files_score_and_price_without_a_database(tmp_path):
    for name in (SCALE, PROGRAMME):
        shutil.copy(FILES / f"{name}.toml", tmp_path)
    answers = {"items": dict.fromkeys(ITEMS, 1), "events": {"fall": 2}}
    purchase = {"level": "held", "service": "escort", "price_fen": 10_000}

    scored = run("score", str(tmp_path / f"{SCALE}.toml"), "--json", sent=json.dumps(answers))
    priced = run("price", str(tmp_path), "--json", sent=json.dumps(purchase))

    assert (json.loads(scored.stdout)["total"], json.loads(scored.stdout)["level"]) == (4, "held")
    assert json.loads(priced.stdout)["voucher_fen"] == 6_000
