"""The statement of a settlement, as PDF for the shop and XLSX for the office."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.audit.operations import record_event
from voucher.db import db
from voucher.divisions.models import Division
from voucher.periods import CHINA, local_date
from voucher.printouts.drawing.fields import Mark
from voucher.printouts.drawing.statement import Statement, StatementLine, draw_statement
from voucher.schemes.queries import get_service
from voucher.settlements.models import Settlement
from voucher.settlements.queries.lines import list_lines
from voucher.settlements.queries.settlements import get_settlement
from voucher.shops.models import Shop
from voucher.workbooks.writing import write_workbook


def write_statement(
    *, actor: Actor, settlement_id: int, mark: Mark | None, folder: Path, now: datetime
) -> tuple[Path, Path]:
    """
    Write a settlement's statement and give the PDF's and the workbook's path.

    :raises NotFound: settlement_unknown. :raises Refusal: glyph or text_too_long.
    """
    settlement = get_settlement(actor=actor, settlement_id=settlement_id)
    shop = db.session.get_one(Shop, settlement.shop_id)
    lines = tuple(_as_line(row) for row in list_lines(settlement_id=settlement_id))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    stem = folder / f"settlement-{settlement_id:06d}-{shop.code}"
    statement = _as_statement(settlement, shop, lines, mark)
    paper, book = stem.with_suffix(".pdf"), stem.with_suffix(".xlsx")
    draw_statement(path=paper, statement=statement)
    book.write_bytes(_make_book(statement))
    for path in (paper, book):
        path.chmod(0o600)
    record_event(
        actor=actor,
        action="settlements.write_statement",
        subject_kind="settlement",
        subject_id=settlement_id,
        now=now,
    )
    return paper, book


def _as_line(row: Any) -> StatementLine:
    sign = -1 if row.reversal_id is not None else 1
    return StatementLine(
        at=f"{row.redeemed_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        receipt=row.receipt,
        serial=row.serial,
        service=get_service(row.service).name.zh if row.service else "",
        price_fen=sign * row.price_fen,
        amount_fen=row.amount_fen,
        own_fen=sign * row.own_fen,
        other_payer_fen=sign * row.other_payer_fen,
    )


def _as_statement(
    settlement: Settlement, shop: Shop, lines: tuple[StatementLine, ...], mark: Mark | None
) -> Statement:
    district = db.session.scalars(select(Division).where(Division.level == "district")).first()
    return Statement(
        number=str(settlement.id),
        district=district.name if district else "",
        shop=shop.name,
        shop_code=shop.code,
        from_date=_find_start(settlement, lines),
        through_date=settlement.through_date,
        holder=settlement.holder,
        bank=settlement.bank,
        account=f"**** {settlement.number_tail}",
        made_by=_name_account(settlement.made_by),
        approved_by=_name_account(settlement.approved_by),
        held=settlement.held,
        amount_fen=settlement.amount_fen,
        mark=mark,
        lines=lines,
    )


def _find_start(settlement: Settlement, lines: tuple[StatementLine, ...]) -> date:
    """Give the day after the shop's earlier settlement, or the first line's day."""
    before = db.session.scalar(
        select(func.max(Settlement.through_date)).where(
            Settlement.shop_id == settlement.shop_id,
            Settlement.through_date < settlement.through_date,
        )
    )
    if before is not None:
        return before + timedelta(days=1)
    first = min((line.at for line in lines), default=None)
    return date.fromisoformat(first[:10]) if first else local_date(settlement.made_at)


def _name_account(account_id: int | None) -> str:
    return db.session.get_one(Account, account_id).name if account_id is not None else ""


def _make_book(statement: Statement) -> bytes:
    facts = (
        ("结算单", statement.number),
        ("商户", statement.shop),
        ("商户编号", statement.shop_code),
        ("自", statement.from_date.isoformat()),
        ("至", statement.through_date.isoformat()),
        ("收款户名", statement.holder),
        ("开户行", statement.bank),
        ("账号", statement.account),
        ("应付（元）", statement.amount_fen / 100),
        ("笔数", len(statement.lines)),
        ("待处理，未计入", statement.held),
    )
    head = (
        "时间",
        "回执",
        "券号",
        "服务",
        "价格（元）",
        "券付（元）",
        "自付（元）",
        "其他支付（元）",
    )
    rows: list[tuple[str | float, ...]] = [
        (
            line.at,
            line.receipt,
            line.serial,
            line.service,
            *(fen / 100 for fen in _parts(line)),  # Numbers, so that the office can add them up.
        )
        for line in statement.lines
    ]
    return write_workbook(sheets=[("明细", head, rows), ("结算单", ("项目", "内容"), facts)])


def _parts(line: StatementLine) -> tuple[int, int, int, int]:
    return line.price_fen, line.amount_fen, line.own_fen, line.other_payer_fen
