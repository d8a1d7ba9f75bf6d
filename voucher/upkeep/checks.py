"""Every law of every domain, gathered for `verify`."""

from collections.abc import Iterator
from typing import Any

from voucher.audit.checks import CHECKS as AUDIT
from voucher.laws import Check, Finding
from voucher.ledger.checks import CHECKS as LEDGER
from voucher.redemptions.checks import CHECKS as REDEMPTIONS
from voucher.settlements.checks import CHECKS as SETTLEMENTS
from voucher.vouchers.checks import CHECKS as VOUCHERS

DOMAINS: tuple[dict[str, Check], ...] = (LEDGER, VOUCHERS, REDEMPTIONS, SETTLEMENTS, AUDIT)


def run_checks() -> dict[str, Any]:
    """Recompute every law from the rows: how many rows each looked at, and every breach."""
    checked: dict[str, int] = {}
    breaches = []
    for law, finding in _run_all():
        checked[law] = checked.get(law, 0) + finding.checked
        breaches += [
            {"law": breach.law, "where": breach.where, **breach.facts}
            for breach in finding.breaches
        ]
    return {"checked": dict(sorted(checked.items())), "breaches": breaches}


def _run_all() -> Iterator[tuple[str, Finding]]:
    for checks in DOMAINS:
        for law, check in checks.items():
            yield law, check()
