"""Commands that keep an installation."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import flask_migrate
from flask import current_app

from voucher import clock
from voucher.access import ANYONE, Actor
from voucher.config import Home, Kind, create_home, find_home_path, load_home
from voucher.console import Doors, command, group
from voucher.db import transaction
from voucher.periods import CHINA
from voucher.refusals import N_, BadInput
from voucher.signing import load_ring
from voucher.upkeep import policy
from voucher.upkeep.checks import run_checks
from voucher.upkeep.operations import install, rotate
from voucher.upkeep.tasks.rehearsal import Rehearsal
from voucher.upkeep.tasks.rehearsing import rehearse
from voucher.upkeep.tasks.working import do_chunk, find_work, make_round, work_once
from voucher.workers import run_workers

SITE = "voucher.app:open_site()"
SAMPLE_DISTRICT = "510104"
# Reserved names and a number nobody has: a rehearsal must not point at anybody.
SAMPLE_HOST = "YLQ.EXAMPLE"
SAMPLE_PHONE = "000-00000000"


@command("init", action=ANYONE, needs_home=False)
@click.option("--district", help="区县代码，六位")
@click.option("--host", help="券码网址的主机名，大写，最多 24 个字符")
@click.option("--desk-phone", help="信息中心电话，印在每张券上")
@click.option("--demo", "kind", flag_value="demo", help="演示环境")
@click.option("--test", "kind", flag_value="test", help="测试环境")
def init(
    *, district: str | None, host: str | None, desk_phone: str | None, kind: str | None
) -> dict[str, Any]:
    """初始化一个区的环境 · Make the home of one district."""
    wanted = Kind(kind) if kind else Kind.LIVE
    if wanted is Kind.LIVE and not (district and host and desk_phone):
        raise BadInput("init_incomplete", N_("正式环境须给出 --district、--host 和 --desk-phone"))
    district = district or SAMPLE_DISTRICT
    if not (len(district) == 6 and district.isascii() and district.isdigit()):
        raise BadInput("district_format", N_("区县代码须为六位数字"))
    home = create_home(
        path=find_home_path(),
        kind=wanted,
        district=district,
        host=(host or SAMPLE_HOST).upper(),
        desk_phone=desk_phone or SAMPLE_PHONE,
    )
    clock.start_clock(home)
    doors: Doors = click.get_current_context().obj
    with doors.open_home():
        flask_migrate.upgrade()
        with transaction():
            install(home=home, now=clock.now())
    return {"home": str(home.path), "district": home.district, "kind": home.kind.value}


@command("set", action=policy.SET_CLOCK)
@click.argument("instant")
def set_clock(*, actor: Actor, instant: str) -> dict[str, Any]:
    """把演示或测试环境的时钟向前拨 · Move a rehearsal's clock forward."""
    try:
        wanted = datetime.fromisoformat(instant)
    except ValueError:
        raise BadInput(
            "date", N_("时间请写成 2026-12-05T10:00:00+08:00"), text=instant[:40]
        ) from None
    home: Home = current_app.config["HOME"]
    clock.set_clock(home, wanted)
    return {"now": clock.now().astimezone(CHINA).isoformat(timespec="seconds")}


@command(
    "verify",
    action=policy.VERIFY,
    show=lambda answer: _show_verified(answer),
    fails_when=lambda answer: bool(answer["breaches"]),
)
def verify(*, actor: Actor) -> dict[str, Any]:
    """逐条重算全部账目规则 · Recompute every law from the rows."""
    return run_checks()


def _show_verified(answer: dict[str, Any]) -> Iterator[str]:
    for law, count in answer["checked"].items():
        yield f"{law}: {count}"
    for breach in answer["breaches"]:
        yield f"违反 · breach: {breach}"
    if not answer["breaches"]:
        yield "没有违反 · no breach"


@command(
    "list",
    action=policy.KEEP_KEYS,
    show=lambda answer: (
        f"{key['kid']}  {key['status']}  {key['made_at']}  {key['age_days']} 天 · days"
        for key in answer["keys"]
    ),
)
def list_keys(*, actor: Actor) -> dict[str, Any]:
    """列出签名密钥 · List the signing keys and their age."""
    now = clock.now()
    return {
        "keys": [
            {
                "kid": key.kid,
                "status": key.status.value,
                "made_at": key.made_at.isoformat(),
                "age_days": (now - key.made_at).days,
            }
            for key in load_ring(current_app.config["HOME"]).keys
        ]
    }


@command("rotate", action=policy.KEEP_KEYS)
def rotate_signing_key(*, actor: Actor) -> dict[str, Any]:
    """换新签名密钥，旧的仍可验证 · New prints get a new key; the old one still proves theirs."""
    with transaction():
        kid = rotate(actor=actor, home=current_app.config["HOME"], now=clock.now())
    return {"kid": kid}


@command("worker", action=policy.WORK)
@click.option("--once", is_flag=True, help="只做一遍")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数")
def worker(*, actor: Actor, once: bool, jobs: int) -> dict[str, Any]:
    """后台工作：写券、打印、过期、封存事件 · Write, print, post lapses, seal events."""
    if once:
        return work_once(actor=actor)
    run_workers(
        home=current_app.config["HOME"],
        hands=jobs,
        find_work=find_work,
        do_chunk=do_chunk,
        make_round=partial(make_round, actor=actor),
    )
    return {"stopped": True}


@command("demo", action=policy.REHEARSE, show=lambda answer: _show_rehearsal(answer))
@click.option("--residents", type=click.IntRange(1, 140_000), help="改用这么多虚构老人")
def demo(*, actor: Actor, residents: int | None) -> dict[str, Any]:
    """在样例区走完全部流程 · Run the whole chain on the invented sample district."""
    rehearsal = Rehearsal(
        home=current_app.config["HOME"],
        console=actor,
        residents=residents,
        say=lambda line: click.echo(line, err=True),
    )
    return rehearse(rehearsal)


def _show_rehearsal(answer: dict[str, Any]) -> Iterator[str]:
    yield ""
    for title, value in answer["summary"].items():
        yield f"{title}: {_join(value)}"
    yield ""
    yield "登录（首次密码，登录后须更改）· Sign in with these first passwords:"
    for account in answer["accounts"]:
        yield f"  {account['name']:<12}{account['role']:<10}{account['password']}"
    till = answer["till"]
    yield f"收银终端 · till of shop {till['shop']}，15 分钟内 · within 15 minutes: /till/enrol"
    yield f"  {till['code']}"
    yield "打开 · open: http://127.0.0.1:8000/"


def _join(value: object) -> str:
    if isinstance(value, dict):
        return "，".join(f"{name} {count}" for name, count in value.items())
    return str(value)


@command("serve", action=ANYONE, needs_home=False)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(*, host: str, port: int) -> dict[str, Any]:
    """打开网站 · Serve the site, with its worker, until it is stopped."""
    load_home(find_home_path())
    # No access log: the address of a voucher's page holds its token.
    site = ["gunicorn", "--workers=2", "--threads=4", f"--bind={host}:{port}", SITE]
    beside = Path(sys.executable).parent
    started = [
        subprocess.Popen([str(beside / program), *words])  # noqa: S603 - our own words
        for program, *words in (["voucher", "worker"], site)
    ]
    # Whoever stops this process stops both: a worker left behind would go on alone.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return {"exit": started[-1].wait()}
    finally:
        for process in started:
            process.terminate()


commands = [
    init,
    group("clock", [set_clock], help="时钟 · Clock"),
    verify,
    group("keys", [list_keys, rotate_signing_key], help="签名密钥 · Signing keys"),
    worker,
    demo,
    serve,
]
