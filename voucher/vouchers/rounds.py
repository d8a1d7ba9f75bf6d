"""Delivery rounds: what becomes of paper, where a round stands, what names it. Pure."""

import re
import unicodedata
from enum import StrEnum

from voucher.refusals import N_
from voucher.vouchers.rules import NOT_GIVEN, VoucherState


class Outcome(StrEnum):
    """What became of paper that came back; `withdrawn` takes back what was counted before."""

    REFUSED = "refused"
    MOVED = "moved"
    DEAD = "dead"
    SPOILT = "spoilt"
    WITHDRAWN = "withdrawn"


# Paper that is in the office again: nobody is given it, and it is void when the round closes.
BACK = (Outcome.REFUSED, Outcome.MOVED, Outcome.DEAD, Outcome.SPOILT)


class Step(StrEnum):
    """Where a delivery round stands: what is to be done next."""

    PRINT = "print"
    RELEASE = "release"
    TAKE_OUT = "take_out"
    COUNT = "count"
    CLOSE = "close"
    CLOSED = "closed"


OUTCOME_TITLES: dict[str, str] = {
    Outcome.REFUSED: N_("本人不要"),
    Outcome.MOVED: N_("已搬走"),
    Outcome.DEAD: N_("已去世"),
    Outcome.SPOILT: N_("纸损坏"),
}
# Spoilt paper is void with the rest, or another is printed at once.
REPRINT = "reprint"
REASON_TITLES = NOT_GIVEN | OUTCOME_TITLES | {REPRINT: N_("纸损坏，补印")}
STEP_TITLES: dict[str, str] = {
    Step.PRINT: N_("待打印"),
    Step.RELEASE: N_("待放行"),
    Step.TAKE_OUT: N_("待送出"),
    Step.COUNT: N_("清点中"),
    Step.CLOSE: N_("待关闭"),
    Step.CLOSED: N_("已关闭"),
}
NEXT_OF_STEP: dict[str, str] = {
    Step.PRINT: N_("券已生成。下一步：打印这个社区的券和签收表。"),
    Step.RELEASE: N_("已打印。下一步：看过检查结果，签字放行。"),
    Step.TAKE_OUT: N_("已放行。下一步：下载签收表和封面，装箱，交给送券人。回来以后在这里清点。"),
    Step.COUNT: N_("正在送券。下一步：把送到的、退回的登记完；每张纸都有结果，才能关闭。"),
    Step.CLOSE: N_("已经清点完。下一步：由另一位审核人员关闭；没有送到的作废，余额退回预算。"),
    Step.CLOSED: N_("这个社区的发放已经关闭，不用再做什么。"),
}
# Every print is in exactly one place; these are all of them, in the order they are shown.
DELIVERED, SUPERSEDED, MISSING = "delivered", "superseded", "missing"
PLACE_TITLES: dict[str, str] = {
    DELIVERED: N_("已发到"),
    **OUTCOME_TITLES,
    SUPERSEDED: N_("已补印的旧纸"),
    VoucherState.VOID: N_("已作废"),
    VoucherState.LAPSED: N_("已过期"),
    MISSING: N_("还没有结果"),
}


def find_step(
    *, is_printed: bool, is_released: bool, is_begun: bool, is_counted: bool, is_closed: bool
) -> Step:
    """Give what a round waits for; it is begun once any of its paper was given or came back."""
    done = (
        (is_closed, Step.CLOSED),
        (not is_printed, Step.PRINT),
        (not is_released, Step.RELEASE),
        (is_counted, Step.CLOSE),
        (is_begun, Step.COUNT),
    )
    return next((step for holds, step in done if holds), Step.TAKE_OUT)


# Names a round for a scanner and proves nothing: whoever reads it must be allowed there anyway.
_BATCH = re.compile(r"ROUND-(\d{1,9})-(\d{12})", re.ASCII)


def write_batch(*, run_id: int, community: str) -> str:
    """Give the text of a round's QR code: `ROUND-000001-510104001001`."""
    return f"ROUND-{run_id:06d}-{community}"


def read_batch(text: str) -> tuple[int, str] | None:
    """Give the run and the code of the community that a round's text names, or None."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    found = _BATCH.fullmatch(plain)
    return (int(found[1]), found[2]) if found else None
