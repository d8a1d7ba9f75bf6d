"""What one person proposed, another puts in force; the database decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.shops.factories import (
    COMMUNITY,
    OTHER_COMMUNITY,
    get,
    make_approved_shop,
    make_book,
    make_district,
    make_person,
    service_row,
    shop_row,
    take,
)
from voucher import clock
from voucher.access import Role
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.refusals import NotAllowed, NotFound, Refusal
from voucher.shops.checks import check_one_price_and_payee
from voucher.shops.models import Shop, ShopAccount, ShopService
from voucher.shops.operations.approving import approve_shop, approve_shops
from voucher.shops.queries import find_payee

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def approver(app):
    make_district()
    return make_person("approver", Role.APPROVER)


def approve(actor, code="S0001"):
    with transaction():
        return approve_shop(actor=actor, code=code, now=clock.now(), today=clock.today())


def approve_all(actor):
    with transaction():
        return approve_shops(actor=actor, now=clock.now(), today=clock.today())


def refuse(kind, act, *arguments):
    with pytest.raises(kind) as caught:
        act(*arguments)
    return caught.value.word


def test_another_person_approves_shop_and_account_from_today(approver):
    take(make_person("worker"), make_book())

    done = approve(approver)

    shop = get("S0001")
    assert (done.shops, done.accounts, done.own) == (["S0001"], ["S0001"], [])
    assert (shop.state, shop.approved_by) == ("approved", approver.account_id)
    assert find_payee(shop=shop, day=clock.today()).number == "6222418600883785974"
    assert find_payee(shop=shop, day=clock.today() - timedelta(days=1)) is None


def test_nobody_approves_what_he_proposed(approver):
    take(approver, make_book())

    assert refuse(NotAllowed, approve, approver) == "self_approve"
    assert get("S0001").state == "proposed"


def test_nobody_approves_an_account_he_changed(approver):
    take(make_person("worker"), make_book())
    approve(approver)
    take(approver, make_book([shop_row(账号="62229999888877776")]))

    assert refuse(NotAllowed, approve, approver) == "self_approve"


def test_the_database_itself_wants_two_people(approver):
    take(approver, make_book())
    for statement in (
        update(Shop).values(state="approved", approved_by=approver.account_id),
        update(ShopAccount).values(from_date=clock.today(), approved_by=approver.account_id),
    ):
        with pytest.raises(IntegrityError, match="two_people"), transaction():
            db.session.execute(statement)


def test_no_account_is_paid_without_an_approval(approver):
    take(approver, make_book())

    with pytest.raises(IntegrityError, match="paid_once_approved"), transaction():
        db.session.execute(update(ShopAccount).values(from_date=clock.today()))


def test_a_changed_account_is_paid_three_days_after_its_approval(approver):
    shop = make_approved_shop()
    today = clock.today()
    take(make_person("worker"), make_book([shop_row(账号="62229999888877776")]))

    done = approve(approver)

    tails = [find_payee(shop=shop, day=today + timedelta(days=n)).tail for n in range(5)]
    assert (done.shops, done.accounts) == ([], ["S0001"])
    assert tails == ["5974", "5974", "5974", "7776", "7776"]
    assert check_one_price_and_payee().breaches == []


def test_all_means_all_of_the_area_but_the_own_ones(approver):
    worker = make_person("worker")
    elsewhere = {"街道": OTHER_COMMUNITY[0], "社区": OTHER_COMMUNITY[1]}
    take(worker, make_book([shop_row("S0001"), shop_row("S0003", **elsewhere)]))
    local = make_person("local", Role.APPROVER, area=COMMUNITY[0])
    take(local, make_book([shop_row("S0002")], [service_row("S0002")]))

    done = approve_all(local)

    assert (done.shops, done.own) == (["S0001"], ["S0002"])
    assert get("S0003").state == "proposed"


def test_all_of_only_own_ones_is_a_refusal(approver):
    take(approver, make_book())

    assert refuse(NotAllowed, approve_all, approver) == "self_approve"


def test_all_of_nothing_is_nothing(approver):
    done = approve_all(approver)

    assert (done.shops, done.accounts, done.own) == ([], [], [])


def test_a_shop_is_approved_once(approver):
    take(make_person("worker"), make_book())
    approve(approver)

    assert refuse(Refusal, approve, approver) == "shop_state"


def test_an_unknown_shop_and_one_of_another_area_are_refused_alike(approver):
    take(make_person("worker"), make_book())
    local = make_person("local", Role.APPROVER, area=OTHER_COMMUNITY[0])

    assert refuse(NotFound, approve, local) == "shop_unknown"
    assert refuse(NotFound, approve, approver, "S0009") == "shop_unknown"


def test_each_approval_writes_one_event(approver):
    take(make_person("worker"), make_book([shop_row(), shop_row("S0002")]))

    approve_all(approver)

    actions = list(db.session.scalars(select(Event.action).order_by(Event.id)))
    assert actions == ["shops.import_shops", "shops.approve_shop", "shops.approve_shop"]


def test_two_prices_of_one_day_are_a_breach(approver):
    shop = make_approved_shop()
    with transaction():
        for fen in (1000, 1100):
            db.session.add(
                ShopService(
                    shop_id=shop.id,
                    service="bath",
                    price_fen=fen,
                    from_date=clock.today(),
                    to_date=clock.today() + timedelta(days=2),
                )
            )

    finding = check_one_price_and_payee()

    assert [breach.law for breach in finding.breaches] == ["I09"]
