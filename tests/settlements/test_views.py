"""Pages of settlements: two people, one deed a form, nothing written when refused."""

import io
from datetime import date, datetime, timedelta

import pytest
import python_calamine
from sqlalchemy import insert, select, update

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.redemptions.factories import redeem, reverse
from tests.refusing import read_tables
from tests.vouchers.factories import (
    OTHER_SHOP,
    add_resident,
    get_code,
    get_voucher,
    make_town,
    make_vouchers,
)
from voucher import clock
from voucher.access import Role
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.periods import CHINA
from voucher.redemptions.rules.taking import Claim
from voucher.settlements.models import Settlement
from voucher.shops.models import ShopAccount
from voucher.vouchers.models import Voucher

BATH = Claim(service="bath", price_fen=6000)
DAY = "2026-12-05"


@pytest.fixture
def town(app, home):
    """Give a town where 60 yuan were taken at one shop and 25 at the other, a day ago."""
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    make_vouchers(town)
    redeem(town, get_code(get_voucher("bath")), BATH)
    redeem(town, get_code(get_voucher()), key="second", shop=OTHER_SHOP)
    set_clock(home, datetime(2026, 12, 6, 10, tzinfo=CHINA))
    return town


def enter(app, name, role=Role.FINANCE):
    make_account(name=name, role=role)
    browser = app.test_client()
    sign_in(browser, name=name)
    return browser


@pytest.fixture
def one(app, town):
    return enter(app, "finance1")


@pytest.fixture
def other(app, town):
    return enter(app, "finance2")


def read(answer):
    return answer.get_data(as_text=True)


def close(browser, *, day=DAY, key="close"):
    return post(browser, "/settlements/close/", through=day, client_key=key)


def approve(browser, number=1, *, key="approve"):
    return post(browser, f"/settlements/{number}/approve", client_key=key)


def pay(browser, number=1, *, bank_ref="B-1", key="pay"):
    return post(browser, f"/settlements/{number}/pay", bank_ref=bank_ref, client_key=key)


def list_states():
    db.session.rollback()
    return list(db.session.scalars(select(Settlement.state).order_by(Settlement.id)))


def refused(answer, status, sentence, before):
    assert (answer.status_code, sentence in read(answer)) == (status, True), read(answer)
    assert read_tables() == before
    db.session.rollback()


def test_the_preview_says_what_every_shop_is_owed_and_writes_nothing(one):
    before = read_tables()

    page = read(one.get(f"/settlements/close/?through={DAY}"))

    assert "账目已逐笔核对，没有差错。" in page
    assert "将生成 2 张结算单，共 85.00 元。" in page
    assert read_tables() == before


def test_the_preview_lists_what_a_case_holds_back(one, town):
    reverse(town.finance, 1, now=clock.now())

    page = read(one.get(f"/settlements/close/?through={DAY}"))

    assert "暂缓的核销：1 笔" in page
    assert "冲正待第二人确认" in page
    assert "将生成 1 张结算单，共 25.00 元。" in page


def test_one_closes_another_approves_and_the_payment_is_recorded(one, other):
    closed = close(one)

    assert (closed.status_code, closed.location) == (302, f"/settlements/?through={DAY}")
    assert "2026-12-05 已结算：2 张结算单，共 85.00 元。" in read(one.get(closed.location))
    assert approve(other).status_code == 302
    assert pay(one).status_code == 302
    assert list_states() == ["paid", "made"]
    assert "银行回单号 B-1" in read(one.get("/settlements/1"))


def test_the_same_form_sent_twice_closes_approves_and_pays_once(one, other):
    assert close(one).location == close(one).location
    assert approve(other).location == approve(other).location
    assert pay(one).location == pay(one).location

    actions = [event.action for event in db.session.scalars(select(Event).order_by(Event.id))]
    made = [name for name in actions if name.startswith("settlements.")]
    assert made == [
        *("settlements.make", "settlements.make", "settlements.close"),
        *("settlements.approve", "settlements.pay"),
    ]


