"""Home says what waits for a person today, and only what is theirs to do."""

from datetime import date

import pytest
from sqlalchemy import update

from tests.accounts.factories import make_account, sign_in
from tests.browsing import (
    BOTH_READERS,
    READERS,
    find_barriers,
    sign_in_at,
    take_picture,
)
from tests.care_levels.factories import NATIONAL, assess, confirm, grade, propose_level
from tests.pages import count_queries
from tests.vouchers.factories import (
    AGE_BANDS,
    MONTH,
    add_resident,
    draft,
    fund,
    issue,
    let_out,
    make_town,
    make_vouchers,
)
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.queries import get_actor
from voucher.cases.models import Kind
from voucher.cases.operations import open_case
from voucher.config import Deadlines
from voucher.db import db, transaction
from voucher.ledger.operations import set_budget
from voucher.overview.queries.waiting import list_waiting, tell_next
from voucher.overview.rules import tell_what_comes_next
from voucher.schemes.queries import GBT
from voucher.schemes.rules.scoring import Answers
from voucher.shops.models import Shop
from voucher.uploads import keep_upload
from voucher.vouchers.models import IssueRun, Voucher
from voucher.vouchers.operations.custody import mark_printed

# The clock of a test stands at 2026-12-05.
HALF_A_YEAR_AGO = date(2026, 6, 5)


@pytest.fixture
def town(app):
    town = make_town()
    add_resident(born=date(1951, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1951, 1, 1), community_id=town.communities[1], name="李建国")
    return town


def waits_for(actor, *, months=None):
    """Give count and page of everything that waits for somebody."""
    deadlines = Deadlines(reassess_months=months)
    waiting = list_waiting(actor=actor, now=clock.now(), deadlines=deadlines)
    found = [(one.count, one.endpoint, one.title) for one in waiting]
    db.session.rollback()
    return found


def make_helper(name, role, *, area=None):
    make_account(name=name, role=role, area=area)
    actor = get_actor(name=name, channel="test")
    db.session.rollback()
    return actor


def test_a_worker_sees_paper_on_its_way_and_only_that_of_the_area(town):
    fund(town)
    run_id = issue(town)
    outside = make_helper("far", Role.WORKER, area="510104002")

    assert waits_for(town.worker) == [(1, "runs.show_list", "个批次等着打印")]
    with transaction():
        mark_printed(run_id=run_id, now=clock.now())
    assert waits_for(town.worker) == [(2, "runs.show_list", "个社区的纸等着放行")]
    let_out(town.worker, run_id, now=clock.now())
    assert waits_for(town.worker) == [(2, "runs.show_list", "张券等着发放")]
    assert waits_for(outside) == [(1, "runs.show_list", "张券等着发放")]


def test_a_held_voucher_waits_for_nobody_to_hand_it_over(town):
    fund(town)
    run_id = issue(town)
    let_out(town.worker, run_id, now=clock.now())
    with transaction():
        db.session.execute(update(Voucher).values(held_reason="核查"))

    assert waits_for(town.worker) == []


def test_a_draft_waits_for_another_than_its_maker_and_for_who_decides_all_of_it(town):
    draft(town)
    street = make_helper("street", Role.APPROVER, area="510104002")

    assert waits_for(town.worker) == [(1, "runs.show_list", "个您的批次等着审核")]
    assert waits_for(town.approver) == [(1, "runs.show_list", "个批次等着批准")]
    assert waits_for(street) == []
    with transaction():
        db.session.execute(update(IssueRun).values(made_by=town.approver.account_id))
    assert waits_for(town.approver) == []


def test_a_case_waits_for_the_area_and_not_for_who_asked(town):
    asker = make_helper("asker", Role.WORKER)
    with transaction():
        open_case(
            actor=asker,
            kind=Kind.SAME_PERSON,
            question="a:b",
            subject_kind="resident",
            subject_id=1,
            community_id=town.communities[0],
            now=clock.now(),
        )

    assert waits_for(asker) == []
    assert waits_for(town.worker) == [(1, "cases.show_list", "件疑似同一人")]
    assert waits_for(town.approver) == [(1, "cases.show_list", "件待办案件")]
    assert waits_for(make_helper("far", Role.APPROVER, area="510104002")) == []


def test_a_proposed_level_and_a_proposed_shop_wait_for_the_approver(town):
    grade(town.worker, on=MONTH)
    with transaction():
        db.session.execute(
            update(Shop).where(Shop.code == "S0002").values(state="proposed", approved_by=None)
        )

    assert waits_for(town.approver) == [
        (2, "levels.show_list", "个等级等着确认"),
        (1, "shops.show_list", "家商户等着批准"),
    ]


