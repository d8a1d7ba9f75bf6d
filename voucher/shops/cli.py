"""Commands of shops and tills."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.console import command, group
from voucher.db import transaction
from voucher.money import show_yuan
from voucher.refusals import N_, BadInput
from voucher.shops import policy
from voucher.shops.operations.approving import approve_shop, approve_shops
from voucher.shops.operations.enrolling import (
    enrol_device,
    enrol_rehearsal_device,
    suspend_device,
)
from voucher.shops.operations.importing import Tally, import_shops, read_shop_book
from voucher.shops.queries import list_devices, list_prices, list_shops, list_waiting_accounts
from voucher.workbooks.archive import load_file


def _tell(tally: Tally) -> dict[str, Any]:
    accepted = tally.added + tally.updated
    return {
        "rows": accepted + tally.unchanged + len(tally.rejections),
        "accepted": accepted,
        "added": tally.added,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "rejected": len(tally.rejections),
        "absent": tally.absent,
        "rejections": [{"row": row.row, "reason": row.faults[0].word} for row in tally.rejections],
        "warnings": [{"row": note.row, "reason": note.word} for note in tally.warnings],
    }


def _show_import(answer: dict[str, Any]) -> Iterator[str]:
    services = answer["services"]
    for title, tally in (("商户 · Shops", answer), ("服务与价格 · Services", services)):
        yield (
            f"{title}: 新增 added {tally['added']}，更新 updated {tally['updated']}，"
            f"未变 unchanged {tally['unchanged']}，退回 rejected {tally['rejected']}，"
            f"缺席 absent {tally['absent']}"
        )
        yield from (
            f"  第 {fault['row']} 行 row: {fault['reason']}" for fault in tally["rejections"]
        )
        yield from (f"  第 {note['row']} 行 row: ({note['reason']})" for note in tally["warnings"])


@command("import", action=policy.IMPORT_SHOPS, show=_show_import)
@click.argument("workbook", type=click.Path(path_type=Path))
def import_workbook(*, actor: Actor, workbook: Path) -> dict[str, Any]:
    """导入商户、服务与价格（待批准） · Import shops as proposals, with services and prices."""
    book = read_shop_book(content=load_file(path=workbook))
    with transaction():
        done = import_shops(actor=actor, book=book, now=clock.now(), today=clock.today())
    return {**_tell(done.shops), "services": _tell(done.services)}


@command("approve", action=policy.APPROVE_SHOP, grave=True)
@click.argument("code", required=False)
@click.option("--all", "is_all", is_flag=True, help="辖区内全部待批准的商户和账号")
def approve(*, actor: Actor, code: str | None, is_all: bool) -> dict[str, Any]:
    """批准商户及其收款账号 · Approve shops and bank accounts that somebody else proposed."""
    if (code is None) != is_all:
        raise BadInput("shop_missing", N_("请写一个商户编号，或用 --all 批准全部"))
    now, today = clock.now(), clock.today()
    with transaction():
        if code is None:
            done = approve_shops(actor=actor, now=now, today=today)
        else:
            done = approve_shop(actor=actor, code=code, now=now, today=today)
    return {
        "approved": len(done.shops),
        "shops": done.shops,
        "accounts": done.accounts,
        "own": done.own,
    }


def _show_shops(answer: dict[str, Any]) -> Iterator[str]:
    for shop in answer["shops"]:
        prices = "  ".join(
            f"{service} {show_yuan(fen)}" for service, fen in shop["services_fen"].items()
        )
        yield f"{shop['shop']}  {shop['state']}  {shop['name']}  {prices}"


@command("list", action=policy.LIST_SHOPS, show=_show_shops)
def list_all_shops(*, actor: Actor) -> dict[str, Any]:
    """列出商户 · List shops."""
    waiting = {shop.id for shop, _ in list_waiting_accounts(actor=actor)}
    prices = list_prices(actor=actor, day=clock.today())
    return {
        "shops": [
            {
                "shop": shop.code,
                "name": shop.name,
                "registration": shop.registration,
                "state": shop.state,
                "account_waiting": shop.id in waiting,
                "services_fen": prices.get(shop.id, {}),
            }
            for shop in list_shops(actor=actor)
        ]
    }


@command("enrol", action=policy.ENROL_DEVICE)
@click.option("--shop", "shop_code", required=True, help="商户编号")
def enrol(*, actor: Actor, shop_code: str) -> dict[str, Any]:
    """领取收银终端绑定码，15 分钟内有效 · Give a till's one-time code, valid for 15 minutes."""
    is_rehearsal = current_app.config["HOME"].is_rehearsal
    enrol_one = enrol_rehearsal_device if is_rehearsal else enrol_device
    with transaction():
        made = enrol_one(actor=actor, shop_code=shop_code, now=clock.now())
    answer: dict[str, Any] = {
        "device": made.device_id,
        "code": made.code,
        "expires_at": made.code_expires_at.isoformat(),
    }
    return answer | ({"token": made.token} if made.token else {})


@command("list", action=policy.LIST_DEVICES)
def list_all_devices(*, actor: Actor) -> dict[str, Any]:
    """列出收银终端 · List tills."""
    return {
        "devices": [
            {
                "device": device.id,
                "shop": shop.code,
                "state": device.state,
                "made_at": device.made_at.isoformat(),
                "expires_at": device.expires_at.isoformat() if device.expires_at else None,
            }
            for device, shop in list_devices(actor=actor)
        ]
    }


@command("suspend", action=policy.SUSPEND_DEVICE)
@click.argument("device_id", type=int)
def suspend(*, actor: Actor, device_id: int) -> dict[str, Any]:
    """立即停用收银终端 · Stop a till at once."""
    with transaction():
        suspend_device(actor=actor, device_id=device_id, now=clock.now())
    return {"device": device_id, "state": "suspended"}


commands = [
    group("shops", [import_workbook, approve, list_all_shops], help="商户 · Shops"),
    group("devices", [enrol, list_all_devices, suspend], help="收银终端 · Tills"),
]
