"""The rehearsal's paper: a month planned, funded, issued, printed."""

from datetime import date

from voucher import clock
from voucher.access import Actor
from voucher.db import transaction
from voucher.ledger.operations import approve_budget, set_budget
from voucher.money import show_yuan
from voucher.printouts.operations.printing import Drawn
from voucher.printouts.rules import LAYOUTS
from voucher.printouts.tasks.preflighting import preflight_and_release
from voucher.printouts.tasks.printing import print_run as draw_run
from voucher.schemes.rules.programmes import Programme
from voucher.upkeep.tasks.rehearsal import Rehearsal
from voucher.vouchers.operations.drafting import draft_run
from voucher.vouchers.operations.planning import Plan, plan_run
from voucher.vouchers.operations.runs import approve_run
from voucher.vouchers.tasks import write_run


def plan_month(rehearsal: Rehearsal, programme: Programme, month: date) -> Plan:
    """Work out who is due what."""
    with transaction():
        return plan_run(
            actor=rehearsal.as_person("worker"),
            programme=programme,
            period_from=month,
            community_id=None,
            today=clock.today(),
        )


def propose_budget(rehearsal: Rehearsal, programme_id: str, month: date, needed_fen: int) -> int:
    """Have the first finance account set a round sum above what is needed; give the budget."""
    with transaction():
        return set_budget(
            actor=rehearsal.as_person("finance1"),
            programme=programme_id,
            period_from=month,
            amount_fen=round_up(needed_fen),
            now=clock.now(),
        ).id


def round_up(needed_fen: int) -> int:
    """Give a round sum above what is needed, as an office would set it."""
    return (needed_fen // 1_000_000 + 1) * 1_000_000


def confirm_budget(rehearsal: Rehearsal, budget_id: int) -> None:
    """Have the second finance account approve it."""
    with transaction():
        approve_budget(actor=rehearsal.as_person("finance2"), budget_id=budget_id, now=clock.now())


def draft_month(rehearsal: Rehearsal, programme: Programme, month: date, plan: Plan) -> int:
    """Draft the run of a plan and give its number."""
    with transaction():
        return draft_run(
            actor=rehearsal.as_person("worker"),
            programme=programme,
            period_from=month,
            community_id=None,
            plan=plan,
            now=clock.now(),
        ).id


def issue_month(rehearsal: Rehearsal, programme: Programme, month: date, plan: Plan) -> int:
    """Fund, draft and approve a plan, and write its vouchers; give the run."""
    confirm_budget(rehearsal, propose_budget(rehearsal, programme.id, month, plan.value_fen))
    run_id = draft_month(rehearsal, programme, month, plan)
    approver = rehearsal.as_person("approver")
    with transaction():
        approve_run(actor=approver, run_id=run_id, programme=programme, now=clock.now())
    write_run(actor=approver, run_id=run_id)
    return run_id


def describe_plan(plan: Plan) -> str:
    """Say how much a run is."""
    return (
        f"{len(plan.lines)} vouchers, {plan.residents} residents, {show_yuan(plan.value_fen)} yuan"
    )


def print_run(rehearsal: Rehearsal, run_id: int, *, actor: Actor) -> list[Drawn]:
    """Draw the paper of a run in the actor's area, read it back and sign for it."""
    home = rehearsal.home
    outcome = draw_run(
        actor=actor,
        run_id=run_id,
        layout=LAYOUTS[0],
        folder=home.printouts,
        jobs=2,
    )
    preflight_and_release(actor=actor, home=home, run_id=run_id, folder=home.printouts, jobs=2)
    return list(outcome.drawn)
