"""The letter that tells a level: large, complete, in both languages, to the living alone."""

import json
from datetime import date
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import select, update

from tests.accounts.factories import make_account, sign_in
from tests.care_levels.factories import (
    NATIONAL,
    OTHER_PAIR,
    assess,
    confirm,
    grade,
    propose_level,
)
from tests.printouts.factories import make_letter
from tests.printouts.reading import read_poppler
from tests.refusing import read_tables, refuse
from tests.schemes.own import approve, propose
from tests.shops.factories import make_person
from tests.vouchers.factories import Town, add_resident, make_town
from voucher import clock
from voucher.access import Role
from voucher.app import main
from voucher.audit.models import Event
from voucher.care_levels.operations.appealing import assess_appeal, register_appeal
from voucher.care_levels.operations.deciding import decide_appeal
from voucher.care_levels.rules import AppealWish, Outcome, Relation
from voucher.config import Deadlines
from voucher.db import db, transaction
from voucher.printouts.drawing.letter import BODY, SMALL, VALUE, draw_letters
from voucher.printouts.operations.letters import draw_letter_file, plan_decision, plan_letter
from voucher.printouts.queries.letters import describe_sender
from voucher.refusals import Refusal
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT
from voucher.schemes.rules.scoring import Answers

DAY, TODAY = date(2026, 12, 1), date(2026, 12, 5)
FILES = Path(__file__).parents[1] / "schemes" / "files"
ZH, BOTH = {"zh": str}, {"zh": str, "en": str}
TERMS = Deadlines(appeal_days=30, decision_days=20, reassess_months=6)


@pytest.fixture
def town(app) -> Town:
    """Give a town with one woman of dementia in each community, level 3, confirmed today."""
    town = make_town()
    for number, name in enumerate(("王秀英", "李建国")):
        community = town.communities[number]
        add_resident(born=date(1941, 1, 1), community_id=community, name=name)
        assess(town.worker, resident_id=number + 1, on=DAY, lost=30, diagnoses="F00-F03")
    grade(town.worker, on=DAY, programme=NATIONAL)
    confirm(town.approver, on=DAY, scale=GBT)
    return town


@pytest.fixture
def sender(home, town):
    return describe_sender(home=home, deadlines=TERMS)


def draw(tmp_path, file):
    path, pages = draw_letter_file(file=file, folder=tmp_path)
    return read_poppler(path), pages


def plan(town, sender, *, level_id=1, speakers=ZH):
    return plan_letter(actor=town.worker, level_id=level_id, sender=sender, speakers=speakers)


def die(resident_id=1):
    with transaction():
        db.session.execute(
            update(Resident)
            .where(Resident.id == resident_id)
            .values(departed_date=TODAY, departure="died")
        )


def list_letters_noted():
    db.session.rollback()
    rows = db.session.execute(
        select(Event.subject_id, Event.facts)
        .where(Event.action == "printouts.write_letter")
        .order_by(Event.id)
    )
    return [(row.subject_id, row.facts) for row in rows]


def test_a_letter_says_all_that_was_found_why_and_what_one_can_do(town, sender, tmp_path):
    text, pages = draw(tmp_path, plan(town, sender))

    assert pages == 1
    for said in (
        "王秀英老人：",
        "牛市口街道莲花社区居委会",
        "您于2026-12-01接受了评估，评估员是何静、罗伟",
        "您的等级能力重度受损（重度失能）自2026-12-01起有效。",
        "·自理能力：2／32分·基础运动能力：15／15分",
        "·总分：60／90分，能力中度受损（中度失能）（46–65分）·",
        "以下方案会看这个等级：",
        "在2027-01-04前（含当日）提出申诉：到社区，或拨打028-00000000",
        "20天内作出决定",
        "请在2027-06-01前再评估一次",
        "签收人：",
    ):
        assert said in text, said
    assert "加重一级（诊断：失智" in text


