"""Reading the last answers of a whole district, batch by batch."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Text, cast, or_, select

from voucher.access import Actor, within_area
from voucher.assessments.models import Assessment
from voucher.assessments.queries.assessments import DIAGNOSES_COLUMN
from voucher.db import db
from voucher.residents.models import Resident
from voucher.schemes.models import SchemeVersion
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.scoring import RawRow
from voucher.sealing import unseal_rows

_STREAMED = 1_000


class LatestAnswers(NamedTuple):
    """Answers to one version of an instrument, a column for each field; closed until opened."""

    version: int
    ids: Sequence[int]
    public_ids: Sequence[str]
    resident_ids: Sequence[int]
    days: Sequence[date]
    points: Sequence[str]
    events: Sequence[str]
    sealed: Sequence[bytes]
    comas: Sequence[bool]

    def open(self, instrument: Instrument) -> Iterator[RawRow]:
        """
        Give the answers as `score_rows` takes them.

        :raises Refusal: sealed_damaged.
        """
        ids = [item.id for item in instrument.items]
        pick = itemgetter(*ids) if len(ids) > 1 else lambda points: (points[ids[0]],)
        sealed = unseal_rows(
            zip(self.sealed, self.public_ids, strict=True), column=DIAGNOSES_COLUMN
        )
        return zip(
            # Parsed all at once, which is faster than one by one.
            map(pick, json.loads(f"[{','.join(self.points)}]")),
            map(_split_words, sealed),
            map(_count_events, self.events),
            self.comas,
            strict=True,
        )


def stream_latest_assessments(
    *, actor: Actor, on: date, instrument: str
) -> Iterator[LatestAnswers]:
    """Give, in batches, the last assessment that holds on a day, of each present resident."""
    held: dict[int, Any] = {}
    for rows in _stream_assessments(actor, on, instrument):
        found = held | {row.resident_id: row for row in rows}
        # The next batch may begin with a later assessment of the same person.
        held = dict([found.popitem()])
        yield from _group_by_version(found.values())
    yield from _group_by_version(held.values())


def _group_by_version(rows: Iterable[Any]) -> Iterator[LatestAnswers]:
    for version, same in groupby(rows, key=itemgetter(0)):
        yield LatestAnswers(version, *list(zip(*same, strict=True))[1:])


def _stream_assessments(actor: Actor, on: date, instrument: str) -> Iterator[Sequence[Any]]:
    """Give rows with the fields of `LatestAnswers`, the later ones of a person last."""
    wanted = (
        select(
            *(SchemeVersion.version, Assessment.id, Assessment.public_id),
            *(Assessment.resident_id, Assessment.assessed_date),
            *(cast(Assessment.points, Text), cast(Assessment.events, Text)),
            *(Assessment.diagnoses_sealed, Assessment.coma),
        )
        .join(Resident, Resident.id == Assessment.resident_id)
        .join(SchemeVersion, SchemeVersion.id == Assessment.scheme_version_id)
        .where(
            within_area(Resident.community_id, actor),
            or_(Resident.departed_date.is_(None), Resident.departed_date > on),
            Assessment.assessed_date <= on,
            Assessment.superseded_by.is_(None),
            SchemeVersion.scheme == instrument,
        )
        .order_by(Assessment.resident_id, Assessment.assessed_date, Assessment.id)
        .execution_options(yield_per=_STREAMED)
    )
    # The connection gives plain rows; the session would look each of them over.
    return db.session.connection().execute(wanted).partitions()


@lru_cache(maxsize=1_024)
def _split_words(words: bytes) -> tuple[str, ...]:
    return tuple(words.decode().split())


@lru_cache(maxsize=1_024)
def _count_events(events: str) -> int:
    return sum(json.loads(events).values())
