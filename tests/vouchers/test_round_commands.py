"""A round at the command line: listed, counted back, closed by two people."""

import shutil
from datetime import date

from sqlalchemy import select

from tests.doors.door import Door
from tests.vouchers.factories import let_out
from voucher import clock
from voucher.accounts.queries import get_actor
from voucher.app import create_app
from voucher.codes import make_serial
from voucher.config import load_home
from voucher.db import db
from voucher.vouchers.models import Voucher

HERE = "510104001001"


def open_door(stages, tmp_path) -> tuple[Door, list[str]]:
    """Give the command line on a town whose paper is let out, and the serials of one community."""
    home = shutil.copytree(stages["issued"], tmp_path / "home")
    with create_app(load_home(home)).app_context():
        let_out(get_actor(name="worker", channel="test"), 1, now=clock.now())
        serials = list(db.session.scalars(select(Voucher.serial).order_by(Voucher.id)))
        db.session.remove()
        db.engine.dispose()
    return Door(home), serials[:4]


def test_one_counts_back_and_another_closes(stages, tmp_path):
    door, serials = open_door(stages, tmp_path)
    back = ("rounds", "return", 1, "--as", "worker", "--outcome")
    stranger = make_serial(month=date(2026, 12, 1), number=9999)
    close = ("rounds", "close", 1, "--community", HERE, "--as")

    door.refuse(*back, "eaten", "--serial", serials[0], word="usage", exit_code=2)
    door.refuse(*back, "moved", "--serial", stranger, word="voucher_unknown")
    done = door.answer(*back, "moved", "--serial", serials[0], "--serial", serials[1])
    assert done == {"run": 1, "outcome": "moved", "returned": 2}
    door.refuse(*back, "dead", "--serial", serials[0], word="handover_changed")
    door.refuse(*close, "worker", word="counts_open")
    given = door.answer("handover", 1, "--as", "worker")
    assert given == {"run": 1, "handed_over": 3, "state": "issued"}
    assert door.answer(*close, "worker")["result"] == "waiting"
    door.refuse(*close, "worker", word="not_allowed")
    closed = door.answer(*close, "approver")

    assert (closed["result"], closed["voided"]) == ("closed", 2)
    rounds = door.answer("rounds", "list", 1)["rounds"]
    found = [(row["step"], row["prints"], row["delivered"], row["moved"]) for row in rounds]
    assert found == [("closed", 4, 2, 2), ("closed", 1, 1, 0)]
    assert door.answer("runs", "show", 1)["state"] == "closed"
    assert door.answer("verify")["breaches"] == []


def test_one_voucher_is_printed_by_itself_after_a_reprint(stages, tmp_path):
    door, serials = open_door(stages, tmp_path)
    door.answer("reprint", serials[0], "--reason", "破损", "--as", "worker")

    made = door.answer("paper", serials[0], "--as", "worker", "--out", tmp_path / "out")

    assert made["pages"] == 1
    assert (tmp_path / "out" / f"voucher-{serials[0]}-2.pdf").stat().st_size > 0
