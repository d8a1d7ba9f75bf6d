"""A small town with vouchers out. People and shops are invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy import select, update

from tests.shops.factories import (
    COMMUNITY,
    OTHER_COMMUNITY,
    make_book,
    make_person,
    service_row,
    shop_row,
    take,
)
from voucher import clock
from voucher.access import Actor, Role
from voucher.config import Kind, read_key
from voucher.db import db, transaction
from voucher.divisions.models import Division, Installation, Level
from voucher.ledger.operations import approve_budget, set_budget
from voucher.residents.models import Resident, Sex
from voucher.schemes.queries import get_programme
from voucher.sealing import blind_index, seal
from voucher.shops.models import Shop, ShopService
from voucher.shops.operations.approving import approve_shops
from voucher.signing import create_key
from voucher.vouchers.models import IssueRun, Print, Round, Voucher
from voucher.vouchers.operations.custody import hand_over, mark_printed
from voucher.vouchers.operations.planning import Plan, plan_run
from voucher.vouchers.operations.runs import approve_run, draft_run
from voucher.vouchers.rules import PrintState
from voucher.vouchers.tasks import write_run

MONTH = date(2026, 12, 1)
AGE_BANDS = "jinjiang-age-bands"
PLENTY_FEN = 1_000_000
SHOP, OTHER_SHOP = "S0001", "S0002"
PRICES = (
    (SHOP, "haircut", 30),
    (SHOP, "cleaning", 60),
    (SHOP, "bath", 92),
    (SHOP, "daycare", 150),
    (OTHER_SHOP, "haircut", 25),
)


@dataclass(frozen=True, slots=True)
class Town:
    """Who acts here, two communities of two streets, two approved shops."""

    worker: Actor
    approver: Actor
    finance: Actor
    other_finance: Actor
    communities: tuple[int, int]
    shops: dict[str, int]


def make_town() -> Town:
    """Found the town: divisions, people, a signing key, two approved shops; no residents yet."""
    communities = _make_divisions()
    home = current_app.config["HOME"]
    create_key(home.path / "keys", wrapping_key=read_key(home, "wrap"), now=clock.now())
    worker = make_person("worker")
    approver = make_person("approver", Role.APPROVER)
    shops = [shop_row(SHOP), shop_row(OTHER_SHOP, 账号="6222418600883785975")]
    services = [service_row(code, service, price) for code, service, price in PRICES]
    take(worker, make_book(shops, services))
    with transaction():
        approve_shops(actor=approver, now=clock.now(), today=clock.today())
        # The town is older than its tests: prices hold from before the month.
        db.session.execute(update(ShopService).values(from_date=date(2026, 11, 1)))
    return Town(
        worker=worker,
        approver=approver,
        finance=make_person("finance", Role.FINANCE),
        other_finance=make_person("other-finance", Role.FINANCE),
        communities=communities,
        shops={shop.code: shop.id for shop in db.session.scalars(select(Shop))},
    )


def _make_divisions() -> tuple[int, int]:
    with transaction():
        now = clock.now()
        db.session.add(Installation(id=1, district_code="510104", kind=Kind.TEST, made_at=now))
        district = _add_division("510104", "锦江区", Level.DISTRICT, None)
        found = []
        for number, (street, community) in enumerate((COMMUNITY, OTHER_COMMUNITY), start=1):
            code = f"51010400{number}"
            parent = _add_division(code, street, Level.STREET, district)
            found.append(_add_division(f"{code}001", community, Level.COMMUNITY, parent))
    return found[0], found[1]


def _add_division(code: str, name: str, level: Level, parent_id: int | None) -> int:
    division = Division(
        code=code, name=name, level=level, parent_id=parent_id, from_date=date(2020, 1, 1)
    )
    db.session.add(division)
    db.session.flush()
    return division.id


def add_resident(
    *,
    born: date,
    community_id: int,
    name: str = "王秀英",
    situation: Sequence[str] = (),
    departed_date: date | None = None,
    departure: str = "moved_out",
) -> int:
    """Write one person; the ID number is a running number that nobody bears."""
    with transaction():
        number = db.session.query(Resident).count() + 1
        key, id_number = f"resident{number:08d}", f"{number:018d}"
        resident = Resident(
            public_id=key,
            name=name,
            name_key=name,
            sex=Sex.FEMALE,
            born_date=born,
            id_sealed=seal(id_number, column="residents.id_number", row=key),
            id_index=blind_index(id_number, column="residents.id_number"),
            community_id=community_id,
            address=f"示例路{number}号",
            situation=list(situation),
            remark="",
            registered_at=clock.now(),
            departed_date=departed_date,
            departure=departure if departed_date else None,
        )
        db.session.add(resident)
        db.session.flush()
        return resident.id


def fund(town: Town, *, amount_fen: int = PLENTY_FEN, programme: str = AGE_BANDS) -> None:
    """Set and approve the month's budget by two people."""
    with transaction():
        budget_id = set_budget(
            actor=town.finance,
            programme=programme,
            period_from=MONTH,
            amount_fen=amount_fen,
            now=clock.now(),
        ).id
    with transaction():
        approve_budget(actor=town.other_finance, budget_id=budget_id, now=clock.now())


