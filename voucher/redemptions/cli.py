"""Commands of redemptions."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.console import command, group
from voucher.db import transaction
from voucher.money import parse_yuan
from voucher.periods import local_date, parse_day
from voucher.redemptions import policy
from voucher.redemptions.operations.departures import follow_departures
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.queries.paper import get_open_shop, load_reader
from voucher.redemptions.rules.taking import Claim, RedemptionRefused
from voucher.residents.operations.departing import import_departures, judge_departures_file
from voucher.workbooks.archive import load_file


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
            reader=load_reader(current_app.config["HOME"]),
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


@command("import", action=policy.RECORD_DEPARTURES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on_day", help="基准日 · reference date YYYY-MM-DD")
def import_departed(*, actor: Actor, file: Path, on_day: str | None) -> dict[str, Any]:
    """导入去世和迁出名单，去世者的券立即暂停 · Import deaths and moves."""
    now = clock.now()
    on = parse_day(on_day) if on_day else local_date(now)
    judged = judge_departures_file(actor=actor, content=load_file(path=file), on=on)
    with transaction():
        done = import_departures(actor=actor, file=judged, now=now)
        held = follow_departures(actor=actor, departed=done.departed, now=now)
    return {
        "rows": done.rows,
        "accepted": len(done.departed),
        "unchanged": done.unchanged,
        "rejected": len(done.rejected),
        "rejections": [{"row": row.row, "reason": row.faults[0].word} for row in done.rejected],
        "vouchers_held": held,
    }


commands = [redeem, reverse, group("departures", [import_departed], help="离开 · Departures")]
