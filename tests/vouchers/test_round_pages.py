"""Pages of a round: who may do what, what is refused, and what is read of people is noted."""

import re

import pytest
from sqlalchemy import select, update

from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import (
    get_code,
    get_voucher,
    issue,
    let_out,
)
from tests.vouchers.returning import have_all_come_back
from voucher import clock
from voucher.audit.models import Event
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db, transaction
from voucher.vouchers.models import BoxLoss, PaperOutcome, Print, Round, Voucher

HERE = "/handovers/1/510104001001"
THERE = "/handovers/1/510104002001"
KEY = {"client_key": "k"}


@pytest.fixture
def out(open_town):
    """Give the town with its run let out: two vouchers of one woman here, one of a man there."""
    issue(open_town)
    let_out(open_town.worker, 1, now=clock.now())
    return open_town


@pytest.fixture
def worker(out, enter):
    return enter("worker")


def list_prints() -> list[str]:
    db.session.rollback()
    found = [str(one) for one in db.session.scalars(select(Print.id).order_by(Print.id))]
    db.session.rollback()
    return found


def list_outcomes() -> list[tuple[int, str]]:
    db.session.rollback()
    query = select(PaperOutcome.print_id, PaperOutcome.outcome).order_by(PaperOutcome.id)
    found = [tuple(row) for row in db.session.execute(query)]
    db.session.rollback()
    return found


def count_back(client, reason="refused"):
    first, second, _ = list_prints()
    return post(
        client,
        HERE,
        client_key=f"back-{reason}",
        shown=f"{first} {second}",
        absent=f"{first} {second}",
        reason=reason,
        who="ticked",
    )


@pytest.mark.parametrize("name", ["finance", "admin", "desk", "assessor"])
def test_a_round_is_nobody_elses_to_see(out, enter, name):
    client = enter(name)
    before = read_tables()

    pages = ("/handovers/1", HERE, f"{HERE}/returned", f"{HERE}/loss", "/handovers/waiting")
    answers = [client.get(path) for path in pages]
    answers += [post(client, f"{HERE}/{deed}", **KEY) for deed in ("returned", "count", "closing")]

    assert {answer.status_code for answer in answers} == {403}
    assert read_tables() == before


def test_who_sees_a_round_does_only_their_own_part_of_it(out, enter):
    auditor, worker, approver = enter("auditor"), enter("worker"), enter("approver")
    pages = [auditor.get(path) for path in ("/handovers/1", HERE, f"{HERE}/returned")]
    before = read_tables()

    refused = [post(auditor, path, **KEY) for path in (HERE, f"{HERE}/count", f"{HERE}/closing")]
    refused += [post(approver, path, **KEY) for path in (HERE, "/handovers/returned")]
    refused += [post(worker, f"{HERE}/closing", **KEY)]
    refused += [post(worker, f"/handovers/losses/1/{deed}") for deed in ("voiding", "declining")]

    assert [page.status_code for page in pages] == [200] * 3
    assert {answer.status_code for answer in refused} == {403}
    assert read_tables() == before


def test_a_round_of_another_area_does_not_exist(out, enter, worker):
    serial = get_voucher(resident_id=2).serial
    lost = post(worker, f"{THERE}/loss", first=serial, seen="1", reason="丢", **KEY)
    assert lost.location == "/handovers/losses/1"
    local, before = enter("local"), read_tables()

    pages = [local.get(f"{THERE}{tail}") for tail in ("", "/returned", "/loss")]
    pages += [local.get("/handovers/losses/1")]
    pages += [post(local, f"{THERE}/{deed}", **KEY) for deed in ("count", "loss")]
    pages += [post(local, "/handovers/scan", code="ROUND-000001-510104002001")]

    assert {page.status_code for page in pages} == {404}
    assert read_tables() == before
    assert "花果" not in local.get("/handovers/1").get_data(as_text=True)


def test_what_is_ticked_as_back_is_counted_once_and_the_rest_is_given(worker):
    first, second, _ = list_prints()
    form = {"shown": f"{first} {second}", "absent": first, "reason": "moved", "who": "others"}

    for _ in range(2):
        assert post(worker, HERE, client_key="k", **form).location == HERE

    assert list_outcomes() == [(int(first), "moved")]
    page = worker.get(HERE).get_data(as_text=True)
    assert [word for word in ("已搬走", "清点完毕，请审核人员关闭") if word not in page] == []


def test_spoilt_paper_is_printed_anew_from_the_list(worker):
    count_back(worker, reason="reprint")

    db.session.rollback()
    states = db.session.scalars(select(Print.state).order_by(Print.id)).all()
    assert states == ["dead", "dead", "live", "live", "live"]


def test_a_second_person_closes_and_the_money_is_back(worker, enter):
    approver = enter("approver")
    assert "清点完毕" not in worker.get(HERE).get_data(as_text=True)

    count_back(worker)
    assert post(worker, f"{HERE}/count", **KEY).location == HERE
    waiting = approver.get("/handovers/waiting").get_data(as_text=True)
    assert waiting.count("关闭这个社区的发放") == 1
    assert "作废，240.00 元退回当月预算" in approver.get(HERE).get_data(as_text=True)
    for _ in range(2):
        assert post(approver, f"{HERE}/closing", **KEY).location == HERE

    assert "已关闭。作废 2 张，240.00 元退回预算。" in approver.get(HERE).get_data(as_text=True)
    db.session.rollback()
    assert db.session.scalars(select(Voucher.state).order_by(Voucher.id)).all() == [
        *("void", "void", "inactive"),
    ]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (f"{HERE}/count", "还有 2 张没有结果，不能关闭：王秀英"),
        (f"{HERE}/closing", "还没有清点完"),
    ],
)
def test_what_cannot_be_closed_says_why(worker, enter, path, sentence):
    client = enter("approver")
    before = read_tables()

    answer = post(client, path, **KEY)

    assert (answer.status_code, read_tables() == before) == (302, True)
    assert sentence in client.get(HERE).get_data(as_text=True)


