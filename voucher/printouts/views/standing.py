"""Where a run's paper stands between the printer and the door, as the pages say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from voucher.codes import show_serial
from voucher.listing import Column
from voucher.printouts.queries.files import Kept
from voucher.printouts.queries.preflights import Standing
from voucher.printouts.rules import tell_finding
from voucher.refusals import N_


@dataclass(frozen=True, slots=True)
class Part:
    """The communities of a run that stand alike, and what was read of their paper."""

    communities: int
    vouchers: int
    checked: int
    degraded: int
    findings: int

    @property
    def is_sample(self) -> bool:
        """Tell whether some vouchers were not read."""
        return self.checked < self.vouchers


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the paper of a run stands: its communities by what comes next."""

    unread: Part
    failed: Part
    passed: Part
    released: Part
    failed_ids: tuple[int, ...]


def describe_standings(standings: Sequence[Standing]) -> Overview:
    """Count where the paper of these communities stands."""
    parts = {
        state: _add_up([one for one in standings if one.state == state])
        for state in ("unread", "failed", "passed", "released")
    }
    return Overview(**parts, failed_ids=tuple(sorted({one.id for one in _list_failed(standings)})))


def _list_failed(standings: Sequence[Standing]) -> list[Kept]:
    return [one.preflight for one in standings if one.preflight and one.preflight.findings]


def _add_up(standings: Sequence[Standing]) -> Part:
    kept = [standing.preflight for standing in standings if standing.preflight]
    return Part(
        communities=len(standings),
        vouchers=sum(standing.vouchers for standing in standings),
        checked=sum(one.checked for one in kept),
        degraded=sum(one.degraded for one in kept),
        findings=sum(one.findings for one in kept),
    )


def tell_fault(row: Any) -> str:
    """Say what is wrong, in the reader's language."""
    return tell_finding(row.word, row.facts, say=gettext)[0]


def tell_advice(row: Any) -> str:
    """Say what to do about it, in the reader's language."""
    return tell_finding(row.word, row.facts, say=gettext)[1]


FINDING_COLUMNS: tuple[Column[Any], ...] = (
    Column(N_("哪里不对"), tell_fault),
    Column(N_("怎么办"), tell_advice),
    Column(N_("券号"), lambda row: show_serial(row.serial) if row.serial else "", "serial"),
    Column(N_("页"), lambda row: row.page or "", "page", is_number=True),
    Column(N_("社区"), lambda row: row.community),
    Column(N_("文件"), lambda row: row.file, "file"),
)
