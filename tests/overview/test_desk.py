"""The telephone desk: found by one thing, told only what was proved, every step written down."""

import threading
from datetime import date, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select, update

from tests.accounts.factories import make_account, sign_in
from tests.overview.factories import (
    MISS,
    PHONE,
    add_caller,
    list_events,
    look_up,
    open_desk,
    prove,
    read_paper,
)
from tests.pages import count_queries, post
from tests.vouchers.factories import OTHER_SHOP, make_town, make_vouchers
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.queries import get_actor
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.overview.operations import answer_call
from voucher.overview.rules import Proof, read_question
from voucher.refusals import Refusal
from voucher.shops.models import Shop
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import reprint_voucher
from voucher.vouchers.operations.ending import hold_voucher

STEPS = ("overview.look_up_caller", "overview.answer_call", "overview.tell_voucher", MISS)


@pytest.fixture
def town(app):
    """Give a town where a woman of 85 who lives alone holds a voucher of each kind."""
    town = make_town()
    add_caller(town)
    make_vouchers(town)
    return town


@pytest.fixture
def desk(client, town):
    open_desk(client)
    return client


def read(answer):
    return " ".join(unescape(answer.get_data(as_text=True)).split())


@pytest.mark.parametrize("text", [PHONE, "139 0000 0001", "王秀英", "wang xiuying", "Wangxiuying"])
def test_a_caller_is_found_by_one_thing_and_shown_masked_and_by_place_alone(desk, text):
    answer = look_up(desk, text)

    page = read(answer)
    assert answer.status_code == 200
    assert "王**" in page
    assert "莲花社区居委会" in page
    for secret in ("王秀英</", "1941", "示例路", "0001</", "80-89", "为老服务券"):
        assert secret not in page
    assert [step[0] for step in list_events(*STEPS)] == ["overview.look_up_caller"]


def test_a_name_of_several_people_is_narrowed_by_the_community(desk, town):
    add_caller(town, phone=None, place=1)

    both, one = look_up(desk, "王秀英"), look_up(desk, "王秀英 花果")

    assert read(both).count('type="radio"') == 2
    assert 'type="radio"' not in read(one)
    assert "花果社区居委会" in read(one)


@pytest.mark.parametrize(
    "said",
    [
        {"born": "19410101", "last_four": "0001"},
        {"born": "1941年1月1日", "last_four": "０００１"},
        {"serial": "own"},
    ],
)
def test_who_proves_to_be_the_person_is_told_every_voucher_in_sentences(desk, said):
    if "serial" in said:
        said = {"serial": read_paper()[0]}

    answer = prove(desk, **said)

    page = read(answer)
    assert answer.status_code == 200
    assert "这张券现在可以用，还剩 80 元。" in page
    assert "还剩 2 次。" in page
    assert "最多还能抵扣 200 元。" in page
    assert page.count("用到2026年12月31日，当天也能用。") == 3
    assert "营业时间 08:00-18:00。" in page
    assert "理发 30 元。" in page
    assert list_events(*STEPS) == [
        (
            "overview.answer_call",
            "resident",
            "resident00000001",
            {"by": "serial" if "serial" in said else "birth_and_id", "vouchers": 3},
        )
    ]


def test_an_answer_never_tells_level_situation_or_id(desk):
    page = read(prove(desk, born="19410101", last_four="0001"))

    for secret in ("80-89", "80至89", "独居", "等级", "000000000000000001", PHONE, "王秀英"):
        assert secret not in page


def test_who_proved_to_be_the_person_may_appeal_and_who_named_a_voucher_may_not(desk):
    proved = read(prove(desk, born="19410101", last_four="0001"))
    named = read(look_up(desk, read_paper()[0]))

    assert 'href="/appeals/new/resident00000001"' in proved
    assert "/appeals/" not in named.partition("<main")[2]
    form = read(desk.get("/appeals/new/resident00000001"))
    for secret in ("80-89", "80至89", "独居", "能力", "失能"):
        assert secret not in form


def test_the_nearest_shop_is_named_first(desk, town):
    serial, _ = read_paper()
    there = town.communities[1]
    with transaction():
        db.session.execute(update(Voucher).values(community_id=there))
        near = update(Shop).where(Shop.code == OTHER_SHOP)
        db.session.execute(near.values(community_id=there, name="近处理发店"))

    page = read(look_up(desk, serial))

    assert page.index("近处理发店") < page.index("永兴家政服务部")


@pytest.mark.parametrize("by", ["serial", "code"])
def test_a_voucher_named_by_its_own_number_is_told_alone(desk, by):
    serial, typed = read_paper()

    page = read(look_up(desk, serial if by == "serial" else typed))

    assert "还剩 80 元。" in page
    assert "还剩 2 次" not in page
    assert "王" not in page
    assert list_events(*STEPS) == [("overview.tell_voucher", "voucher", serial, {"by": by})]


def test_a_held_voucher_is_told_in_words_without_its_reason(desk, town):
    serial, _ = read_paper()
    with transaction():
        hold_voucher(actor=town.worker, serial=serial, reason="家属来电称遗失", now=clock.now())

    page = read(look_up(desk, serial))

    assert "此券已暂停，现在不能用。请联系莲花社区居委会" in page
    assert "遗失" not in page


def test_the_older_paper_of_a_reprinted_voucher_sends_to_the_newer_one(desk, town):
    serial, old = read_paper()
    with transaction():
        reprint_voucher(actor=town.worker, serial=serial, reason="破损", kid=1, now=clock.now())

    assert "这张纸已经补印，不能再用。" in read(look_up(desk, old))
    assert "只有印着“第 2 次印”的那张有效。" in read(look_up(desk, serial))