def test_paper_that_came_back_is_scanned_in_and_a_wrong_word_is_refused(worker):
    codes = [show_typed_code(read_print_code(get_code(get_voucher("bath"))))]
    db.session.rollback()
    answer = post(worker, "/handovers/returned", code=codes[0])
    shown = re.search(r'name="shown" value="([\d ]*)"', answer.get_data(as_text=True))[1]
    before = read_tables()
    path = "/handovers/returned/confirmation"

    wrong = post(worker, path, client_key="k", shown=shown, outcome="eaten")
    assert (wrong.status_code, read_tables() == before) == (422, True)

    for _ in range(2):
        done = post(worker, path, client_key="k", shown=shown, outcome="dead")
        assert done.location == "/handovers/returned"
    assert list_outcomes() == [(int(shown), "dead")]
    again = post(worker, "/handovers/returned", code=codes[0])
    assert (again.status_code, "已经登记退回" in again.get_data(as_text=True)) == (409, True)
    listed = worker.get(f"{HERE}/returned").get_data(as_text=True)
    assert 'href="/departures/' in listed


def test_the_code_of_a_round_opens_it_unless_other_paper_is_in_hand(worker):
    batch = "round-000001-510104001001"

    assert post(worker, "/handovers/scan", code=batch).location == HERE
    full = post(worker, "/handovers/scan", code=batch, shown=list_prints()[0])
    assert (full.status_code, "请先登记手里的券" in full.get_data(as_text=True)) == (409, True)


def test_a_count_is_corrected_once_and_a_stale_page_corrects_nothing(worker):
    count_back(worker)
    first = list_prints()[0]
    fields = {"print": first, "seen": "1", "outcome": "withdrawn"}

    assert post(worker, f"{HERE}/returned", client_key="a", **fields).location == f"{HERE}/returned"
    stale = post(worker, f"{HERE}/returned", client_key="b", **fields | {"outcome": "dead"})

    assert (stale.status_code, "刚刚被改过" in stale.get_data(as_text=True)) == (409, True)
    assert list_outcomes()[2:] == [(int(first), "withdrawn")]
    assert "王秀英 没发到" in worker.get(HERE).get_data(as_text=True)


def test_a_lost_box_is_reported_with_what_was_seen_and_voided_by_another(worker, enter):
    approver = enter("approver")
    serials = db.session.scalars(select(Voucher.serial).order_by(Voucher.serial)).all()
    db.session.rollback()
    form = {"first": serials[0], "last": serials[1], "reason": "车被盗"}
    page = worker.get(f"{HERE}/loss?first={serials[0]}&last={serials[1]}").get_data(as_text=True)
    assert "2 张券（240.00 元）立即停用" in page

    turned = worker.get(f"{HERE}/loss?first={serials[1]}&last={serials[0]}")
    assert (turned.status_code, "起始券号在结束券号之后" in turned.get_data(as_text=True)) == (
        *(422, True),
    )
    stale = post(worker, f"{HERE}/loss", client_key="a", seen="3", **form)
    assert (stale.status_code, "请看新的数字" in stale.get_data(as_text=True)) == (409, True)
    for _ in range(2):
        done = post(worker, f"{HERE}/loss", client_key="b", seen="2", **form)
        assert done.location == "/handovers/losses/1"
    assert post(approver, "/handovers/losses/1/voiding", **KEY).status_code == 302

    db.session.rollback()
    assert db.session.scalars(select(BoxLoss.decision)).all() == ["voided"]
    late = post(approver, "/handovers/losses/1/declining", client_key="c")
    assert (late.status_code, "已经有人决定过" in late.get_data(as_text=True)) == (409, True)


def test_before_release_nothing_is_recorded_on_the_page(worker):
    with transaction():
        db.session.execute(update(Round).values(released_at=None, released_by=None))

    page = worker.get(HERE).get_data(as_text=True)

    assert ("查看检查结果并放行" in page, "全部已发" in page) == (True, False)


def test_reading_what_came_back_is_noted(worker):
    count_back(worker)

    worker.get(f"{HERE}/returned")
    book = worker.get(f"{HERE}/returned?format=xlsx")

    assert book.status_code == 200
    noted = select(Event.facts).where(Event.action == "vouchers.read_returned").order_by(Event.id)
    assert db.session.scalars(noted).all() == [
        *({"run": 1, "as": "page"}, {"run": 1, "as": "export"}),
    ]


def test_lists_ask_the_database_the_same_whatever_their_length(open_town, enter):
    counts = []
    for run_id, count in ((1, 1), (2, 100)):
        client, here = have_all_come_back(
            open_town, enter, run_id=run_id, people=count, reason="moved"
        )
        for path in (f"/handovers/{run_id}", f"{here}/returned", "/handovers/waiting"):
            client.get(path)
            with count_queries() as sent:
                assert client.get(path).status_code == 200
            counts.append(len(sent))

    assert counts[:3] == counts[3:]
