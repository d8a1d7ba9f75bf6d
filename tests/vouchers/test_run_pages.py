"""The pages of runs: the wizard, one run, approval and what it refuses."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import insert, select, update

from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import AGE_BANDS, MONTH, add_resident, approve, draft, issue
from voucher import clock
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.ledger.models import BudgetTotal
from voucher.progress import PATIENCE
from voucher.replies import Reply
from voucher.residents.models import Resident
from voucher.vouchers.models import IssueRun, Voucher
from voucher.vouchers.tasks import write_run

WISH = {"programme": AGE_BANDS, "month": "2026-12", "community": ""}
SEEN = {"seen_vouchers": "3", "seen_fen": "27000"}
PLAN = f"/runs/new/plan?programme={AGE_BANDS}&month=2026-12&community="


def read(client, path):
    return client.get(path).get_data(as_text=True)


def get_run(run_id=1):
    db.session.rollback()
    return db.session.get_one(IssueRun, run_id)


def refuse_page(answer, status, sentence, before):
    assert answer.status_code == status
    assert sentence in answer.get_data(as_text=True)
    assert read_tables() == before
    db.session.rollback()


@pytest.mark.parametrize(
    ("name", "may_see", "may_draft"),
    [
        ("worker", True, True),
        ("approver", True, True),
        ("finance", True, False),
        ("auditor", True, False),
        ("admin", False, False),
        ("desk", False, False),
        ("assessor", False, False),
    ],
)
def test_who_may_see_runs_and_who_may_draft_one(open_town, enter, name, may_see, may_draft):
    draft(open_town)
    client = enter(name)

    seen = {client.get(path).status_code for path in ("/runs/", "/runs/1", "/runs/1/progress")}
    drafting = {client.get(path).status_code for path in ("/runs/new", PLAN)}

    assert seen == ({200} if may_see else {403})
    assert drafting == ({200} if may_draft else {403})


@pytest.mark.parametrize("name", ["worker", "finance", "auditor"])
def test_only_an_approver_approves_or_cancels(open_town, enter, name):
    draft(open_town)
    client = enter(name)
    before = read_tables()

    answers = [
        post(client, "/runs/1/approval", client_key="a"),
        post(client, "/runs/1/cancellation", client_key="b", reason="x"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert read_tables() == before


def test_finance_sees_a_runs_money_and_never_a_level(open_town, enter):
    issue(open_town)

    page = read(enter("finance"), "/runs/1")

    assert "270.00" in page
    assert "80至89岁" not in page


def test_the_wizard_shows_counts_and_money_and_saves_nothing(open_town, enter):
    client = enter("worker")
    before = read_tables()

    page = read(client, PLAN)

    rows = re.findall(r'<td class="number">([\d.,]+)</td>', page)
    # Two communities, then four pairs of level and item: people, vouchers, yuan.
    assert rows == [
        *("1", "2", "240.00"),
        *("1", "1", "30.00"),
        *("1", "1", "30.00"),
        *("1", "1", "80.00"),
        *("1", "1", "160.00"),
    ]
    assert ["9,730.00 元" in page, "10,000.00 元" in page] == [True, True]
    assert read_tables() == before


def test_the_wizard_counts_who_is_not_due_and_why(open_town, enter):
    page = read(enter("worker"), PLAN.replace(AGE_BANDS, "national-2026"))

    assert "本月没有人应领此券" in page
    assert re.search(r'没有已确认的等级</td><td class="number">2</td>', page)


def test_the_wizard_names_whom_no_font_can_print(open_town, enter):
    place = open_town.communities[0]
    add_resident(born=MONTH.replace(year=1941), community_id=place, name="王\ue000")

    assert "<strong>王\ue000</strong>" in read(enter("worker"), PLAN)


def test_the_wizard_warns_of_a_budget_that_is_too_small(open_town, enter):
    with transaction():
        db.session.execute(update(BudgetTotal).values(approved_fen=26_999))

    assert "预算不够，还差 0.01 元" in read(enter("worker"), PLAN)


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"month": "2027-01"}, 409, "本月份的券从 2026-12-15 起才能制发"),
        ({"month": "2026-11"}, 409, "这个月份已经结束"),
        ({"month": "soon"}, 422, "请写成 2026-12"),
        ({"programme": "none"}, 404, "没有方案"),
        ({"community": "999"}, 404, "没有社区"),
    ],
)
def test_the_first_step_says_what_cannot_be(open_town, enter, changes, status, sentence):
    client = enter("worker")
    before = read_tables()

    answer = client.get("/runs/new/plan", query_string=WISH | changes)

    refuse_page(answer, status, sentence, before)


def test_a_worker_of_one_street_plans_that_street_alone(open_town, enter):
    client = enter("local")

    page = read(client, PLAN)

    assert ("240.00" in page, "莲花社区" in page, "花果社区" in page) == (True, True, False)
    other = client.get("/runs/new/plan", query_string=WISH | {"community": "510104002001"})
    assert other.status_code == 404


def test_the_same_form_twice_drafts_one_run(open_town, enter):
    client = enter("worker")

    answers = [post(client, "/runs/new", client_key="k", **WISH, **SEEN) for _ in range(2)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(302, "/runs/1")}
    assert db.session.scalars(select(IssueRun.id)).all() == [1]
    assert (get_run().vouchers, get_run().value_fen) == (3, 27_000)


def test_a_plan_that_changed_meanwhile_is_shown_anew_instead_of_saved(open_town, enter):
    client = enter("worker")
    add_resident(born=MONTH.replace(year=1961), community_id=open_town.communities[0])
    before = read_tables()

    answer = post(client, "/runs/new", client_key="k", **WISH, **SEEN)

    refuse_page(answer, 409, "您看的时候是 3 张、270.00 元，现在是 4 张、300.00 元", before)
    assert 'name="seen_vouchers" value="4"' in answer.get_data(as_text=True)


def test_where_nobody_is_new_the_wizard_leads_to_the_last_run(open_town, enter):
    draft(open_town)
    client = enter("worker")
    page = read(client, PLAN)
    before = read_tables()

    answer = post(client, "/runs/new", client_key="k", **WISH, seen_vouchers="0", seen_fen="0")

    assert ("没有新的应领人" in page, 'href="/runs/1"' in page) == (True, True)
    refuse_page(answer, 409, "本月没有人应领此券", before)


def test_approval_takes_the_budget_and_leaves_the_writing_to_the_worker(open_town, enter):
    draft(open_town)

    answer = post(enter("approver"), "/runs/1/approval", client_key="k")

    assert (answer.status_code, answer.location) == (302, "/runs/1")
    assert (get_run().state, get_run().approved_by) == ("approved", open_town.approver.account_id)
    assert db.session.query(Voucher).count() == 0
    assert db.session.scalars(select(BudgetTotal.committed_fen)).one() == 27_000


def test_the_same_approval_twice_is_one_and_a_second_tab_reads_why_not(open_town, enter):
    draft(open_town)
    first, second = enter("approver"), enter("checker")

    answers = [post(first, "/runs/1/approval", client_key="k") for _ in range(2)]
    before = read_tables()
    late = post(second, "/runs/1/approval", client_key="other")

    assert [answer.location for answer in answers] == ["/runs/1", "/runs/1"]
    refuse_page(late, 409, "批次 1 已经批准，正在写券，现在不能执行此操作", before)
    assert db.session.scalars(select(BudgetTotal.committed_fen)).one() == 27_000
    assert db.session.query(Reply).where(Reply.route == "runs.approve").count() == 1


@pytest.mark.parametrize("case", ["own", "poor", "outdated", "unknown"])
def test_an_approval_that_is_refused_writes_nothing_and_says_why(open_town, enter, case):
    draft(open_town)
    client = enter("approver")
    with transaction():
        if case == "own":
            db.session.execute(update(IssueRun).values(made_by=open_town.approver.account_id))
        if case == "poor":
            db.session.execute(update(BudgetTotal).values(approved_fen=26_999))
        if case == "outdated":
            db.session.execute(
                update(Resident)
                .where(Resident.id == 2)
                .values(departure="died", departed_date=MONTH)
            )
    before = read_tables()

    answer = post(client, f"/runs/{9 if case == 'unknown' else 1}/approval", client_key="k")

    expected = {
        "own": (403, "不能批准自己提交的内容"),
        "poor": (409, "超出预算 0.01 元"),
        "outdated": (409, "批次 1 已过时"),
        "unknown": (404, "没有编号为 9 的发券批次"),
    }
    refuse_page(answer, *expected[case], before)


def test_an_approver_reads_what_approval_costs_before_it(open_town, enter):
    draft(open_town)

    page = read(enter("approver"), "/runs/1")

    assert "扣下 270.00 元，为 2 位老人生成 3 张券" in page
    assert "9,730.00 元" in page


def test_who_made_a_run_is_told_that_another_approves_it(open_town, enter):
    draft(open_town)
    with transaction():
        db.session.execute(update(IssueRun).values(made_by=open_town.approver.account_id))

    page = read(enter("approver"), "/runs/1")

    assert ("须由另一人批准" in page, 'action="/runs/1/approval"' in page) == (True, False)


def test_a_run_is_cancelled_once_and_with_a_reason(open_town, enter):
    draft(open_town)
    client = enter("approver")
    before = read_tables()
    refuse_page(
        post(client, "/runs/1/cancellation", client_key="a", reason=" "),
        *(422, "请写明原因", before),
    )

    for _ in range(2):
        answer = post(client, "/runs/1/cancellation", client_key="b", reason="重新核对")
        assert answer.location == "/runs/1"

    assert get_run().state == "cancelled"
    facts = db.session.scalars(
        select(Event.facts).where(Event.action == "vouchers.cancel_run")
    ).all()
    assert facts == [{"reason": "重新核对"}]


def test_progress_counts_chunks_and_ends_with_the_last(open_town, enter):
    client = enter("approver")
    approve(open_town, draft(open_town))

    under_way = client.get("/runs/1/progress")
    write_run(actor=open_town.approver, run_id=1)
    over = client.get("/runs/1/progress")

    assert "2 个社区中已完成 0 个" in under_way.get_data(as_text=True)
    assert 'hx-trigger="every 1s"' in under_way.get_data(as_text=True)
    assert "hx-trigger" not in over.get_data(as_text=True)
    assert [answer.headers.get("HX-Refresh") for answer in (under_way, over)] == [None, "true"]


def test_progress_says_when_no_worker_is_running(open_town, enter, home):
    client = enter("approver")
    approve(open_town, draft(open_town))
    asked_at = clock.now()

    found = []
    for waited in (timedelta(seconds=5), PATIENCE + timedelta(seconds=1)):
        set_clock(home, asked_at + waited)
        found.append("后台没有在运行" in read(client, "/runs/1/progress"))

    assert found == [False, True]


def test_a_run_of_another_area_does_not_exist(open_town, enter):
    draft(open_town)
    with transaction():
        db.session.execute(update(IssueRun).values(community_id=open_town.communities[1]))
    client = enter("local")

    assert [client.get(f"/runs/{path}").status_code for path in ("1", "1/progress")] == [404, 404]
    assert "打开批次 1" not in read(client, "/runs/")


def test_one_sees_only_ones_own_communities_of_a_run(open_town, enter):
    issue(open_town)

    page = read(enter("local"), "/runs/1")

    assert ("莲花社区" in page, "花果社区" in page) == (True, False)


def add_runs(count):
    with transaction():
        row = db.session.execute(select(IssueRun.__table__)).mappings().one()
        kept = {name: value for name, value in row.items() if name != "id"}
        db.session.execute(
            insert(IssueRun), [kept | {"number": number} for number in range(2, count + 1)]
        )


def test_the_list_asks_the_database_the_same_whatever_its_length(open_town, enter):
    draft(open_town)
    client = enter("worker")
    read(client, "/runs/")

    counts = []
    for path in ("/runs/", "/runs/?page=2", "/runs/?sort=-value"):
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        counts.append(len(sent))
        if len(counts) == 1:
            add_runs(300)

    assert len(set(counts)) == 1


def test_the_lists_are_sorted_and_taken_away_as_workbooks(open_town, enter):
    draft(open_town)
    add_runs(3)
    client = enter("finance")

    listed = CalamineWorkbook.from_filelike(BytesIO(client.get("/runs/?format=xlsx").data))
    places = CalamineWorkbook.from_filelike(BytesIO(client.get("/runs/1?format=xlsx").data))

    rows = listed.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows] == ["批次", 3.0, 2.0, 1.0]
    assert rows[1][2:9] == ["2026-12", 3.0, "全部社区", 3.0, 2.0, "270.00", "草稿，待批准"]
    assert [row[1] for row in places.get_sheet_by_index(0).to_python()] == [
        *("社区", "莲花社区居委会", "花果社区居委会"),
    ]
    assert client.get("/runs/?sort=secret").status_code == 400
