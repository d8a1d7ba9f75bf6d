"""Commands of accounts."""

from collections.abc import Iterator
from typing import Any

import click

from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts import policy
from voucher.accounts.operations.keeping import (
    add_account,
    renew_first_password,
    take_off_second_factor,
)
from voucher.console import command, group
from voucher.db import transaction

_ROLES = [str(role) for role in Role if role is not Role.CONSOLE]


def _show_password(answer: dict[str, Any]) -> Iterator[str]:
    yield f"账号 · account: {answer['name']}（{answer['role']}）"
    yield f"首次密码 · first password: {answer['password']}"
    yield "只显示这一次，七天内有效，首次登录须更改 · Shown once, valid for 7 days."


@command("add", action=policy.ADD_ACCOUNT, show=_show_password)
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(_ROLES), help="角色")
@click.option("--area", help="街道或社区编码；不填为全区")
def add(*, actor: Actor, name: str, role: str, area: str | None) -> dict[str, Any]:
    """建立账号，显示一次性首次密码 · Make an account and show its first password once."""
    with transaction():
        made = add_account(actor=actor, name=name, role=Role(role), area=area, now=clock.now())
        return {
            "account": made.account.id,
            "name": made.account.name,
            "role": role,
            "area": area,
            "password": made.first_password,
        }


@command("renew", action=policy.RENEW_PASSWORD, show=_show_password)
@click.argument("name")
def renew(*, actor: Actor, name: str) -> dict[str, Any]:
    """忘记密码：换发一次性首次密码 · Give a new first password to somebody locked out."""
    with transaction():
        made = renew_first_password(actor=actor, name=name, now=clock.now())
        return {
            "account": made.account.id,
            "name": made.account.name,
            "role": str(made.account.role),
            "password": made.first_password,
        }


@command("take-off-factor", action=policy.TAKE_OFF_SECOND_FACTOR)
@click.argument("name")
def take_off_factor(*, actor: Actor, name: str) -> dict[str, Any]:
    """手机丢失：取消两步验证，由本人重新设置 · Take off a second factor that was lost."""
    with transaction():
        account = take_off_second_factor(actor=actor, name=name, now=clock.now())
        return {"account": account.id, "name": account.name}


commands = [group("accounts", [add, renew, take_off_factor], help="账号 · Accounts")]
