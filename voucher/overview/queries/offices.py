"""What those have to do who pay, check and keep the accounts: most urgent first."""

from datetime import date, datetime

from voucher.accounts.queries import (
    count_expired_first_passwords,
    count_locked_accounts,
    count_unchanged_first_passwords,
)
from voucher.audit.queries import count_unsealed_events
from voucher.cases.models import Kind
from voucher.cases.queries import count_waiting_cases
from voucher.ledger.queries import count_programmes_without_budget, count_waiting_budgets
from voucher.overview.queries.duty import Duty
from voucher.overview.rules import find_coming_month
from voucher.periods import local_date
from voucher.refusals import N_
from voucher.settlements.queries.lines import count_held_lines
from voucher.settlements.queries.settlements import (
    count_unpaid_settlements,
    count_waiting_settlements,
)
from voucher.vouchers.operations.planning import FIRST_DAY_TO_ISSUE

_ASKED_FINANCE = (Kind.LATE_REVERSAL,)


def _find_month(now: datetime) -> date:
    return find_coming_month(today=local_date(now), opens_on=FIRST_DAY_TO_ISSUE)


OF_FINANCE = (
    Duty(
        lambda reader: count_waiting_budgets(actor=reader.actor),
        N_("笔预算等着批准"),
        N_("另一位财务提出的；没有批准的预算，批次不能批准。"),
        "budgets.show_list",
    ),
    Duty(
        lambda reader: count_programmes_without_budget(period_from=_find_month(reader.now)),
        N_("个方案没有将要发券月份的预算"),
        N_("没有预算就是零，批次会被退回。"),
        "budgets.show_list",
    ),
    Duty(
        lambda reader: count_waiting_settlements(actor=reader.actor),
        N_("张结算单等着批准"),
        N_("另一位财务编制的；批准以后才能付款。"),
        "settlements.show_list",
    ),
    Duty(
        lambda reader: count_unpaid_settlements(),
        N_("张结算单等着付款"),
        N_("已经批准；付款以后请登记银行流水号。"),
        "settlements.show_list",
    ),
    Duty(
        lambda reader: count_held_lines(),
        N_("笔核销暂不结算"),
        N_("有案件没有决定，决定以后自动进入下一次结算。"),
        "cases.show_list",
    ),
    Duty(
        lambda reader: count_waiting_cases(actor=reader.actor, kinds=_ASKED_FINANCE),
        N_("件冲正等第二个人"),
        N_("当日之后的冲正要两个人，请核对后决定。"),
        "cases.show_list",
    ),
)
OF_AUDITOR = (
    Duty(
        lambda reader: count_unsealed_events(),
        N_("条记录还没有封存"),
        N_("后台每秒封存一次；一直不减少，说明后台没有运行。"),
        "events.show_list",
    ),
)
OF_ADMIN = (
    Duty(
        lambda reader: count_locked_accounts(now=reader.now),
        N_("个账号暂时锁定"),
        N_("连续输错五次密码，十五分钟后自动解开；请问清是不是本人。"),
        "staff.show_list",
    ),
    Duty(
        lambda reader: count_expired_first_passwords(now=reader.now),
        N_("个首次密码已经过期"),
        N_("本人没有按时登录，需要换发首次密码。"),
        "staff.show_list",
    ),
    Duty(
        lambda reader: count_unchanged_first_passwords(now=reader.now),
        N_("个首次密码还没有更改"),
        N_("七天内没有登录更改就会过期。"),
        "staff.show_list",
    ),
)
