"""What the format of programmes says beyond grants: households, lives, caps, what is rounded."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.schemes.test_files import load_changed_programme
from tests.schemes.test_foreign_programmes import HEALTH, HONGKONG, PROGRAMMES, TAIWAN
from voucher.refusals import BadInput, Refusal
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.classing import class_resident, make_classer
from voucher.schemes.rules.granting import judge_grants, make_judge
from voucher.schemes.rules.households import class_household
from voucher.schemes.rules.issuing import check_issuable
from voucher.schemes.rules.lives import WHOLE_PERIOD, Life, Unused, YearDay, find_period_to
from voucher.schemes.rules.pricing import price_purchase
from voucher.schemes.rules.programmes import Capped, Kind, Period, Rounded
from voucher.schemes.rules.values import SITUATIONS, Facts

BEIJING = get_programme("beijing-2010", 1)
NATIONAL = get_programme("national-2026", 1)
JINJIANG = get_programme("jinjiang-age-bands", 1)
SHANGCHENG = get_programme("shangcheng-six-classes", 1)
BUNDLED = (BEIJING, JINJIANG, NATIONAL, SHANGCHENG)
EVERY = (*BUNDLED, *PROGRAMMES.values())
# One for all examples: what was judged before may not answer for other facts.
JUDGES = {(one.id, one.version): (make_judge(one), make_classer(one)) for one in EVERY}
HOUSEHOLDS = """
households = [
  { id = "poor", name = { zh = "低保", en = "Poor" }, when = '"低保" in situation' },
  { id = "near", name = { zh = "边缘", en = "Near" }, when = '"低保边缘" in situation' },
  { id = "other", name = { zh = "其他", en = "Other" } },
]
"""


@pytest.mark.parametrize(
    ("programme", "before", "after", "path"),
    [
        (NATIONAL, 'rounding = { mode = "down", unit_fen = 1 }', "", "rounding"),
        (NATIONAL, "unit_fen = 1 }", 'unit_fen = 1, of = "both" }', "rounding.of"),
        (NATIONAL, "areas = []", 'areas = []\ncurrency = "yuan"', "currency"),
        (NATIONAL, "areas = []", "areas = []\ngiven = true", "given"),
        (HONGKONG, "needs_confirmation = true", "needs_confirmation = false", "needs_confirmation"),
        (HONGKONG, "floor_fen = 437200", "floor_fen = 1045501", "items[1].grants[1].floor_fen"),
        (
            HONGKONG,
            'households = ["cat-1"]',
            'households = ["cat-7"]',
            "items[1].shares[1].households",
        ),
        (HONGKONG, '  { households = ["cat-6"]', '  { households = ["cat-5"]', "items[1].shares"),
        (HONGKONG, 'cap_of = "price"', 'cap_of = "both"', "items[1].cap_of"),
        (JINJIANG, 'kind = "amount"', 'kind = "amount"\ncap_of = "price"', "items[1].cap_of"),
        (HONGKONG, '"Category 1 (pays 5 %)" }', '"x" }, when = "age > 70"', "households"),
        (
            TAIWAN,
            'levels = ["2"], unit = "half_day"',
            'levels = ["2"], unit = "full_day"',
            "items[1].price_caps",
        ),
        (
            TAIWAN,
            '{ services = ["daycare"], levels = ["2"]',
            '{ services = ["photo"], levels = ["2"]',
            "items[1].price_caps[1].services",
        ),
        (
            TAIWAN,
            '{ levels = ["3"], households = ["general", "lower-middle", "low"]',
            '{ levels = ["2"], households = ["low"]',
            "items[1].grants[2]",
        ),
        (
            JINJIANG,
            '{ levels = ["70-79"], face_fen',
            '{ levels = ["60-69"], face_fen',
            "items[1].grants[2]",
        ),
        (BEIJING, "day = 31, years_later = 1", "day = 32, years_later = 1", "life.until.day"),
        (BEIJING, "month = 1, day = 31, years", "month = 2, day = 29, years", "life.until"),
        (BEIJING, "day = 31, years_later = 1 }", "day = 31 }", "life.until"),
        (BEIJING, 'unused = "lapses"', 'unused = "kept"', "life.unused"),
        (BEIJING, 'unused = "lapses"', 'unused = "carries"', "life.purse"),
        (BEIJING, '"bath", "institution"', '"bath", "spa"', "card_life.purse.services"),
    ],
)
def test_a_faulty_addition_is_refused_with_its_place(programme, before, after, path: str):
    with pytest.raises(BadInput) as refused:
        load_changed_programme(programme, before, after)

    assert (refused.value.word, refused.value.facts["path"]) == ("scheme_invalid", path)
    assert refused.value.sentence % refused.value.facts


def test_a_later_grant_behind_a_condition_is_reachable_and_so_is_the_rest_of_its_levels():
    changed = load_changed_programme(
        JINJIANG, '{ levels = ["70-79"], face_fen', '{ levels = ["60-69", "70-79"], face_fen'
    )

    assert judge_grants(changed, "60-69", Facts(65)).grants[0].face_fen == 3000
    assert judge_grants(changed, "70-79", Facts(75)).grants[0].face_fen == 5000


@pytest.mark.parametrize(
    ("situation", "stated", "household"),
    [
        (("低保",), "", "poor"),
        (("低保边缘",), "", "near"),
        (("低保", "低保边缘"), "", "poor"),
        (("独居",), "", "other"),
        ((), "", "other"),
        (("低保",), "near", "near"),
    ],
)
def test_a_household_is_the_stated_one_or_the_first_that_fits(situation, stated, household):
    changed = load_changed_programme(NATIONAL, "areas = []", "areas = []" + HOUSEHOLDS)

    assert class_household(changed, Facts(70, situation, household=stated)) == household


def test_a_household_nobody_stated_is_none_where_the_file_has_no_conditions():
    assert class_household(HONGKONG, Facts(70, ("低保",))) == ""
    assert class_household(NATIONAL, Facts(70, ("低保",), household="cat-1")) == ""


def test_what_a_unit_may_cost_is_counted_for_every_unit():
    capped = load_changed_programme(
        JINJIANG,
        'services = ["bath"]\n',
        'services = ["bath"]\nprice_caps = [{ services = ["bath"], unit = "visit",'
        ' name = { zh = "次", en = "Visit" }, cap_fen = 6000 }]\n',
    )

    found = [
        price_purchase(
            programme=capped,
            level="80-89",
            service="bath",
            price_fen=9000 * units,
            units=units,
            cap_fen=8000 * units,
        ).voucher_fen
        for units in (1, 2)
    ]

    assert found == [6000, 12000]


@pytest.mark.parametrize(
    ("life", "first", "end"),
    [
        (WHOLE_PERIOD, date(2026, 12, 1), date(2027, 1, 1)),
        (BEIJING.life, date(2026, 1, 1), date(2027, 2, 1)),
        (BEIJING.life, date(2026, 12, 1), date(2027, 2, 1)),
        (BEIJING.life, date(2027, 1, 1), date(2028, 2, 1)),
        (Life(YearDay(12, 31, 0), Unused.LAPSES, None), date(2026, 12, 1), date(2027, 1, 1)),
        (Life(YearDay(2, 28, 1), Unused.LAPSES, None), date(2027, 5, 1), date(2028, 2, 29)),
    ],
)
def test_a_voucher_ends_after_its_last_day(life: Life, first: date, end: date):
    assert find_period_to(life=life, period_from=first) == end


def test_the_card_keeps_what_the_paper_loses():
    assert BEIJING.life.unused is Unused.LAPSES
    assert BEIJING.card_life is not None
    assert BEIJING.card_life.unused is Unused.CARRIES
    purse = BEIJING.card_life.purse
    assert purse is not None
    assert (purse.opens, purse.cap_fen) == (YearDay(2, 1, 1), 0)
    assert "haircut" not in purse.services


@pytest.mark.parametrize("programme", BUNDLED, ids=lambda one: one.id)
def test_every_bundled_programme_can_be_issued(programme):
    check_issuable(programme)


@pytest.mark.parametrize(
    ("programme", "word"),
    [
        (HONGKONG, "programme_household"),
        (replace(HONGKONG, households=()), "programme_cap"),
        (HEALTH, "programme_period"),
        (replace(HEALTH, period=Period.MONTH), "programme_life"),
        (
            replace(
                HONGKONG, households=(), items=(replace(HONGKONG.items[0], capped=Capped.VOUCHER),)
            ),
            "programme_choice",
        ),
    ],
)
def test_what_no_run_acts_on_is_refused_and_never_left_out(programme, word: str):
    with pytest.raises(Refusal) as refused:
        check_issuable(replace(programme, currency="CNY"))

    assert refused.value.word == word


@given(
    programme=st.sampled_from(EVERY),
    facts=st.builds(
        Facts,
        age=st.integers(60, 110),
        situation=st.lists(st.sampled_from(SITUATIONS), unique=True).map(tuple),
        gbt_level=st.sampled_from(["", "0", "3"]),
    ),
    data=st.data(),
)
def test_the_fast_path_for_whole_rosters_says_the_same(programme, facts, data: st.DataObject):
    level = data.draw(st.sampled_from([level.id for level in programme.levels]))
    judge, classify = JUDGES[programme.id, programme.version]

    assert judge(level, facts) == judge(level, facts) == judge_grants(programme, level, facts)
    assert classify(facts) == classify(facts) == class_resident(programme, facts)


@st.composite
def purchases(draw: st.DrawFn):
    """Give a programme and a purchase, in the units its voucher part is rounded to."""
    programme = draw(st.sampled_from(EVERY))
    unit_fen = programme.rounding_unit_fen if programme.rounded is Rounded.VOUCHER else 1
    amounts = st.integers(0, 3 * 10**5).map(lambda number: number * unit_fen)
    known = [household.id for household in programme.households]
    purchase = {
        "level": draw(st.sampled_from([level.id for level in programme.levels])),
        "service": draw(st.sampled_from(sorted(programme.catalogue))),
        "household": draw(st.sampled_from(known or [""])),
        "price_fen": draw(amounts) + unit_fen,
        "used_fen": draw(amounts),
    }
    return programme, purchase, draw(amounts), draw(st.integers(1, 5)) * unit_fen


@given(drawn=purchases())
def test_the_parts_are_the_price_and_no_part_passes_cap_balance_or_price(drawn):
    programme, purchase, other, _ = drawn
    other_fen = min(other, purchase["price_fen"])

    priced = price_purchase(programme=programme, other_payer_fen=other_fen, **purchase)

    caps = [grant.face_fen or grant.cap_fen for item in programme.items for grant in item.grants]
    assert priced.voucher_fen + priced.own_fen + priced.other_payer_fen == purchase["price_fen"]
    assert 0 <= priced.voucher_fen <= purchase["price_fen"] - other_fen
    assert priced.voucher_fen <= max(caps)
    assert priced.own_fen >= 0


@given(drawn=purchases())
def test_a_higher_price_never_means_a_smaller_own_part(drawn):
    programme, purchase, other, more = drawn
    other_fen = min(other, purchase["price_fen"])

    before = price_purchase(programme=programme, other_payer_fen=other_fen, **purchase)
    purchase["price_fen"] += more
    after = price_purchase(programme=programme, other_payer_fen=other_fen, **purchase)

    assert after.own_fen >= before.own_fen


@given(drawn=purchases(), used_fen=st.integers(0, 2 * 10**5))
def test_no_voucher_pays_more_than_is_left_of_it(drawn, used_fen: int):
    programme, purchase, _, _ = drawn
    # The uses of a count voucher are counted where they are stored.
    assume(all(item.kind is not Kind.COUNT for item in programme.items))

    priced = price_purchase(
        programme=programme, **{**purchase, "used_fen": used_fen}, cap_fen=10**5
    )

    assert priced.voucher_fen <= max(0, 10**5 - used_fen)
