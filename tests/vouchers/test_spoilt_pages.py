"""Spoilt paper of a round, reprinted in one deed and printed as one file."""

from io import BytesIO

import pypdf
import pytest
from sqlalchemy import select

from tests.doors.door import Door
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import issue, let_out
from tests.vouchers.returning import have_all_come_back
from voucher import clock
from voucher.audit.models import Event
from voucher.codes import show_serial
from voucher.db import db
from voucher.printouts.models import PrintFile
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Print, Round, Voucher

HERE, THERE = "/handovers/1/510104001001", "/handovers/1/510104002001"
SPOILT, PAPER = f"{HERE}/spoilt", "/printouts/1/510104001001/reprints"


@pytest.fixture
def worker(open_town, enter, tmp_path, monkeypatch):
    """Give a worker whose round came back spoilt: both vouchers of the one woman here."""
    monkeypatch.setenv("VOUCHER_PRINTOUTS", str(tmp_path / "printouts"))
    issue(open_town)
    let_out(open_town.worker, 1, now=clock.now())
    client = enter("worker")
    count_back(client, list_live()[:2], reason="spoilt")
    return client


def list_live() -> list[tuple[int, str]]:
    db.session.rollback()
    live = select(Print.id, Voucher.serial).join(Voucher).where(Print.state == "live")
    found = [tuple(row) for row in db.session.execute(live.order_by(Voucher.serial))]
    db.session.rollback()
    return found


def list_serials() -> list[str]:
    return [serial for _, serial in list_live()]


def list_prints() -> list[tuple[int, str]]:
    db.session.rollback()
    query = select(Print.number, Print.state).order_by(Print.voucher_id, Print.number)
    found = [tuple(row) for row in db.session.execute(query)]
    db.session.rollback()
    return found


def count_back(client, live, *, reason):
    shown = " ".join(str(print_id) for print_id, _ in live)
    form = {"shown": shown, "absent": shown, "reason": reason, "who": "ticked"}
    assert post(client, HERE, client_key=f"{reason}{shown}", **form).location == HERE


def reprint(client, key="k", reason="受潮"):
    return post(client, SPOILT, client_key=key, reason=reason)


def read(client):
    return client.get(f"{HERE}/returned").get_data(as_text=True)


def test_all_spoilt_paper_is_reprinted_once_with_an_event_each(worker):
    assert "全部补印（2 张）" in read(worker)

    for _ in range(2):
        assert reprint(worker).location == f"{HERE}/returned"

    page = read(worker)
    assert ("已补印 2 张，旧纸已失效" in page, "打印新纸（2 张）" in page) == (True, True)
    assert "全部补印" not in page
    assert list_prints() == [(1, "dead"), (2, "live")] * 2 + [(1, "live")]
    events = select(Event.subject_id, Event.facts).where(Event.action == "vouchers.reprint")
    assert db.session.execute(events.order_by(Event.id)).all() == [
        (serial, {"number": 2, "reason": "受潮"}) for serial in list_serials()[:2]
    ]
    assert run_checks()["breaches"] == []


def test_the_new_paper_is_one_file_until_it_is_given(worker):
    reprint(worker)
    serials = list_serials()[:2]

    sent = [post(worker, PAPER) for _ in range(2)]

    assert sent[0].data == sent[1].data
    pages = pypdf.PdfReader(BytesIO(sent[0].data)).pages
    assert len(pages) == 1
    assert all(show_serial(serial) in pages[0].extract_text() for serial in serials)
    assert db.session.scalars(select(PrintFile.vouchers)).all() == [2, 2]
    first, second = list_live()[:2]
    given = {"shown": f"{first[0]} {second[0]}", "absent": second[0], "reason": "spoilt"}
    assert post(worker, HERE, client_key="g", who="others", **given).location == HERE
    page = read(worker)
    assert ("全部补印（1 张）" in page, "打印新纸" in page) == (True, False)
    turned = post(worker, PAPER)
    assert turned.location == f"{HERE}/returned"
    assert "这个社区没有补印了还要打印的券" in read(worker)


