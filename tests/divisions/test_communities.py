"""Which community a row means: equal names or nothing."""

import pytest

from voucher.divisions.rules.communities import Place, build_gazetteer, name_forms

GAZETTEER = build_gazetteer(
    [
        Place("001", "莲花社区居委会", "牛市口街道"),
        Place("002", "莲花东社区居委会", "牛市口街道"),
        Place("003", "兴隆社区", "彭埠街道"),
        Place("004", "兴隆社区", "凯旋街道"),
        Place("005", "皋城村委会", "丁兰街道"),
        Place("006", "皋城社区", "丁兰街道"),
        Place("007", "沿山村委会", "丁兰街道"),
    ]
)


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("莲花社区居民委员会", {"莲花社区居民委员会", "莲花"}),
        ("莲花社区居委会", {"莲花社区居委会", "莲花"}),
        ("沿山村民委员会", {"沿山村民委员会", "沿山"}),
        ("沿山村委会", {"沿山村委会", "沿山"}),
        ("沿山村村委会", {"沿山村村委会", "沿山村"}),
        ("莲花居委会", {"莲花居委会", "莲花"}),
        ("莲花社区", {"莲花社区", "莲花"}),
        ("沿山村", {"沿山村", "沿山"}),
        ("莲花", {"莲花"}),
        ("社区", {"社区"}),
        ("", set()),
    ],
)
def test_the_short_form_drops_one_suffix_the_longest_that_fits(name, forms):
    assert name_forms(name) == forms


@pytest.mark.parametrize(
    ("street", "community", "code"),
    [
        ("牛市口街道", "莲花社区居委会", "001"),
        ("牛市口街道", "莲花社区", "001"),
        ("牛市口街道", "莲花", "001"),
        ("牛市口街道", "莲花社区居民委员会", "001"),
        ("", "莲花", "001"),
        ("彭埠街道", "兴隆社区", "003"),
        ("凯旋街道", "兴隆", "004"),
        ("丁兰街道", "沿山村", "007"),
    ],
)
def test_a_row_finds_its_one_community(street, community, code):
    assert GAZETTEER.find_code(street=street, community=community) == code


@pytest.mark.parametrize(
    ("street", "community"),
    [
        ("", "兴隆社区"),
        ("丁兰街道", "皋城村委会"),
        ("丁兰街道", "皋城"),
        ("彭埠街道", "莲花社区"),
        ("牛市口", "莲花社区"),
        ("无此街道", "莲花社区"),
        ("牛市口街道", "莲花西社区"),
        ("牛市口街道", "莲"),
        ("牛市口街道", ""),
        ("", ""),
    ],
    ids=[
        "two streets",
        "short forms meet",
        "both short",
        "another street",
        "street cut",
        "no such street",
        "no such name",
        "a prefix",
        "blank",
        "all blank",
    ],
)
def test_none_or_more_than_one_is_unknown(street, community):
    assert GAZETTEER.find_code(street=street, community=community) is None
