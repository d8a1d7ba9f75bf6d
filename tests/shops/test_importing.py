"""Importing shops: proposals, dated prices, payees nobody changes alone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.shops.factories import (
    COMMUNITY,
    DATA,
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
from voucher.refusals import BadInput
from voucher.shops.models import Shop, ShopAccount, ShopService
from voucher.shops.operations.importing import read_shop_book
from voucher.shops.queries import find_payee, find_shop, get_published_price

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def worker(app):
    make_district()
    return make_person("worker")


def counts(tally):
    return (tally.added, tally.updated, tally.unchanged, tally.absent, len(tally.rejections))


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def list_prices(shop):
    rows = select(ShopService.service, ShopService.price_fen, ShopService.to_date.is_(None))
    return sorted(map(tuple, db.session.execute(rows.where(ShopService.shop_id == shop.id))))


def test_the_sample_comes_in_as_proposals_and_a_second_time_changes_nothing(worker):
    content = (DATA / "shops" / "jinjiang.xlsx").read_bytes()

    first, second = take(worker, content), take(worker, content)

    assert (counts(first.shops), counts(first.services)) == ((120, 0, 0, 0, 0), (228, 0, 0, 0, 0))
    assert (counts(second.shops), counts(second.services)) == ((0, 0, 120, 0, 0), (0, 0, 228, 0, 0))
    assert second.changes == {}
    assert (count(Shop), count(ShopAccount), count(ShopService)) == (120, 120, 228)
    assert set(db.session.scalars(select(Shop.state))) == {"proposed"}


def test_an_import_writes_one_event_without_phone_or_account(worker):
    take(worker, make_book())
    take(
        worker, make_book([shop_row(联系电话="13900000000", 账号="62220000111122223", 地址="新址")])
    )

    events = list(db.session.scalars(select(Event).order_by(Event.id)))

    assert [event.action for event in events] == ["shops.import_shops"] * 2
    assert [event.facts for event in events] == [
        {"S0001": "added", "S0001.prices": {"meal": [None, 1550]}},
        {"S0001": {"address": ["示例路1号", "新址"], "phone": "sealed", "account": "sealed"}},
    ]


def test_phone_and_account_are_sealed_and_only_the_tail_is_plain(worker):
    take(worker, make_book())

    shop = get("S0001")
    account = db.session.scalars(select(ShopAccount)).one()

    assert b"13967334542" not in (shop.phone_sealed or b"")
    assert b"6222418600883785974" not in account.number_sealed
    assert account.number_tail == "5974"


def test_faulty_rows_are_counted_and_the_others_taken(worker):
    done = take(
        worker,
        make_book(
            [shop_row(), shop_row("S0002", 账号="")],
            [service_row(), service_row("S0002")],
        ),
    )

    assert [(row, faults[0].word) for row, faults in done.shops.rejections] == [
        (3, "account_missing")
    ]
    assert [(row, faults[0].word) for row, faults in done.services.rejections] == [
        (3, "shop_unknown")
    ]
    assert count(Shop) == 1


def test_a_shop_without_a_price_is_taken_with_a_warning(worker):
    done = take(worker, make_book([shop_row(), shop_row("S0002")]))

    assert done.shops.warnings == [(3, "service_missing")]
    assert count(Shop) == 2


def test_a_changed_price_is_a_new_dated_row(worker):
    take(worker, make_book())
    today = clock.today()

    done = take(worker, make_book(services=[service_row(price=18)]))

    shop = get("S0001")
    assert (counts(done.shops), counts(done.services)) == ((0, 0, 1, 0, 0), (0, 1, 0, 0, 0))
    assert list_prices(shop) == [("meal", 1550, False), ("meal", 1800, True)]
    assert get_published_price(shop_id=shop.id, service="meal", day=today) == 1800


def test_the_old_price_still_counts_for_the_days_it_was_published(worker):
    take(worker, make_book())
    shop = get("S0001")
    with transaction():
        row = db.session.scalars(select(ShopService)).one()
        row.from_date -= timedelta(days=10)
    take(worker, make_book(services=[service_row(price=18)]))
    yesterday = clock.today() - timedelta(days=1)

    assert get_published_price(shop_id=shop.id, service="meal", day=yesterday) == 1550
    assert (
        get_published_price(shop_id=shop.id, service="meal", day=yesterday - timedelta(days=10))
        is None
    )


def test_a_service_no_longer_listed_ends(worker):
    take(worker, make_book(services=[service_row(), service_row(service="bath", price=60)]))

    done = take(worker, make_book(services=[service_row()]))

    shop = get("S0001")
    assert counts(done.services) == (0, 0, 1, 1, 0)
    assert get_published_price(shop_id=shop.id, service="bath", day=clock.today()) is None


def test_no_service_ends_while_a_row_was_sent_back(worker):
    take(worker, make_book(services=[service_row(), service_row(service="bath", price=60)]))

    done = take(worker, make_book(services=[service_row(), service_row(service="bad")]))

    assert counts(done.services) == (0, 0, 1, 0, 1)
    assert get_published_price(shop_id=get("S0001").id, service="bath", day=clock.today()) == 6000


def test_a_shop_missing_from_the_file_is_counted_and_stays(worker):
    take(worker, make_book())

    done = take(worker, make_book([shop_row("S0002")], [service_row("S0002")]))

    assert counts(done.shops) == (1, 0, 0, 1, 0)
    assert get("S0001").state == "proposed"


def test_a_changed_account_of_an_approved_shop_is_not_paid(worker):
    shop = make_approved_shop()

    done = take(worker, make_book([shop_row(账号="62229999888877776")]))

    payee = find_payee(shop=shop, day=clock.today() + timedelta(days=30))
    assert counts(done.shops) == (0, 1, 0, 0, 0)
    assert (payee.number, payee.tail) == ("6222418600883785974", "5974")
    assert get("S0001").state == "approved"


def test_the_old_account_in_a_later_file_takes_the_proposal_back(worker):
    shop = make_approved_shop()
    take(worker, make_book([shop_row(账号="62229999888877776")]))

    take(worker, make_book())
    again = take(worker, make_book())

    open_rows = select(ShopAccount.number_tail).where(ShopAccount.to_date.is_(None))
    assert list(db.session.scalars(open_rows)) == ["5974"]
    assert counts(again.shops) == (0, 0, 1, 0, 0)
    assert find_payee(shop=shop, day=clock.today()).tail == "5974"


def test_who_changes_a_proposed_shop_becomes_its_proposer(worker):
    take(worker, make_book())
    approver = make_person("approver", Role.APPROVER)

    take(approver, make_book([shop_row(商户名称="永兴家政")]))

    assert get("S0001").proposed_by == approver.account_id


def test_a_worker_of_one_community_imports_only_its_shops(worker):
    local = make_person("local", area=COMMUNITY[0])

    done = take(
        local,
        make_book(
            [shop_row(), shop_row("S0002", 街道=OTHER_COMMUNITY[0], 社区=OTHER_COMMUNITY[1])],
            [service_row(), service_row("S0002")],
        ),
    )

    assert [(row, faults[0].word) for row, faults in done.shops.rejections] == [
        (3, "community_unknown")
    ]
    assert find_shop(code="S0001", actor=local).code == "S0001"


def test_a_shop_of_another_street_is_neither_seen_nor_changed(worker):
    take(worker, make_book([shop_row(街道=OTHER_COMMUNITY[0], 社区=OTHER_COMMUNITY[1])]))
    local = make_person("local", area=COMMUNITY[0])

    done = take(local, make_book([shop_row(商户名称="别名")], [service_row(price=99)]))

    assert [fault.word for _, (fault, *_) in done.shops.rejections] == ["registered_elsewhere"]
    assert [fault.word for _, (fault, *_) in done.services.rejections] == ["shop_unknown"]
    assert get("S0001").name == "永兴家政服务部"
    assert find_shop(code="S0001", actor=local) is None


def test_a_workbook_without_prices_is_refused_whole(worker):
    with pytest.raises(BadInput) as caught:
        read_shop_book(content=(DATA / "rosters" / "shangcheng.xlsx").read_bytes())

    assert caught.value.word == "sheet_missing"


def test_an_approved_shop_keeps_its_approval_when_its_hours_change(worker):
    make_approved_shop()

    done = take(worker, make_book([shop_row(营业时间="09:00-17:00")]))

    assert counts(done.shops) == (0, 1, 0, 0, 0)
    assert (get("S0001").state, get("S0001").hours) == ("approved", "09:00-17:00")


def test_prices_alone_may_be_sent_for_a_known_shop(worker):
    make_approved_shop()

    done = take(
        worker, make_book([shop_row("S0002")], [service_row(price=16), service_row("S0002")])
    )

    assert counts(done.services) == (1, 1, 0, 0, 0)
    assert counts(done.shops) == (1, 0, 0, 1, 0)