METHODS = {
    "ltci-2021": (
        (10, 10, 5, 10, 10, 10, 15, 15, 10, 0, 4, 4, 4, 4, 1, 0, 0),
        (
            "日常生活活动能力：95／100 分，轻度受损（65–95 分）",
            "感知觉与沟通能力：1／12 分，重度受损（0–1 分）",
            "“日常生活活动能力”轻度受损，其余维度中较差的“感知觉与沟通能力”重度受损：中度失能",
        ),
    ),
    "mzt-039-2013": (
        (10, 5, 5, 10, 10, 10, 10, 15, 15, 10, *(0,) * 7, 4, 4, 4, 4, 4),
        (
            "日常生活活动：100／100 分，完好（100 分）",
            "精神状态：0／6 分，完好（0 分）",
            "感知觉与沟通：完好",
            "社会参与：20／20 分，重度受损（14–20 分）",
            "没有条件适用于这些档次，按“日常生活活动”的档次定级：能力完好",
        ),
    ),
    "germany-pflegegrad": (
        (0, 2, 7, 3, 0, 0),
        (
            "行动能力：0／15 分，无（0–1 分），计 0.00 分",
            "行为与心理：7／65 分，最重（7–65 分），计 15.00 分",
            "自理：3／54 分，轻（3–7 分），计 10.00 分",
            "应对疾病和治疗：0／15 分，无（0 分），计 0.00 分",
            "日常生活与社会交往：0／18 分，无（0 分），计 0.00 分",
            "总分：25.00／100.00 分，1级护理（12.50–26.99 分）",
        ),
    ),
}


@pytest.mark.parametrize("scheme", METHODS)
def test_a_letter_tells_the_parts_that_decided_by_the_method_of_its_scale(
    scheme, town, sender, tmp_path
):
    points, lines = METHODS[scheme]
    if scheme == "germany-pflegegrad":
        text = (FILES / "germany-pflegegrad.toml").read_text(encoding="utf-8")
        approve(make_person("second", Role.APPROVER), propose(town.approver, text, on=TODAY), text)
    level_id = propose_level(town.worker, Answers(points), on=DAY, scheme=scheme)
    confirm(town.approver, on=DAY, scale=scheme)

    text, _ = draw(tmp_path, plan(town, sender, level_id=level_id))

    told = "".join(f"·{line}" for line in lines).replace(" ", "")
    assert f"为什么是这个等级{told}对领券有什么影响" in text


def test_no_next_day_is_told_where_nobody_states_an_interval(home, town, tmp_path):
    sender = describe_sender(home=home, deadlines=Deadlines())

    text, _ = draw(tmp_path, plan(town, sender))

    assert ("再评估一次" in text, "随时可以告诉社区" in text) == (False, True)


def test_a_letter_in_both_languages_is_two_of_which_one_names_the_level_in_english(
    town, sender, tmp_path
):
    text, pages = draw(tmp_path, plan(town, sender, speakers=BOTH))

    assert pages == 2
    assert ("能力重度受损" in text, "Severeimpairment" in text) == (True, True)


def test_a_class_by_circumstance_is_corrected_not_appealed_against(town, sender, tmp_path):
    grade(town.worker, on=DAY)
    confirm(town.approver, on=DAY)

    text, _ = draw(tmp_path, plan(town, sender, level_id=3))

    assert ("更正后重新确定" in text, "提出申诉" in text, "下次评估" in text) == (
        True,
        False,
        False,
    )


def test_a_decision_is_told_with_its_reason_and_the_level_that_follows(town, sender, tmp_path):
    decider = make_person("decider", Role.APPROVER)
    wish = AppealWish(1, "王强", Relation.CHILD, TODAY, "不同意", "")
    now = clock.now()
    with transaction():
        register_appeal(
            actor=town.worker, public_id="resident00000001", wish=wish, deadlines=TERMS, now=now
        )
    again = assess(town.worker, on=TODAY, lost=70, assessors=OTHER_PAIR)
    with transaction():
        assess_appeal(actor=town.worker, appeal_id=1, assessment=again, now=now)
    plan_it = {"actor": town.worker, "appeal_id": 1, "sender": sender, "speakers": ZH}
    refuse("appeal_state", plan_decision, **plan_it)
    with transaction():
        decide_appeal(
            actor=decider, appeal_id=1, outcome=Outcome.CHANGED, reason="与病历一致", now=now
        )

    text, _ = draw(tmp_path, plan_decision(**plan_it))

    assert "申诉决定书" in text
    assert "王强于2026-12-05对您的等级提出申诉" in text
    assert "改为复评的等级理由：与病历一致您的等级能力完全丧失（完全失能）" in text


