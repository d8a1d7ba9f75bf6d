"""The settlement statement: sums to the fen, in figures and in words."""

import pytest

from tests.printouts.factories import make_statement, make_statement_line
from tests.printouts.reading import read_poppler
from voucher.printouts.drawing.statement import draw_statement
from voucher.refusals import Refusal


def test_a_statement_shows_lines_sums_and_the_masked_account(tmp_path):
    path = tmp_path / "statement.pdf"
    lines = [make_statement_line(1), make_statement_line(2, amount_fen=-3000, price_fen=-3500)]
    lines += [make_statement_line(3, amount_fen=123_456, price_fen=500_000, own_fen=376_544)]

    assert draw_statement(path=path, statement=make_statement(*lines)) == 1

    text = read_poppler(path)
    assert "应付1,234.56元（大写：壹仟贰佰叁拾肆元伍角陆分）" in text
    assert "************2222" in text
    assert "另有1笔待处理" in text
    assert text.count("-30.00") == 1
    assert "合计3笔" in text


def test_a_long_statement_goes_on_and_sums_once(tmp_path):
    path = tmp_path / "statement.pdf"
    lines = [make_statement_line(number) for number in range(1, 61)]

    assert draw_statement(path=path, statement=make_statement(*lines)) == 4

    text = read_poppler(path)
    assert text.count("合计60笔") == 1
    assert [number for number in range(1, 61) if f"R{number:08d}" not in text] == []


def test_lines_that_do_not_sum_to_the_amount_are_never_printed(tmp_path):
    with pytest.raises(ValueError, match="does not sum"):
        draw_statement(
            path=tmp_path / "s.pdf", statement=make_statement(make_statement_line(1), amount_fen=1)
        )

    assert list(tmp_path.iterdir()) == []


def test_the_same_statement_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        draw_statement(path=tmp_path / name, statement=make_statement(make_statement_line(1)))

    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_shop_name_without_a_glyph_stops_the_statement(tmp_path):
    with pytest.raises(Refusal) as refused:
        draw_statement(path=tmp_path / "s.pdf", statement=make_statement(shop="店\ue000"))

    assert refused.value.word == "glyph"
