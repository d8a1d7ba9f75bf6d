"""The rehearsal's present: January is under way, and something waits for everybody."""

from dataclasses import replace

from sqlalchemy import select

from voucher import clock
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.divisions.queries import list_communities
from voucher.residents.operations.comparing import judge_roster_file
from voucher.residents.operations.importing import import_roster
from voucher.schemes.queries import get_programme
from voucher.shops.models import Shop
from voucher.shops.operations.enrolling import enrol_device
from voucher.shops.operations.importing import import_shops, read_shop_book
from voucher.shops.rules.states import ShopState
from voucher.upkeep.rules import write_newcomers, write_proposed_shop
from voucher.upkeep.tasks.issuing import (
    describe_plan,
    draft_month,
    issue_month,
    plan_month,
    print_run,
    propose_budget,
)
from voucher.upkeep.tasks.rehearsal import NEXT_MONTH, PROGRAMMES, Rehearsal
from voucher.upkeep.tasks.shopping import shop_around
from voucher.vouchers.operations.custody import hand_over

# The other streets' paper waits to be printed.
PRINTED_STREETS = 3


def begin_next_month(rehearsal: Rehearsal) -> None:
    """Issue the next month, print some streets' paper, give out most of it, spend some of it."""
    programme = get_programme(PROGRAMMES[0], NEXT_MONTH)
    plan = plan_month(rehearsal, programme, NEXT_MONTH)
    run_id = issue_month(rehearsal, programme, NEXT_MONTH, plan)
    rehearsal.summary[f"run {run_id} {programme.id} 2027-01"] = describe_plan(plan)
    printed = _list_first_streets(rehearsal)
    worker = rehearsal.as_person("worker")
    print_run(rehearsal, run_id, actor=replace(worker, community_ids=frozenset(printed)))
    given = 0
    # The last community's paper still lies in the office.
    for community_id in printed[:-1]:
        with transaction():
            given += hand_over(
                actor=worker, run_id=run_id, community_id=community_id, now=clock.now()
            )
    rehearsal.summary["handed over 2027-01"] = given
    rehearsal.summary["redemptions 2027-01"] = shop_around(
        actor=rehearsal.console, home=rehearsal.home, name="january"
    )


def _list_first_streets(rehearsal: Rehearsal) -> list[int]:
    communities = list_communities(actor=rehearsal.console)
    streets = list(dict.fromkeys(found.street for found in communities))[:PRINTED_STREETS]
    return [found.id for found in communities if found.street in streets]


def leave_work(rehearsal: Rehearsal) -> None:
    """Leave open what the site's visitors can do: a draft, a budget, a shop, a case."""
    _draft_by_level(rehearsal)
    _propose_shop(rehearsal)
    if rehearsal.newest is not None:
        _import_newcomers(rehearsal)


def _draft_by_level(rehearsal: Rehearsal) -> None:
    programme = get_programme(PROGRAMMES[1], NEXT_MONTH)
    plan = plan_month(rehearsal, programme, NEXT_MONTH)
    if not plan.lines:
        return
    propose_budget(rehearsal, programme.id, NEXT_MONTH, plan.value_fen)
    run_id = draft_month(rehearsal, programme, NEXT_MONTH, plan)
    rehearsal.summary[f"draft {run_id} {programme.id} 2027-01"] = describe_plan(plan)


def _propose_shop(rehearsal: Rehearsal) -> None:
    place = list_communities(actor=rehearsal.console)[0]
    with transaction():
        import_shops(
            actor=rehearsal.as_person("worker"),
            book=read_shop_book(content=write_proposed_shop(place.street, place.name)),
            now=clock.now(),
            today=clock.today(),
        )


def _import_newcomers(rehearsal: Rehearsal) -> None:
    """Two people who are new, one of them by all appearances somebody known."""
    known, worker = rehearsal.newest, rehearsal.as_person("worker")
    assert known is not None
    community, street = db.session.execute(
        select(Division.name, Division.parent_id).where(
            Division.code == known.community_code, Division.to_date.is_(None)
        )
    ).one()
    place = (db.session.get_one(Division, street).name, community)
    content = write_newcomers(
        name=known.name, id_number=known.id_number, phone=known.phone or "", place=place
    )
    roster = judge_roster_file(actor=worker, content=content, on=NEXT_MONTH)
    with transaction():
        import_roster(actor=worker, file=roster, now=clock.now())


def enrol_till(rehearsal: Rehearsal) -> None:
    """Give a one-time code for a till of the first shop: who reads the demo's answer opens it."""
    first = select(Shop.code).where(Shop.state == ShopState.APPROVED).order_by(Shop.code).limit(1)
    code = db.session.scalars(first).one()
    with transaction():
        made = enrol_device(actor=rehearsal.as_person("worker"), shop_code=code, now=clock.now())
    rehearsal.till = {"shop": code, "code": made.code}