def plan(town: Town, *, programme: str = AGE_BANDS, today: date | None = None) -> Plan:
    return plan_run(
        actor=town.worker,
        programme=get_programme(programme),
        period_from=MONTH,
        community_id=None,
        today=today or clock.today(),
    )


def draft(town: Town, *, programme: str = AGE_BANDS) -> int:
    """Draft the month's run and give its number."""
    with transaction():
        return draft_run(
            actor=town.worker,
            programme=get_programme(programme),
            period_from=MONTH,
            community_id=None,
            plan=plan(town, programme=programme),
            now=clock.now(),
        ).id


def approve(town: Town, run_id: int, *, actor: Actor | None = None) -> None:
    with transaction():
        run = db.session.get_one(IssueRun, run_id)
        approve_run(
            actor=actor or town.approver,
            run_id=run_id,
            programme=get_programme(run.programme),
            now=clock.now(),
        )


def issue(town: Town, *, programme: str = AGE_BANDS) -> int:
    """Draft, approve and write a run; the budget must be there."""
    run_id = draft(town, programme=programme)
    approve(town, run_id)
    write_run(actor=town.approver, run_id=run_id)
    return run_id


def give(town: Town, run_id: int, *, now: datetime | None = None) -> int:
    """Hand over a run's paper as if it had been drawn."""
    with transaction():
        mark_printed(run_id=run_id, now=now or clock.now())
        return hand_over(
            actor=town.worker, run_id=run_id, community_id=None, now=now or clock.now()
        )


def make_vouchers(town: Town) -> int:
    """Fund, issue and hand over what everybody on the roster is due; give the run."""
    fund(town)
    run_id = issue(town)
    give(town, run_id)
    return run_id


def let_out(actor: Actor, run_id: int, *, now: datetime) -> None:
    """Have a run's paper count as printed and signed for, without drawing it."""
    with transaction():
        mark_printed(run_id=run_id, now=now)
        db.session.execute(
            update(Round)
            .where(Round.run_id == run_id)
            .values(released_at=now, released_by=actor.account_id)
        )


def get_voucher(item: str = "services", *, resident_id: int | None = None) -> Voucher:
    """Give the one voucher of an item, of a person where several have it, as it is now."""
    db.session.rollback()
    wanted = select(Voucher).where(Voucher.item == item)
    if resident_id is not None:
        wanted = wanted.where(Voucher.resident_id == resident_id)
    return db.session.scalars(wanted).one()


def get_code(voucher: Voucher) -> str:
    """Give the code of a voucher's live print."""
    return db.session.scalars(
        select(Print.code).where(Print.voucher_id == voucher.id, Print.state == PrintState.LIVE)
    ).one()
