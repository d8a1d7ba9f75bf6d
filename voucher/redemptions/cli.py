"""Commands of redemptions."""

import secrets
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.config import Home, read_key
from voucher.console import command, group
from voucher.db import transaction
from voucher.money import parse_yuan
from voucher.periods import local_date, parse_day
from voucher.redemptions import policy
from voucher.redemptions.operations.departures import import_departures
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.queries import Reader, get_open_shop
from voucher.redemptions.rules import Claim, RedemptionRefused
from voucher.residents.cli import say_fault, show_import
from voucher.residents.operations.departing import DeparturesFile, judge_departures_file
from voucher.signing import load_keyring
from voucher.workbooks.archive import load_file
from voucher.workbooks.returning import list_returned_rows
from voucher.workbooks.writing import write_workbook


@command("redeem", action=policy.REDEEM)
@click.argument("text")
@click.option("--shop", "shop_code", required=True, help="商户编号")
@click.option("--service", help="服务代码")
@click.option("--price", help="服务价格，元")
@click.option("--amount", help="从储值券中抵扣，元")
@click.option("--uses", type=int, help="次数券本次使用的次数")
@click.option("--other-payer", help="其他支付方已付，元")
@click.option("--key", help="请求编号：同一编号同一结果")
def redeem(
    *,
    actor: Actor,
    text: str,
    shop_code: str,
    service: str | None,
    price: str | None,
    amount: str | None,
    uses: int | None,
    other_payer: str | None,
    key: str | None,
) -> dict[str, Any]:
    """核销一张券 · Redeem a voucher at a shop."""
    now = clock.now()
    claim = Claim(
        service=service,
        price_fen=parse_yuan(price) if price is not None else None,
        amount_fen=parse_yuan(amount) if amount is not None else None,
        uses=uses,
        other_payer_fen=parse_yuan(other_payer) if other_payer not in (None, "0") else 0,
    )
    till = replace(actor, shop_id=get_open_shop(actor=actor, code=shop_code).id)
    with transaction():
        outcome = attempt_redemption(
            actor=till,
            text=text,
            reader=describe_reader(current_app.config["HOME"]),
            claim=claim,
            client_key=key or secrets.token_hex(16),
            now=now,
        )
    if isinstance(outcome, RedemptionRefused):
        raise outcome
    return outcome


@command("reverse", action=policy.UNDO, grave=True)
@click.argument("redemption", type=int)
@click.option("--reason", required=True)
def reverse(*, actor: Actor, redemption: int, reason: str) -> dict[str, Any]:
    """冲正一笔核销；当日之后须两人办理 · Take a redemption back; two people after its day."""
    with transaction():
        return reverse_redemption(
            actor=actor,
            redemption_id=redemption,
            reason=reason,
            may_reverse_late=policy.REVERSE_LATE.allows(actor),
            now=clock.now(),
        )


def describe_reader(home: Home) -> Reader:
    """Give what reading a code needs to know of this home."""
    return Reader(
        host=home.host,
        keyring=load_keyring(home.path / "keys", wrapping_key=read_key(home, "wrap")),
        test_allowed=home.is_rehearsal,
    )


@command("import", action=policy.RECORD_DEPARTURES, show=show_import)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on_day", help="基准日 · reference date YYYY-MM-DD")
@click.option("--dry-run", is_flag=True, help="只检查 · judge only")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="退回的行 · XLSX")
def import_departed(
    *, actor: Actor, file: Path, on_day: str | None, dry_run: bool, errors: Path | None
) -> dict[str, Any]:
    """导入去世和迁出名单（xlsx） · Record who died or moved out; holds the paper of the dead."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    judged = judge_departures_file(actor=actor, content=load_file(path=file), on=on)
    due, held = len(judged.due), 0
    if not dry_run:
        with transaction():
            held = import_departures(actor=actor, file=judged, now=now)
    if errors:
        returned = list_returned_rows(
            table=judged.table, rejected=judged.rejected, text_fields=("name",), say=say_fault
        )
        errors.write_bytes(write_workbook(sheets=[returned]))
    return {**_describe_departures(judged, due), "held": held}


def _describe_departures(judged: DeparturesFile, due: int) -> dict[str, Any]:
    return {
        "rows": judged.rows,
        "accepted": due,
        "added": due,
        "updated": 0,
        "unchanged": judged.unchanged,
        "rejected": len(judged.rejected),
        "absent": 0,
        "rejections": [{"row": row.row, "reason": row.faults[0].word} for row in judged.rejected],
        "warnings": [],
        "notices": [asdict(notice) for notice in judged.table.list_notices()],
    }


departures = group("departures", [import_departed], help="去世和迁出 · Departures")
commands = [redeem, reverse, departures]
