"""The bundled programmes: classes, grants, and why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voucher.money import split_by_largest_remainder
from voucher.refusals import BadInput
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.classing import class_resident
from voucher.schemes.rules.granting import judge_grants, list_grants
from voucher.schemes.rules.programmes import Kind, list_funding_sources
from voucher.schemes.rules.values import SITUATIONS, Facts

JINJIANG = get_programme("jinjiang-age-bands", 1)
SHANGCHENG = get_programme("shangcheng-six-classes", 1)
NATIONAL = get_programme("national-2026", 1)

FACTS = st.builds(
    Facts,
    age=st.integers(60, 120),
    situation=st.lists(st.sampled_from(SITUATIONS), unique=True).map(tuple),
    gbt_level=st.sampled_from(["", "0", "1", "2", "3", "4"]),
)


@pytest.mark.parametrize(
    ("age", "level"),
    [
        (59, ""),
        (60, "60-69"),
        (69, "60-69"),
        (70, "70-79"),
        (79, "70-79"),
        (80, "80-89"),
        (89, "80-89"),
        (90, "90-99"),
        (99, "90-99"),
        (100, "100+"),
        (130, "100+"),
    ],
)
def test_an_age_falls_in_its_band_on_both_sides_of_every_edge(age: int, level: str):
    assert class_resident(JINJIANG, Facts(age=age)).level == level


def test_nobody_without_a_class_goes_without_a_reason():
    classed = class_resident(JINJIANG, Facts(age=59))

    assert [reason.as_json() for reason in classed.reasons] == [
        {"rule": "no_class", "age": 59, "situation": [], "gbt_level": ""}
    ]


@pytest.mark.parametrize(
    ("facts", "level", "rule"),
    [
        (Facts(60, ("特困",)), "1", "destitute"),
        (Facts(60, ("低保", "特困")), "1", "destitute"),
        (Facts(60, ("低保",)), "2", "minimum_allowance"),
        (Facts(60, ("低保边缘",)), "3", "low_income_edge"),
        (Facts(60, ("失独", "低保边缘")), "3", "low_income_edge"),
        (Facts(60, ("失独",)), "4", "bereaved"),
        (Facts(90, ("独居", "优抚")), "4", "merit"),
        (Facts(80, ("独居",)), "5", "very_old_alone"),
        (Facts(79, ("独居",)), "6", "others"),
        (Facts(80, ()), "6", "others"),
        (Facts(60, ("残疾",)), "5", "disabled"),
        (Facts(60, (), "2"), "5", "impaired"),
        (Facts(60, (), "4"), "5", "impaired"),
        (Facts(60, (), "1"), "6", "others"),
        (Facts(60, (), ""), "6", "others"),
    ],
)
def test_the_first_class_that_fits_counts(facts: Facts, level: str, rule: str):
    classed = class_resident(SHANGCHENG, facts)

    assert (classed.level, [reason.rule for reason in classed.reasons]) == (level, [rule])


@given(facts=FACTS)
def test_the_order_of_circumstances_never_matters(facts: Facts):
    turned = Facts(facts.age, facts.situation[::-1], facts.gbt_level)

    assert class_resident(SHANGCHENG, turned).level == class_resident(SHANGCHENG, facts).level


@given(facts=FACTS)
def test_everybody_of_sixty_and_over_has_a_class(facts: Facts):
    assert class_resident(SHANGCHENG, facts).level != ""
    assert class_resident(JINJIANG, facts).level != ""


@given(facts=FACTS, programme=st.sampled_from([JINJIANG, SHANGCHENG, NATIONAL]), data=st.data())
def test_each_item_is_either_granted_once_or_refused_with_a_reason(
    facts: Facts, programme, data: st.DataObject
):
    level = data.draw(st.sampled_from([level.id for level in programme.levels]))

    granted = judge_grants(programme, level, facts)

    due = [grant.item for grant in granted.grants]
    refused = [reason.facts["item"] for reason in granted.why_not if "item" in reason.facts]
    unmet = [reason for reason in granted.why_not if "item" not in reason.facts]
    assert unmet or sorted(due + refused) == sorted(item.id for item in programme.items)
    assert not (unmet and due)


def show(programme, level: str, facts: Facts) -> list[tuple]:
    return [
        (grant.item, grant.kind, grant.face_fen, grant.uses, grant.cap_fen, grant.offline)
        for grant in list_grants(programme, level, facts)
    ]


@pytest.mark.parametrize(
    ("level", "face_fen", "offline"),
    [
        ("60-69", 3000, True),
        ("70-79", 5000, True),
        ("80-89", 8000, True),
        ("90-99", 10000, True),
        ("100+", 20000, False),
    ],
)
def test_jinjiang_amounts_rise_with_age_and_work_offline_up_to_a_hundred_yuan(
    level: str, face_fen: int, offline: bool
):
    assert show(JINJIANG, level, Facts(age=60))[0] == (
        "services",
        Kind.AMOUNT,
        face_fen,
        1,
        0,
        offline,
    )


def test_jinjiang_shows_the_three_kinds():
    assert show(JINJIANG, "80-89", Facts(80, ("独居",))) == [
        ("services", Kind.AMOUNT, 8000, 1, 0, True),
        ("bath", Kind.COUNT, 0, 2, 8000, False),
        ("daycare", Kind.DISCOUNT, 0, 1, 20000, False),
    ]


def test_what_a_voucher_binds_follows_its_kind():
    bound = [g.committed_fen for g in list_grants(JINJIANG, "80-89", Facts(80, ("独居",)))]

    assert bound == [8000, 16000, 20000]


def test_values_no_source_states_are_marked_as_samples():
    jinjiang = {g.sample for g in list_grants(JINJIANG, "80-89", Facts(80, ("独居",)))}
    shangcheng = {g.sample for g in list_grants(SHANGCHENG, "1", Facts(80, ("特困",)))}
    national = {g.sample for g in list_grants(NATIONAL, "3", Facts(80))}

    assert (jinjiang, shangcheng, national) == ({True}, {True}, {False})


def test_a_condition_that_is_not_met_says_for_whom_the_item_is():
    granted = judge_grants(JINJIANG, "70-79", Facts(75, ("低保",)))

    reason = granted.why_not[-1]
    assert reason.as_json() == {
        "rule": "condition_not_met",
        "item": "daycare",
        "situation": ["低保"],
    }
    assert reason.sentence == "只发给独居、空巢或残疾老人"


@pytest.mark.parametrize("level", ["2", "3", "4"])
def test_the_national_programme_grants_one_discount_of_800_yuan(level: str):
    (grant,) = list_grants(NATIONAL, level, Facts(age=60))

    assert (grant.item, grant.kind, grant.cap_fen, grant.share_basis_points, grant.offline) == (
        "care",
        Kind.DISCOUNT,
        80000,
        0,
        False,
    )


@pytest.mark.parametrize(
    ("level", "facts", "rules"),
    [
        ("0", Facts(90), ["level_not_covered"]),
        ("1", Facts(90), ["level_not_covered"]),
        ("2", Facts(59), ["age_60"]),
        ("2", Facts(70, ("特困",)), ["not_destitute"]),
        ("2", Facts(59, ("特困",)), ["age_60", "not_destitute"]),
        ("2", Facts(70, ("低保", "低保边缘", "残疾")), []),
    ],
)
def test_the_national_programme_says_why_somebody_gets_nothing(
    level: str, facts: Facts, rules: list[str]
):
    assert [reason.rule for reason in judge_grants(NATIONAL, level, facts).why_not] == rules


def test_a_level_of_another_scale_is_unknown():
    with pytest.raises(BadInput) as refused:
        list_grants(NATIONAL, "60-69", Facts(age=65))

    assert refused.value.word == "level_unknown"


@pytest.mark.parametrize("level", [3, None])
def test_a_level_that_is_no_text_is_unknown(level):
    with pytest.raises(BadInput) as refused:
        list_grants(NATIONAL, level, Facts(age=65))

    assert refused.value.word == "level_unknown"


def test_only_age_bands_need_no_confirmation():
    asked = {p.id: p.needs_confirmation for p in (JINJIANG, SHANGCHENG, NATIONAL)}

    assert asked == {
        "jinjiang-age-bands": False,
        "shangcheng-six-classes": True,
        "national-2026": True,
    }


@pytest.mark.parametrize(
    ("district", "parts"),
    [("330102", [85, 15]), ("510104", [95, 5]), ("420106", [90, 10])],
)
def test_the_central_share_follows_the_province(district: str, parts: list[int]):
    sources = list_funding_sources(programme=NATIONAL, district_code=district)

    weights = [source.weight for source in sources]
    assert [source.id for source in sources] == ["central", "local"]
    assert split_by_largest_remainder(100, weights) == parts
