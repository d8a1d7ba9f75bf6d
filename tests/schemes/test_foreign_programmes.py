"""Programmes from abroad, written only as data: they check, price, and are never issued here."""

from pathlib import Path

import pytest

from voucher.refusals import Refusal
from voucher.schemes.queries import load_schemes
from voucher.schemes.rules.checking import check_scheme
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.granting import judge_grants
from voucher.schemes.rules.issuing import check_issuable
from voucher.schemes.rules.pricing import price_purchase
from voucher.schemes.rules.scoring import score_points
from voucher.schemes.rules.values import Facts

NAMES = (
    *(
        "germany-pflegegrad",
        "germany-2025",
        "hongkong-ccsv-2021",
        "hongkong-ccsv-2022",
        "hongkong-ccsv",
    ),
    *("hongkong-health", "japan-kaigo", "taiwan-ltc"),
)
FOLDER = Path(__file__).parent / "files"
SCHEMES = load_schemes([FOLDER / f"{name}.toml" for name in NAMES])
PROGRAMMES = SCHEMES.programmes
HONGKONG = PROGRAMMES["hongkong-ccsv", 3]
TAIWAN = PROGRAMMES["taiwan-ltc", 1]
JAPAN = PROGRAMMES["japan-kaigo", 1]
HEALTH = PROGRAMMES["hongkong-health", 1]
GERMANY = PROGRAMMES["germany-2025", 1]
PFLEGEGRAD = SCHEMES.instruments["germany-pflegegrad", 1]


@pytest.mark.parametrize(
    "programme", PROGRAMMES.values(), ids=lambda one: f"{one.id}-{one.version}"
)
def test_every_published_and_derived_example_comes_out(programme):
    assert check_scheme(programme) == ()


def test_the_years_of_a_table_are_versions_in_the_order_of_their_dates():
    years = [one for (scheme, _), one in sorted(PROGRAMMES.items()) if scheme == HONGKONG.id]

    assert [one.version for one in years] == [1, 2, 3]
    assert sorted(years, key=lambda one: one.effective_from) == years
    assert [
        (one.items[0].grants[0].floor_fen, one.items[0].grants[0].cap_fen) for one in years
    ] == [(417000, 998000), (421000, 1007000), (437200, 1045500)]


@pytest.mark.parametrize(
    ("programme", "word"),
    [
        (GERMANY, "programme_currency"),
        (HONGKONG, "programme_currency"),
        (HEALTH, "programme_currency"),
    ],
)
def test_no_paper_is_issued_in_another_currency(programme, word: str):
    with pytest.raises(Refusal) as refused:
        check_issuable(programme)

    assert refused.value.word == word


def test_a_level_given_from_outside_is_never_graded_here():
    classed = class_resident(HONGKONG, Facts(age=80))

    assert (classed.level, [reason.rule for reason in classed.reasons]) == ("", ["level_given"])


@pytest.mark.parametrize(
    ("sums", "total", "grade", "due", "paid"),
    [
        ((2, 0, 0, 3, 0, 0), 1250, "1", {"relief": 13100}, (0, 200000)),
        (
            (6, 0, 3, 19, 1, 0),
            5000,
            "3",
            {"care_in_kind": 149700, "day_and_night_care": 135700, "relief": 13100},
            (149700, 50300),
        ),
        (
            (15, 33, 65, 54, 15, 18),
            10000,
            "5",
            {"care_in_kind": 229900, "day_and_night_care": 208500, "relief": 13100},
            (200000, 0),
        ),
    ],
)
def test_the_grade_the_german_scale_scores_is_the_one_its_programme_prices(
    sums, total, grade, due, paid
):
    scored = score_points(instrument=PFLEGEGRAD, points=sums)

    assert (scored.total, scored.level) == (total, grade)
    granted = judge_grants(GERMANY, scored.level, Facts(age=80))
    assert {grant.item: grant.face_fen for grant in granted.grants} == due
    priced = price_purchase(programme=GERMANY, level=scored.level, service="home", price_fen=200000)
    assert (priced.voucher_fen, priced.own_fen) == paid


@pytest.mark.parametrize(
    ("level", "household", "due"),
    [
        ("1", "general", {}),
        ("2", "general", {"care": 1002000}),
        ("2", "general-carer", {"care_beside_carer": 300600}),
        ("8", "low-carer", {"care_beside_carer": 1085400}),
    ],
)
def test_an_amount_follows_level_and_household(level: str, household: str, due: dict[str, int]):
    granted = judge_grants(TAIWAN, level, Facts(age=80, household=household))

    assert {grant.item: grant.cap_fen for grant in granted.grants} == due


def test_without_a_household_nothing_that_asks_for_one_is_granted():
    granted = judge_grants(TAIWAN, "2", Facts(age=80))

    assert granted.grants == ()
    assert [reason.rule for reason in granted.why_not] == ["household_not_covered"] * 2


def test_the_reasons_say_cap_tariff_household_and_rounding():
    priced = price_purchase(
        programme=TAIWAN,
        level="2",
        household="general",
        service="daycare",
        price_fen=70000,
        used_fen=970000,
    )

    assert (priced.voucher_fen, priced.own_fen) == (26900, 43100)
    assert [reason.as_json() for reason in priced.reasons] == [
        {
            "rule": "price_cap",
            "unit": "full_day",
            "units": 1,
            "cap_fen": 67500,
            "counted_fen": 67500,
        },
        {"rule": "cap_reached", "wanted_fen": 67500, "cap_fen": 1002000, "left_fen": 32000},
        {
            "rule": "share",
            "service": "daycare",
            "basis_points": 8400,
            "price_type": "discounted",
            "household": "general",
        },
        {"rule": "rounded", "mode": "down", "unit_fen": 100, "of": "own"},
    ]


@pytest.mark.parametrize(
    ("programme", "change", "word"),
    [
        (TAIWAN, {"level": "2", "household": ""}, "household_unknown"),
        (TAIWAN, {"level": "2", "household": "rich"}, "household_unknown"),
        (TAIWAN, {"level": "2", "household": "low", "unit": "week"}, "unit_unknown"),
        (HONGKONG, {"level": "severe", "household": "cat-1", "unit": "day"}, "unit_unknown"),
        (
            HONGKONG,
            {"level": "severe", "household": "cat-1", "chosen_fen": 437199},
            "chosen_out_of_range",
        ),
        (
            HONGKONG,
            {"level": "severe", "household": "cat-1", "chosen_fen": 1045501},
            "chosen_out_of_range",
        ),
        (JAPAN, {"level": "care-1", "household": "10", "chosen_fen": 1}, "chosen_out_of_range"),
    ],
)
def test_a_purchase_the_programme_cannot_place_is_refused(programme, change, word: str):
    with pytest.raises(Refusal) as refused:
        price_purchase(programme=programme, service="daycare", price_fen=10000, **change)

    assert refused.value.word == word
    assert refused.value.sentence % refused.value.facts
