"""
What waits for a person today: gathered from the domains, most urgent first.

Each role makes the same few queries whatever waits; a count of nothing is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from voucher.access import Actor, Role
from voucher.accounts.queries import count_first_passwords, count_locked_accounts
from voucher.assessments.queries.assessments import count_waiting_assessments
from voucher.audit.queries import count_events, count_unsealed_events
from voucher.care_levels.queries.levels import count_waiting_ungraded
from voucher.care_levels.queries.proposals import count_waiting_levels
from voucher.cases.models import Kind
from voucher.cases.queries import count_waiting_cases
from voucher.config import Home
from voucher.ledger.queries import count_programmes_without_budget, count_waiting_budgets
from voucher.overview.rules import Said, find_coming_month, tell_what_comes_next
from voucher.periods import local_date, start_of_day
from voucher.refusals import N_
from voucher.settlements.queries.lines import count_held_lines
from voucher.settlements.queries.settlements import (
    count_unpaid_settlements,
    count_waiting_settlements,
)
from voucher.shops.queries import count_waiting_bank_accounts, count_waiting_shops
from voucher.signing import load_ring
from voucher.uploads import count_waiting_uploads
from voucher.vouchers.operations.planning import FIRST_DAY_TO_ISSUE
from voucher.vouchers.queries.runs import (
    count_own_drafts,
    count_waiting_drafts,
    count_waiting_handovers,
    count_waiting_prints,
)

_OF_WORKERS = (Kind.SAME_PERSON,)
_OF_APPROVERS = tuple(Kind)
_OF_FINANCE = (Kind.LATE_REVERSAL,)


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many of one thing, what that means, and the page where it is done."""

    count: int
    title: str
    meaning: str
    endpoint: str


def list_waiting(*, actor: Actor, now: datetime) -> list[Waiting]:
    """Give what waits for this person, most urgent first."""
    gather = _GATHERED.get(actor.role) if actor.role else None
    return [found for found in gather(actor, now) if found.count] if gather else []


def list_facts(*, actor: Actor, now: datetime, home: Home) -> list[Said]:
    """Give what a role should know without having to do anything."""
    if actor.role == Role.AUDITOR:
        today = count_events(since=start_of_day(local_date(now)))
        return [Said(N_("今天记下 %(count)s 条操作记录。"), {"count": today})]
    if actor.role == Role.ADMIN:
        ages = [(now - key.made_at).days for key in load_ring(home).keys]
        if not ages:
            return [Said(N_("还没有签名密钥，不能制发；请运行 voucher keys rotate。"), {})]
        return [Said(N_("签名密钥已用 %(days)s 天。"), {"days": min(ages)})]
    return []


def tell_next(*, actor: Actor, now: datetime) -> Said:
    """Say what the month brings next for this person."""
    return tell_what_comes_next(
        role=str(actor.role), today=local_date(now), opens_on=FIRST_DAY_TO_ISSUE
    )


def _gather_worker(actor: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            count_waiting_handovers(actor=actor),
            N_("张券等着发放"),
            N_("已经打印，老人签收以后才能用。"),
            "runs.show_list",
        ),
        Waiting(
            count_waiting_prints(actor=actor),
            N_("个批次等着打印"),
            N_("已经批准，打印以后才能发放。"),
            "runs.show_list",
        ),
        Waiting(
            count_waiting_cases(actor=actor, kinds=_OF_WORKERS),
            N_("件疑似同一人"),
            N_("名册里有两位老人很像，请核实是不是一个人。"),
            "cases.show_list",
        ),
        Waiting(
            count_waiting_ungraded(actor=actor),
            N_("位老人评估过，还没有评定"),
            N_("评定提出等级，确认以后按等级发的券才有他们。"),
            "levels.show_list",
        ),
        Waiting(
            count_waiting_uploads(actor=actor, now=now),
            N_("个文件上传后没有确认"),
            N_("预览过还没有确认，满一天自动删除。"),
            "roster.ask_file",
        ),
        Waiting(
            count_own_drafts(actor=actor),
            N_("个您的批次等着审核"),
            N_("草稿还没有券，也没有占用预算，批准以后才制券。"),
            "runs.show_list",
        ),
    ]


