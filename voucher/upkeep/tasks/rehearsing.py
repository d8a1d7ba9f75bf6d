"""
The rehearsal: the whole chain on the invented sample district, each step by whose job it is.

Everything goes through the operations real people use; nothing is written beside them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, func, select

from voucher import clock
from voucher.access import Role
from voucher.accounts.operations.keeping import add_account, renew_first_password
from voucher.accounts.queries import get_actor
from voucher.db import db, transaction
from voucher.money import show_yuan
from voucher.periods import CHINA
from voucher.printouts.operations.printing import Drawn
from voucher.printouts.queries.sheets import MARKS
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.schemes.queries import get_programme
from voucher.settlements.operations.closing import make_settlements
from voucher.settlements.operations.paying import approve_settlement, pay_settlement
from voucher.settlements.operations.statements import write_statement
from voucher.shops.operations.approving import approve_shops
from voucher.shops.operations.importing import import_shops, read_shop_book
from voucher.upkeep.checks import run_checks
from voucher.upkeep.tasks.continuing import begin_next_month, enrol_till, leave_work
from voucher.upkeep.tasks.gathering import grade, import_everything, read_sample
from voucher.upkeep.tasks.issuing import (
    describe_plan,
    issue_month,
    plan_month,
    print_run,
    round_up,
)
from voucher.upkeep.tasks.rehearsal import MONTH, PROGRAMMES, Rehearsal
from voucher.upkeep.tasks.shopping import shop_around
from voucher.upkeep.tasks.working import work_once
from voucher.vouchers.operations.custody import hand_over

AFTER_THE_MONTH = datetime(2027, 1, 4, 10, 0, tzinfo=CHINA)
LAST_DAY = date(2026, 12, 31)
PEOPLE = (
    ("worker", Role.WORKER),
    ("assessor", Role.ASSESSOR),
    ("approver", Role.APPROVER),
    ("finance1", Role.FINANCE),
    ("finance2", Role.FINANCE),
    ("auditor", Role.AUDITOR),
    ("desk", Role.DESK),
    ("admin", Role.ADMIN),
)


def rehearse(rehearsal: Rehearsal) -> dict[str, Any]:
    """Run every step and give the summary; `verify` ends it."""
    steps = (
        ("账号 · accounts", _add_people),
        ("区划、名册、评估 · divisions, roster, assessments", import_everything),
        ("评定并确认等级 · grade and confirm", grade),
        ("商户 · shops", _open_shops),
        ("预算、批次、批准 · budget, runs, approval", _issue),
        ("打印、发放 · print and hand over", _print_and_hand_over),
        ("核销 · redeem", _redeem),
        ("月末、结算、付款 · end of month, settle, pay", _settle),
        ("一月的券 · the vouchers of January", begin_next_month),
        ("待办事项 · what waits", leave_work),
        ("登录密码 · passwords to sign in", _renew_passwords),
        ("收银终端 · a till", enrol_till),
        ("核对 · verify", _verify),
    )
    for number, (title, step) in enumerate(steps, start=1):
        rehearsal.say(f"[{number}/{len(steps)}] {title}")
        step(rehearsal)
    return {
        "accounts": rehearsal.accounts,
        "till": rehearsal.till,
        "summary": rehearsal.summary,
    }


def _add_people(rehearsal: Rehearsal) -> None:
    for name, role in PEOPLE:
        with transaction():
            add_account(actor=rehearsal.console, name=name, role=role, area=None, now=clock.now())
        rehearsal.actors[name] = get_actor(name=name, channel=rehearsal.console.channel)


def _open_shops(rehearsal: Rehearsal) -> None:
    book = read_shop_book(content=read_sample("shops"))
    with transaction():
        import_shops(
            actor=rehearsal.as_person("worker"),
            book=book,
            now=clock.now(),
            today=clock.today(),
        )
    with transaction():
        approved = approve_shops(
            actor=rehearsal.as_person("approver"), now=clock.now(), today=clock.today()
        )
    rehearsal.summary["shops"] = len(approved.shops)


def _issue(rehearsal: Rehearsal) -> None:
    for programme_id in PROGRAMMES:
        programme = get_programme(programme_id, MONTH)
        plan = plan_month(rehearsal, programme, MONTH)
        if not plan.lines:
            # An invented roster has no assessments, so nobody is due by level.
            continue
        rehearsal.summary[f"budget {programme_id}"] = f"{show_yuan(round_up(plan.value_fen))} yuan"
        run_id = issue_month(rehearsal, programme, MONTH, plan)
        rehearsal.runs.append(run_id)
        rehearsal.summary[f"run {run_id} {programme_id}"] = describe_plan(plan)


def _print_and_hand_over(rehearsal: Rehearsal) -> None:
    worker = rehearsal.as_person("worker")
    drawn: list[Drawn] = []
    for run_id in rehearsal.runs:
        drawn += print_run(rehearsal, run_id, actor=worker)
        with transaction():
            hand_over(actor=worker, run_id=run_id, community_id=None, now=clock.now())
    vouchers, pages = sum(file.vouchers for file in drawn), sum(file.pages for file in drawn)
    rehearsal.summary["PDF"] = (
        f"{len(drawn)} files, {pages} pages, {vouchers} vouchers in {rehearsal.home.printouts}"
    )


def _redeem(rehearsal: Rehearsal) -> None:
    counted = shop_around(actor=rehearsal.console, home=rehearsal.home, name="december")
    rehearsal.summary["redemptions"] = counted


def _settle(rehearsal: Rehearsal) -> None:
    clock.set_clock(rehearsal.home, AFTER_THE_MONTH)
    done = work_once(actor=rehearsal.console)
    rehearsal.summary["lapsed vouchers"] = done["lapsed"]
    _ask_late_reversal(rehearsal)
    maker, checker = rehearsal.as_person("finance1"), rehearsal.as_person("finance2")
    with transaction():
        made = make_settlements(actor=maker, through=LAST_DAY, now=clock.now())
        owed = {settlement.id: settlement.amount_fen for settlement in made}
    # The last waits for approval and the one before for payment: the rest is done.
    later = sorted(owed)[1:]
    waiting, unpaid = later[-1:], later[-2:-1]
    for settlement_id in owed:
        if settlement_id not in waiting:
            _pay(rehearsal, settlement_id, is_paid=settlement_id not in unpaid)
    with transaction():
        write_statement(
            actor=checker,
            settlement_id=min(owed),
            mark=MARKS[rehearsal.home.kind],
            folder=rehearsal.home.printouts,
            now=clock.now(),
        )
    rehearsal.summary["settlements"] = (
        f"{len(owed)} shops, {show_yuan(sum(owed.values()))} yuan, "
        f"{len(owed) - len(waiting) - len(unpaid)} paid, {len(unpaid)} approved, "
        f"{len(waiting)} made"
    )


def _ask_late_reversal(rehearsal: Rehearsal) -> None:
    """A shop writes in the new year that it took too much: the line waits for a second person."""
    kept = ~exists().where(Reversal.redemption_id == Redemption.id)
    with transaction():
        last = db.session.scalar(select(func.max(Redemption.id)).where(kept))
        if last is None:
            return
        reverse_redemption(
            actor=rehearsal.as_person("approver"),
            redemption_id=last,
            reason="商户来函：金额输错",
            may_reverse_late=True,
            now=clock.now(),
        )


def _pay(rehearsal: Rehearsal, settlement_id: int, *, is_paid: bool) -> None:
    with transaction():
        approve_settlement(
            actor=rehearsal.as_person("finance2"), settlement_id=settlement_id, now=clock.now()
        )
    if not is_paid:
        return
    with transaction():
        pay_settlement(
            actor=rehearsal.as_person("finance1"),
            settlement_id=settlement_id,
            bank_ref=f"SAMPLE-{settlement_id:06d}",
            now=clock.now(),
        )


def _renew_passwords(rehearsal: Rehearsal) -> None:
    """First passwords live seven days, and the rehearsal has just lived through a month."""
    for name, role in PEOPLE:
        with transaction():
            made = renew_first_password(actor=rehearsal.console, name=name, now=clock.now())
        rehearsal.accounts.append(
            {"name": name, "role": role.value, "password": made.first_password}
        )


def _verify(rehearsal: Rehearsal) -> None:
    work_once(actor=rehearsal.console)
    verified = run_checks()
    rehearsal.summary["verify"] = verified["checked"]
    rehearsal.summary["breaches"] = verified["breaches"] or "none"
