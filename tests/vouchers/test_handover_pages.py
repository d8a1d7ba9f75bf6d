"""Handing over by list and by scanning: what was given is active, and nothing else."""

import re

import pytest
from sqlalchemy import select, update

from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.vouchers.factories import (
    MONTH,
    add_resident,
    get_code,
    get_voucher,
    issue,
    let_out,
)
from voucher import clock
from voucher.audit.models import Event
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.printouts.queries.sheets import Office, list_sheet_vouchers
from voucher.signing import load_ring
from voucher.vouchers.models import Handover, IssueRun, Voucher
from voucher.vouchers.operations.custody import reprint_voucher
from voucher.vouchers.operations.ending import hold_voucher, void_vouchers

LIST = "/handovers/1/510104001001"
BOTH = "/handovers/1"
SHOWN = re.compile(r'name="shown" value="([\d ]*)"')
TICK = re.compile(r'name="absent" value="([\d ]+)" aria-label="(\S+) 没发到"')


@pytest.fixture
def printed(open_town):
    """Give the town with its run printed and not handed over: two women and a man."""
    add_resident(
        born=MONTH.replace(year=1961), community_id=open_town.communities[0], name="张玉兰"
    )
    issue(open_town)
    let_out(open_town.worker, 1, now=clock.now())
    return open_town


@pytest.fixture
def worker(printed, enter):
    return enter("worker")


def list_states():
    db.session.rollback()
    rows = db.session.execute(select(Voucher.resident_id, Voucher.state).order_by(Voucher.id))
    states = [tuple(row) for row in rows]
    db.session.rollback()
    return states


def read_shown(client, path=LIST):
    db.session.rollback()
    return SHOWN.search(client.get(path).get_data(as_text=True))[1]


def read_ticks(client):
    return {name: value for value, name in TICK.findall(client.get(LIST).get_data(as_text=True))}


def refuse_page(answer, status, sentence, before):
    assert answer.status_code == status
    assert sentence in answer.get_data(as_text=True)
    assert read_tables() == before
    db.session.rollback()


