"""What each role has to do, counted in the domains, most urgent first."""

from voucher.access import Role
from voucher.assessments.queries.assessments import count_waiting_assessments
from voucher.assessments.queries.drafts import count_waiting_confirmations
from voucher.care_levels.queries.appeals import count_open_appeals
from voucher.care_levels.queries.due import count_due, list_intervals
from voucher.care_levels.queries.levels import count_waiting_ungraded
from voucher.care_levels.queries.proposals import count_rejected, count_waiting_levels
from voucher.care_levels.rules import AppealState
from voucher.cases.models import Kind
from voucher.cases.queries import count_waiting_cases
from voucher.overview.queries.duty import Duty, Reader
from voucher.overview.queries.offices import OF_ADMIN, OF_AUDITOR, OF_FINANCE
from voucher.periods import local_date
from voucher.rechecks.queries import count_open_rechecks
from voucher.refusals import N_
from voucher.schemes.queries import count_waiting_adoptions
from voucher.shops.queries import count_waiting_bank_accounts, count_waiting_shops
from voucher.uploads import count_waiting_uploads
from voucher.vouchers.queries.deciding import count_waiting_releases, count_waiting_rounds
from voucher.vouchers.queries.paper import count_stays_to_release
from voucher.vouchers.queries.runs import (
    count_own_drafts,
    count_waiting_drafts,
    count_waiting_handovers,
    count_waiting_prints,
)

_ASKED_WORKERS = (Kind.SAME_PERSON,)
_ASKED_APPROVERS = tuple(Kind)


def _count_due(reader: Reader) -> int:
    today = local_date(reader.now)
    intervals = list_intervals(district_months=reader.deadlines.reassess_months, on=today)
    return count_due(actor=reader.actor, today=today, intervals=intervals)


# What a worker and an assessor do alike.
_CONFIRM = Duty(
    lambda reader: count_waiting_confirmations(actor=reader.actor),
    N_("份评估等您确认"),
    N_("另一位评估员已经签字，您看过以后确认，才算一次评估。"),
    "bedside.list_waiting",
)
_ASSESS_AGAIN = Duty(
    lambda reader: count_open_appeals(actor=reader.actor, state=AppealState.REGISTERED),
    N_("件申诉等着复评"),
    N_("请由没有参加过的两位评估员重新评估。"),
    "appeals.show_list",
)
_RECHECK = Duty(
    lambda reader: count_open_rechecks(actor=reader.actor),
    N_("份评估抽中复评"),
    N_("请由另外两位评估员再评一次，事先不看第一次的结果。"),
    "rechecks.show_list",
)
_BE_DUE = Duty(
    _count_due,
    N_("位老人该重新评估了"),
    N_("离上一次评估已满规定的月数，请安排评估。"),
    "levels.show_due",
)

_OF_WORKER = (
    Duty(
        lambda reader: count_waiting_handovers(actor=reader.actor),
        N_("张券等着发放"),
        N_("已经打印，老人签收以后才能用。"),
        "runs.show_list",
    ),
    Duty(
        lambda reader: count_waiting_prints(actor=reader.actor),
        N_("个批次等着打印"),
        N_("已经批准，打印以后才能发放。"),
        "runs.show_list",
    ),
    Duty(
        lambda reader: count_waiting_releases(actor=reader.actor),
        N_("个社区的纸等着放行"),
        N_("已经打印；看过检查结果、放行以后才能下载和发放。"),
        "runs.show_list",
    ),
    Duty(
        lambda reader: count_waiting_cases(actor=reader.actor, kinds=_ASKED_WORKERS),
        N_("件疑似同一人"),
        N_("名册里有两位老人很像，请核实是不是一个人。"),
        "cases.show_list",
    ),
    Duty(
        lambda reader: count_waiting_ungraded(actor=reader.actor),
        N_("位老人评估过，还没有评定"),
        N_("评定提出等级，确认以后按等级发的券才有他们。"),
        "levels.show_list",
    ),
    _CONFIRM,
    _ASSESS_AGAIN,
    Duty(
        lambda reader: count_rejected(actor=reader.actor),
        N_("个拟定等级被退回"),
        N_("审核人写了原因；改正评估以后再评定。"),
        "levels.show_rejected",
    ),
    Duty(
        lambda reader: count_stays_to_release(actor=reader.actor, on=local_date(reader.now)),
        N_("次住院结束，券还冻结着"),
        N_("人回来了，请恢复他们的券。"),
        "stays.show_list",
    ),
    _RECHECK,
    _BE_DUE,
    Duty(
        lambda reader: count_waiting_uploads(actor=reader.actor, now=reader.now),
        N_("个文件上传后没有确认"),
        N_("预览过还没有确认，满一天自动删除。"),
        "roster.ask_file",
    ),
    Duty(
        lambda reader: count_own_drafts(actor=reader.actor),
        N_("个您的批次等着审核"),
        N_("草稿还没有券，也没有占用预算，批准以后才制券。"),
        "runs.show_list",
    ),
)
_OF_ASSESSOR = (
    _CONFIRM,
    _ASSESS_AGAIN,
    _RECHECK,
    _BE_DUE,
    Duty(
        lambda reader: count_waiting_assessments(actor=reader.actor),
        N_("位老人还没有评估过"),
        N_("在册，还没有任何一次评估。"),
        "assessments.show_list",
    ),
)
_OF_APPROVER = (
    Duty(
        lambda reader: count_waiting_cases(actor=reader.actor, kinds=_ASKED_APPROVERS),
        N_("件待办案件"),
        N_("别人提出的冲正、作废、换发和疑似同一人，等您决定。"),
        "cases.show_list",
    ),
    Duty(
        lambda reader: count_open_appeals(actor=reader.actor, state=AppealState.ASSESSED),
        N_("件申诉等您决定"),
        N_("已经重新评估，请在期限内决定维持还是改变。"),
        "appeals.show_list",
    ),
    Duty(
        lambda reader: count_waiting_adoptions(actor=reader.actor),
        N_("个本区方案等着批准"),
        N_("别人提出采用；批准以后从写明的日期起算数。"),
        "schemes.show_own",
    ),
    Duty(
        lambda reader: count_waiting_drafts(actor=reader.actor),
        N_("个批次等着批准"),
        N_("批准就占用预算并制券。"),
        "runs.show_list",
    ),
    Duty(
        lambda reader: count_waiting_rounds(actor=reader.actor),
        N_("个社区清点完，等着关闭"),
        N_("别人清点的；关闭以后没送到的券作废，钱退回预算。报失的箱子也在这里。"),
        "handovers.show_waiting",
    ),
    Duty(
        lambda reader: count_waiting_levels(actor=reader.actor),
        N_("个等级等着确认"),
        N_("已经评定，确认以后发券时才算数。"),
        "levels.show_list",
    ),
    Duty(
        lambda reader: count_waiting_bank_accounts(actor=reader.actor),
        N_("个收款账户变更等着核对"),
        N_("钱以后付到新账户，请先用原来的电话向商户核实。"),
        "shops.show_list",
    ),
    Duty(
        lambda reader: count_waiting_shops(actor=reader.actor),
        N_("家商户等着批准"),
        N_("批准以后可以绑定收银终端、收券。"),
        "shops.show_list",
    ),
)
DUTIES: dict[Role, tuple[Duty, ...]] = {
    Role.WORKER: _OF_WORKER,
    Role.ASSESSOR: _OF_ASSESSOR,
    Role.APPROVER: _OF_APPROVER,
    Role.FINANCE: OF_FINANCE,
    Role.AUDITOR: OF_AUDITOR,
    Role.ADMIN: OF_ADMIN,
}
