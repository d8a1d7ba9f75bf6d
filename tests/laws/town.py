"""A small town that went through every real operation. Everybody in it is invented."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tests.divisions.factories import FOUNDER, found_district
from tests.residents.factories import import_people, make_number, make_person
from tests.shops.factories import make_book, service_row, shop_row, take
from tests.vouchers.factories import let_out
from voucher import clock
from voucher.access import Actor, Role
from voucher.accounts.operations.keeping import add_account
from voucher.accounts.queries import describe_actor
from voucher.codes import read_print_code, show_typed_code
from voucher.config import Home, read_key
from voucher.db import db, transaction
from voucher.jobs import claim_chunk
from voucher.ledger.operations import approve_budget, set_budget
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.queries.paper import Reader
from voucher.redemptions.rules.taking import Claim, RedemptionRefused
from voucher.schemes.queries import get_programme
from voucher.shops.operations.approving import approve_shops
from voucher.shops.operations.enrolling import enrol_rehearsal_device
from voucher.shops.queries import find_till
from voucher.signing import create_key, load_ring
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.operations.custody import hand_over
from voucher.vouchers.operations.drafting import draft_run
from voucher.vouchers.operations.issuing import issue_chunk
from voucher.vouchers.operations.planning import Plan, plan_run
from voucher.vouchers.operations.runs import ISSUE_JOB, approve_run
from voucher.vouchers.rules import PrintState

MONTH = date(2026, 12, 1)
JINJIANG = "jinjiang-age-bands"
SHANGCHENG = "shangcheng-six-classes"
DISTRICT = "510104"
LOTUS = {"街道": "牛市口街道", "社区": "莲花社区居委会"}
FRUIT = {"街道": "狮子山街道", "社区": "花果社区居委会"}
# Name, day of birth, family, community: every age band, a dotted, a rare and a long name.
PEOPLE = (
    ("王秀英", "19610312", "", LOTUS),
    ("李国强", "19650730", "空巢", LOTUS),
    ("阿依古丽·买买提", "19530501", "独居", LOTUS),
    ("张淑兰", "19500110", "低保", LOTUS),
    ("㛃玉珍", "19430228", "独居", LOTUS),
    ("刘建国", "19410906", "残疾", LOTUS),
    ("欧阳文秀", "19380824", "", FRUIT),
    ("陈桂芳", "19350615", "特困", FRUIT),
    ("杨永福", "19300102", "空巢", FRUIT),
    ("赵长寿", "19220419", "", FRUIT),
    ("周志明", "19660101", "优抚", FRUIT),
    ("吴春华", "19580505", "", FRUIT),
)
# Shop, service, published price in yuan; a repair takes the whole of any amount voucher.
PRICES = (
    ("S0001", "haircut", 30),
    ("S0001", "bath", 90),
    ("S0001", "daycare", 120),
    ("S0001", "repair", 300),
    ("S0002", "haircut", 25),
    ("S0002", "bath", 60),
    ("S0002", "repair", 300),
)


@dataclass(frozen=True, slots=True)
class Town:
    """Who acts in the town. Two tills stand in the first shop, one in the second."""

    home: Home
    console: Actor
    worker: Actor
    approver: Actor
    finance: Actor
    controller: Actor
    tills: tuple[Actor, ...]


def build_town(home: Home) -> Town:
    """Found the town: divisions, accounts, residents, shops with their tills; nothing issued."""
    console = found_district(DISTRICT)
    create_key(home.path / "keys", wrapping_key=read_key(home, "wrap"), now=clock.now())
    worker = _hire("worker", Role.WORKER)
    approver = _hire("approver", Role.APPROVER)
    finance, controller = _hire("finance", Role.FINANCE), _hire("controller", Role.FINANCE)
    people = [describe_person(number, *person) for number, person in enumerate(PEOPLE, start=1)]
    assert len(import_people(worker, *people).added) == len(PEOPLE)
    tills = _open_shops(worker, approver)
    return Town(home, console, worker, approver, finance, controller, tills)


def _hire(name: str, role: Role) -> Actor:
    with transaction():
        made = add_account(actor=FOUNDER, name=name, role=role, area=None, now=clock.now())
        return describe_actor(made.account, channel="test")


def describe_person(
    number: int, name: str, born: str, situation: str, place: dict[str, str]
) -> dict[str, object]:
    """Give the roster's row of somebody; the number makes ID number and telephone their own."""
    identity = make_number(number, born=born)
    return make_person(number, 姓名=name, 身份证号=identity, 家庭情况=situation, **place)