def test_no_letter_goes_to_the_dead_nor_of_what_is_not_in_force(town, sender):
    assess(town.worker, on=date(2026, 12, 4), lost=70)
    grade(town.worker, on=TODAY, programme=NATIONAL)
    refuse("level_state", plan, town, sender, level_id=3)
    die()

    refuse("departed_died", plan, town, sender)


def test_the_type_is_large_and_a_missing_glyph_stops_the_letter(tmp_path):
    assert (BODY >= 16, VALUE >= 20, SMALL >= 12) == (True, True, True)
    with pytest.raises(Refusal) as refused:
        draw_letters(
            path=tmp_path / "l.pdf", letters=[(make_letter(name="王\ue000"), str)], title="x"
        )

    assert refused.value.word == "glyph"
    assert list(tmp_path.iterdir()) == []


def test_a_long_letter_goes_on_and_is_signed_once(tmp_path):
    path = tmp_path / "l.pdf"
    letter = make_letter(reasons=("一二三四五六七八九十" * 20,) * 3)

    assert draw_letters(path=path, letters=[(letter, str)], title="x") == 2

    assert read_poppler(path).count("签收人：") == 1


def test_no_letter_ends_on_a_page_with_the_offices_name_alone(tmp_path):
    for lines in range(8, 40):
        path = tmp_path / f"{lines}.pdf"
        letter = make_letter(reasons=("一",) * lines)
        draw_letters(path=path, letters=[(letter, str)], title="x")

        last = pypdf.PdfReader(path).pages[-1].extract_text()
        assert "身体情况有明显变化" in last, lines


def test_the_pages_give_letters_to_those_who_may_and_note_each(app, town, client):
    make_account(name="reader", role=Role.WORKER, area="510104001")
    db.session.rollback()
    sign_in(client, name="reader")

    one = client.get("/printouts/letters/levels/1.pdf")
    listed = client.get("/printouts/letters").get_data(as_text=True)
    many = client.get("/printouts/letters/2026-12-05/510104001001.pdf")
    elsewhere = [
        client.get("/printouts/letters/levels/2.pdf").status_code,
        client.get("/printouts/letters/2026-12-05/510104002001.pdf").status_code,
    ]

    assert (one.data[:4], many.data[:4]) == (b"%PDF", b"%PDF")
    assert one.headers["Cache-Control"] == "no-store"
    assert ("莲花社区居委会" in listed, "花果社区居委会" in listed) == (True, False)
    assert elsewhere == [404, 302]
    name = "letters-2026-12-05-510104001001-01"
    assert list_letters_noted() == [
        ("resident00000001", {"level": 1, "file": "letter-000001"}),
        ("resident00000001", {"level": 1, "file": name}),
    ]
    die()
    before = read_tables()
    assert client.get("/printouts/letters/levels/1.pdf").status_code == 409
    assert "这一天没有确认过等级" in client.get("/printouts/letters").get_data(as_text=True)
    assert read_tables() == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DESK, Role.FINANCE, Role.ADMIN, Role.ASSESSOR])
def test_letters_are_for_workers_and_approvers_alone(town, client, role):
    make_account(name="reader", role=role)
    db.session.rollback()
    sign_in(client, name="reader")

    paths = ("", "/levels/1.pdf", "/appeals/1.pdf", "/2026-12-05/510104001001.pdf")

    assert {client.get(f"/printouts/letters{path}").status_code for path in paths} == {403}
    assert list_letters_noted() == []


def test_the_command_writes_a_file_a_community(home, town, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VOUCHER_HOME", str(home.path))
    db.session.remove()
    folder = tmp_path / "out"

    with pytest.raises(SystemExit) as ended:
        main(["letters", "--as", "worker", "--on", "2026-12-05", "--out", str(folder), "--json"])

    said = json.loads(capsys.readouterr().out)
    names = [f"letters-2026-12-05-51010400{n}001.pdf" for n in (1, 2)]
    files = [str(folder / name) for name in names]
    assert (ended.value.code, said) == (0, {"letters": 2, "files": files, "pages": 2})
    with pytest.raises(SystemExit) as ended:
        main(["letters", "--as", "worker", "--on", "2026-12-04", "--out", str(folder), "--json"])
    refused = json.loads(capsys.readouterr().out)
    assert (ended.value.code, refused["error"]) == (1, "no_letters")