def test_nobody_approves_what_they_made_alone_or_with_all(one):
    close(one)
    before = read_tables()

    refused(approve(one), 403, "不能批准自己提交的内容，请由另一人批准", before)
    both = post(one, "/settlements/approve", settlements="1,2", client_key="all")
    refused(both, 403, "不能批准自己提交的内容，请由另一人批准", before)
    page = read(one.get("/settlements/approve"))
    assert "另有 2 张、共 85.00 元是您自己生成的" in page
    assert "批准这" not in page


def test_approving_all_approves_what_stood_on_the_page(one, other):
    close(one)
    page = read(other.get("/settlements/approve"))
    assert "等您批准：2 张结算单，共 85.00 元。" in page
    assert 'name="settlements" value="1,2"' in page

    done = post(other, "/settlements/approve", settlements="1,2", client_key="all")

    assert done.status_code == 302
    assert list_states() == ["approved", "approved"]
    before = read_tables()
    again = post(other, "/settlements/approve", settlements="1,2", client_key="more")
    refused(again, 409, "结算单 1 已经批准，不能再次批准", before)


def test_a_reference_that_cannot_be_is_refused_at_its_field_and_stays_typed(one, other):
    close(one)
    refused(pay(one), 409, "结算单 1 还没有批准，不能付款", read_tables())
    approve(other, 1)
    approve(other, 2, key="approve-2")
    pay(one)
    before = read_tables()

    used = pay(one, 2, bank_ref="B-1", key="pay-2")

    refused(used, 422, 'id="bank_ref-hint">这个银行回单号已用于另一张结算单</div>', before)
    assert 'value="B-1"' in read(used)
    empty = pay(one, 2, bank_ref=" ", key="pay-3")
    refused(empty, 422, 'id="bank_ref-hint">请填写银行回单号（不超过60字）</div>', before)
    refused(pay(one, key="pay-4", bank_ref="B-2"), 409, "结算单 1 已经付款，不能再改", before)


def test_a_day_that_is_not_over_and_a_day_that_is_none_are_refused(one):
    before = read_tables()

    sentence = "2026-12-06 还没有结束，次日零点后才能结算"
    refused(close(one, day="2026-12-06"), 409, sentence, before)
    refused(close(one, day="5.12."), 422, "日期“5.12.”请写成 2026-12-05", before)
    assert one.get("/settlements/close/?through=2026-12-06").status_code == 409


def test_books_that_are_off_stop_the_preview_and_the_closing_and_name_the_row(one):
    with transaction():
        changed = {"redeemed_fen": Voucher.redeemed_fen - 1, "lapsed_fen": Voucher.lapsed_fen + 1}
        db.session.execute(update(Voucher).where(Voucher.item == "bath").values(changed))
    before = read_tables()

    refused(one.get(f"/settlements/close/?through={DAY}"), 409, "账目不平，不能结算：I16", before)
    refused(close(one), 409, "账目不平，不能结算：I16", before)


def test_shops_without_an_account_are_all_named_before_anything_is_saved(one):
    with transaction():
        db.session.execute(update(ShopAccount).values(to_date=date(2026, 12, 6)))
    before = read_tables()

    page = read(one.get(f"/settlements/close/?through={DAY}"))

    assert "下列商户没有生效的收款账户，补上之前不能结算：" in page
    assert page.count("没有生效的收款账户</td>") == 2
    assert "确认结算到" not in page
    refused(close(one), 409, "商户 S0001 没有生效的收款账户，不能结算", before)


def test_the_statement_is_sent_and_told_and_left_nowhere(one, home):
    close(one)

    book = one.get("/settlements/1/statement.xlsx")
    paper = one.get("/settlements/1/statement.pdf")

    sheet = python_calamine.load_workbook(io.BytesIO(book.data)).get_sheet_by_name("明细")
    assert [row[5] for row in sheet.to_python()[1:]] == [60.0]
    assert paper.data.startswith(b"%PDF")
    written = select(Event.subject_id).where(Event.action == "settlements.write_statement")
    assert list(db.session.scalars(written)) == ["1", "1"]


