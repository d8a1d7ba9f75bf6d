"""Writing a run that is cancelled, taken over or stopped leaves nothing half, and goes on."""

from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from tests.pages import post
from tests.refusing import read_tables, refuse
from tests.vouchers.factories import approve, draft, get_voucher, give, issue
from voucher import clock
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.codes import make_serial
from voucher.db import bind_values, db, insert_rows, transaction
from voucher.jobs import MAX_FAULTS, REST, Chunk, LeaseLost, claim_chunk
from voucher.ledger.models import BudgetTotal, LedgerEntry
from voucher.ledger.rules import LedgerAccount
from voucher.signing import load_ring
from voucher.upkeep.checks import run_checks
from voucher.upkeep.tasks.working import do_chunk
from voucher.vouchers.models import IssueRun, Print, RunLine, Voucher
from voucher.vouchers.operations.cancelling import cancel_run
from voucher.vouchers.operations.issuing import issue_chunk
from voucher.vouchers.operations.runs import ISSUE_JOB
from voucher.vouchers.tasks import finish_run, write_run


@pytest.fixture
def approved(open_town):
    """Give the town with a run of two communities approved and nothing of it written."""
    approve(open_town, draft(open_town))
    return open_town


def claim():
    with transaction():
        return claim_chunk(job=ISSUE_JOB, subject_id=1, now=clock.now())


def write(town, claimed):
    with transaction():
        return issue_chunk(
            actor=town.approver,
            run_id=1,
            chunk_id=claimed.chunk_id,
            community_id=claimed.part,
            kid=1,
            now=clock.now(),
        )


def cancel(town):
    with transaction():
        cancel_run(actor=town.approver, run_id=1, reason="x", now=clock.now())


def read_all(column):
    db.session.rollback()
    return list(db.session.scalars(select(column).order_by(column)))


def sum_account(account):
    wanted = select(func.sum(LedgerEntry.amount_fen)).where(LedgerEntry.account == account)
    return int(db.session.scalar(wanted) or 0)


def break_run():
    """Let the run's writing fail whoever tries."""
    with transaction():
        db.session.execute(update(IssueRun).values(first_serial=None))


def mend_run():
    with transaction():
        db.session.execute(update(IssueRun).values(first_serial=1))


def fail_often(home):
    for _ in range(MAX_FAULTS):
        for chunk_id in read_all(Chunk.id):
            assert do_chunk(chunk_id) is None
        set_clock(home, clock.now() + REST + timedelta(seconds=1))


def test_each_voucher_is_what_its_line_says_and_has_one_print_of_its_own(approved):
    with transaction():
        db.session.execute(update(IssueRun).values(first_serial=998))

    write_run(actor=approved.approver, run_id=1)

    run = db.session.get_one(IssueRun, 1)
    lines = db.session.scalars(select(RunLine).order_by(RunLine.position)).all()
    vouchers = db.session.scalars(select(Voucher).order_by(Voucher.id)).all()
    prints = db.session.scalars(select(Print).order_by(Print.id)).all()
    assert [describe_voucher(voucher) for voucher in vouchers] == [
        describe_line(line, run) for line in lines
    ]
    assert [made.voucher_id for made in prints] == [voucher.id for voucher in vouchers]
    assert len({made.code for made in prints}) == len(lines) == 3
    assert {(made.number, made.state, made.kid, made.died_at) for made in prints} == {
        (1, "live", load_ring(current_app.config["HOME"]).signing_kid, None)
    }


def describe_voucher(voucher):
    return {column.key: getattr(voucher, column.key) for column in Voucher.__table__.c} | {"id": 0}


def describe_line(line, run):
    copied = ("run_id", "resident_id", "community_id", "level", "item", "kind", "is_offline")
    uses = line.uses if line.kind == "count" else 0
    return {
        "id": 0,
        "serial": make_serial(month=run.period_from, number=997 + line.position),
        **{key: getattr(line, key) for key in (*copied, "unit_fen", "committed_fen")},
        **{key: getattr(run, key) for key in ("programme", "scheme_version_id")},
        **{key: getattr(run, key) for key in ("period_from", "period_to")},
        "state": "inactive",
        "held_reason": None,
        "replaces_id": None,
        "uses_total": uses,
        "balance_uses": uses,
        "balance_fen": line.committed_fen,
        **dict.fromkeys(("redeemed_fen", "void_fen", "lapsed_fen", "released_fen"), 0),
    }