def test_what_is_not_handed_out_yet_is_told_where_to_fetch(desk):
    serial, _ = read_paper()
    with transaction():
        db.session.execute(update(Voucher).values(state="inactive"))

    assert "请到莲花社区居委会领取" in read(look_up(desk, serial))
    # Paper that lies in the office proves nothing about who calls.
    assert prove(desk, serial=serial).status_code == 409


@pytest.mark.parametrize(
    ("text", "status"),
    [("", 422), ("12345", 422), ("261200000000", 422), ("00000-00000-00001", 422)],
)
def test_what_cannot_be_read_is_asked_again_with_what_was_typed_and_is_no_miss(desk, text, status):
    answer = look_up(desk, text)

    assert answer.status_code == status
    assert f'value="{text}"' in read(answer)
    assert list_events(*STEPS) == []


def test_nobody_of_that_name_is_no_miss(desk):
    answer = look_up(desk, "李不在")

    assert answer.status_code == 200
    assert "没有找到" in read(answer)
    assert list_events(*STEPS) == [
        ("overview.look_up_caller", "desk", str(account_id()), {"by": "name", "found": 0})
    ]


def account_id(name="desk"):
    return db.session.scalar(select(Account.id).where(Account.name == name))


@pytest.mark.parametrize(
    "said",
    [
        {"born": "19410101", "last_four": "0002"},
        {"born": "19410102", "last_four": "0001"},
        {"serial": "261200000994"},
    ],
)
def test_a_wrong_proof_tells_nothing_keeps_what_was_typed_and_counts(desk, said):
    answer = prove(desk, **said)

    page = read(answer)
    assert answer.status_code == 409
    assert "核对不符，不能告知。" in page
    assert "元" not in page
    for typed in said.values():
        assert f'value="{typed}"' in page
    by = "serial" if "serial" in said else "birth_and_id"
    assert list_events(MISS) == [(MISS, "account", str(account_id()), {"by": by})]


@pytest.mark.parametrize("said", [{}, {"born": "19410101"}, {"last_four": "0001", "born": "昨天"}])
def test_half_a_proof_is_asked_again_and_is_no_miss(desk, said):
    assert prove(desk, **said).status_code == 422
    assert list_events(MISS, "overview.answer_call") == []


def test_only_who_the_question_finds_can_be_asked_about(desk, town):
    add_caller(town, name="李建国", phone="13900000002")

    answer = prove(desk, resident="resident00000002", born="19410101", last_four="0002")

    assert answer.status_code == 404
    assert list_events("overview.answer_call") == []


def test_a_desk_of_another_street_finds_nobody_and_no_voucher(client, town):
    serial, _ = read_paper()
    open_desk(client, area="510104002")

    assert "没有找到" in read(look_up(client, PHONE))
    assert look_up(client, serial).status_code == 409


def miss(client, times):
    return [prove(client, born="19410101", last_four="9999").status_code for _ in range(times)]


def test_five_misses_within_an_hour_lock_the_desk_for_an_hour(desk, home):
    assert miss(desk, 5) == [409, 409, 409, 409, 429]

    locked = look_up(desk, PHONE)
    assert locked.status_code == 429
    assert "王**" not in read(locked)
    assert "本账号停止查询到" in read(locked)
    assert prove(desk, born="19410101", last_four="0001").status_code == 429
    assert "本账号停止查询到" in read(desk.get("/desk"))
    assert "本账号停止查询到" in read(desk.get("/"))
    assert len(list_events(MISS)) == 5
    # Another account answers on.
    post(desk, "/sign-out")
    open_desk(desk, name="colleague")
    assert look_up(desk, PHONE).status_code == 200


def test_a_lock_ends_after_its_hour_and_old_misses_count_no_more(desk, home):
    miss(desk, 5)

    set_later(home, minutes=61)
    sign_in(desk, name="desk")

    assert prove(desk, born="19410101", last_four="0001").status_code == 200
    assert miss(desk, 4) == [409] * 4


def set_later(home, *, minutes):
    clock.set_clock(home, clock.now() + timedelta(minutes=minutes))


def test_misses_at_the_same_moment_all_count(app, town):
    make_account(name="desk", role=Role.DESK)
    actor, barrier, answers = get_actor(name="desk", channel="test"), threading.Barrier(8), []
    db.session.rollback()

    def guess():
        with app.app_context():
            barrier.wait()
            answers.append(ask_wrongly(actor))
            db.session.remove()

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["caller_unproved"] * 4 + ["desk_locked"] * 4
    db.session.rollback()
    count = select(func.count(Event.id)).where(Event.action == MISS)
    assert db.session.scalar(count) == 5


def ask_wrongly(actor):
    try:
        with transaction():
            return answer_call(
                actor=actor,
                question=read_question(PHONE),
                public_id="resident00000001",
                proof=Proof(born_date=date(1941, 1, 1), last_four="9999"),
                today=clock.today(),
                now=clock.now(),
            ).word
    except Refusal as refusal:
        return refusal.word


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DESK, Role.CONSOLE)])
def test_only_the_desk_answers_calls(client, town, role):
    make_account(role=role)
    sign_in(client)

    assert client.get("/desk").status_code == 403
    assert post(client, "/desk", text=PHONE).status_code == 403
    assert post(client, "/desk/answer", text=PHONE).status_code == 403
    assert list_events(*STEPS) == []


def test_a_call_makes_the_same_queries_for_one_person_and_for_many(desk, town):
    with count_queries() as few:
        look_up(desk, "王秀英")
    for _ in range(25):
        add_caller(town, phone=None)
    with count_queries() as many:
        page = read(look_up(desk, "王秀英"))

    assert len(many) == len(few)
    assert page.count('type="radio"') == 20
    assert "同名的人太多" in page
