"""Commands of settlements."""

from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.console import command, group
from voucher.db import db, transaction
from voucher.money import show_yuan
from voucher.periods import parse_day
from voucher.printouts.queries.sheets import MARKS
from voucher.settlements import policy
from voucher.settlements.models import Settlement
from voucher.settlements.operations.closing import make_settlements
from voucher.settlements.operations.paying import approve_settlement, pay_settlement
from voucher.settlements.operations.statements import write_statement
from voucher.settlements.queries.settlements import list_settlements
from voucher.shops.models import Shop


@command("settle", action=policy.MAKE, grave=True)
@click.option("--through", required=True, help="YYYY-MM-DD")
def settle(*, actor: Actor, through: str) -> dict[str, Any]:
    """结算到某日（含）· Close what shops are owed through a day, which must be past."""
    day, now = parse_day(through), clock.now()
    with transaction():
        made = make_settlements(actor=actor, through=day, now=now)
        shown = [_show(settlement, _get_shop(settlement)) for settlement in made]
    return {"settlements": shown, "amount_fen": sum(row["amount_fen"] for row in shown)}


def _get_shop(settlement: Settlement) -> Shop:
    return db.session.get_one(Shop, settlement.shop_id)


def _show(settlement: Settlement, shop: Shop) -> dict[str, Any]:
    return {
        "id": settlement.id,
        "shop": shop.code,
        "through": settlement.through_date.isoformat(),
        "lines": settlement.lines,
        "amount_fen": settlement.amount_fen,
        "held": settlement.held,
        "state": str(settlement.state),
    }


@command(
    "list",
    action=policy.LIST,
    show=lambda answer: (
        f"{row['id']}  {row['shop']}  {row['through']}  {row['lines']}  "
        f"{show_yuan(row['amount_fen'])}  {row['state']}"
        for row in answer["settlements"]
    ),
)
def list_all(*, actor: Actor) -> dict[str, Any]:
    """列出结算单 · List settlements."""
    return {"settlements": [_show(made, shop) for made, shop in list_settlements()]}


@command("approve", action=policy.APPROVE, grave=True)
@click.argument("settlement_id", type=int, required=False)
@click.option("--all", "is_all", is_flag=True, help="全部待批准的结算单")
def approve(*, actor: Actor, settlement_id: int | None, is_all: bool) -> dict[str, Any]:
    """批准结算单（由另一位财务）· Approve settlements another finance account made."""
    if (settlement_id is None) != is_all:
        raise click.UsageError("ID | --all")
    wanted = [settlement_id] if settlement_id is not None else _list_made()
    with transaction():
        for one in wanted:
            approve_settlement(actor=actor, settlement_id=one, now=clock.now())
    return {"approved": len(wanted)}


def _list_made() -> list[int]:
    return [made.id for made, _ in list_settlements() if made.state == "made"]


@command("paid", action=policy.PAY, grave=True)
@click.argument("settlement_id", type=int)
@click.option("--bank-ref", required=True, help="银行回单号")
def paid(*, actor: Actor, settlement_id: int, bank_ref: str) -> dict[str, Any]:
    """登记已付款 · Record that the bank paid."""
    with transaction():
        settlement = pay_settlement(
            actor=actor,
            settlement_id=settlement_id,
            bank_ref=bank_ref,
            now=clock.now(),
        )
        return _show(settlement, _get_shop(settlement)) | {"state": "paid"}


@command("statement", action=policy.LIST)
@click.argument("settlement_id", type=int)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
def statement(*, actor: Actor, settlement_id: int, out: Path | None) -> dict[str, Any]:
    """输出对账单（PDF 和 XLSX）· Write a shop's statement as PDF and XLSX."""
    home: Home = current_app.config["HOME"]
    with transaction():
        files = write_statement(
            actor=actor,
            settlement_id=settlement_id,
            mark=MARKS[home.kind],
            folder=(out or home.printouts).resolve(),
            now=clock.now(),
        )
    return {"settlement": settlement_id, "files": [str(path) for path in files]}


commands = [
    settle,
    group("settlements", [list_all, approve, paid, statement], help="结算单 · Settlements"),
]