def test_a_run_cancelled_while_it_is_written_leaves_nothing_half(approved):
    write(approved, claim())
    assert sum_account(LedgerAccount.COMMITTED) == 27_000

    cancel(approved)
    write_run(actor=approved.approver, run_id=1)

    assert read_all(Voucher.state) == ["void", "void"]
    assert read_all(Chunk.state) == ["cancelled", "done"]
    accounts = (LedgerAccount.COMMITTED, LedgerAccount.VOID, LedgerAccount.FUND)
    assert [sum_account(account) for account in accounts] == [0, 24_000, -24_000]
    assert read_all(BudgetTotal.committed_fen) == [0]
    assert run_checks()["breaches"] == []


def test_after_a_cancelled_writing_everybody_is_due_again(approved):
    write(approved, claim())
    cancel(approved)

    again = issue(approved)

    assert again == 2
    written = select(Voucher.serial).where(Voucher.run_id == again).order_by(Voucher.serial)
    # The numbers of the first run are never given again.
    assert db.session.scalars(written).all() == [
        make_serial(month=date(2026, 12, 1), number=number) for number in (4, 5, 6)
    ]
    assert run_checks()["breaches"] == []


def test_what_a_worker_has_in_hand_when_the_run_is_cancelled_is_undone(approved):
    claimed = claim()
    cancel(approved)

    refuse("run_state", lambda: write(approved, claimed))

    assert read_all(Voucher.id) == []


def test_who_lost_the_chunk_keeps_nothing_of_his_work(approved):
    claimed = claim()
    with transaction():
        db.session.execute(
            update(Chunk).where(Chunk.state == "doing").values(leased_by="elsewhere:1:0")
        )
    before = read_tables()

    with pytest.raises(LeaseLost):
        write(approved, claimed)

    assert read_tables() == before


def test_a_run_given_to_somebody_is_not_cancelled_while_a_late_chunk_waits(approved):
    write_run(actor=approved.approver, run_id=1)
    give(approved, 1)

    refuse("handed_over", lambda: cancel(approved))


def test_a_worker_writes_in_the_name_of_who_approved(approved):
    for chunk_id in read_all(Chunk.id):
        assert do_chunk(chunk_id) == ISSUE_JOB
        assert do_chunk(chunk_id) is None

    written = select(Event.actor_name, Event.channel).where(Event.action == "vouchers.issue_chunk")
    assert db.session.execute(written).all() == [("approver", "worker")] * 2
    assert get_voucher("bath").state == "inactive"


def test_a_writing_that_fails_stops_and_goes_on_when_a_person_says_so(approved, enter, home):
    break_run()
    fail_often(home)
    client = enter("approver")

    page = client.get("/runs/1").get_data(as_text=True)
    assert [words in page for words in ("写券停下了", "run_state", "继续写券", "取消批次")] == [
        True
    ] * 4
    assert "hx-trigger" not in page
    refuse("job_failed", lambda: finish_run(actor=approved.approver, run_id=1))

    mend_run()
    for _ in range(2):
        assert post(client, "/runs/1/resumption").location == "/runs/1"
    finish_run(actor=approved.approver, run_id=1)

    assert read_all(Chunk.state) == ["done", "done"]
    assert read_all(Print.state) == ["live"] * 3
    resumed = select(Event.facts).where(Event.action == "vouchers.resume_run")
    assert db.session.scalars(resumed).all() == [{"communities": 2}]


def test_only_a_run_that_is_being_written_is_gone_on_with(open_town, enter):
    issue(open_town)
    client = enter("worker")
    before = read_tables()

    answer = post(client, "/runs/1/resumption")

    assert (answer.status_code, read_tables() == before) == (409, True)
    assert post(enter("finance"), "/runs/1/resumption").status_code == 403
    assert post(client, "/runs/9/resumption").status_code == 404


def test_a_second_row_of_the_same_is_refused_however_it_is_inserted(approved):
    write_run(actor=approved.approver, run_id=1)
    taken = db.session.execute(select(Print.voucher_id, Print.code).limit(1)).one()
    made_at = bind_values(Print.__table__.c.made_at)(clock.now())
    before = read_tables()
    db.session.rollback()

    with pytest.raises(IntegrityError), transaction():
        insert_rows(
            table=Print.__table__,
            columns=("voucher_id", "code", "number", "state", "kid", "made_at"),
            rows=[(taken.voucher_id, taken.code, 1, "live", 1, made_at)],
        )

    assert read_tables() == before