def _gather_assessor(actor: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            count_waiting_assessments(actor=actor),
            N_("位老人还没有评估过"),
            N_("在册，还没有任何一次评估。"),
            "assessments.show_list",
        )
    ]


def _gather_approver(actor: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            count_waiting_cases(actor=actor, kinds=_OF_APPROVERS),
            N_("件待办案件"),
            N_("别人提出的冲正、作废、换发和疑似同一人，等您决定。"),
            "cases.show_list",
        ),
        Waiting(
            count_waiting_drafts(actor=actor),
            N_("个批次等着批准"),
            N_("批准就占用预算并制券。"),
            "runs.show_list",
        ),
        Waiting(
            count_waiting_levels(actor=actor),
            N_("个等级等着确认"),
            N_("已经评定，确认以后发券时才算数。"),
            "levels.show_list",
        ),
        Waiting(
            count_waiting_bank_accounts(actor=actor),
            N_("个收款账户变更等着核对"),
            N_("钱以后付到新账户，请先用原来的电话向商户核实。"),
            "shops.show_list",
        ),
        Waiting(
            count_waiting_shops(actor=actor),
            N_("家商户等着批准"),
            N_("批准以后可以绑定收银终端、收券。"),
            "shops.show_list",
        ),
    ]


def _gather_finance(actor: Actor, now: datetime) -> list[Waiting]:
    month = find_coming_month(today=local_date(now), opens_on=FIRST_DAY_TO_ISSUE)
    return [
        Waiting(
            count_waiting_budgets(actor=actor),
            N_("笔预算等着批准"),
            N_("另一位财务提出的；没有批准的预算，批次不能批准。"),
            "budgets.show_list",
        ),
        Waiting(
            count_programmes_without_budget(period_from=month),
            N_("个方案没有将要发券月份的预算"),
            N_("没有预算就是零，批次会被退回。"),
            "budgets.show_list",
        ),
        Waiting(
            count_waiting_settlements(actor=actor),
            N_("张结算单等着批准"),
            N_("另一位财务编制的；批准以后才能付款。"),
            "settlements.show_list",
        ),
        Waiting(
            count_unpaid_settlements(),
            N_("张结算单等着付款"),
            N_("已经批准；付款以后请登记银行流水号。"),
            "settlements.show_list",
        ),
        Waiting(
            count_held_lines(),
            N_("笔核销暂不结算"),
            N_("有案件没有决定，决定以后自动进入下一次结算。"),
            "cases.show_list",
        ),
        Waiting(
            count_waiting_cases(actor=actor, kinds=_OF_FINANCE),
            N_("件冲正等第二个人"),
            N_("当日之后的冲正要两个人，请核对后决定。"),
            "cases.show_list",
        ),
    ]


def _gather_auditor(actor: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            count_unsealed_events(),
            N_("条记录还没有封存"),
            N_("后台每秒封存一次；一直不减少，说明后台没有运行。"),
            "events.show_list",
        )
    ]


def _gather_admin(actor: Actor, now: datetime) -> list[Waiting]:
    unchanged, expired = count_first_passwords(now=now)
    return [
        Waiting(
            count_locked_accounts(now=now),
            N_("个账号暂时锁定"),
            N_("连续输错五次密码，十五分钟后自动解开；请问清是不是本人。"),
            "staff.show_list",
        ),
        Waiting(
            expired,
            N_("个首次密码已经过期"),
            N_("本人没有按时登录，需要换发首次密码。"),
            "staff.show_list",
        ),
        Waiting(
            unchanged,
            N_("个首次密码还没有更改"),
            N_("七天内没有登录更改就会过期。"),
            "staff.show_list",
        ),
    ]


_GATHERED: dict[Role, Callable[[Actor, datetime], list[Waiting]]] = {
    Role.WORKER: _gather_worker,
    Role.ASSESSOR: _gather_assessor,
    Role.APPROVER: _gather_approver,
    Role.FINANCE: _gather_finance,
    Role.AUDITOR: _gather_auditor,
    Role.ADMIN: _gather_admin,
}