def _open_shops(worker: Actor, approver: Actor) -> tuple[Actor, ...]:
    codes = sorted({code for code, _, _ in PRICES})
    take(worker, make_book([shop_row(code) for code in codes], [service_row(*p) for p in PRICES]))
    with transaction():
        approve_shops(actor=approver, now=clock.now(), today=clock.today())
    return tuple(_enrol(worker, code) for code in ("S0001", "S0001", "S0002"))


def _enrol(worker: Actor, code: str) -> Actor:
    with transaction():
        made = enrol_rehearsal_device(actor=worker, shop_code=code, now=clock.now())
        till = find_till(token=str(made.token), channel="test", now=clock.now())
    assert till is not None
    return till


def describe_reader(home: Home) -> Reader:
    """Give what reading codes needs to know of the town."""
    return Reader(host=home.host, keyring=load_ring(home), test_allowed=True)


def fund(town: Town, *, programme: str, period_from: date, amount_fen: int, now: datetime) -> None:
    """Let one finance account set a budget and the other approve it."""
    with transaction():
        budget = set_budget(
            actor=town.finance,
            programme=programme,
            period_from=period_from,
            amount_fen=amount_fen,
            now=now,
        )
        approve_budget(actor=town.controller, budget_id=budget.id, now=now)


def plan(
    town: Town, *, programme: str, period_from: date, now: datetime, community_id: int | None = None
) -> Plan:
    """Work out who is due a voucher of the month."""
    return plan_run(
        actor=town.worker,
        programme=get_programme(programme, 1),
        period_from=period_from,
        community_id=community_id,
        today=clock.local_date(now),
    )


def draft(
    town: Town, *, programme: str, period_from: date, now: datetime, community_id: int | None = None
) -> tuple[int, Plan]:
    """Draft a run of everybody due; give it with its plan."""
    with transaction():
        planned = plan(
            town,
            programme=programme,
            period_from=period_from,
            now=now,
            community_id=community_id,
        )
        run = draft_run(
            actor=town.worker,
            programme=get_programme(programme, 1),
            period_from=period_from,
            community_id=community_id,
            plan=planned,
            now=now,
        )
        return run.id, planned


def approve(town: Town, *, run_id: int, programme: str, now: datetime) -> None:
    """Approve a run and write its vouchers, as the worker process does."""
    with transaction():
        approve_run(
            actor=town.approver, run_id=run_id, programme=get_programme(programme, 1), now=now
        )
    write_vouchers(town, run_id=run_id, now=now)


def write_vouchers(town: Town, *, run_id: int, now: datetime) -> None:
    """Work through the chunks of an approved run."""
    kid = load_ring(town.home).signing_kid
    while True:
        with transaction():
            claimed = claim_chunk(job=ISSUE_JOB, subject_id=run_id, now=now)
            if claimed is None:
                return
            issue_chunk(
                actor=town.approver,
                run_id=run_id,
                chunk_id=claimed[0],
                community_id=claimed[1],
                kid=kid,
                now=now,
            )


def print_run(town: Town, *, run_id: int, now: datetime) -> None:
    """Note a run as printed and released without drawing it."""
    let_out(town.worker, run_id, now=now)


def issue(town: Town, *, programme: str = JINJIANG, period_from: date = MONTH) -> int:
    """Take a month from its budget to printed paper, and give its run."""
    now = clock.now()
    needed = plan(town, programme=programme, period_from=period_from, now=now).value_fen
    fund(town, programme=programme, period_from=period_from, amount_fen=needed, now=now)
    run_id, _ = draft(town, programme=programme, period_from=period_from, now=now)
    approve(town, run_id=run_id, programme=programme, now=now)
    print_run(town, run_id=run_id, now=now)
    return run_id


def issue_and_hand_over(town: Town) -> int:
    """Take a month from its budget into people's hands, and give its run."""
    run_id = issue(town)
    with transaction():
        hand_over(actor=town.worker, run_id=run_id, community_id=None, now=clock.now())
    return run_id


def list_codes(*, item: str = "services") -> list[str]:
    """Give the typed code of every live print of an item, oldest voucher first."""
    rows = db.session.scalars(
        select(Print.code)
        .join(Voucher, Voucher.id == Print.voucher_id)
        .where(Voucher.item == item, Print.state == PrintState.LIVE)
        .order_by(Voucher.id)
    )
    return [show_typed_code(read_print_code(code)) for code in rows]


def present(
    till: Actor, *, code: str, claim: Claim, key: str, reader: Reader, now: datetime
) -> dict[str, Any] | RedemptionRefused:
    """Show a voucher at a till, as every door does it."""
    with transaction():
        return attempt_redemption(
            actor=till, text=code, reader=reader, claim=claim, client_key=key, now=now
        )
