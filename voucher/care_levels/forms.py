"""What is typed when grading, confirming, rejecting and appealing, as typed values."""

from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from voucher.care_levels.rules import AppealWish, Outcome, Relation
from voucher.listing import MAX_SIZE
from voucher.periods import parse_day
from voucher.refusals import N_, BadInput
from voucher.residents.rules.names import MAX_NAME
from voucher.workbooks.cells import normalise_text
from voucher.workbooks.faults import find_text_faults

MAX_REASON, MAX_LONG_REASON = 200, 500
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Grading:
    """A programme, the day on which people are looked at, and the key of the attempt."""

    programme: str
    on_day: str
    client_key: str

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "Grading":
        """Read the form; what is too long to be true is cut."""
        return cls(
            programme=form.get("programme", "")[:60],
            on_day=form.get("on", "")[:20].strip(),
            client_key=form.get("client_key", ""),
        )

    @property
    def on(self) -> date:
        """
        Give the day.

        :raises BadInput: day.
        """
        return parse_day(self.on_day)


def read_level_ids(form: MultiDict[str, str]) -> tuple[int, ...] | None:
    """
    Give the proposals that were ticked, None when none was: then all are meant.

    :raises BadInput: levels.
    """
    ticked = form.getlist("level_id")
    if not ticked:
        return None
    are_numbers = all(text.isascii() and text.isdigit() and len(text) < 18 for text in ticked)
    if not are_numbers or len(ticked) > MAX_SIZE:
        raise BadInput("levels", N_("所选的等级有误，请回到列表重新勾选"))
    return tuple(int(text) for text in ticked)


def read_seen_at(form: MultiDict[str, str]) -> datetime:
    """
    Give when the page that said what would happen was made: nothing newer is confirmed.

    :raises BadInput: seen_at.
    """
    try:
        seen_at = datetime.fromisoformat(form.get("seen_at", ""))
    except ValueError:
        seen_at = None
    if seen_at is None or seen_at.tzinfo is None:
        raise BadInput("seen_at", N_("页面已过期，请返回刷新后重试"))
    return seen_at


@dataclass(frozen=True, slots=True)
class AppealForm:
    """The same as typed; what is too long to be true is cut."""

    level_id: str = ""
    appellant: str = ""
    relation: str = ""
    appealed: str = ""
    reason: str = ""
    late_reason: str = ""

    @classmethod
    def parse(cls, form: MultiDict[str, str]) -> "AppealForm":
        """Read the form."""
        return cls(*(normalise_text(form.get(name, "")[:_LONGEST]) for name in cls.__slots__))

    def demand(self) -> AppealWish:
        """
        Give what was typed.

        :raises BadInput: level_missing, appellant_missing, relation_missing, date, reason_missing,
            char, long.
        """
        if not (self.level_id.isascii() and self.level_id.isdigit() and len(self.level_id) < 18):
            raise BadInput("level_missing", N_("请选择对哪一项等级申诉"))
        if not self.appellant:
            raise BadInput("appellant_missing", N_("请填写申诉人姓名"))
        if self.relation not in set(Relation):
            raise BadInput("relation_missing", N_("请选择申诉人与老人的关系"))
        _check_text("申诉人", self.appellant, MAX_NAME)
        _check_text("逾期原因", self.late_reason, MAX_REASON)
        return AppealWish(
            level_id=int(self.level_id),
            appellant=self.appellant,
            relation=Relation(self.relation),
            appealed_date=parse_day(self.appealed),
            reason=check_reason(self.reason, most=MAX_LONG_REASON),
            late_reason=self.late_reason,
        )


def read_reason(form: MultiDict[str, str], *, most: int) -> str:
    """
    Read why something is done.

    :raises BadInput: reason_missing, char, long.
    """
    return check_reason(normalise_text(form.get("reason", "")[:_LONGEST]), most=most)


def check_reason(reason: str, *, most: int) -> str:
    """
    Give a reason back if it can be one.

    :raises BadInput: reason_missing, char, long.
    """
    if not reason:
        raise BadInput("reason_missing", N_("请写明原因"))
    _check_text("原因", reason, most)
    return reason


def _check_text(title: str, text: str, most: int) -> None:
    for fault in find_text_faults(title, text, most=most):
        raise BadInput(fault.word, fault.sentence, **fault.facts)


def read_outcome(form: MultiDict[str, str]) -> Outcome:
    """
    Read how an appeal is decided.

    :raises BadInput: outcome_missing.
    """
    chosen = form.get("outcome", "")
    if chosen not in set(Outcome):
        raise BadInput("outcome_missing", N_("请选择维持还是改变等级"))
    return Outcome(chosen)
