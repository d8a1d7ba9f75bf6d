"""What people send to the pages of runs and handovers, read into typed values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.codes import parse_serial
from voucher.refusals import N_, BadInput
from voucher.vouchers.rounds import REASON_TITLES
from voucher.vouchers.rules import NOT_GIVEN

MAX_REASON = 200
# A page lists two hundred people; nobody has more than a few vouchers of a run.
MAX_PRINTS = 5_000


@dataclass(frozen=True, slots=True)
class RunWish:
    """Which run is wanted, as typed; an empty community is all of them."""

    programme: str
    month: str
    community: str

    @classmethod
    def parse(cls, sent: Mapping[str, str]) -> "RunWish":
        """Read the fields of the wizard's first step."""
        return cls(*(sent.get(name, "").strip()[:60] for name in cls.__slots__))


def read_number(sent: Mapping[str, str], name: str) -> int:
    """
    Read a whole number that our own page wrote into a form.

    :raises BadInput: form_altered.
    """
    text = sent.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise _altered()
    return int(text)


def read_reason(sent: Mapping[str, str]) -> str:
    """
    Read why something is done.

    :raises BadInput: reason_missing.
    """
    reason = sent.get("reason", "").strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise BadInput("reason_missing", N_("请写明原因，最多 200 个字"))
    return reason


def read_prints(text: str) -> tuple[int, ...]:
    """
    Read the numbers of prints that our own page listed, each once.

    :raises BadInput: form_altered.
    """
    words = text.split()
    if len(words) > MAX_PRINTS or not all(w.isascii() and w.isdigit() for w in words):
        raise _altered()
    return tuple(dict.fromkeys(int(word[:18]) for word in words))


@dataclass(frozen=True, slots=True)
class GivenList:
    """
    Which of the prints shown were given, and why the others were not.

    `not_given` stay on the list of those to give. `back` came back for good; `outcome` says why.
    """

    given: tuple[int, ...]
    not_given: dict[int, str]
    back: tuple[int, ...] = ()
    outcome: str = ""

    @classmethod
    def parse(cls, sent: MultiDict[str, str]) -> "GivenList":
        """
        Read a list in which people without their paper are ticked, or none is.

        :raises BadInput: form_altered, ticked_and_all, not_given_reason.
        """
        shown = read_prints(sent.get("shown", ""))
        ticked = sent.getlist("absent")
        if ticked and sent.get("who") == "all":
            raise BadInput(
                "ticked_and_all",
                N_("您勾选了没发到的人，却按了“全部已发”。请取消勾选，或按“除勾选的人外都已发”"),
            )
        kept = {print_id: None for text in ticked for print_id in read_prints(text)}
        reason = sent.get("reason", "")
        if kept and reason not in REASON_TITLES:
            raise BadInput("not_given_reason", N_("请选择没有发到的原因"))
        others = () if sent.get("who") == "ticked" else shown
        given = tuple(print_id for print_id in others if print_id not in kept)
        if kept and reason not in NOT_GIVEN:
            return cls(given, {}, tuple(kept), reason)
        return cls(given, {print_id: reason for print_id in shown if print_id in kept})


def read_outcome(sent: Mapping[str, str], *, among: Collection[str]) -> str:
    """
    Read what became of paper that came back.

    :raises BadInput: outcome_missing.
    """
    outcome = sent.get("outcome", "")
    if outcome not in among:
        raise BadInput("outcome_missing", N_("请选择退回的原因"))
    return outcome


@dataclass(frozen=True, slots=True)
class LossForm:
    """A lost box as typed: from which serial to which, and whether what people hold is in it."""

    first: str
    last: str
    with_delivered: bool

    @classmethod
    def parse(cls, sent: Mapping[str, str]) -> "LossForm":
        """Read the fields; what is too long to be a serial is cut."""
        first, last = (sent.get(name, "")[:40].strip() for name in ("first", "last"))
        return cls(first, last, sent.get("with_delivered") == "yes")

    def read_range(self) -> tuple[str, str]:
        """
        Give the first and last serial.

        :raises BadInput: serial, range_order.
        """
        first, last = parse_serial(self.first), parse_serial(self.last or self.first)
        if first > last:
            raise BadInput("range_order", N_("起始券号在结束券号之后，请核对"))
        return first, last


def _altered() -> BadInput:
    return BadInput("form_altered", N_("提交的内容不完整，请刷新页面后重试"))
