"""Scheme files: what their authors leave out, misspell or contradict is refused with its place."""

import pytest

from voucher.refusals import BadInput
from voucher.schemes.queries import get_instrument, get_programme, list_services
from voucher.schemes.rules.checking import check_scheme
from voucher.schemes.rules.instrument_files import load_instrument
from voucher.schemes.rules.programme_files import load_programme
from voucher.schemes.rules.services import load_services

GBT = get_instrument("gbt-42195-2022", 1)
NATIONAL = get_programme("national-2026", 1)
JINJIANG = get_programme("jinjiang-age-bands", 1)
SHANGCHENG = get_programme("shangcheng-six-classes", 1)


def change(text: str, before: str, after: str) -> str:
    assert before in text
    return text.replace(before, after, 1)


def load_changed_instrument(before: str, after: str):
    return load_instrument(text=change(GBT.text, before, after), file="changed.toml")


def load_changed_programme(programme, before: str, after: str):
    return load_programme(
        text=change(programme.text, before, after),
        file="changed.toml",
        instruments={(GBT.id, GBT.version): GBT},
        catalogue=programme.catalogue,
    )


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('confidence = "confirmed"', 'confidence = "sure"', "confidence"),
        ('confidence = "confirmed"\n', "", "confidence"),
        ("maximum = 90", "maximum = 89", "maximum"),
        ("maximum = 32", "maximum = 36", "parts[1].maximum"),
        ("maximum = 90", 'maximum = "90"', "maximum"),
        ("maximum = 90", "maximum = true", "maximum"),
        ("version = 1", "version = 0", "version"),
        ("effective_from = 2022-12-30", 'effective_from = "2022-12-30"', "effective_from"),
        ("effective_from =", 'colour = "red"\neffective_from =', "colour"),
        ('id = "B.1.2"', 'id = "B.1.1"', "parts"),
        ('id = "1", upper = 89, lower = 66', 'id = "1", upper = 89, lower = 67', "levels[3]"),
        ('id = "1", upper = 89, lower = 66', 'id = "1", upper = 89, lower = 65', "levels[3]"),
        ("upper = 29, lower = 0", "upper = 29, lower = 1", "levels"),
        ('id = "3", upper', 'id = "2", upper', "levels"),
        ('when = "coma"', 'when = "comma"', "changes[1].when"),
        ("event_count >= 2", "event_count >= '2'", "changes[3].when"),
        ('sets_level = "4"', 'sets_level = "5"', "changes[1].sets_level"),
        ('ladder = "help"', 'ladder = "hlep"', "parts[1].items[2].ladder"),
        ('zh = "进食"', 'zh = " "', "parts[1].items[1].name.zh"),
        ('name = { zh = "进食", en = "Eating" }', 'name = "进食"', "parts[1].items[1].name"),
    ],
)
def test_a_faulty_instrument_is_refused_with_its_place(before: str, after: str, path: str):
    with pytest.raises(BadInput) as refused:
        load_changed_instrument(before, after)

    found = refused.value
    assert (found.word, found.facts["file"], found.facts["path"]) == (
        "scheme_invalid",
        "changed.toml",
        path,
    )
    assert found.sentence % found.facts


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ('scale = "gbt-42195-2022"', 'scale = "barthel"', "scale"),
        ("scale_version = 1", "scale_version = 2", "scale"),
        ('mode = "down"', 'mode = "nearest"', "rounding.mode"),
        ("unit_fen = 1 }", "unit_fen = 1, unit = 2 }", "rounding.unit"),
        ('when = "age >= 60"', 'when = "age >= sixty"', "requirements[1].when"),
        ('levels = ["2", "3", "4"]', "levels = [2, 3, 4]", "items[1].grants[1].levels"),
        ('levels = ["2", "3", "4"]', 'levels = ["2", "3", "5"]', "items[1].grants[1].levels"),
        ('levels = ["2", "3", "4"]', "levels = []", "items[1].grants[1].levels"),
        ("cap_fen = 80000,", "cap_fen = 80050,", "items[1].grants[1].cap_fen"),
        ("cap_fen = 80000,", "cap_fen = 800.0,", "items[1].grants[1].cap_fen"),
        ("cap_fen = 80000,", "cap_fen = 0,", "items[1].grants[1].cap_fen"),
        ("cap_fen = 80000,", "cap_fen = 80000, face_fen = 1,", "items[1].grants[1].face_fen"),
        ("cap_fen = 80000,", "cap_fen = 80000, offline = true,", "items[1].grants[1].offline"),
        ('"repair"]', '"repair", "swimming"]', "items[1].services"),
        ('"repair"]', '"repair", "haircut"]', "items[1].shares"),
        ("basis_points = 5000", "basis_points = 10001", "items[1].shares[1].basis_points"),
        ('settings = ["home"]', 'settings = ["house"]', "items[1].shares[1].settings"),
        (
            'settings = ["home"]',
            'settings = ["home"], services = ["home"]',
            "items[1].shares[1]",
        ),
        ('kind = "discount"', 'kind = "coupon"', "items[1].kind"),
        ('provinces = ["33", "37", "44"]\n', "", "funding"),
        ("weight = 85", "weight = 0", "funding[1].sources[1].weight"),
        ('kind = "programme"', 'kind = "instrument"', "kind"),
    ],
)
def test_a_faulty_programme_is_refused_with_its_place(before: str, after: str, path: str):
    with pytest.raises(BadInput) as refused:
        load_changed_programme(NATIONAL, before, after)

    assert (refused.value.word, refused.value.facts["path"]) == ("scheme_invalid", path)
    assert refused.value.sentence % refused.value.facts


