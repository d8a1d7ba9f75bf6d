"""
Finds schemes: the bundled ones and, inside a home, those the district adopted.

Of several versions the newest counts whose day has come, so whoever asks says which: a version
by its number, or the one that counts on a day. Adopted schemes are read once a transaction, so
that a page asks the same few questions whatever it lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import has_app_context
from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from voucher.access import Actor
from voucher.accounts.models import Account
from voucher.db import db
from voucher.refusals import N_, BadInput, NotFound
from voucher.schemes.models import SchemeAdoption, SchemeVersion
from voucher.schemes.rules.adopting import AdoptionState
from voucher.schemes.rules.choosing import (
    Found,
    Key,
    Since,
    list_newest,
    pick_scheme,
    pick_version,
    refuse_unknown,
)
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.loading import (
    SUFFIX,
    Scheme,
    Schemes,
    load_bundled,
    load_catalogue,
    load_scheme,
    load_schemes,
    load_texts,
)
from voucher.schemes.rules.programme_files import Instruments
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.services import Service
from voucher.schemes.rules.values import Level

GBT = "gbt-42195-2022"
# The day on which the newest version of everything counts, whether its own day has come or not.
END_OF_TIME = date.max


@dataclass(frozen=True, slots=True)
class _Adopted:
    """The adopted schemes of a home, and the day from which each counts."""

    schemes: Schemes
    since: Since


_NONE = _Adopted(Schemes({}, {}), {})


def list_services() -> tuple[Service, ...]:
    """List the service catalogue in the order of its numbers."""
    return tuple(sorted(load_catalogue().values(), key=lambda service: service.number))


def get_service(code: str) -> Service:
    """
    Get a service by its code.

    :raises BadInput: service_unknown.
    """
    catalogue = load_catalogue()
    if code not in catalogue:
        raise BadInput(
            "service_unknown",
            N_("没有服务“%(service)s”，可用：%(known)s"),
            service=code[:40],
            known=" ".join(catalogue),
        )
    return catalogue[code]


def list_bundled_schemes() -> tuple[Scheme, ...]:
    """List the bundled instruments, then the bundled programmes, in every version."""
    return load_bundled().all


def list_adopted_schemes() -> tuple[tuple[Scheme, date], ...]:
    """List the schemes of the district's own, each with the day from which it counts."""
    adopted = _read_adopted()
    return tuple((one, adopted.since[one.id, one.version]) for one in adopted.schemes.all)


def list_instruments(*, on: date) -> tuple[Instrument, ...]:
    """List the instruments that count on a day, each in the version that does."""
    return tuple(list_newest(map_instruments(), since=_read_adopted().since, day=on))


def list_programmes(*, on: date) -> tuple[Programme, ...]:
    """List the programmes that count on a day, each in the version that does."""
    return tuple(list_newest(_map_programmes(), since=_read_adopted().since, day=on))


def map_instruments() -> Instruments:
    """Give the instruments a programme may read: bundled and adopted, in every version."""
    return {**load_bundled().instruments, **_read_adopted().schemes.instruments}


def _map_programmes() -> Mapping[Key, Programme]:
    return {**load_bundled().programmes, **_read_adopted().schemes.programmes}


def get_instrument(scheme_id: str, which: int | date) -> Instrument:
    """
    Get an instrument in the version of a number, or in the one that counts on a day.

    :raises NotFound: scheme_unknown, scheme_early.
    """
    return _pick(map_instruments(), scheme_id, which)


def get_programme(scheme_id: str, which: int | date) -> Programme:
    """
    Get a programme in the version of a number, or in the one that counts on a day.

    :raises NotFound: scheme_unknown, scheme_early.
    """
    return _pick(_map_programmes(), scheme_id, which)


def open_instrument(name: str, *, on: date) -> Instrument:
    """
    Get the instrument that counts on a day, or whatever a file holds, to try it.

    Nothing is graded by a mere file.

    :raises NotFound: scheme_unknown, scheme_early. :raises BadInput: scheme_invalid.
    """
    if not _is_path(name):
        return get_instrument(name, on)
    return _pick_only(load_schemes([Path(name)]).instruments, name)


def open_programme(name: str, *, on: date) -> Programme:
    """
    Get the programme that counts on a day, or whatever a file holds, to try it.

    No money moves by a mere file.

    :raises NotFound: scheme_unknown, scheme_early. :raises BadInput: scheme_invalid.
    """
    if not _is_path(name):
        return get_programme(name, on)
    loaded = load_schemes([Path(name)], map_instruments())
    return _pick_only(loaded.programmes, name)


