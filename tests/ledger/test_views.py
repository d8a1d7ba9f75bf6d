"""Pages of budgets: what finance may do, what is refused, and that lists add up."""

from datetime import date

import pytest
from sqlalchemy import insert

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import AGE_BANDS, add_resident, make_town, make_vouchers
from voucher import clock
from voucher.access import Role
from voucher.db import db, transaction
from voucher.ledger.models import Budget
from voucher.ledger.rules import BudgetState

SENTENCES = {
    "0": "金额须大于零",
    "-5": "金额须大于零",
    "0.001": "金额“0.001”最多两位小数",
    "1e3": "金额“1e3”不是数字，请写成 12.50",
    "NaN": "金额“NaN”不是数字，请写成 12.50",
    "五十": "金额“五十”不是数字，请写成 12.50",
    "99999999999999999999": "金额“99999999999999999999”过大",
}


@pytest.fixture
def finance(app):
    """Give the browsers of two finance accounts."""
    browsers = []
    for name in ("finance1", "finance2"):
        make_account(name=name, role=Role.FINANCE)
        browsers.append(app.test_client())
        sign_in(browsers[-1], name=name)
    return browsers


def propose(browser, *, amount="52000", month="2027-01", key="key-1"):
    fields = {"programme": AGE_BANDS, "month": month, "amount": amount, "client_key": key}
    return post(browser, "/budgets/new", **fields)


def read(answer):
    return answer.get_data(as_text=True)


def test_one_sets_another_approves_and_the_page_says_what_changes(finance):
    one, other = finance

    made = propose(one)

    assert (made.status_code, made.location) == (302, "/budgets/1")
    page = read(other.get("/budgets/1"))
    assert "批准后还可承诺</dt><dd>52,000.00 元" in page
    approved = post(other, "/budgets/1/approve", client_key="a")
    assert approved.status_code == 302
    assert "预算 52,000.00 元已批准，现在生效" in read(other.get("/budgets/1"))
    assert db.session.get(Budget, 1).state == BudgetState.APPROVED


def test_nobody_approves_their_own(finance):
    one, _ = finance
    propose(one)
    before = read_tables()

    refused = post(one, "/budgets/1/approve", client_key="a")

    assert refused.status_code == 403
    assert "不能批准自己提交的内容，请由另一人批准" in read(refused)
    assert read_tables() == before


def test_a_budget_below_what_is_committed_is_refused(app, client):
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    make_vouchers(town)
    for name in ("finance1", "finance2"):
        make_account(name=name, role=Role.FINANCE)
    sign_in(client, name="finance1")
    propose(client, amount="1", month="2026-12")
    other = app.test_client()
    sign_in(other, name="finance2")
    before = read_tables()

    refused = post(other, "/budgets/2/approve", client_key="a")

    assert refused.status_code == 409
    assert "已承诺金额超过新预算，不能下调到这个数" in read(refused)
    assert read_tables() == before


def test_an_amount_that_cannot_be_is_refused_at_its_field_and_stays_typed(finance):
    before = read_tables()

    for amount, sentence in SENTENCES.items():
        refused = propose(finance[0], amount=amount)

        page = read(refused)
        assert refused.status_code == 422
        assert f'id="amount-hint">{sentence}</div>' in page
        assert f'value="{amount}"' in page
        assert 'value="2027-01"' in page
    assert read_tables() == before


def test_an_amount_may_be_written_as_people_write_it(finance):
    for number, amount in enumerate(("52,000", "￥52000", "52000元", "５２０００"), start=1):
        propose(finance[0], amount=amount, key=amount.encode().hex())

        assert db.session.get(Budget, number).amount_fen == 5_200_000
        db.session.rollback()


def test_a_month_and_a_programme_that_cannot_be_are_refused_at_their_fields(finance):
    before = read_tables()

    month = propose(finance[0], month="2027-13")
    programme = post(finance[0], "/budgets/new", programme="x", month="2027-01", amount="1")

    assert 'id="month-hint">月份“2027-13”请写成 2026-12</div>' in read(month)
    assert 'id="programme-hint">请选择方案</div>' in read(programme)
    assert read_tables() == before


def test_the_same_key_proposes_one_budget(finance):
    first, second = propose(finance[0]), propose(finance[0])

    assert first.location == second.location == "/budgets/1"
    assert db.session.query(Budget).count() == 1
    assert propose(finance[0], amount="1").status_code == 422


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CONSOLE])
def test_only_finance_sets_and_approves_and_only_some_read(client, role):
    make_account(role=role)
    sign_in(client)

    reads = client.get("/budgets/").status_code == 200
    balances = client.get("/budgets/balances").status_code == 200
    sets = client.get("/budgets/new").status_code == 200
    before = read_tables()
    posts = {propose(client).status_code, post(client, "/budgets/1/approve").status_code}

    readers = {Role.FINANCE, Role.AUDITOR, Role.APPROVER}
    assert (reads, balances, sets) == (role in readers, role in readers, role is Role.FINANCE)
    if role is not Role.FINANCE:
        assert posts == {403}
        assert read_tables() == before


def test_the_balances_add_up_to_what_was_committed(client):
    town = make_town()
    add_resident(born=date(1941, 1, 1), community_id=town.communities[0])
    make_vouchers(town)
    make_account(role=Role.AUDITOR)
    sign_in(client)

    page = read(client.get(f"/budgets/balances?programme={AGE_BANDS}&month=2026-12"))

    assert '合计：批准批次时承诺的总额</th><td class="number"><strong>240.00</strong></td>' in page
    assert '在老人手中，尚未使用</th><td class="number">240.00</td>' in page
    assert "批准批次" in page


def test_the_list_sends_the_same_queries_for_one_budget_and_for_three_hundred(finance):
    propose(finance[0])
    with count_queries() as one:
        finance[0].get("/budgets/")
    row = {
        "programme": AGE_BANDS,
        "period_from": date(2027, 2, 1),
        "amount_fen": 100,
        "state": "proposed",
        "set_by": db.session.get(Budget, 1).set_by,
        "set_at": clock.now(),
    }
    with transaction():
        db.session.execute(insert(Budget), [row] * 299)

    with count_queries() as many:
        page = read(finance[0].get("/budgets/?sort=-amount"))

    assert len(one) == len(many)
    assert "第 1 至 50 行，共 300 行" in page
    assert finance[0].get("/budgets/?format=xlsx").mimetype.endswith("sheet")
    assert finance[0].get("/budgets/balances?format=xlsx").mimetype.endswith("sheet")
