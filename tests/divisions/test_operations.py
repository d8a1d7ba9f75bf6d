"""Importing a district's streets and communities."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tests.divisions.factories import FOUNDER, found_district, read_divisions_file
from voucher import clock
from voucher.access import Actor
from voucher.audit.models import Event
from voucher.config import Kind
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.divisions.operations import (
    DivisionsImport,
    found_installation,
    import_divisions,
)
from voucher.divisions.queries import (
    get_community,
    list_communities,
    list_divisions,
    load_bundled_divisions,
)
from voucher.refusals import NotFound, Refusal


def import_again(actor: Actor, content: bytes) -> DivisionsImport:
    with transaction():
        return import_divisions(
            actor=actor, content=content, today=date(2026, 12, 5), now=clock.now()
        )


def count_divisions() -> int | None:
    return db.session.scalar(select(func.count()).select_from(Division))


@pytest.mark.parametrize(("district", "communities"), [("510104", 76), ("330102", 203)])
def test_a_bundled_district_is_imported_whole(app, district, communities):
    found_district(district)

    assert len(list_communities()) == communities
    assert count_divisions() == len(read_divisions_file(district).splitlines()) - 1
    assert load_bundled_divisions(district_code=district) == read_divisions_file(district)


def test_a_second_import_changes_nothing(app):
    console = found_district("510104")
    before = [(one.id, one.code, one.name, one.parent_id) for one in list_divisions()]

    done = import_again(console, read_divisions_file("510104"))

    after = [(one.id, one.code, one.name, one.parent_id) for one in list_divisions()]
    assert (done.rows, done.added, done.updated, done.absent) == (len(before), [], [], [])
    assert after == before


def test_a_new_name_keeps_the_number_and_absent_communities_stay(app):
    console = found_district("510104")
    old = {one.code: one.id for one in list_divisions()}
    lines = read_divisions_file("510104").decode("utf-8-sig").splitlines()
    gone, renamed = lines[-1].split(",")[0], lines[-2].split(",")[0]
    added = f"{gone[:9]}999,增设社区,community,{gone[:9]}"
    changed = [*lines[:-2], lines[-2].replace(lines[-2].split(",")[1], "新名社区")]

    done = import_again(console, "\n".join([*changed, added]).encode())

    now = {one.code: (one.id, one.name) for one in list_divisions()}
    assert (done.added, done.updated, done.absent) == ([f"{gone[:9]}999"], [renamed], [gone])
    assert now[renamed] == (old[renamed], "新名社区")
    assert now[gone][0] == old[gone]


def test_another_districts_list_is_refused_and_nothing_is_written(app):
    console = found_district("510104")
    before = count_divisions()

    with pytest.raises(Refusal) as caught:
        import_again(console, read_divisions_file("330102"))

    assert caught.value.word == "district_other"
    assert count_divisions() == before


def test_an_import_before_the_founding_is_refused(app):
    with pytest.raises(Refusal) as caught:
        import_again(FOUNDER, read_divisions_file("510104"))

    assert caught.value.word == "not_initialised"


def test_an_installation_is_founded_once(app):
    found_district("510104")

    with pytest.raises(Refusal) as caught, transaction():
        found_installation(actor=FOUNDER, district_code="330102", kind=Kind.TEST, now=clock.now())

    assert caught.value.word == "installation_exists"


def test_each_import_leaves_one_event(app):
    console = found_district("510104")
    import_again(console, read_divisions_file("510104"))

    events = db.session.scalars(select(Event).where(Event.action == "divisions.import")).all()

    assert [len(event.facts["added"]) for event in events] == [count_divisions(), 0]


def test_a_community_outside_the_area_is_not_found(app):
    console = found_district("510104")
    first, second = list_communities()[:2]
    worker = Actor(key="w", name="w", channel="test", community_ids=frozenset({first.id}))

    assert get_community(actor=worker, code=first.code).id == first.id
    assert [one.code for one in list_communities(actor=worker)] == [first.code]
    assert get_community(actor=console, code=second.code).id == second.id
    with pytest.raises(NotFound):
        get_community(actor=worker, code=second.code)


@pytest.mark.parametrize("code", ["999999", "../x", ""])
def test_an_unknown_district_has_no_bundled_list(code):
    with pytest.raises(NotFound) as caught:
        load_bundled_divisions(district_code=code)

    assert caught.value.word == "district_unknown"
