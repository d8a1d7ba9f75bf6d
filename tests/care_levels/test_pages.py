"""Pages of one level, of returns, due assessments and appeals: who, what, and once."""

import html
import re
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from tests.accounts.factories import make_account, sign_in
from tests.care_levels.factories import (
    NATIONAL,
    OTHER_PAIR,
    assess,
    confirm,
    grade,
    keep_answers,
    list_levels,
    propose_level,
)
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import Town, add_resident, make_town
from voucher import clock
from voucher.access import Role
from voucher.assessments.models import Assessment
from voucher.audit.models import Event
from voucher.care_levels.models import Appeal, CareLevel
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT, get_instrument
from voucher.schemes.rules.scoring import Answers

DAY, TODAY = date(2026, 12, 1), "2026-12-05"
LEVEL = "/levels/of/resident00000001/1"
FILE = "/residents/resident00000001"
BEST = {item.id: item.maximum for item in get_instrument(GBT, 1).items}
NEW = "/appeals/new/resident00000001"
ROLES = [role for role in Role if role is not Role.CONSOLE]
READERS = {Role.WORKER, Role.APPROVER, Role.AUDITOR, Role.ASSESSOR}


@pytest.fixture
def town(app) -> Town:
    """Give a town with one woman of dementia, level 3, confirmed today."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    assess(town.worker, on=DAY, lost=30, diagnoses="F00-F03")
    grade(town.worker, on=DAY, programme=NATIONAL)
    confirm(town.approver, on=DAY, scale=GBT)
    return town


def enter(client, role=Role.APPROVER, *, area=None, name="reader"):
    make_account(name=name, role=role, area=area)
    db.session.rollback()
    assert sign_in(client, name=name) == 302
    return client


def read(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def list_actions(name="reader"):
    db.session.rollback()
    wanted = select(Event.action).where(Event.actor_name == name).order_by(Event.id)
    return [action for action in db.session.scalars(wanted) if not action.startswith("accounts")]


def fill(**changes):
    fields = {
        "level_id": "1",
        "appellant": "王强",
        "relation": "child",
        "appealed": TODAY,
        "reason": "母亲夜里需要人扶",
        "client_key": "one",
    }
    return fields | changes


def register(client, **changes):
    return post(client, NEW, **fill(**changes))


def count_appeals():
    db.session.rollback()
    return [(row.state, row.outcome) for row in db.session.scalars(select(Appeal))]


@pytest.mark.parametrize("role", ROLES)
def test_each_page_is_for_those_whose_work_it_is(town, client, role):
    enter(client, role)

    pages = ("/levels/due", "/levels/rejected", LEVEL, "/appeals/", NEW)
    statuses = [client.get(path).status_code for path in pages]

    sees = 200 if role in READERS else 403
    lists = 200 if role in READERS or role is Role.DESK else 403
    registers = 200 if role in (Role.WORKER, Role.APPROVER, Role.DESK) else 403
    assert statuses == [sees, sees, sees, lists, registers]


def test_a_level_is_told_down_to_the_answers_and_reading_it_is_recorded(town, client):
    enter(client, Role.AUDITOR)

    page = re.sub(r"\s+", " ", read(client, LEVEL))

    # 30 of 90 lost from the first items: self-care is left with 2 of 32.
    assert "<li>自理能力：2／32 分</li>" in page
    assert "<li>总分：60／90 分，能力中度受损（中度失能）（46–65 分）</li>" in page
    assert "诊断：F00-F03" in page
    assert "结果：能力重度受损（重度失能）" in page
    digest = re.search(r'<code class="digest">([0-9a-f]{64})</code>', page)
    assert digest is not None
    assert "何静、罗伟" in page
    assert list_actions() == ["care_levels.read_level"]


def test_a_matrix_is_told_on_every_page_and_what_it_does_not_ask_for_is_left_out(town, client):
    points = (10, 10, 5, 10, 10, 10, 15, 15, 10, 0, 4, 4, 4, 4, 1, 0, 0)
    level_id = propose_level(town.worker, Answers(points), on=DAY, scheme="ltci-2021")
    enter(client)
    cell = "“日常生活活动能力”轻度受损，其余维度中较差的“感知觉与沟通能力”重度受损：中度失能"

    level = re.sub(r"\s+", " ", read(client, f"/levels/of/resident00000001/{level_id}"))
    shown = re.search(r"/assessments/[0-9a-f]{16}", level)
    assert shown is not None
    assessment = re.sub(r"\s+", " ", read(client, shown[0]))
    pages = (level, assessment, read(client, "/levels/"), read(client, FILE))

    assert [html.unescape(page).count(cell) for page in pages] == [1, 1, 1, 1]
    for page in (level, assessment):
        assert "认知能力：16／16 分，能力完好（16 分）" in page
        assert [word for word in ("没有改变等级", "总分", "医生诊断", "昏迷") if word in page] == []


def test_of_options_with_equal_points_the_one_chosen_is_told(town, client):
    options = {item.id: item.options[0].number for item in get_instrument(GBT, 1).items}
    points = tuple(0 if at == "B.3.9" else BEST[at] for at in options)
    key = keep_answers(
        town.worker, Answers(points), on=date(2026, 12, 2), options={**options, "B.3.9": 4}
    )
    imported = keep_answers(town.worker, Answers(points), on=date(2026, 12, 3))
    enter(client)

    told = [
        re.search(r"B\.3\.9 .*?<td class=\"wrap\">(.*?)</td>", read(client, path), re.S)[1]
        for path in (f"/assessments/{key}", f"/assessments/{imported}")
    ]

    assert told == ["昏睡", "昏睡 / 昏迷"]


def test_what_lies_elsewhere_is_not_there(town, client):
    register(enter(client, Role.WORKER, name="registrar"))
    elsewhere = enter(client, Role.APPROVER, area="510104002")

    paths = (LEVEL, NEW, "/appeals/1", "/levels/proposals/1/reject")

    assert [elsewhere.get(path).status_code for path in paths] == [404] * 4
    assert "王秀英" not in read(elsewhere, "/appeals/")
    assert client.get("/levels/of/resident00000001/9").status_code == 404


def test_a_proposal_goes_back_once_with_its_reason_and_the_worker_reads_it(town, client):
    assess(town.worker, on=date(2026, 12, 2), lost=50)
    grade(town.worker, on=date(2026, 12, 3), programme=NATIONAL)
    enter(client)
    path = "/levels/proposals/2/reject"
    assert "/levels/proposals/2/reject" in read(client, "/levels/")
    before = read_tables()
    assert post(client, path, client_key="none", reason=" ").status_code == 422
    assert read_tables() == before

    answers = [post(client, path, client_key="one", reason="与病历不符") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert [row[1] for row in list_levels()] == ["confirmed", "rejected"]
    assert "与病历不符" in read(client, "/levels/rejected")
    assert client.get("/levels/rejected?format=xlsx").data[:2] == b"PK"
    assert client.get(path).status_code == 404


def test_who_is_due_stands_in_the_list_from_the_very_day_on(town, client, monkeypatch):
    enter(client, Role.WORKER)
    assert "没有规定再次评估的间隔" in read(client, "/levels/due")

    monkeypatch.setenv("VOUCHER_REASSESS_MONTHS", "6")

    assert "王秀英" not in read(client, "/levels/due?by=2027-05-31")
    page = read(client, "/levels/due?by=2027-06-01")
    assert ("王秀英" in page, "2027-06-01" in page) == (True, True)
    assert "间隔 6 个月" in page
    assert client.get("/levels/due?by=2027-06-01&format=xlsx").data[:2] == b"PK"
    assert "日期“x”" in read(client, "/levels/due?by=x")
    # Whoever was assessed again waits for grading, not for an assessor.
    assess(town.worker, on=date(2026, 12, 4))
    assert "王秀英" not in read(client, "/levels/due?by=2027-06-01")


def test_an_appeal_goes_its_way_through_the_pages_each_deed_once(town, client):
    enter(client, Role.WORKER)
    first, again = register(client), register(client)
    assert (first.status_code, first.location) == (302, "/appeals/1")
    assert again.location == "/appeals/1"
    assessment = assess(town.worker, on=date(2026, 12, 5), lost=70, assessors=OTHER_PAIR)
    assert assessment in read(client, "/appeals/1")
    for _ in range(2):
        tied = post(client, "/appeals/1/assessment", client_key="tie", assessment=assessment)
        assert tied.status_code == 302

    decider = enter(client, Role.APPROVER, name="decider")
    sent = {"client_key": "decide", "outcome": "changed", "reason": "复评一致"}
    for _ in range(2):
        assert post(decider, "/appeals/1/decision", **sent).status_code == 302

    assert count_appeals() == [("decided", "changed")]
    page = read(decider, "/appeals/1")
    assert ("改为复评的等级" in page, "复评一致" in page) == (True, True)
    deeds = [action for action in list_actions("decider") if "read" not in action]
    assert deeds == ["care_levels.confirm", "care_levels.decide_appeal"]


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"level_id": ""}, 422, "请选择对哪一项等级申诉"),
        ({"appellant": ""}, 422, "请填写申诉人姓名"),
        ({"appellant": "王" * 51}, 422, "“申诉人”最多50字"),
        ({"relation": "x"}, 422, "请选择申诉人与老人的关系"),
        ({"appealed": "x"}, 422, "日期“x”"),
        ({"appealed": "2026-12-06"}, 422, "申诉日期应在"),
        ({"reason": ""}, 422, "请写明原因"),
        ({"client_key": ""}, 422, "请求编号"),
    ],
)
def test_a_faulty_appeal_is_asked_again_with_what_was_typed(town, client, changes, status, said):
    enter(client, Role.WORKER)
    before = read_tables()

    answer = register(client, **changes)

    page = answer.get_data(as_text=True)
    assert (answer.status_code, said in page) == (status, True)
    assert changes.get("reason") == "" or "母亲夜里需要人扶" in page
    assert read_tables() == before


@pytest.mark.parametrize("deed", ["assessment", "decision", "withdrawal"])
def test_a_deed_that_cannot_be_done_is_refused_on_the_same_page(town, client, deed):
    register(enter(client, Role.WORKER))
    role = Role.APPROVER if deed == "decision" else Role.WORKER
    other = enter(client, role, name="other")
    before = read_tables()

    answer = post(other, f"/appeals/1/{deed}", client_key="x", outcome="upheld", reason="")

    assert answer.status_code == (404 if deed == "assessment" else 422)
    assert read_tables() == before


def test_the_desk_registers_and_follows_an_appeal_and_is_told_no_level(town, client):
    enter(client, Role.DESK)
    form = read(client, NEW)
    assert register(client).status_code == 302
    page = read(client, "/appeals/1")

    for text in (form, page, read(client, "/appeals/")):
        assert re.findall("受损|失能|何静|assessments/", text) == []
    assert post(client, "/appeals/1/decision", client_key="x").status_code == 403
    assert post(client, "/appeals/1/withdrawal", client_key="w", reason="好转").status_code == 302
    assert "好转" not in read(client, "/appeals/1")
    assert count_appeals() == [("withdrawn", None)]


def test_a_decided_appeal_tells_the_desk_its_outcome_and_no_level(town, app, client):
    register(enter(client, Role.WORKER))
    others = assess(town.worker, on=date(2026, 12, 5), lost=0, assessors=OTHER_PAIR)
    tied = post(client, "/appeals/1/assessment", client_key="a", assessment=others)
    decider, desk = app.test_client(), app.test_client()
    enter(decider, Role.APPROVER, name="decider")
    decided = {"outcome": "changed", "reason": "现为重度失能"}
    answer = post(decider, "/appeals/1/decision", client_key="d", **decided)
    assert (tied.status_code, answer.status_code) == (302, 302)
    enter(desk, Role.DESK, name="desk")

    told = read(desk, "/appeals/1")
    pages = (told, read(desk, "/appeals/?state=decided"), read(desk, NEW))

    assert list_levels()[-1][1] == "confirmed"
    assert "结果" in told
    for page in pages:
        assert re.findall("受损|失能|何静|陈敏|assessments/|/levels/of", page) == []


def test_overdue_appeals_come_first_and_are_called_so(town, client):
    register(enter(client, Role.WORKER))
    with transaction():
        db.session.execute(
            update(Appeal).values(appealed_date=date(2026, 11, 1), due_date=date(2026, 12, 4))
        )

    assert "已逾期" in read(client, "/appeals/?state=overdue")
    with transaction():
        db.session.execute(update(Appeal).values(due_date=date(2026, 12, 5)))
    assert "没有符合条件的申诉" in read(client, "/appeals/?state=overdue")


def copy_row(model, number, numbers, change):
    """Write copies of one row under other numbers, each changed."""
    table = model.__table__
    first = db.session.execute(select(table).where(table.c.id == number)).one()._asdict()
    db.session.execute(insert(table), [first | {"id": n} | change(n) for n in numbers])


def add_people(town, numbers):
    with transaction():
        copy_row(Resident, 1, numbers, lambda n: {"public_id": f"p{n}", "id_index": f"i{n}"})
        copy_row(Assessment, 1, numbers, lambda n: {"public_id": f"a{n}", "resident_id": n})
        of_person = {n: {"resident_id": n, "assessment_id": n} for n in numbers}
        copy_row(CareLevel, 1, numbers, lambda n: of_person[n])
        copy_row(Appeal, 1, numbers, lambda n: {"care_level_id": n})
        rejected = [1000 + n for n in numbers]
        copy_row(CareLevel, 2, rejected, lambda n: of_person[n - 1000])


def test_each_list_sends_as_many_queries_for_300_rows_as_for_one(town, client, monkeypatch):
    monkeypatch.setenv("VOUCHER_REASSESS_MONTHS", "1")
    register(enter(client, Role.WORKER))
    sent_back = {
        "state": "rejected",
        "rejected_by": town.approver.account_id,
        "rejected_at": clock.now(),
        "rejection_reason": "x",
    }
    with transaction():
        copy_row(CareLevel, 1, [2], lambda n: sent_back)
    counts = []
    for people in ([], range(10, 310)):
        if people:
            add_people(town, people)
        for path in ("/appeals/", "/levels/due?by=2028-01-01", "/levels/rejected"):
            read(client, path)
            with count_queries() as made:
                page = read(client, path)
            counts.append(len(made))

    assert counts[:3] == counts[3:]
    assert "共 301 行" in page
