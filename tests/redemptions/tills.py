"""A district where one resident holds a voucher of each kind and one shop takes them all."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from tests.divisions.factories import found_district
from tests.residents.factories import import_people, make_number
from tests.residents.factories import make_person as describe_person
from tests.shops.factories import make_book, make_person, service_row, shop_row, take
from tests.vouchers.factories import let_out
from voucher import clock
from voucher.access import Actor, Role
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import grade_residents
from voucher.config import Home, read_key
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.ledger.operations import approve_budget, set_budget
from voucher.periods import local_date
from voucher.printouts.queries.sheets import Office, list_sheet_vouchers
from voucher.schemes.queries import get_programme
from voucher.shops.operations.approving import approve_shops
from voucher.shops.operations.enrolling import enrol_rehearsal_device
from voucher.signing import create_key, load_ring
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import hand_over
from voucher.vouchers.operations.drafting import draft_run
from voucher.vouchers.operations.planning import plan_run
from voucher.vouchers.operations.runs import approve_run
from voucher.vouchers.tasks import write_run

MONTH = date(2026, 12, 1)
PROGRAMME = "jinjiang-age-bands"
COMMUNITY = {"街道": "牛市口街道", "社区": "莲花社区居委会"}
# Every price a round one: 30 yuan a haircut, 100 a bath, 120 a day.
PRICES = (("haircut", 30), ("bath", 100), ("daycare", 120))


@dataclass(frozen=True, slots=True)
class Town:
    """Who acts here, the tokens of two shops' tills, and the paper of each kind of voucher."""

    worker: Actor
    approver: Actor
    token: str
    other_token: str
    typed: dict[str, str]
    scanned: dict[str, str]


def open_town(home: Home) -> Town:
    """Run the chain from the roster to vouchers handed over."""
    found_district("510104")
    create_key(home.path / "keys", wrapping_key=read_key(home, "wrap"), now=clock.now())
    worker, approver = make_person("worker"), make_person("approver", Role.APPROVER)
    person = describe_person(
        1, 身份证号=make_number(1, born="19400101"), 家庭情况="独居", **COMMUNITY
    )
    import_people(worker, person)
    run_id = _issue(worker, approver)
    tokens = _open_shops(worker, approver)
    typed, scanned = _read_paper(home, run_id)
    return Town(worker, approver, *tokens, typed, scanned)


def _issue(worker: Actor, approver: Actor) -> int:
    programme, now = get_programme(PROGRAMME, 1), clock.now()
    with transaction():
        grade_residents(actor=worker, programme=programme, on=MONTH, now=now)
    with transaction():
        confirm_levels(actor=approver, scale=programme.scale, on=MONTH, now=now)
    with transaction():
        chosen = {"actor": worker, "programme": programme, "period_from": MONTH}
        plan = plan_run(**chosen, community_id=None, today=local_date(now))
        run_id = draft_run(**chosen, community_id=None, plan=plan, now=now).id
    _set_budget(plan.value_fen)
    with transaction():
        approve_run(actor=approver, run_id=run_id, programme=programme, now=now)
    write_run(actor=approver, run_id=run_id)
    # Drawing has tests of its own; here the run counts as printed.
    let_out(worker, run_id, now=now)
    with transaction():
        hand_over(actor=worker, run_id=run_id, community_id=None, now=now)
    return run_id


def _set_budget(amount_fen: int) -> None:
    maker, checker = make_person("finance1", Role.FINANCE), make_person("finance2", Role.FINANCE)
    now = clock.now()
    with transaction():
        budget_id = set_budget(
            actor=maker, programme=PROGRAMME, period_from=MONTH, amount_fen=amount_fen, now=now
        ).id
    with transaction():
        approve_budget(actor=checker, budget_id=budget_id, now=now)


def _open_shops(worker: Actor, approver: Actor) -> tuple[str, str]:
    shops = ("S0001", "S0002")
    prices = [service_row(shop, service, yuan) for shop in shops for service, yuan in PRICES]
    take(worker, make_book([shop_row(shop) for shop in shops], prices))
    with transaction():
        approve_shops(actor=approver, now=clock.now(), today=clock.today())
    first, second = (enrol_till(worker, shop) for shop in shops)
    return first, second


def enrol_till(worker: Actor, shop: str = "S0001") -> str:
    """Enrol one more till and give its token."""
    with transaction():
        made = enrol_rehearsal_device(actor=worker, shop_code=shop, now=clock.now())
    assert made.token is not None
    return made.token


def _read_paper(home: Home, run_id: int) -> tuple[dict[str, str], dict[str, str]]:
    office = Office(home.host, home.desk_phone, is_test=True)
    community = db.session.scalars(
        select(Division).join(Voucher, Voucher.community_id == Division.id)
    ).first()
    kinds = dict(db.session.execute(select(Voucher.serial, Voucher.kind)).all())
    sheets = list(
        list_sheet_vouchers(
            run_id=run_id, community=community, office=office, keyring=load_ring(home)
        )
    )
    db.session.rollback()
    typed = {kinds[sheet.serial]: sheet.typed_code for sheet in sheets}
    return typed, {kinds[sheet.serial]: sheet.qr_text for sheet in sheets}