def test_account_numbers_stand_in_full_in_the_bank_list_alone_and_that_is_an_event(one, other):
    close(one)
    approve(other)
    number = "6222418600883785974"

    sent = one.get("/settlements/payments/bank-list.xlsx")

    rows = python_calamine.load_workbook(io.BytesIO(sent.data)).get_sheet_by_index(0).to_python()
    assert [(row[5], row[6]) for row in rows[1:]] == [(number, 60.0)]
    events = db.session.scalars(
        select(Event).where(Event.action == "settlements.read_accounts")
    ).all()
    assert [event.facts for event in events] == [{"settlements": [1], "fen": 6000}]
    for path in ("", "1", "payments/", "approve", f"close/?through={DAY}"):
        assert number not in read(one.get(f"/settlements/{path}"))


def test_the_bank_list_asks_for_the_password_again(one, other, home):
    close(one)
    approve(other)
    # At work all the time, so that the session lives on while the password grows old.
    set_clock(home, clock.now() + timedelta(minutes=10))
    assert one.get("/settlements/").status_code == 200
    set_clock(home, clock.now() + timedelta(minutes=6))

    assert one.get("/settlements/payments/bank-list.xlsx").status_code == 401
    assert pay(one).status_code == 401
    assert list_states() == ["approved", "made"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_only_finance_closes_and_pays_and_only_auditors_also_read(app, town, role):
    browser = enter(app, "somebody", role)
    before = read_tables()

    reads = browser.get("/settlements/").status_code == 200
    today = browser.get("/settlements/shops/S0001/today").status_code == 200
    sees = {
        browser.get(path).status_code for path in ("/settlements/close/", "/settlements/payments/")
    }
    if role is not Role.FINANCE:
        posts = (close(browser), approve(browser), pay(browser))
        assert {answer.status_code for answer in posts} == {403}
        assert read_tables() == before

    assert reads == (role in {Role.FINANCE, Role.AUDITOR})
    assert sees == ({200} if role is Role.FINANCE else {403})
    assert today == (role in {Role.FINANCE, Role.AUDITOR, Role.WORKER, Role.APPROVER})


def test_a_shop_of_another_area_is_not_there(app, one):
    close(one)
    make_account(name="auditor", role=Role.AUDITOR, area="510104002")
    browser = app.test_client()
    sign_in(browser, name="auditor")

    for path in ("1", "1/statement.pdf", "shops/S0001/today"):
        assert browser.get(f"/settlements/{path}").status_code == 404, path
    assert "没有符合条件的结算单" in read(browser.get("/settlements/"))


def test_the_list_sums_all_that_was_asked_for_in_the_same_queries(one):
    close(one)
    with count_queries() as few:
        page = read(one.get("/settlements/?shop=S0002"))
    assert "<dd>25.00 元</dd>" in page
    add_settlements(298)

    with count_queries() as many:
        page = read(one.get("/settlements/?state=made&sort=-amount"))

    assert len(few) == len(many)
    assert "<dd>300 张</dd>" in page
    assert "<dd>383.00 元</dd>" in page
    assert one.get("/settlements/?format=xlsx").mimetype.endswith("sheet")


def add_settlements(count):
    """Write made settlements of one yuan each, one a day long ago."""
    db.session.rollback()
    first = db.session.scalars(select(Settlement)).first()
    same = {
        column.name: getattr(first, column.name)
        for column in Settlement.__table__.columns
        if column.name not in ("id", "through_date", "amount_fen")
    }
    start = date(2020, 1, 1).toordinal()
    rows = [
        {**same, "through_date": date.fromordinal(start + number), "amount_fen": 100}
        for number in range(count)
    ]
    with transaction():
        db.session.execute(insert(Settlement), rows)