def test_a_budget_waits_for_the_other_finance_account(town):
    with transaction():
        set_budget(
            actor=town.finance,
            programme=AGE_BANDS,
            period_from=MONTH,
            amount_fen=100,
            now=clock.now(),
        )

    assert waits_for(town.finance) == []
    assert waits_for(town.other_finance) == [(1, "budgets.show_list", "笔预算等着批准")]


def test_a_month_to_come_without_budget_waits_from_the_fifteenth_on(town, home):
    fund(town)
    assert waits_for(town.finance) == []

    clock.set_clock(home, clock.now().replace(day=15))

    missing = (1, "budgets.show_list", "个方案没有将要发券月份的预算")
    assert waits_for(town.finance) == [missing]


def test_who_was_never_assessed_waits_for_the_assessor(town):
    assert waits_for(make_helper("li", Role.ASSESSOR)) == [
        (2, "assessments.show_list", "位老人还没有评估过")
    ]


def test_who_is_due_again_waits_for_worker_and_assessor_from_the_very_day_on(town):
    assessor = make_helper("li", Role.ASSESSOR)
    make_level(town, resident_id=1, lost=40)
    due = (1, "levels.show_due", "位老人该重新评估了")

    assert waits_for(town.worker, months=6) == [due]
    assert waits_for(town.worker, months=7) == waits_for(town.worker) == []
    assert waits_for(assessor, months=6)[0] == due
    assert waits_for(make_helper("far", Role.WORKER, area="510104002"), months=6) == []
    with count_queries() as one:
        waits_for(town.worker, months=6)

    make_level(town, resident_id=2, lost=40)
    propose_level(town.worker, Answers((0,) * 10), on=HALF_A_YEAR_AGO, scheme="barthel")
    confirm(town.approver, on=MONTH, scale="barthel")

    with count_queries() as three:
        assert waits_for(town.worker, months=6) == [(3, *due[1:])]
    assert len(three) == len(one)


def make_level(town, *, resident_id, lost):
    assess(town.worker, resident_id=resident_id, on=HALF_A_YEAR_AGO, lost=lost)
    grade(town.worker, on=MONTH, programme=NATIONAL)
    confirm(town.approver, on=MONTH, scale=GBT)


def test_an_unconfirmed_file_waits_for_who_sent_it_alone(town, home):
    with transaction():
        keep_upload(
            actor=town.worker,
            kind="roster",
            name="a.xlsx",
            content=b"x",
            mapping={},
            folder=home.path / "uploads",
            now=clock.now(),
        )

    assert waits_for(town.worker) == [(1, "roster.ask_file", "个文件上传后没有确认")]
    assert waits_for(make_helper("other", Role.WORKER)) == []


def test_the_administrator_sees_locked_accounts_and_first_passwords(town):
    admin = make_helper("admin", Role.ADMIN)
    with transaction():
        later = clock.now().replace(year=2027)
        for name, changes in (
            ("worker", {"locked_until": later}),
            ("finance", {"first_password_expires_at": clock.now()}),
            ("approver", {"first_password_expires_at": later}),
        ):
            db.session.execute(update(Account).where(Account.name == name).values(**changes))

    assert waits_for(admin) == [
        (1, "staff.show_list", "个账号暂时锁定"),
        (1, "staff.show_list", "个首次密码已经过期"),
        (1, "staff.show_list", "个首次密码还没有更改"),
    ]


def test_where_nothing_waits_the_month_says_what_comes_next(town, client):
    make_account(name="zhang.san", role=Role.WORKER, area="510104001")
    sign_in(client)

    page = client.get("/").get_data(as_text=True)

    assert "现在没有等您办理的事" in page
    assert "2026-12-15 起可以生成 2027-01 的批次。" in page
    after = tell_what_comes_next(role="worker", today=date(2026, 12, 15), opens_on=15)
    assert after.sentence % after.facts == "2027-01 的批次现在就可以生成。"
    assert tell_next(actor=town.finance, now=clock.now()).facts["day"] == "2027-01-01"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_home_makes_the_same_few_queries_whatever_waits(town, client, role):
    make_account(role=role)
    sign_in(client)
    db.session.rollback()
    with count_queries() as empty:
        assert client.get("/").status_code == 200

    make_vouchers(town)
    draft_again(town)
    with count_queries() as full:
        assert client.get("/").status_code == 200

    assert len(full) == len(empty) <= 14


def draft_again(town):
    add_resident(born=date(1951, 1, 1), community_id=town.communities[0], name="张玉兰")
    draft(town)


@pytest.mark.parametrize(READERS, BOTH_READERS, ids=["zh-360", "en-1440"])
def test_the_home_page_has_no_barriers(serve_town, browse, english, viewport):
    site = serve_town("drafted")
    page = sign_in_at(browse(english=english, viewport=viewport), site, "approver")

    take_picture(page, f"home-{viewport['width']}-{'en' if english else 'zh'}")
    assert find_barriers(page) == []
