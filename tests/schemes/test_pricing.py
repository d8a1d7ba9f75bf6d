"""Pricing: every example of the national voucher, the other kinds, the refusals, the laws."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.refusals import BadInput
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.pricing import price_purchase
from voucher.schemes.rules.programmes import PriceType, get_price_type
from voucher.schemes.rules.purchases import parse_purchase

JINJIANG = get_programme("jinjiang-age-bands", 1)
SHANGCHENG = get_programme("shangcheng-six-classes", 1)
NATIONAL = get_programme("national-2026", 1)


def divide(programme, **purchase: Any) -> tuple[int, int]:
    priced = price_purchase(programme=programme, **purchase)
    return priced.voucher_fen, priced.own_fen


@pytest.mark.parametrize(
    ("service", "price_fen", "other_payer_fen", "used_fen", "voucher_fen", "own_fen"),
    [
        ("institution", 450000, 0, 0, 80000, 370000),
        ("institution", 200000, 0, 0, 80000, 120000),
        ("institution", 200001, 0, 0, 80000, 120001),
        ("institution", 199999, 0, 0, 79999, 120000),
        ("home", 160000, 0, 0, 80000, 80000),
        ("home", 159999, 0, 0, 79999, 80000),
        ("home", 30000, 0, 70000, 10000, 20000),
        ("daycare", 150000, 0, 0, 60000, 90000),
        ("institution", 500000, 150000, 0, 80000, 270000),
        ("short_stay", 100000, 0, 0, 40000, 60000),
        ("home", 30000, 30000, 0, 0, 0),
        ("home", 30000, 0, 80000, 0, 30000),
        ("home", 30000, 0, 90000, 0, 30000),
        ("home", 1, 0, 0, 0, 1),
    ],
)
def test_the_national_voucher_pays_its_share_up_to_the_ceiling(
    service: str,
    price_fen: int,
    other_payer_fen: int,
    used_fen: int,
    voucher_fen: int,
    own_fen: int,
):
    assert divide(
        NATIONAL,
        level="3",
        service=service,
        price_fen=price_fen,
        other_payer_fen=other_payer_fen,
        used_fen=used_fen,
    ) == (voucher_fen, own_fen)


@pytest.mark.parametrize(
    ("service", "voucher_fen"),
    [
        ("nursing", 5000),
        ("bath", 5000),
        ("escort", 5000),
        ("cleaning", 5000),
        ("meal", 5000),
        ("repair", 5000),
        ("daycare", 4000),
        ("haircut", 0),
        ("photo", 0),
        ("laundry", 0),
        ("assessment", 0),
    ],
)
def test_the_share_of_a_shops_service_follows_its_setting(service: str, voucher_fen: int):
    found = divide(NATIONAL, level="2", service=service, price_fen=10000)

    assert found == (voucher_fen, 10000 - voucher_fen)


def test_the_reasons_say_who_paid_first_which_share_and_which_limit():
    priced = price_purchase(
        programme=NATIONAL,
        level="4",
        service="institution",
        price_fen=500001,
        other_payer_fen=150000,
        used_fen=100,
    )

    assert [reason.as_json() for reason in priced.reasons] == [
        {"rule": "other_payer_first", "other_payer_fen": 150000, "base_fen": 350001},
        {
            "rule": "share",
            "service": "institution",
            "basis_points": 4000,
            "price_type": "discounted",
        },
        {"rule": "rounded", "mode": "down", "unit_fen": 1},
        {"rule": "cap_reached", "wanted_fen": 140000, "cap_fen": 80000, "left_fen": 79900},
    ]


@pytest.mark.parametrize(
    ("level", "service", "rule"),
    [("0", "home", "level_not_covered"), ("3", "haircut", "service_not_covered")],
)
def test_a_voucher_that_does_not_cover_pays_nothing_and_says_so(
    level: str, service: str, rule: str
):
    priced = price_purchase(programme=NATIONAL, level=level, service=service, price_fen=10000)

    assert (priced.voucher_fen, priced.own_fen) == (0, 10000)
    assert [reason.rule for reason in priced.reasons] == [rule]


def test_an_amount_voucher_pays_what_is_left_of_its_face():
    purchase = {"level": "70-79", "service": "haircut"}

    assert divide(JINJIANG, **purchase, price_fen=4999) == (4999, 0)
    assert divide(JINJIANG, **purchase, price_fen=5001) == (5000, 1)
    assert divide(JINJIANG, **purchase, price_fen=5000, used_fen=2000) == (3000, 2000)


def test_a_count_voucher_pays_each_use_up_to_its_cap():
    purchase = {"level": "80-89", "service": "bath", "used_fen": 8000}

    assert divide(JINJIANG, **purchase, price_fen=7999) == (7999, 0)
    assert divide(JINJIANG, **purchase, price_fen=8001) == (8000, 1)


def test_the_vouchers_own_frozen_cap_goes_before_the_level():
    assert divide(
        JINJIANG, item="services", level="60-69", service="meal", price_fen=9000, cap_fen=7000
    ) == (7000, 2000)


@pytest.mark.parametrize(
    ("level", "service", "voucher_fen"),
    [
        ("1", "nursing", 10000),
        ("2", "meal", 10000),
        ("2", "nursing", 8000),
        ("3", "cleaning", 8000),
        ("3", "bath", 6000),
        ("4", "escort", 10000),
        ("4", "meal", 6000),
        ("5", "nursing", 5000),
        ("5", "haircut", 0),
        ("6", "meal", 0),
    ],
)
def test_shangcheng_prices_by_class_and_service(level: str, service: str, voucher_fen: int):
    found = divide(SHANGCHENG, level=level, service=service, price_fen=10000)

    assert found == (voucher_fen, 10000 - voucher_fen)


@pytest.mark.parametrize(
    ("basis_points", "price_type"),
    [
        (0, PriceType.PAID),
        (1, PriceType.DISCOUNTED),
        (9999, PriceType.DISCOUNTED),
        (10000, PriceType.FREE),
    ],
)
def test_a_share_is_free_discounted_or_paid(basis_points: int, price_type: PriceType):
    assert get_price_type(basis_points=basis_points) is price_type


GOOD = {"level": "3", "service": "home", "price_fen": 30000}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"level": "9"}, "level_unknown"),
        ({"service": "swimming"}, "service_unknown"),
        ({"item": "bath"}, "item_unknown"),
        ({"price_fen": 0}, "price_format"),
        ({"price_fen": -1}, "price_format"),
        ({"price_fen": 10**16}, "price_format"),
        ({"price_fen": True}, "price_format"),
        ({"other_payer_fen": -1}, "price_format"),
        ({"used_fen": -1}, "price_format"),
        ({"other_payer_fen": 30001}, "other_payer_high"),
    ],
)
def test_a_faulty_purchase_is_refused(change: dict[str, Any], word: str):
    with pytest.raises(BadInput) as refused:
        price_purchase(programme=NATIONAL, **(GOOD | change))

    assert refused.value.word == word


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"level": None}, "field_missing"),
        ({"level": 3}, "field_format"),
        ({"service": None}, "field_missing"),
        ({"price_fen": None}, "field_missing"),
        ({"price_fen": "30000"}, "price_format"),
        ({"price_fen": 0.1}, "price_format"),
        ({"used": 1}, "field_unknown"),
    ],
)
def test_a_purchase_that_cannot_be_read_is_refused(change: dict[str, Any], word: str):
    with pytest.raises(BadInput) as refused:
        parse_purchase(GOOD | change)

    assert refused.value.word == word


@given(
    programme=st.sampled_from([NATIONAL, JINJIANG, SHANGCHENG]),
    price_fen=st.integers(1, 10**7),
    other=st.integers(0, 10**7),
    used_fen=st.integers(0, 10**6),
    data=st.data(),
)
def test_the_parts_are_the_price_and_the_voucher_never_passes_its_limit(
    programme, price_fen: int, other: int, used_fen: int, data: st.DataObject
):
    other_payer_fen = min(other, price_fen)
    level = data.draw(st.sampled_from([level.id for level in programme.levels]))

    priced = price_purchase(
        programme=programme,
        level=level,
        service=data.draw(st.sampled_from(sorted(programme.catalogue))),
        price_fen=price_fen,
        other_payer_fen=other_payer_fen,
        used_fen=used_fen,
        cap_fen=20000,
    )

    assert priced.voucher_fen + priced.own_fen + priced.other_payer_fen == price_fen
    assert 0 <= priced.voucher_fen <= 20000
    assert priced.own_fen >= 0
