"""Which version of a scheme counts: the newest whose day has come."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TypeVar

from voucher.refusals import N_, NotFound
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programmes import Programme

Key = tuple[str, int]
# The day from which each version of a district's own counts; a bundled one says it itself.
Since = Mapping[Key, date]
Found = TypeVar("Found", Instrument, Programme)


def pick_scheme(known: Mapping[Key, Found], scheme_id: str, *, since: Since, day: date) -> Found:
    """
    Give the version of a scheme that counts on a day.

    :raises NotFound: scheme_unknown, scheme_early.
    """
    versions = [one for one in known.values() if one.id == scheme_id]
    if not versions:
        raise refuse_unknown(scheme_id, known)
    found = _find_newest(versions, since, day)
    if found is None:
        raise _refuse_early(versions, since, day)
    return found


def list_newest(known: Mapping[Key, Found], *, since: Since, day: date) -> Iterator[Found]:
    """Give every scheme that counts on a day, in the version that does."""
    for scheme_id in dict.fromkeys(scheme_id for scheme_id, _ in known):
        found = _find_newest([one for one in known.values() if one.id == scheme_id], since, day)
        if found is not None:
            yield found


def pick_version(known: Mapping[Key, Found], scheme_id: str, version: int) -> Found:
    """
    Give one version of a scheme, whether its day has come or not.

    :raises NotFound: scheme_unknown.
    """
    if (scheme_id, version) not in known:
        raise refuse_unknown(scheme_id, known)
    return known[scheme_id, version]


def refuse_unknown(scheme_id: str, known: Iterable[Key]) -> NotFound:
    """Give the refusal of a scheme that does not exist, naming those that do."""
    return NotFound(
        "scheme_unknown",
        N_("没有方案“%(scheme)s”，可用：%(known)s"),
        scheme=scheme_id[:200],
        known=" ".join(sorted({name for name, _ in known})),
    )


def _refuse_early(versions: Iterable[Found], since: Since, day: date) -> NotFound:
    first = min(versions, key=lambda one: since[one.id, one.version])
    return NotFound(
        "scheme_early",
        N_("方案“%(scheme)s”自 %(since)s 起施行，%(day)s 还不能用"),
        scheme=first.id,
        since=since[first.id, first.version].isoformat(),
        day=day.isoformat(),
    )


def _find_newest(versions: list[Found], since: Since, day: date) -> Found | None:
    days = [(since.get((one.id, one.version), one.effective_from), one) for one in versions]
    come = [one for day_from, one in days if day_from <= day]
    if come:
        return max(come, key=lambda one: one.version)
    # Before its first day a bundled scheme stands in: it came with the system.
    bundled = [one for one in versions if (one.id, one.version) not in since]
    return min(bundled, key=lambda one: one.version, default=None)