def test_text_that_is_no_toml_is_refused_with_its_line():
    with pytest.raises(BadInput) as refused:
        load_instrument(text='kind = "instrument"\nid = gbt\n', file="broken.toml")

    assert refused.value.as_json() == {
        "error": "scheme_invalid",
        "file": "broken.toml",
        "path": "",
        "line": 2,
    }


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "x" * 1_000_001])
def test_text_made_to_break_the_reader_is_refused(text: str):
    with pytest.raises(BadInput) as refused:
        load_instrument(text=text, file="bomb.toml")

    assert refused.value.word == "scheme_invalid"


def test_only_single_uses_may_be_taken_offline():
    with pytest.raises(BadInput) as refused:
        load_changed_programme(JINJIANG, "uses = 2,", "uses = 2, offline = true,")

    assert refused.value.facts["path"] == "items[2].grants[1].offline"


def test_only_discounts_have_shares():
    with pytest.raises(BadInput) as refused:
        load_changed_programme(
            JINJIANG,
            'services = ["bath"]\n',
            'services = ["bath"]\nshares = [{ services = ["bath"], basis_points = 1 }]\n',
        )

    assert refused.value.facts["path"] == "items[2].shares"


def find_failures(scheme) -> list[tuple[str, str]]:
    return [(failure.word, failure.place) for failure in check_scheme(scheme)]


def test_a_worked_example_that_does_not_come_out_fails():
    changed = load_changed_instrument('total = 89\nlevel = "1"', 'total = 89\nlevel = "2"')

    assert find_failures(changed) == [("example_failed", "examples[2]")]


def test_a_worked_example_with_impossible_answers_fails():
    changed = load_changed_instrument("[4, 4, 4, 2]", "[4, 4, 4, 4]")

    (failure,) = check_scheme(changed)
    assert (failure.place, failure.got) == ("examples[13]", "item_out_of_range")


def test_a_total_beyond_the_scale_fails():
    changed = load_changed_instrument("total = 90\nlevel", "total = 91\nlevel")

    assert find_failures(changed) == [("example_failed", "examples[1]")]


def test_a_price_example_that_does_not_come_out_fails_with_both_sides():
    changed = load_changed_programme(NATIONAL, "own_fen = 370000", "own_fen = 370001")

    (failure,) = check_scheme(changed)
    assert failure.as_json() == {
        "error": "example_failed",
        "message": {"zh": "算例不符", "en": "The worked example does not come out"},
        "place": "price_examples[1]",
        "expected": {"voucher_fen": 80000, "own_fen": 370001},
        "got": {"voucher_fen": 80000, "own_fen": 370000},
    }


def test_a_gap_between_classes_is_found():
    changed = load_changed_programme(JINJIANG, "age >= 80 && age < 90", "age >= 81 && age < 90")

    assert find_failures(changed) == [("class_missing", "age=80 situation=")]


def test_a_class_rule_that_earlier_ones_cover_is_found():
    changed = load_changed_programme(
        SHANGCHENG, '"优抚" in situation\'', '"优抚" in situation && "失独" in situation\''
    )

    assert ("rule_unreached", "merit") in find_failures(changed)


def test_a_level_nobody_reaches_is_found():
    changed = load_changed_programme(
        JINJIANG,
        'level = "100+", when = "age >= 100"',
        'level = "90-99", when = "age >= 100"',
    )

    assert ("level_unreached", "100+") in find_failures(changed)


def test_a_level_on_paper_is_found():
    changed = load_changed_programme(
        JINJIANG, 'paper_name = { zh = "为老服务券"', 'paper_name = { zh = "60至69岁服务券"'
    )

    assert find_failures(changed) == [("level_on_paper", "60至69岁服务券")]


def test_service_numbers_are_those_once_assigned():
    assert [(service.number, service.code) for service in list_services()] == [
        (1, "haircut"),
        (2, "photo"),
        (3, "laundry"),
        (4, "meal"),
        (5, "repair"),
        (6, "cleaning"),
        (7, "bath"),
        (8, "nursing"),
        (9, "escort"),
        (10, "daycare"),
        (11, "home"),
        (12, "institution"),
        (13, "short_stay"),
        (14, "assessment"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        ((1, "bath"), (1, "meal"), "services"),
        ((1, "bath"), (2, "bath"), "services"),
        ((0, "bath"), (2, "meal"), "services[1].number"),
        ((1, "bath"), (256, "meal"), "services[2].number"),
        ((1, "bath"), (2, "助餐"), "services[2].code"),
    ],
)
def test_a_faulty_service_catalogue_is_refused(first, second, path: str):
    row = (
        '[[services]]\nnumber = {}\ncode = "{}"\n'
        'name = {{ zh = "x", en = "x" }}\nsetting = "home"\n'
    )
    text = row.format(*first) + row.format(*second)

    with pytest.raises(BadInput) as refused:
        load_services(text=text, file="services.toml")

    assert refused.value.facts["path"] == path
