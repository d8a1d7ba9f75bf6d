"""A run is approved only if whatever layout is chosen later has room for what it says."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from tests.accounts.factories import sign_in
from tests.browsing import let_everybody_in
from tests.doors.door import Door
from tests.pages import post
from tests.refusing import read_tables, refuse
from tests.vouchers.factories import add_resident, approve, draft, fund, make_town
from voucher import clock
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.printouts.drawing.fields import SAMPLE, Addressee
from voucher.printouts.drawing.sheet import check_fits
from voucher.printouts.operations.fitting import approve_printable_run
from voucher.printouts.queries.sheets import describe_office
from voucher.printouts.rules import LAYOUTS, SHORT_ADDRESS, SHORT_NAME
from voucher.residents.models import Resident
from voucher.schemes.queries import get_programme
from voucher.vouchers.models import IssueRun
from voucher.vouchers.tasks import write_run

# Room for it on a voucher, which bears no address, and none on the letter of a booklet.
LONG_ADDRESS = "示例市示例区示例街道示例路" * 15


@pytest.fixture
def town(app, tmp_path, monkeypatch):
    """Give a town with a drafted run of one woman and one man."""
    monkeypatch.setenv("VOUCHER_PRINTOUTS", str(tmp_path / "printouts"))
    town = make_town()
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0])
    add_resident(born=date(1961, 1, 1), community_id=town.communities[1], name="李建国")
    fund(town)
    let_everybody_in()
    draft(town)
    return town


def rewrite(table, row_id, **values):
    with transaction():
        db.session.execute(update(table).where(table.id == row_id).values(**values))


def approve_it(town, home):
    with transaction():
        return approve_printable_run(
            actor=town.approver,
            run_id=1,
            programme=get_programme("jinjiang-age-bands", 1),
            office=describe_office(home),
            now=clock.now(),
        )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_called_short_has_room_in_every_layout(layout):
    for letter in "龍W𠮷":
        name, address = letter * SHORT_NAME, letter * SHORT_ADDRESS
        person = replace(SAMPLE, masked_name=name, age_band="100岁以上")
        check_fits([replace(person, addressee=Addressee(1, name, address))], layout=layout)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (Resident, {"address": LONG_ADDRESS}),
        (Resident, {"name": "王" * 48 + "·李"}),
        (Division, {"name": "示例社区居民委员会" * 4}),
    ],
)
def test_what_one_layout_has_no_room_for_is_found_before_approval(town, home, table, values):
    place = town.communities[0] if table is Division else 1
    rewrite(table, place, **values)

    refused = refuse("text_too_long", approve_it, town, home)

    assert refused.facts["text"].startswith(next(iter(values.values()))[:1])
    rewrite(table, place, **dict.fromkeys(values, "示例"))
    assert approve_it(town, home).state == "approved"


def test_page_and_command_refuse_and_name_the_text(town, app, home):
    rewrite(Resident, 1, address=LONG_ADDRESS)
    client = app.test_client()
    sign_in(client, name="approver")
    before = read_tables()

    page = post(client, "/runs/1/approval", client_key="k")
    command = Door(home.path).run("runs", "approve", 1, "--as", "approver")

    assert (page.status_code, LONG_ADDRESS in page.get_data(as_text=True)) == (409, True)
    assert (command.exit_code, "[text_too_long]" in command.stderr) == (1, True)
    assert read_tables() == before
    rewrite(Resident, 1, address="示例路1号")
    assert post(client, "/runs/1/approval", client_key="k").location == "/runs/1"
    assert db.session.scalar(select(IssueRun.state)) == "approved"


def test_a_booklet_that_an_address_grew_too_long_for_names_it(town, home, tmp_path):
    approve(town, 1)
    write_run(actor=town.approver, run_id=1)
    rewrite(Resident, 1, address=LONG_ADDRESS)
    printing = ("print", 1, "--as", "worker", "--out", tmp_path / "out")

    booklet = Door(home.path).run(*printing, "--layout", "booklet", "--json")
    sheets = Door(home.path).run(*printing, "--json")

    assert (booklet.exit_code, LONG_ADDRESS in booklet.stdout) == (1, True)
    assert (sheets.exit_code, '"refused": []' in sheets.stdout) == (0, True)
