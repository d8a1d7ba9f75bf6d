"""
No voucher is missing or twice, whoever is killed whenever; and the paper is the same to the byte.

Short in the everyday suite; `make kills` kills twenty times in a run of ten thousand.
"""

import os
import random
from functools import partial

import pytest
from flask import current_app
from sqlalchemy import func, select

from tests.laws.kills import RUN, Rig, count_lines, found_big_town, is_over, list_hosts
from tests.vouchers.factories import approve
from voucher import clock
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.codes import make_serial
from voucher.db import db
from voucher.jobs import LEASE
from voucher.printouts.models import PrintFile
from voucher.printouts.queries.sheets import describe_office
from voucher.printouts.rules import PRINT_JOB
from voucher.printouts.tasks.asking import ask_print
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import IssueRun, Print, Round, Voucher
from voucher.vouchers.operations.runs import ISSUE_JOB

KILLS = int(os.environ.get("KILLS", "3"))
VOUCHERS = int(os.environ.get("VOUCHERS", "240"))
SEED = int(os.environ.get("SEED", "2026"))
COMMUNITIES = 20 if VOUCHERS > 600 else 6
WORKER = ("worker", "--jobs", "2")


def test_killed_workers_lose_and_double_nothing(app, home, tmp_path):
    town = found_big_town(vouchers=VOUCHERS, communities=COMMUNITIES)
    rig = Rig(home, tmp_path / "printouts", random.Random(SEED))

    rig.kill_one(ISSUE_JOB, "runs", "approve", str(RUN), "--as", "approver")
    while rig.kills < KILLS / 2 and not is_over(ISSUE_JOB):
        rig.kill_one(ISSUE_JOB, *WORKER)
    worker = rig.start(*WORKER)
    rig.wait(worker, lambda: is_over(ISSUE_JOB))
    ask_for_print(town)
    asked = 1
    rig.kill_at(PRINT_JOB, worker)
    while rig.kills < KILLS:
        if is_over(PRINT_JOB):
            ask_for_print(town)
            asked += 1
        rig.kill_one(PRINT_JOB, *WORKER)
    rig.work_until(lambda: is_over(PRINT_JOB), *WORKER)

    check_vouchers(VOUCHERS, COMMUNITIES)
    check_paper(rig, asked * COMMUNITIES, tmp_path / "undisturbed")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_one_host_began_another_finishes(app, home, tmp_path):
    vouchers, communities = 300, 30
    town = found_big_town(vouchers=vouchers, communities=communities)
    first = Rig(home, tmp_path / "printouts", random.Random(SEED))
    second = first.add_host(tmp_path / "copy", "host-2")
    approve(town, RUN)

    for job, ask in ((ISSUE_JOB, None), (PRINT_JOB, ask_for_print)):
        if ask:
            ask(town)
        first.kill_begun(job, "worker", "--jobs", "1")
        # The second host's clock is a minute ahead: no law may hang on two clocks being one.
        for rig in (first, second):
            set_clock(rig.home, clock.now() + LEASE * 1.1)
        second.work_until(partial(is_over, job), *WORKER)
        assert list_hosts(job) == ["host-1", "host-2"]

    check_vouchers(vouchers, communities)
    check_paper(second, communities, tmp_path / "undisturbed")


def ask_for_print(town):
    office = describe_office(current_app.config["HOME"])
    ask_print(actor=town.worker, run_id=RUN, office=office)


def check_vouchers(vouchers, communities):
    db.session.rollback()
    run = db.session.get_one(IssueRun, RUN)
    serials = db.session.scalars(select(Voucher.serial).order_by(Voucher.serial)).all()
    live = select(func.count(Print.id)).where(Print.state == "live", Print.number == 1)

    assert (run.state, count_lines()) == ("issued", vouchers)
    assert serials == [make_serial(month=run.period_from, number=n + 1) for n in range(vouchers)]
    assert (db.session.scalar(live), db.session.query(Print).count()) == (vouchers, vouchers)
    assert db.session.query(Round).count() == communities
    assert count_events("vouchers.issue_chunk") == communities
    assert run_checks()["breaches"] == []


def check_paper(rig, printed, undisturbed):
    assert count_events("printouts.print_run") == printed
    assert db.session.query(PrintFile).count() == printed * 2
    communities = db.session.query(Round).count()
    rig.ask("print", str(RUN), "--jobs", "2", "--out", str(undisturbed))

    kept = {path.name: path.read_bytes() for path in sorted(undisturbed.iterdir())}
    assert len(kept) == communities * 2
    assert {path.name: path.read_bytes() for path in sorted(rig.printouts.iterdir())} == kept


def count_events(action):
    return db.session.scalar(select(func.count(Event.id)).where(Event.action == action))