@pytest.mark.parametrize("name", ["approver", "finance", "auditor", "admin", "desk"])
def test_only_a_worker_hands_over(printed, enter, name):
    client = enter(name)
    before = read_tables()

    answers = [client.get("/handovers/scan")]
    if name not in ("approver", "auditor"):
        answers += [client.get(path) for path in (BOTH, LIST)]
    answers += [
        post(client, path, client_key="k", shown="1", code="x")
        for path in (LIST, "/handovers/scan", "/handovers/scan/confirmation")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert read_tables() == before


def test_all_given_makes_the_whole_list_active_and_is_done_once(worker):
    shown = read_shown(worker)

    for _ in range(2):
        answer = post(worker, LIST, client_key="k", shown=shown, who="all")
        assert (answer.status_code, answer.location) == (302, LIST)

    assert list_states() == [(1, "active"), (1, "active"), (3, "active"), (2, "inactive")]
    assert db.session.query(Handover).count() == 3
    assert db.session.get_one(IssueRun, 1).state == "issued"


def test_who_is_ticked_keeps_inactive_vouchers_and_a_reason(worker):
    shown, ticks = read_shown(worker), read_ticks(worker)

    post(
        worker,
        LIST,
        client_key="k",
        shown=shown,
        who="others",
        absent=ticks["王秀英"],
        reason="hospital",
    )

    assert list_states() == [(1, "inactive"), (1, "inactive"), (3, "active"), (2, "inactive")]
    facts = db.session.scalars(
        select(Event.facts).where(Event.action == "vouchers.hand_over")
    ).one()
    serials = db.session.scalars(select(Voucher.serial).where(Voucher.resident_id == 1)).all()
    assert facts["not_given"] == dict.fromkeys(serials, "hospital")
    db.session.rollback()
    page = worker.get(LIST).get_data(as_text=True)
    assert ("上次：住院或外出" in page, "张玉兰" in page) == (True, False)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"who": "others"}, "请选择没有发到的原因"),
        ({"who": "others", "reason": "bored"}, "请选择没有发到的原因"),
        ({"who": "all", "reason": "away"}, "您勾选了没发到的人"),
        ({"who": "others", "reason": "away", "shown": "x"}, "请刷新页面后重试"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_with_its_ticks_kept(worker, fields, sentence):
    shown, tick = read_shown(worker), read_ticks(worker)["王秀英"]
    before = read_tables()

    answer = post(worker, LIST, **{"client_key": "k", "shown": shown, "absent": tick} | fields)

    refuse_page(answer, 422, sentence, before)
    assert f'value="{tick}" aria-label="王秀英 没发到" checked' in answer.get_data(as_text=True)


@pytest.mark.parametrize("change", ["held", "void", "reprinted"])
def test_what_changed_meanwhile_is_named_and_nobody_is_given_anything(printed, worker, change):
    shown = read_shown(worker)
    serial = get_voucher("bath").serial
    actor, now = printed.approver, clock.now()
    with transaction():
        if change == "held":
            hold_voucher(actor=actor, serial=serial, reason="核实", now=now)
        if change == "void":
            void_vouchers(actor=actor, first=serial, last=serial, reason="遗失", now=now)
        if change == "reprinted":
            reprint_voucher(actor=printed.worker, serial=serial, reason="破损", kid=1, now=now)
    before = read_tables()

    answer = post(worker, LIST, client_key="k", shown=shown, who="all")

    named = f"{serial[:4]} {serial[4:8]} {serial[8:]}"
    refuse_page(answer, 409, f"有 1 张券刚刚变了（已发放、作废、暂停或补印）：{named}", before)


def test_a_held_voucher_is_not_on_the_list_of_those_to_give(printed, worker):
    with transaction():
        hold_voucher(
            actor=printed.worker,
            serial=get_voucher("bath").serial,
            reason="核实",
            now=clock.now(),
        )

    assert len(read_shown(worker).split()) == 2
    assert "另有 1 张暂停，不发" in worker.get(LIST).get_data(as_text=True)


def test_nothing_is_given_before_it_is_printed(printed, worker):
    shown = read_shown(worker)
    with transaction():
        db.session.execute(update(IssueRun).values(printed_at=None))
    before = read_tables()

    answer = post(worker, LIST, client_key="k", shown=shown, who="all")

    refuse_page(answer, 409, "批次 1 还没有打印，不能发放", before)


def test_paper_of_another_area_is_neither_shown_nor_given(printed, enter, worker):
    elsewhere = read_shown(worker, "/handovers/1/510104002001")
    local = enter("local")

    assert local.get("/handovers/1/510104002001").status_code == 404
    for path in (LIST, "/handovers/scan/confirmation"):
        answer = post(local, path, client_key="k", shown=elsewhere, who="all")
        assert answer.status_code == 409
    assert "花果社区" not in local.get(BOTH).get_data(as_text=True)
    code = show_typed_code(read_print_code(get_code(get_voucher(resident_id=2))))
    refuse_page(post(local, "/handovers/scan", code=code), 404, "不在您的辖区", read_tables())
    assert list_states()[-1] == (2, "inactive")


def test_reading_a_list_of_names_and_addresses_is_noted(worker):
    read_shown(worker)
    assert worker.get(f"{LIST}?format=xlsx").status_code == 200

    noted = db.session.execute(
        select(Event.subject_kind, Event.facts).where(Event.action == "vouchers.read_handover_list")
    ).all()
    assert [tuple(row) for row in noted] == [
        ("community", {"run": 1, "as": "page"}),
        ("community", {"run": 1, "as": "export"}),
    ]


def test_the_list_is_searched_by_name_address_and_serial(worker):
    serial = get_voucher(resident_id=3).serial
    db.session.rollback()

    found = [
        len(read_shown(worker, f"{LIST}?q={sought}").split())
        for sought in ("玉兰", "示例路1号", f"{serial[:4]} {serial[4:]}")
    ]

    assert found == [1, 2, 1]
    assert "没有找到" in worker.get(f"{LIST}?q=nobody").get_data(as_text=True)


def show_qr(voucher, home):
    community = db.session.get_one(Division, voucher.community_id)
    office = Office(host=home.host, desk_phone=home.desk_phone, is_test=True)
    sheets = list_sheet_vouchers(
        run_id=1, community=community, office=office, keyring=load_ring(home)
    )
    return next(one.qr_text for one in sheets if one.serial == voucher.serial)


def test_what_is_scanned_is_collected_shown_masked_and_given_by_one_confirmation(worker, home):
    first, second = get_voucher("bath"), get_voucher(resident_id=3)
    texts = [show_qr(first, home), show_typed_code(read_print_code(get_code(second))).lower()]
    db.session.rollback()

    shown = ""
    for text in texts:
        answer = post(worker, "/handovers/scan", code=text, shown=shown)
        assert answer.status_code == 200
        shown = SHOWN.search(answer.get_data(as_text=True))[1]
    page = answer.get_data(as_text=True)

    assert ("王**" in page, "王秀英" in page, "手里的券：2 张" in page) == (True, False, True)
    assert not any(text.upper() in page.upper() for text in texts)
    assert {state for _, state in list_states()} == {"inactive"}
    for _ in range(2):
        done = post(worker, "/handovers/scan/confirmation", client_key="k", shown=shown)
        assert (done.status_code, done.location) == (302, "/handovers/scan")
    assert list_states() == [(1, "inactive"), (1, "active"), (3, "active"), (2, "inactive")]


def test_a_paper_taken_out_of_the_hand_is_not_given(worker):
    answer = post(worker, "/handovers/scan", shown="1 2 3", remove="2")

    assert SHOWN.search(answer.get_data(as_text=True))[1] == "1 3"


@pytest.mark.parametrize(
    ("case", "status", "sentence"),
    [
        ("typo", 422, "编码有误，请逐位核对"),
        ("stranger", 422, "不是本区券码"),
        ("unknown", 404, "没有这张券"),
        ("twice", 409, "这张券刚才已经扫过"),
        ("given", 409, "已经登记发放过"),
        ("held", 409, "已暂停，不能发放"),
        ("void", 409, "不能执行此操作"),
        ("dead", 409, "此券已补印，请出示新的那张"),
        ("unprinted", 409, "还没有打印"),
    ],
)
def test_a_scan_that_does_not_count_says_why(printed, worker, case, status, sentence):
    voucher, now = get_voucher("bath"), clock.now()
    code, serial = show_typed_code(read_print_code(get_code(voucher))), voucher.serial
    shown = read_shown(worker)
    with transaction():
        if case == "held":
            hold_voucher(actor=printed.worker, serial=serial, reason="核实", now=now)
        if case == "void":
            void_vouchers(actor=printed.approver, first=serial, last=serial, reason="遗失", now=now)
        if case == "dead":
            reprint_voucher(actor=printed.worker, serial=serial, reason="破损", kid=1, now=now)
        if case == "unprinted":
            db.session.execute(update(IssueRun).values(printed_at=None))
    if case == "given":
        post(worker, LIST, client_key="first", shown=shown, who="all")
    texts = {
        "typo": code[:-1] + ("0" if code[-1] != "0" else "1"),
        "stranger": "https://pay.example/V/" + "A" * 143,
        "unknown": show_typed_code(7),
    }
    before = read_tables()

    answer = post(
        worker,
        "/handovers/scan",
        code=texts.get(case, code),
        shown=shown if case == "twice" else "",
    )

    refuse_page(answer, status, sentence, before)


def test_a_list_asks_the_database_the_same_whatever_its_length(open_town, enter):
    counts = []
    for run_id, count in ((1, 1), (2, 100)):
        for _ in range(count):
            add_resident(born=MONTH.replace(year=1961), community_id=open_town.communities[0])
        issue(open_town)
        let_out(open_town.worker, run_id, now=clock.now())
        client = enter("worker")
        for path in (f"/handovers/{run_id}", f"/handovers/{run_id}/510104001001"):
            client.get(path)
            with count_queries() as sent:
                assert client.get(path).status_code == 200
            counts.append(len(sent))

    assert counts[:2] == counts[2:]
