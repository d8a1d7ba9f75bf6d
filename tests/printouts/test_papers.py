"""Paper of single vouchers: nothing leaves that was not read back from the disk."""

from dataclasses import replace

import pytest
from flask import current_app
from sqlalchemy import select

from tests.doors.door import Door
from tests.pages import post
from tests.refusing import read_tables
from voucher import clock
from voucher.audit.models import Event
from voucher.codes import make_print_id, show_typed_code
from voucher.db import db, transaction
from voucher.printouts.models import PrintFile
from voucher.printouts.operations.papers import plan_paper, prove_paper
from voucher.printouts.operations.printing import draw_sheet_file
from voucher.printouts.proofing import judging
from voucher.printouts.queries.sheets import MARKS, describe_office
from voucher.refusals import BadInput, Refusal
from voucher.signing import load_ring
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import reprint_voucher


def list_serials():
    db.session.rollback()
    serials = list(db.session.scalars(select(Voucher.serial).order_by(Voucher.serial)))
    db.session.rollback()
    return serials


def ask(town, serials, folder):
    home = current_app.config["HOME"]
    asked = {"actor": town.worker, "office": describe_office(home), "keyring": load_ring(home)}
    planned = plan_paper(serials=serials, mark=MARKS[home.kind], folder=folder, **asked)
    return planned, asked


def prove(file, asked):
    draw_sheet_file(file)
    prove_paper(file=file, **asked)


def swap_codes(sheets):
    return (replace(sheets[0], qr_text=sheets[1].qr_text), *sheets[1:])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda sheets: (replace(sheets[0], masked_name="李**"), *sheets[1:]), "text"),
        (lambda sheets: (replace(sheets[0], qr_text="HTTPS://X.CN/V/A"), *sheets[1:]), "not_ours"),
        (swap_codes, "misplaced"),
        (lambda sheets: (*sheets, sheets[0]), "twice"),
    ],
)
def test_paper_that_says_something_else_than_the_rows_is_thrown_away(town, folder, spoil, reason):
    file, asked = ask(town, list_serials(), folder)
    prove(file, asked)

    with pytest.raises(Refusal) as refused:
        prove(replace(file, vouchers=spoil(file.vouchers)), asked)

    assert (refused.value.word, refused.value.facts["reason"]) == ("preflight_failed", reason)
    assert list(folder.iterdir()) == []


def test_a_voucher_that_should_be_there_and_is_not_is_found(town, folder):
    file, asked = ask(town, list_serials(), folder)
    other = replace(file.vouchers[1], typed_code=show_typed_code(make_print_id()))

    for wanted in (file, replace(file, vouchers=(other,))):
        draw_sheet_file(replace(file, vouchers=file.vouchers[1:]))
        with pytest.raises(Refusal) as refused:
            prove_paper(file=wanted, **asked)
        assert refused.value.facts["reason"] == "missing"


def test_paper_reprinted_while_it_was_drawn_is_dead(town, folder):
    serial = list_serials()[0]
    file, asked = ask(town, [serial], folder)
    draw_sheet_file(file)
    with transaction():
        reprint_voucher(actor=town.worker, serial=serial, reason="丢", kid=1, now=clock.now())

    with pytest.raises(Refusal) as refused:
        prove_paper(file=file, **asked)

    assert refused.value.facts["reason"] == "print_dead"


def test_neither_page_nor_command_offers_what_was_not_read_back(
    town, enter, home, folder, monkeypatch
):
    serial, client = list_serials()[0], enter("worker")
    monkeypatch.setattr(judging, "SMALLEST_MM", 99)
    before = read_tables()

    page = post(client, f"/vouchers/{serial}/paper")
    command = Door(home.path).run("paper", serial, "--as", "worker", "--out", folder)

    assert (page.status_code, "二维码连白边只有" in page.get_data(as_text=True)) == (409, True)
    assert (command.exit_code, "[preflight_failed]" in command.stderr) == (1, True)
    assert read_tables() == before
    assert list(folder.iterdir()) == []


def test_some_vouchers_are_one_file_with_an_event_each(town, home, folder):
    serials = list_serials()
    door = Door(home.path)

    made = door.answer("paper", *serials, serials[0], "--as", "worker")
    again = door.answer("paper", *serials, "--as", "worker")

    assert (made["serials"][:2], made["pages"], again["file"]) == (serials, 1, made["file"])
    kept = db.session.execute(select(PrintFile.vouchers, PrintFile.run_id)).all()
    assert kept == [(len(serials), 1)] * 2
    events = select(Event.subject_id).where(Event.action == "printouts.print_voucher")
    assert db.session.scalars(events.order_by(Event.id)).all() == serials * 2
    read = door.answer("preflight", made["file"], "--as", "worker")["files"][0]
    assert (read["codes"], read["verified"], read["findings"]) == (len(serials),) * 2 + ([],)


def test_too_many_at_once_are_refused_before_any_is_looked_up(town, folder):
    with pytest.raises(BadInput) as refused:
        ask(town, [str(number) for number in range(1_001)], folder)

    assert refused.value.word == "too_many_papers"
