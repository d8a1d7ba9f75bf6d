"""The statement of a paid settlement of the sample, on paper and as a workbook."""

import pytest
import python_calamine
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from tests.printouts.reading import read_poppler
from voucher.money import show_yuan, spell_yuan
from voucher.settlements.models import Settlement, SettlementLine
from voucher.shops.models import Shop


@pytest.fixture(scope="module")
def settled(rehearsed):
    """Give the settlement with most lines, its shop and the fen of each line."""
    engine = create_engine(f"sqlite:///{rehearsed.home / 'voucher.db'}")
    with Session(engine, expire_on_commit=False) as session:
        order = (Settlement.lines.desc(), Settlement.id)
        settlement = session.scalars(select(Settlement).order_by(*order)).first()
        shop = session.get_one(Shop, settlement.shop_id)
        lines = select(SettlementLine).where(SettlementLine.settlement_id == settlement.id)
        amounts = [line.amount_fen for line in session.scalars(lines)]
    engine.dispose()
    return settlement, shop, amounts


@pytest.fixture(scope="module")
def files(rehearsed, settled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("statement")
    words = ["settlements", "statement", str(settled[0].id), "--out", str(folder)]
    answer = rehearsed.ask(*words, "--as", "finance2")
    assert answer["files"] == [str(path) for path in sorted(folder.iterdir())]
    return sorted(folder.iterdir())


def test_the_paper_says_who_is_owed_what_and_hides_the_account(files, settled):
    settlement, shop, amounts = settled
    text, owed_fen = read_poppler(files[0]), sum(amounts)

    assert owed_fen == settlement.amount_fen
    assert f"应付{show_yuan(owed_fen)}元（大写：{spell_yuan(owed_fen)}）" in text
    assert f"{shop.name}（{shop.code}）" in text
    assert f"账号****{settlement.number_tail}" in text
    assert f"合计{len(amounts)}笔" in text
    assert "制单：finance1" in text
    assert "复核：finance2" in text


def test_the_workbook_adds_up_and_keeps_its_texts(files, settled):
    settlement, shop, amounts = settled
    book = python_calamine.load_workbook(str(files[1]))
    head, *rows = book.get_sheet_by_name("明细").to_python()
    facts = dict(book.get_sheet_by_name("结算单").to_python())

    assert head[5] == "券付（元）"
    assert [round(row[5] * 100) for row in rows] == amounts
    assert {tuple(type(cell) for cell in row) for row in rows} == {(str,) * 4 + (float,) * 4}
    assert all(len(row[2]) == 12 for row in rows)
    assert facts["应付（元）"] == settlement.amount_fen / 100
    assert facts["商户"] == shop.name
    assert facts["账号"] == f"**** {settlement.number_tail}"


def test_only_their_owner_can_read_the_files(files):
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
