"""
The rehearsal: the whole chain on the invented sample district, each step by whose job it is.

Everything goes through the operations real people use; nothing is written beside them.
"""

from datetime import date, datetime
from typing import Any

from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.operations.keeping import add_account, renew_first_password
from voucher.accounts.queries import get_actor
from voucher.db import transaction
from voucher.ledger.operations import approve_budget, set_budget
from voucher.money import show_yuan
from voucher.periods import CHINA
from voucher.printouts.operations.printing import draw_files, plan_files, record_files
from voucher.printouts.queries import MARKS, Office
from voucher.schemes.queries import get_programme
from voucher.schemes.rules.programmes import Programme
from voucher.settlements.operations.closing import make_settlements
from voucher.settlements.operations.paying import approve_settlement, pay_settlement
from voucher.settlements.operations.statements import write_statement
from voucher.shops.operations.approving import approve_shops
from voucher.shops.operations.importing import import_shops, read_shop_book
from voucher.signing import load_ring
from voucher.upkeep.checks import run_checks
from voucher.upkeep.tasks.gathering import grade, import_everything, read_sample
from voucher.upkeep.tasks.rehearsal import MONTH, PROGRAMMES, Rehearsal
from voucher.upkeep.tasks.shopping import shop_around
from voucher.upkeep.tasks.working import work_once
from voucher.vouchers.operations.custody import hand_over
from voucher.vouchers.operations.planning import Plan, plan_run
from voucher.vouchers.operations.runs import approve_run, draft_run
from voucher.vouchers.tasks import write_run

AFTER_THE_MONTH = datetime(2027, 1, 4, 10, 0, tzinfo=CHINA)
LAST_DAY = date(2026, 12, 31)
PEOPLE = (
    ("worker", Role.WORKER),
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
        ("登录密码 · passwords to sign in", _renew_passwords),
        ("核对 · verify", _verify),
    )
    for number, (title, step) in enumerate(steps, start=1):
        rehearsal.say(f"[{number}/{len(steps)}] {title}")
        step(rehearsal)
    return {"accounts": rehearsal.accounts, "summary": rehearsal.summary}


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
        programme = get_programme(programme_id)
        with transaction():
            plan = plan_run(
                actor=rehearsal.as_person("worker"),
                programme=programme,
                period_from=MONTH,
                community_id=None,
                today=clock.today(),
            )
        if not plan.lines:
            # An invented roster has no assessments, so nobody is due by level.
            continue
        _set_budget(rehearsal, programme_id, plan.value_fen)
        run_id = _issue_run(rehearsal, programme, plan)
        rehearsal.runs.append(run_id)
        rehearsal.summary[f"run {run_id} {programme_id}"] = (
            f"{len(plan.lines)} vouchers, {plan.residents} residents, "
            f"{show_yuan(plan.value_fen)} yuan"
        )


def _issue_run(rehearsal: Rehearsal, programme: Programme, plan: Plan) -> int:
    approver = rehearsal.as_person("approver")
    with transaction():
        run = draft_run(
            actor=rehearsal.as_person("worker"),
            programme=programme,
            period_from=MONTH,
            community_id=None,
            plan=plan,
            now=clock.now(),
        )
        run_id = run.id
    with transaction():
        approve_run(actor=approver, run_id=run_id, programme=programme, now=clock.now())
    write_run(actor=approver, run_id=run_id)
    return run_id


def _set_budget(rehearsal: Rehearsal, programme_id: str, needed_fen: int) -> None:
    # A round sum above what is needed, as an office would set it.
    amount_fen = (needed_fen // 1_000_000 + 1) * 1_000_000
    with transaction():
        budget = set_budget(
            actor=rehearsal.as_person("finance1"),
            programme=programme_id,
            period_from=MONTH,
            amount_fen=amount_fen,
            now=clock.now(),
        )
        budget_id = budget.id
    with transaction():
        approve_budget(actor=rehearsal.as_person("finance2"), budget_id=budget_id, now=clock.now())
    rehearsal.summary[f"budget {programme_id}"] = f"{show_yuan(amount_fen)} yuan"


def _print_and_hand_over(rehearsal: Rehearsal) -> None:
    home, worker = rehearsal.home, rehearsal.as_person("worker")
    office = Office(home.host, home.desk_phone, home.is_rehearsal)
    ring = load_ring(home)
    files_made = vouchers = pages = 0
    for run_id in rehearsal.runs:
        sheets, lists = plan_files(
            actor=worker,
            run_id=run_id,
            office=office,
            keyring=ring,
            mark=MARKS[home.kind],
            folder=home.printouts,
        )
        drawn = list(draw_files(sheets=sheets, lists=lists, jobs=2))
        with transaction():
            record_files(actor=worker, run_id=run_id, drawn=drawn, now=clock.now())
        with transaction():
            hand_over(actor=worker, run_id=run_id, community_id=None, now=clock.now())
        files_made += len(drawn)
        vouchers += sum(file.vouchers for file in drawn)
        pages += sum(file.pages for file in drawn)
    rehearsal.summary["PDF"] = (
        f"{files_made} files, {pages} pages, {vouchers} vouchers in {home.printouts}"
    )


def _redeem(rehearsal: Rehearsal) -> None:
    counted = shop_around(actor=rehearsal.console, home=rehearsal.home)
    rehearsal.summary["redemptions"] = counted


def _settle(rehearsal: Rehearsal) -> None:
    clock.set_clock(rehearsal.home, AFTER_THE_MONTH)
    done = work_once(actor=rehearsal.console)
    rehearsal.summary["lapsed vouchers"] = done["lapsed"]
    maker, checker = rehearsal.as_person("finance1"), rehearsal.as_person("finance2")
    with transaction():
        made = make_settlements(actor=maker, through=LAST_DAY, now=clock.now())
        owed = {settlement.id: settlement.amount_fen for settlement in made}
    for settlement_id in owed:
        _pay(rehearsal, settlement_id, maker, checker)
    with transaction():
        write_statement(
            actor=checker,
            settlement_id=min(owed),
            mark=MARKS[rehearsal.home.kind],
            folder=rehearsal.home.printouts,
            now=clock.now(),
        )
    rehearsal.summary["settlements"] = (
        f"{len(owed)} shops, {show_yuan(sum(owed.values()))} yuan, paid"
    )


def _pay(rehearsal: Rehearsal, settlement_id: int, maker: Actor, checker: Actor) -> None:
    with transaction():
        approve_settlement(actor=checker, settlement_id=settlement_id, now=clock.now())
    with transaction():
        pay_settlement(
            actor=maker,
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
