"""Commands of accounts."""

from typing import Any

import click

from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts import policy
from voucher.accounts.operations import add_account
from voucher.console import command, group
from voucher.db import transaction

_ROLES = [str(role) for role in Role if role is not Role.CONSOLE]


@command(
    "add",
    action=policy.ADD_ACCOUNT,
    show=lambda answer: (
        f"账号 {answer['name']}（{answer['role']}）已建立 · Account made.",
        f"首次密码 · First password: {answer['password']}",
        "只显示这一次，七天内有效，首次登录须更改 · Shown once, valid for 7 days.",
    ),
)
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


commands = [group("accounts", [add], help="账号 · Accounts")]