def test_what_was_reprinted_from_the_list_is_in_the_same_file(worker):
    reprint(worker)
    count_back(worker, list_live()[:1], reason="reprint")

    assert "打印新纸（2 张）" in read(worker)
    assert post(worker, PAPER).mimetype == "application/pdf"


def test_a_round_that_was_counted_is_counted_anew(worker):
    assert post(worker, f"{HERE}/count", client_key="c").location == HERE

    reprint(worker)

    db.session.rollback()
    assert db.session.scalars(select(Round.counted_at).order_by(Round.id)).all() == [None, None]
    assert "王秀英 没发到" in worker.get(HERE).get_data(as_text=True)


def test_paper_recorded_as_given_is_its_holders_again(open_town, enter):
    issue(open_town)
    let_out(open_town.worker, 1, now=clock.now())
    client = enter("worker")
    first = list_live()[0][0]
    assert post(client, HERE, client_key="a", shown=first, who="all").location == HERE
    form = {"shown": first, "outcome": "spoilt", "client_key": "b"}
    assert post(client, "/handovers/returned/confirmation", **form).status_code == 302

    assert reprint(client).location == f"{HERE}/returned"

    db.session.rollback()
    states = select(Voucher.state, Voucher.held_reason).order_by(Voucher.id)
    assert db.session.execute(states).all() == [("active", None)] + [("inactive", None)] * 2
    assert run_checks()["breaches"] == []


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"reason": "", "client_key": "k"}, 422, "请写明原因"),
        ({"reason": "湿", "client_key": ""}, 422, "请求编号"),
        ({"reason": "湿", "client_key": "again"}, 409, "没有登记为“纸损坏”而还没有补印的券"),
    ],
)
def test_what_is_refused_writes_nothing_and_says_why(worker, fields, status, sentence):
    if status == 409:
        reprint(worker)
    before = read_tables()

    answer = post(worker, SPOILT, **fields)

    assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (status, True)
    assert read_tables() == before


def test_spoilt_paper_is_nobody_elses(worker, enter):
    local = enter("local")
    strangers = [enter(name) for name in ("auditor", "finance", "desk", "admin", "assessor")]
    before = read_tables()

    answers = [
        post(client, path, client_key="k") for client in strangers for path in (SPOILT, PAPER)
    ]
    foreign = (f"{THERE}/spoilt", "/printouts/1/510104002001/reprints")
    hidden = [post(local, path, client_key="k", reason="湿") for path in foreign]

    assert {answer.status_code for answer in answers} == {403}
    assert {answer.status_code for answer in hidden} == {404}
    assert read_tables() == before
    assert "全部补印" not in read(strangers[0])


def test_the_page_asks_the_database_the_same_however_much_is_spoilt(open_town, enter):
    counts = []
    for run_id, count in ((1, 1), (2, 60)):
        client, here = have_all_come_back(
            open_town, enter, run_id=run_id, people=count, reason="spoilt"
        )
        client.get(f"{here}/returned")
        with count_queries() as sent:
            client.get(f"{here}/returned")
        counts.append(len(sent))

    assert counts[0] == counts[1]


def test_the_command_reprints_all_and_paper_prints_them(worker, open_town, home, tmp_path):
    door, serials = Door(home.path), list_serials()[:2]
    asked = ("rounds", "reprint", 1, "--community", "510104001001", "--reason", "湿", "--as")

    refused = door.run(*asked, "auditor")
    done = door.answer(*asked, "worker")
    made = door.answer("paper", *done["serials"], "--as", "worker", "--out", tmp_path / "out")
    again = door.run(*asked, "worker")

    assert (refused.exit_code, "[not_allowed]" in refused.stderr) == (1, True)
    assert (done["reprinted"], done["serials"], made["pages"]) == (2, serials, 1)
    assert (again.exit_code, "[nothing_spoilt]" in again.stderr) == (1, True)
