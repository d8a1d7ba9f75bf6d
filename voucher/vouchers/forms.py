"""What people send to the pages of runs and handovers, read into typed values."""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from voucher.refusals import N_, BadInput
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
    """Which of the prints shown were given, and why the others were not."""

    given: tuple[int, ...]
    not_given: dict[int, str]

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
        kept = {print_id for text in ticked for print_id in read_prints(text)}
        reason = sent.get("reason", "")
        if kept and reason not in NOT_GIVEN:
            raise BadInput("not_given_reason", N_("请选择没有发到的原因"))
        return cls(
            given=tuple(print_id for print_id in shown if print_id not in kept),
            not_given={print_id: reason for print_id in shown if print_id in kept},
        )


def _altered() -> BadInput:
    return BadInput("form_altered", N_("提交的内容不完整，请刷新页面后重试"))
