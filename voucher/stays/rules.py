"""What a stay in hospital does to paper, and which days can be true. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from voucher.refusals import N_
from voucher.workbooks.cells import read_day
from voucher.workbooks.faults import Fault, find_text_faults

MAX_HOSPITAL = 60
# A year back and a month ahead: what lies further is a slip of the pen.
LONGEST_AGO, LONGEST_AHEAD = timedelta(days=366), timedelta(days=31)
LONGEST_STAY = timedelta(days=366)
A_DAY = timedelta(days=1)


class Effect(StrEnum):
    """What becomes of paper: used on, held until released, or no more of it meanwhile."""

    HONOUR = "honour"
    HOLD = "hold"
    STOP = "stop"


class Standing(StrEnum):
    """Where a stay stands on a day."""

    COMING = "coming"
    LASTING = "lasting"
    OVER = "over"
    WITHDRAWN = "withdrawn"


EFFECT_TITLES: dict[str, str] = {
    Effect.HONOUR: N_("照用"),
    Effect.HOLD: N_("暂停"),
    Effect.STOP: N_("停发"),
}
EFFECT_SENTENCES: dict[str, str] = {
    Effect.HONOUR: N_("手里的券照常使用，下期照发。"),
    Effect.HOLD: N_("手里的券立即暂停，出院后由审核人员恢复；下期照发。"),
    Effect.STOP: N_("手里的券照常使用；住院期间开始的各期不发券。"),
}
STANDING_TITLES: dict[str, str] = {
    Standing.COMING: N_("待入院"),
    Standing.LASTING: N_("住院中"),
    Standing.OVER: N_("已出院"),
    Standing.WITHDRAWN: N_("已撤销"),
}


@dataclass(frozen=True, slots=True)
class NewStay:
    """A stay that can be true; `to_date` is the day of going home, None while nobody knows it."""

    from_date: date
    to_date: date | None
    hospital: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class JudgedStay:
    """A form judged: the stay, unless some field has a fault."""

    stay: NewStay | None
    faults: dict[str, Fault]


def judge_stay(
    *, from_text: str, to_text: str, hospital: str, effect: str, born: date, today: date
) -> JudgedStay:
    """
    Judge a stay as typed; the first fault of each field stands at it.

    Paper is held only for a stay that lasts today: one to come or over has nothing to hold yet.
    """
    first, last = read_day(from_text), read_day(to_text)
    faults: dict[str, Fault] = {}
    if (fault := _find_start_fault(from_text, first, born, today)) is not None:
        faults["from"] = fault
    if (fault := _find_end_fault(to_text, first, last, today)) is not None:
        faults["to"] = fault
    for fault in find_text_faults("医院", hospital, most=MAX_HOSPITAL):
        faults.setdefault("hospital", fault)
    if effect not in set(Effect):
        faults["effect"] = Fault("effect_unknown", N_("请选择券怎么办"), {})
    if faults or first is None:
        return JudgedStay(None, faults)
    stay = NewStay(first, last, hospital, Effect(effect))
    if stay.effect is Effect.HOLD and not _lasts(first, last, today):
        sentence = N_("只有正在住院才能暂停手里的券；请改选照用或停发")
        return JudgedStay(None, {"effect": Fault("hold_without_stay", sentence, {})})
    return JudgedStay(stay, {})


def find_end_fault(*, text: str, from_date: date, today: date) -> Fault | None:
    """Give what is wrong with the day somebody is said to have gone home."""
    ended = read_day(text)
    if ended is None:
        return _unreadable(text)
    if ended <= from_date:
        return Fault("stay_order", N_("出院日期须晚于入院日期；当天就回家的，请撤销这次住院"), {})
    if ended > today:
        return Fault("date_future", N_("出院日期不能晚于今天；还没有出院就先不登记"), {})
    return None


def tell_standing(
    *, from_date: date, to_date: date | None, is_withdrawn: bool, on: date
) -> Standing:
    """Tell where a stay stands on a day; the day of going home is no longer part of it."""
    if is_withdrawn:
        return Standing.WITHDRAWN
    if from_date > on:
        return Standing.COMING
    return Standing.LASTING if _lasts(from_date, to_date, on) else Standing.OVER


def _lasts(from_date: date, to_date: date | None, on: date) -> bool:
    return from_date <= on and (to_date is None or to_date > on)


def _unreadable(text: str) -> Fault:
    if not text.strip():
        return Fault("date_missing", N_("请填写日期"), {})
    return Fault("date_invalid", N_("日期不存在或写法不明，请写成 2026-02-03"), {})


def _find_start_fault(text: str, first: date | None, born: date, today: date) -> Fault | None:
    if first is None:
        return _unreadable(text)
    if first < max(born, today - LONGEST_AGO):
        return Fault("date_long_ago", N_("入院日期不能早于一年前，也不能早于出生"), {})
    if first > today + LONGEST_AHEAD:
        return Fault("date_future", N_("入院日期最多提前一个月登记"), {})
    return None


def _find_end_fault(text: str, first: date | None, last: date | None, today: date) -> Fault | None:
    if not text.strip():
        return None
    if last is None:
        return _unreadable(text)
    if first is not None and last <= first:
        return Fault("stay_order", N_("出院日期须晚于入院日期"), {})
    if last > today + LONGEST_STAY:
        return Fault("date_future", N_("出院日期太远；还不知道就不填"), {})
    return None