def get_programme_version(scheme_version_id: int) -> Programme:
    """Get a programme as it was when this version was first used; it never changes."""
    row = db.session.get_one(SchemeVersion, scheme_version_id)
    return _load_kept(row.content)


@lru_cache(maxsize=64)
def _load_kept(text: str) -> Programme:
    # Versions of instruments never change, so what was loaded once stays true.
    scheme = load_scheme(text=text, file="scheme_versions", within_reach=map_instruments())
    assert isinstance(scheme, Programme)
    return scheme


def get_scheme(scheme_id: str, which: int | date) -> Instrument | Programme:
    """
    Get an instrument or a programme, whichever has this id; the version as for either.

    :raises NotFound: scheme_unknown, scheme_early.
    """
    if any(scheme_id == known for known, _ in map_instruments()):
        return get_instrument(scheme_id, which)
    return get_programme(scheme_id, which)


def get_scale(*, scale: str, version: int) -> Instrument | Programme:
    """
    Get the version of a scale: an instrument, or a programme that classes itself.

    :raises NotFound: scheme_unknown.
    """
    return get_scheme(scale, version)


def get_level(*, scale: str, version: int, level: str) -> Level:
    """
    Get a level with its names; the scale is an instrument or a programme that classes itself.

    :raises NotFound: scheme_unknown or level_unknown.
    """
    for known in get_scale(scale=scale, version=version).levels:
        if known.id == level:
            return known
    raise NotFound("level_unknown", N_("没有等级“%(level)s”"), level=level[:40])


def list_adoptions() -> list[Row[Any]]:
    """List what was proposed and adopted, newest first, with the people behind it."""
    return list(db.session.execute(_select_adoptions().order_by(SchemeAdoption.id.desc())))


def get_adoption(adoption_id: int) -> Row[Any]:
    """
    Get one proposal or adoption as `list_adoptions` does, and its text as `content`.

    :raises NotFound: adoption_unknown.
    """
    query = _select_adoptions(SchemeAdoption.content).where(SchemeAdoption.id == adoption_id)
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound("adoption_unknown", N_("没有这次采用申请"))
    return found


def _select_adoptions(*more: Any) -> Any:
    proposer, approver = aliased(Account), aliased(Account)
    names = (proposer.name.label("proposer"), approver.name.label("approver"))
    columns = [one for one in SchemeAdoption.__table__.columns if one.name != "content"]
    return (
        select(*columns, *names, *more)
        .join(proposer, proposer.id == SchemeAdoption.proposed_by)
        .outerjoin(approver, approver.id == SchemeAdoption.approved_by)
    )


def forget_adopted() -> None:
    """Read the adopted schemes anew, where this transaction has just changed them."""
    db.session.info.pop("adopted", None)


def _read_adopted() -> _Adopted:
    """Read what is adopted, once a transaction; outside a home nothing is."""
    if not has_app_context():
        return _NONE
    session = db.session()
    known = session.info.get("adopted")
    if known is not None and known[0] is session.get_transaction():
        return known[1]
    rows = session.execute(
        select(SchemeAdoption.content, SchemeAdoption.effective_from)
        .where(SchemeAdoption.state == AdoptionState.APPROVED)
        .order_by(SchemeAdoption.scheme, SchemeAdoption.version)
    ).all()
    adopted = _load_adopted(tuple((row.content, row.effective_from) for row in rows))
    session.info["adopted"] = (session.get_transaction(), adopted)
    return adopted


@lru_cache(maxsize=8)
def _load_adopted(rows: tuple[tuple[str, date], ...]) -> _Adopted:
    texts = {f"scheme_adoptions[{number}]": text for number, (text, _) in enumerate(rows)}
    schemes = load_texts(texts, load_bundled().instruments)
    days = dict(rows)
    return _Adopted(schemes, {(one.id, one.version): days[one.text] for one in schemes.all})


def _pick(known: Mapping[Key, Found], scheme_id: str, which: int | date) -> Found:
    if isinstance(which, int):
        return pick_version(known, scheme_id, which)
    return pick_scheme(known, scheme_id, since=_read_adopted().since, day=which)


def _pick_only(schemes: Mapping[Key, Found], name: str) -> Found:
    if not schemes:
        raise refuse_unknown(name, schemes)
    return max(schemes.values(), key=lambda scheme: scheme.version)


def _is_path(scheme_id: str) -> bool:
    return scheme_id.endswith(SUFFIX) or "/" in scheme_id


def count_waiting_adoptions(*, actor: Actor) -> int:
    """Count the district's own schemes that somebody else proposed and nobody approved yet."""
    waiting = [row for row in list_adoptions() if row.state == AdoptionState.PROPOSED]
    return sum(row.proposed_by != actor.account_id for row in waiting)
