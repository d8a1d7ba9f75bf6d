"""Commands of the ledger."""

from typing import Any

import click

from voucher import clock
from voucher.access import Actor
from voucher.console import command, group
from voucher.db import transaction
from voucher.ledger import policy
from voucher.ledger.operations import approve_budget, set_budget
from voucher.ledger.queries import list_budgets
from voucher.money import parse_yuan, show_yuan
from voucher.periods import parse_month
from voucher.schemes.queries import get_programme


@command("set", action=policy.SET_BUDGET)
@click.argument("programme")
@click.option("--month", required=True, help="YYYY-MM")
@click.option("--amount", required=True, help="元")
def set_month_budget(*, actor: Actor, programme: str, month: str, amount: str) -> dict[str, Any]:
    """设定某方案某月预算（须由另一位财务批准） · Set a month's budget."""
    period_from = parse_month(month)
    with transaction():
        budget = set_budget(
            actor=actor,
            programme=get_programme(programme, period_from).id,
            period_from=period_from,
            amount_fen=parse_yuan(amount),
            now=clock.now(),
        )
        return {"budget": budget.id, "amount_fen": budget.amount_fen, "state": budget.state}


@command("approve", action=policy.APPROVE_BUDGET, grave=True)
@click.argument("budget_id", type=int)
def approve_month_budget(*, actor: Actor, budget_id: int) -> dict[str, Any]:
    """批准预算 · Approve a budget another finance account set."""
    with transaction():
        budget = approve_budget(actor=actor, budget_id=budget_id, now=clock.now())
        answer = {"budget": budget.id, "amount_fen": budget.amount_fen, "state": "approved"}
    return answer


@command(
    "list",
    action=policy.LIST_BUDGETS,
    show=lambda answer: (
        f"{row['budget']}  {row['programme']}  {row['month']}  "
        f"{show_yuan(row['amount_fen'])}  {row['state']}"
        for row in answer["budgets"]
    ),
)
def list_month_budgets(*, actor: Actor) -> dict[str, Any]:
    """列出预算 · List budgets."""
    return {
        "budgets": [
            {
                "budget": budget.id,
                "programme": budget.programme,
                "month": budget.period_from.strftime("%Y-%m"),
                "amount_fen": budget.amount_fen,
                "state": budget.state,
            }
            for budget in list_budgets()
        ]
    }


commands = [
    group(
        "budgets",
        [set_month_budget, approve_month_budget, list_month_budgets],
        help="预算 · Budgets",
    )
]
