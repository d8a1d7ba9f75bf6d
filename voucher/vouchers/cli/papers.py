"""Commands of single vouchers and their paper."""

from typing import Any

import click
from flask import current_app

from voucher import clock
from voucher.access import Actor
from voucher.codes import parse_serial, show_print_code
from voucher.config import Home
from voucher.console import command
from voucher.db import transaction
from voucher.signing import load_ring
from voucher.vouchers import policy
from voucher.vouchers.operations import (
    custody,
    ending,
    replacing,
)


@command("reprint", action=policy.REPRINT)
@click.argument("serial")
@click.option("--reason", required=True)
def reprint(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """补印：同一张券的新印次，旧的立即失效 · Reprint: the older paper is dead at once."""
    home: Home = current_app.config["HOME"]
    ring = load_ring(home)
    with transaction():
        made = custody.reprint_voucher(
            actor=actor,
            serial=parse_serial(serial),
            reason=reason,
            kid=ring.signing_kid,
            now=clock.now(),
        )
        answer = {
            "serial": parse_serial(serial),
            "print_number": made.number,
            "typed_code": show_print_code(made.code),
        }
    return answer


@command("replace", action=policy.ASK_REPLACEMENT, grave=True)
@click.argument("serial")
@click.option("--reason", required=True)
def replace(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """换发：新券、新券号，旧券作废；一人申请，另一人办理 · Replace; one asks, another does it."""
    home: Home = current_app.config["HOME"]
    ring = load_ring(home)
    with transaction():
        return replacing.replace_voucher(
            actor=actor,
            serial=parse_serial(serial),
            reason=reason,
            may_approve=policy.APPROVE_REPLACEMENT.allows(actor),
            kid=ring.signing_kid,
            now=clock.now(),
        )


@command("hold", action=policy.HOLD)
@click.argument("serial")
@click.option("--reason", required=True)
def hold(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """暂停一张券 · Hold a voucher."""
    with transaction():
        ending.hold_voucher(
            actor=actor, serial=parse_serial(serial), reason=reason, now=clock.now()
        )
    return {"serial": parse_serial(serial), "held": True}


@command("release", action=policy.RELEASE)
@click.argument("serial")
@click.option("--reason", required=True)
def release(*, actor: Actor, serial: str, reason: str) -> dict[str, Any]:
    """恢复一张暂停的券 · Release a held voucher."""
    with transaction():
        ending.release_voucher(
            actor=actor, serial=parse_serial(serial), reason=reason, now=clock.now()
        )
    return {"serial": parse_serial(serial), "held": False}


@command("void", action=policy.VOID)
@click.argument("serials")
@click.option("--reason", required=True)
def void(*, actor: Actor, serials: str, reason: str) -> dict[str, Any]:
    """作废一张或一段券（SERIAL 或 SERIAL-SERIAL） · Void a voucher or a range of serials."""
    first, _, last = serials.partition("-")
    with transaction():
        voided = ending.void_vouchers(
            actor=actor,
            first=parse_serial(first),
            last=parse_serial(last or first),
            reason=reason,
            now=clock.now(),
        )
    return {"voided": voided}


commands = [reprint, replace, hold, release, void]
