"""Dividing a closed total among those who fund it."""

from collections.abc import Sequence
from datetime import date, datetime

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.divisions.queries import get_installation
from voucher.ledger.operations import post_entries
from voucher.ledger.rules import Entry, LedgerAccount, Posting, Pot
from voucher.money import split_by_largest_remainder
from voucher.schemes.queries import get_programme_version
from voucher.schemes.rules.programmes import list_funding_sources
from voucher.settlements.queries.lines import list_pots


def split_closed_total(
    *, actor: Actor, through: date, settlement_ids: Sequence[int], now: datetime
) -> None:
    """
    Split what one close closed, programme by programme, by the split each voucher was issued under.

    By largest remainder over the whole close, spare fen to the first-named source: split shop by
    shop, the first-named would pay a fen too much at almost every shop.
    """
    event_id = record_event(
        actor=actor,
        action="settlements.close",
        subject_kind="day",
        subject_id=through.isoformat(),
        now=now,
        facts={"settlements": len(settlement_ids)},
    )
    entries = [
        entry
        for (programme, version_id, period_from), total_fen in _sum(settlement_ids).items()
        for entry in _split(Pot(programme, None, period_from, ""), version_id, total_fen)
        if entry.amount_fen
    ]
    if entries:
        post_entries(
            event_id=event_id,
            posting=Posting.SPLIT,
            subject_id=f"event:{event_id}",
            entries=entries,
            now=now,
        )


def _sum(settlement_ids: Sequence[int]) -> dict[tuple[str, int, date], int]:
    totals: dict[tuple[str, int, date], int] = {}
    for row in list_pots(settlement_ids=settlement_ids):
        key = (row.programme, row.scheme_version_id, row.period_from)
        totals[key] = totals.get(key, 0) + int(row.amount_fen)
    return totals


def _split(pot: Pot, version_id: int, total_fen: int) -> list[Entry]:
    sources = list_funding_sources(
        programme=get_programme_version(version_id),
        district_code=get_installation().district_code,
    )
    parts = split_by_largest_remainder(total_fen, [source.weight for source in sources])
    whole = Entry(LedgerAccount.FUND, pot, total_fen)
    return [
        whole,
        *(
            Entry(LedgerAccount.FUND, pot, -part, source=source.id)
            for source, part in zip(sources, parts, strict=True)
        ),
    ]
