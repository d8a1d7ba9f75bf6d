"""States and legal moves of runs, vouchers and prints. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from voucher.refusals import N_, Refusal


class RunState(StrEnum):
    """draft -> approved -> issued -> closed, or cancelled before the first handover."""

    DRAFT = "draft"
    APPROVED = "approved"
    ISSUED = "issued"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class VoucherState(StrEnum):
    """inactive -> active -> used, void or lapsed. Partly used is a balance, held a flag."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    USED = "used"
    VOID = "void"
    LAPSED = "lapsed"


class PrintState(StrEnum):
    """At most one print of a voucher is live."""

    LIVE = "live"
    DEAD = "dead"


# As people read them.
VOUCHER_TITLES: dict[str, str] = {
    VoucherState.INACTIVE: N_("待发放"),
    VoucherState.ACTIVE: N_("可用"),
    VoucherState.USED: N_("已用完"),
    VoucherState.VOID: N_("已作废"),
    VoucherState.LAPSED: N_("已过期"),
}
PRINT_STATE_TITLES: dict[str, str] = {PrintState.LIVE: N_("有效"), PrintState.DEAD: N_("失效")}
KIND_TITLES: dict[str, str] = {
    "amount": N_("储值券"),
    "count": N_("次数券"),
    "discount": N_("折扣券"),
}
# Reasons for a hold that the system itself gives; people's are in their own words.
# Readers of paper need not know of an illness: who is in hospital is only away.
AWAY = "away"
# Paper recorded as given that came back after all, and paper of a box that is lost.
RETURNED, LOST = "returned", "lost"
HELD_TITLES: dict[str, str] = {
    "died": N_("持券人已去世"),
    AWAY: N_("持券人暂时不在家"),
    RETURNED: N_("纸券已退回"),
    LOST: N_("整箱丢失"),
}

