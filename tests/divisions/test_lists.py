"""What a list of divisions must be."""

import pytest

from voucher.divisions.rules.lists import COLUMNS, DivisionRow, read_divisions
from voucher.refusals import BadInput

DISTRICT = ("510104", "锦江区", "district", "")
STREET = ("510104017", "锦官驿街道", "street", "510104")
COMMUNITY = ("510104017001", "水井坊社区", "community", "510104017")


def read(*rows: tuple[str, ...], titles: tuple[str, ...] = COLUMNS) -> list[DivisionRow]:
    return read_divisions(list(enumerate([titles, *rows], start=1)))


def test_parents_come_first_whatever_the_order_and_the_columns():
    rows = [tuple(reversed(row)) for row in (COMMUNITY, STREET, DISTRICT)]

    assert read(*rows, titles=tuple(reversed(COLUMNS))) == [DISTRICT, STREET, COMMUNITY]


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([], "no_rows"),
        ([STREET], "parent_unknown"),
        ([DISTRICT, COMMUNITY], "parent_unknown"),
        ([DISTRICT, STREET, ("510105001001", "x", "community", "510104017")], "parent_unknown"),
        ([DISTRICT, ("510104001001", "x", "community", "510104")], "parent_unknown"),
        ([("510104", "锦江区", "district", "5101")], "parent_unknown"),
        ([DISTRICT, ("510105", "青羊区", "district", "")], "district_count"),
        ([DISTRICT, STREET, STREET], "duplicate_in_file"),
        ([DISTRICT, ("51010401", "x", "street", "510104")], "code_format"),
        ([DISTRICT, ("51010401X", "x", "street", "510104")], "code_format"),
        ([DISTRICT, ("510104017", "", "street", "510104")], "name_missing"),
        ([DISTRICT, ("510104017", "长" * 61, "street", "510104")], "long"),
        ([DISTRICT, ("510104017", "x", "town", "510104")], "level_unknown"),
        ([DISTRICT, ("510104017",)], "level_unknown"),
    ],
)
def test_a_faulty_list_is_refused_by_its_first_fault(rows, word):
    with pytest.raises(BadInput) as caught:
        read(*rows)

    assert caught.value.word == word


@pytest.mark.parametrize("titles", [(), ("code", "name"), (*COLUMNS, "code")])
def test_a_header_with_missing_or_repeated_columns_is_refused(titles):
    with pytest.raises(BadInput) as caught:
        read(DISTRICT, titles=titles)

    assert caught.value.word == "header"