TITLES = {
    "state": VOUCHER_TITLES,
    "print": PRINT_STATE_TITLES,
    "kind": KIND_TITLES,
    "held": HELD_TITLES,
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done with one voucher, in words: its title, what it will do, what was done."""

    title: str
    effects: tuple[str, ...]
    done: str


DEEDS: dict[str, Deed] = {
    "hold": Deed(
        N_("暂停这张券"),
        (N_("立即生效：任何商户都不能再核销它。"), N_("余额不变；审核人员可以恢复。")),
        N_("已暂停。"),
    ),
    "release": Deed(
        N_("恢复这张券"),
        (N_("立即生效：商户可以照常核销。"),),
        N_("已恢复。"),
    ),
    "reprint": Deed(
        N_("补印"),
        (
            N_("同一张券、同一券号，换一张新纸；余额不变。"),
            N_("手里的旧纸立即失效，再用会提示“此券已补印，请出示新的那张”。"),
            N_("补印后可在本券页面下载新的 PDF。"),
        ),
        N_("已补印，旧纸已失效。请下载新的 PDF 打印。"),
    ),
    "replacement": Deed(
        N_("申请换发"),
        (
            N_("换发须由另一位审核人员批准；批准之前，这张券照旧。"),
            N_("批准后旧券作废，余额转到一张新券号的新券；已用的部分不变。"),
            N_("如果券在别人手里，请先暂停它。"),
        ),
        N_("已申请换发，等待另一人批准。"),
    ),
}

RUN_MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.DRAFT: frozenset({RunState.APPROVED, RunState.CANCELLED}),
    RunState.APPROVED: frozenset({RunState.ISSUED, RunState.CANCELLED}),
    RunState.ISSUED: frozenset({RunState.CLOSED, RunState.CANCELLED}),
    RunState.CLOSED: frozenset(),
    RunState.CANCELLED: frozenset(),
}
# A terminal state is left only by a reversal row: used goes back to active, or, after the
# voucher's end, to lapsed.
VOUCHER_MOVES: dict[VoucherState, frozenset[VoucherState]] = {
    VoucherState.INACTIVE: frozenset({VoucherState.ACTIVE, VoucherState.VOID, VoucherState.LAPSED}),
    VoucherState.ACTIVE: frozenset({VoucherState.USED, VoucherState.VOID, VoucherState.LAPSED}),
    VoucherState.USED: frozenset(),
    VoucherState.VOID: frozenset(),
    VoucherState.LAPSED: frozenset(),
}
OPEN_STATES = (VoucherState.INACTIVE, VoucherState.ACTIVE)

RUN_TITLES: dict[str, str] = {
    RunState.DRAFT: N_("草稿，待批准"),
    RunState.APPROVED: N_("已批准，正在写券"),
    RunState.ISSUED: N_("已制发，待发放"),
    RunState.CLOSED: N_("已完结"),
    RunState.CANCELLED: N_("已取消"),
}
# What comes next, and whose work it is.
NEXT_STEPS: dict[str, str] = {
    RunState.DRAFT: N_("还没有动用预算，也没有生成券。下一步：由提交人以外的街道审核批准。"),
    RunState.APPROVED: N_("预算已经扣下，后台正在逐个社区写券。写完即可打印，请稍候。"),
    RunState.ISSUED: N_("券已生成，尚未发完。下一步：社区工作者打印，发放并登记；登记后券才能用。"),
    RunState.CLOSED: N_("每张券都已发放、作废或到期，不用再做什么。"),
    RunState.CANCELLED: N_("批次已取消，预算已退回。需要时请重新生成。"),
}
RUN_EVENTS: dict[str, str] = {
    "vouchers.draft_run": N_("生成草稿"),
    "vouchers.approve_run": N_("批准"),
    "vouchers.resume_run": N_("继续写券"),
    "vouchers.cancel_run": N_("取消"),
    "printouts.ask_print": N_("请求打印"),
    "printouts.print_run": N_("打印"),
    "printouts.release": N_("放行打印文件"),
    "printouts.download": N_("下载打印文件"),
    "vouchers.hand_over": N_("登记发放"),
    "vouchers.count_back": N_("登记退回的券"),
    "vouchers.correct_outcome": N_("改正退回的券"),
    "vouchers.submit_count": N_("清点完毕"),
    "vouchers.close_round": N_("关闭一个社区的发放"),
    "vouchers.report_loss": N_("报失一箱券"),
    "vouchers.void_loss": N_("作废丢失的一箱券"),
    "vouchers.decline_loss": N_("撤销报失"),
    "vouchers.lapse": N_("到期"),
}
# Why a voucher was not given out at the first try; it stays on the list of those to give.
NOT_GIVEN: dict[str, str] = {
    "away": N_("不在家"),
    "unreachable": N_("联系不上"),
    "hospital": N_("住院或外出"),
    "other": N_("其他"),
}
_NOT_IN_STATE: dict[str, str] = {
    RunState.DRAFT: N_("批次 %(run)s 还是草稿，批准并写完券后才能执行此操作"),
    RunState.APPROVED: N_("批次 %(run)s 已经批准，正在写券，现在不能执行此操作"),
    RunState.ISSUED: N_("批次 %(run)s 已经批准并写完券，不能再执行此操作"),
    RunState.CLOSED: N_("批次 %(run)s 已经完结，不能再执行此操作"),
    RunState.CANCELLED: N_("批次 %(run)s 已经取消，不能再执行此操作"),
}


def shorten_address(address: str) -> str:
    """Give the part of an address that tells neighbours apart without naming the door."""
    found = re.match(r"\D*\d+\D?", address)
    part = found[0] if found else address[:6]
    return part if part == address else f"{part}…"


def runs_before(target: RunState) -> tuple[RunState, ...]:
    """Give the states from which a run may move to the target."""
    return tuple(state for state, onward in RUN_MOVES.items() if target in onward)


def vouchers_before(target: VoucherState) -> tuple[VoucherState, ...]:
    """Give the states from which a voucher may move to the target."""
    return tuple(state for state, onward in VOUCHER_MOVES.items() if target in onward)


def refuse_run_state(run_id: int, state: str) -> Refusal:
    """Give the refusal for a run whose state does not allow what was asked."""
    sentence = _NOT_IN_STATE.get(state, N_("批次 %(run)s 现在不能执行此操作"))
    return Refusal("run_state", sentence, run=run_id, state=state)


def refuse_voucher_state(serial: str, state: str) -> Refusal:
    """Give the refusal for a voucher whose state does not allow what was asked."""
    return Refusal(
        "voucher_state",
        N_("券 %(serial)s 现在是“%(state)s”，不能执行此操作"),
        serial=serial,
        state=state,
    )
