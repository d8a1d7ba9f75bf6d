"""Pages of rechecks: who draws, who assesses again, who reads what; each refusal."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.accounts.factories import make_account, make_actor, sign_in
from tests.pages import count_queries, post, read_token
from tests.rechecks.factories import (
    INSTRUMENT,
    WANTED,
    add_assessments,
    draw_all,
    fill_in,
    found_assessed,
    list_rechecks,
)
from voucher.access import Role
from voucher.assessments.models import Assessment
from voucher.audit.models import Event
from voucher.care_levels.models import CareLevel
from voucher.db import db, transaction
from voucher.rechecks.models import Recheck, RecheckDraw
from voucher.rechecks.queries import count_open_rechecks, list_candidates
from voucher.rechecks.rules.drawing import choose_sample
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT

THERE = "330102001053"
DRAW = {"scheme": GBT, "from": "2026-11-01", "to": "2026-11-30", "percent": "5"}
WORSE = {
    item.id: str(min(item.options, key=lambda one: one.points).number)
    for item in INSTRUMENT.parts[0].items
}


def enter(client, role=Role.ASSESSOR, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def drawn(count: int = 1) -> list[str]:
    """Draw every one of so many assessments; give the rechecks' public ids."""
    found_assessed(count)
    draw_all(make_actor(name="drawer", role=Role.APPROVER))
    return [one.public_id for one in list_rechecks()]


def again(client, recheck: str, **changes: str):
    return post(client, f"/rechecks/again/{recheck}", **fill_in(**changes))


def count_rows() -> tuple[int, int]:
    db.session.rollback()
    found = [len(db.session.scalars(select(table.id)).all()) for table in (RecheckDraw, Recheck)]
    db.session.rollback()
    return found[0], found[1]


def test_each_page_is_for_its_roles_and_nobody_else(app):
    (recheck,) = drawn()
    opened: dict[str, set[Role]] = {}
    for role in Role:
        if role is Role.CONSOLE:
            continue
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        form = {"csrf_token": read_token(browser)}
        paths = ("/rechecks/", "/rechecks/1", "/rechecks/new", "/rechecks/agreement")
        answers = {
            path: browser.get(path).status_code for path in (*paths, f"/rechecks/again/{recheck}")
        }
        for path in ("/rechecks/new", f"/rechecks/again/{recheck}"):
            answers[f"POST {path}"] = browser.post(path, data=form).status_code
        for path, status in answers.items():
            opened.setdefault(path, set()).update({role} if status != 403 else ())

    makers, seers = {Role.WORKER, Role.ASSESSOR}, {Role.APPROVER, Role.AUDITOR}
    assert list(opened.values()) == [
        *(makers | seers, makers | seers, {Role.APPROVER}, seers | {Role.ASSESSOR}, makers),
        *({Role.APPROVER}, makers),
    ]


def test_a_draw_can_be_made_again_from_its_seed_and_takes_nobody_twice(client):
    found_assessed(30)
    enter(client, Role.APPROVER)
    keys = [row.public_id for row in list_candidates(actor=make_actor(name="b"), wanted=WANTED)]

    led = post(client, "/rechecks/new", **DRAW, client_key="k1")
    same = post(client, "/rechecks/new", **DRAW, client_key="k1")
    post(client, "/rechecks/new", **{**DRAW, "percent": "100"}, client_key="k2")

    first, second = db.session.scalars(select(RecheckDraw).order_by(RecheckDraw.id)).all()
    members = db.session.scalars(
        select(Assessment.public_id)
        .join(Recheck, Recheck.assessment_id == Assessment.id)
        .where(Recheck.draw_id == first.id)
        .order_by(Recheck.id)
    ).all()
    assert (led.location, same.location) == ("/rechecks/1", "/rechecks/1")
    assert (first.candidates, first.drawn, second.candidates, second.drawn) == (30, 2, 28, 28)
    assert list(members) == choose_sample(seed=first.seed, keys=keys, percent=5)
    assert count_rows() == (2, 30)


def test_what_cannot_be_drawn_is_refused_and_nothing_is_written(client):
    found_assessed(1)
    enter(client, Role.APPROVER)
    refused = {
        ("percent", "0"): (422, "比例须为 1 至 100"),
        ("percent", "101"): (422, "比例须为 1 至 100"),
        ("percent", "x"): (422, "比例须为 1 至 100"),
        ("to", "2026-10-31"): (422, "止日不早于起日"),
        ("from", ""): (422, "止日不早于起日"),
        ("place", THERE): (409, "没有可抽查的评估"),
        ("from", "2026-11-08"): (409, "没有可抽查的评估"),
        ("scheme", "barthel"): (409, "没有可抽查的评估"),
    }

    for (field, value), (status, sentence) in refused.items():
        page = post(client, "/rechecks/new", **{**DRAW, field: value}, client_key="k1")
        text = page.get_data(as_text=True)
        assert (page.status_code, sentence in text) == (status, True), field

    assert count_rows() == (0, 0)


def test_another_pair_records_once_and_the_level_stays_what_it_was(client):
    (recheck,) = drawn()
    enter(client)

    led = again(client, recheck, **WORSE)
    twice = again(client, recheck, **WORSE)
    other = again(client, recheck, client_key="key-2")

    (kept,) = list_rechecks()
    assert [one.status_code for one in (led, twice, other)] == [302, 302, 409]
    assert (kept.first_level, kept.level, kept.assessor_1) == ("0", "2", "周敏")
    assert kept.options[INSTRUMENT.items[0].id] == int(WORSE[INSTRUMENT.items[0].id])
    assert kept.points["B.1.1"] == 0
    assert db.session.scalars(select(CareLevel.id)).all() == []
    assert len(db.session.scalars(select(Assessment.id)).all()) == 1


def test_each_impossible_recheck_is_named_and_writes_nothing(client):
    (recheck,) = drawn()
    enter(client)
    refused = {
        ("B.2.4", ""): (422, "这一项还没有选"),
        ("B.1.1", "9"): (422, "请从列出的选项中选"),
        ("A.5.11", ""): (422, "这一项还没有填"),
        ("A.5.11", "yes"): (422, "两处要一致"),
        ("assessed", "2026-11-06"): (422, "不能早于首评 2026-11-07"),
        ("assessed", "2026-12-06"): (422, "不能晚于今天"),
        ("assessor_1", ""): (422, "须有两名评估员"),
        ("assessor_1", "孙立"): (422, "不能是同一人"),
        ("assessor_2", "罗伟"): (409, "罗伟 参加过首评"),
        ("A.2.14.fall", "4"): (422, "请从列出的选项中选"),
    }

    for (field, value), (status, sentence) in refused.items():
        page = again(client, recheck, **{field: value})
        text = page.get_data(as_text=True)
        assert (page.status_code, sentence in text) == (status, True), (field, text)
        assert 'value="周敏"' in text or field == "assessor_1"

    assert list_rechecks()[0].recorded_at is None


def test_who_has_left_is_not_assessed_again_and_not_waited_for(client):
    (recheck,) = drawn()
    enter(client)
    actor = make_actor(name="b")
    assert count_open_rechecks(actor=actor) == 1
    with transaction():
        person = db.session.scalars(select(Resident)).one()
        person.departed_date, person.departure = date(2026, 12, 1), "moved_out"

    assert again(client, recheck).status_code == 409
    assert list_rechecks()[0].recorded_at is None
    assert count_open_rechecks(actor=actor) == 0


def test_the_database_itself_refuses_one_of_the_first_pair(app):
    drawn()
    fields = {"assessed_date": date(2026, 12, 4), "diagnoses_sealed": b"x", "first_level": "0"}
    fields |= {"level": "0", "recorded_at": list_time(), "assessor_1": "周敏"}

    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Recheck).values(**fields, assessor_2="何静"))

    assert list_rechecks()[0].recorded_at is None


def list_time():
    return db.session.scalars(select(RecheckDraw.made_at)).one()


def test_a_draw_and_a_recheck_of_another_area_do_not_exist(app, client):
    (recheck,) = drawn()
    enter(client, area=THERE)

    answers = [
        client.get("/rechecks/1").status_code,
        client.get(f"/rechecks/again/{recheck}").status_code,
        again(client, recheck).status_code,
    ]

    assert answers == [404, 404, 404]
    assert list_rechecks()[0].recorded_at is None


def test_who_assesses_again_is_told_nothing_of_the_first_answers(app, client):
    first, second = drawn(2)
    enter(client)
    again(client, first, **WORSE)
    seer = app.test_client()
    enter(seer, Role.AUDITOR, name="li.si")

    told = [
        client.get(path).get_data(as_text=True)
        for path in ("/rechecks/", "/rechecks/1", f"/rechecks/again/{second}")
    ]
    seen = seer.get("/rechecks/1").get_data(as_text=True)
    same = seer.get("/rechecks/1?outcome=same").get_data(as_text=True)

    for text in told:
        assert not any(hidden in text for hidden in ("何静", "失能", "不一致", "能力完好"))
    assert " checked" not in told[2]
    for shown in ("何静、罗伟", "周敏、孙立", "能力完好", "不一致", "中度失能"):
        assert shown in seen, shown
    assert "中度失能" not in same


def test_agreement_is_for_who_checks_and_of_oneself_for_an_assessor(app, client):
    checks = drawn(3)
    enter(client)
    for number, recheck in enumerate(checks):
        changes = WORSE if number == 0 else {}
        assert again(client, recheck, client_key=f"k{number}", **changes).status_code == 302
    seer, own = app.test_client(), app.test_client()
    enter(seer, Role.AUDITOR, name="li.si")
    enter(own, name="何静")

    whole = seer.get("/rechecks/agreement").get_data(as_text=True)
    mine = own.get("/rechecks/agreement").get_data(as_text=True)
    nobody = client.get("/rechecks/agreement").get_data(as_text=True)
    book = seer.get("/rechecks/agreement?format=xlsx")

    # Two of three levels equal; one side always says 0, so that chance agrees as often: kappa 0.
    line = '<td class="number">3</td><td class="number">66.7%</td><td class="number">0.00</td>'
    for name in ("何静", "罗伟"):
        assert f'<th scope="row">{name}</th>{line}<td>样本太少</td>' in whole
    assert ("何静" in mine, "罗伟" in mine) == (True, False)
    assert "何静" not in nobody
    assert book.data[:2] == b"PK"
    exports = db.session.scalars(
        select(Event.facts).where(Event.action == "rechecks.read_agreement").order_by(Event.id)
    ).all()
    assert [facts["export"] for facts in exports] == [False, False, False, True]


def test_the_lists_send_the_same_queries_for_one_row_and_for_300(client):
    drawn()
    enter(client, Role.APPROVER)
    paths = ("/rechecks/?size=200", "/rechecks/1?size=200", "/rechecks/agreement")
    few = [read_queries(client, path) for path in paths]
    add_assessments(each=300, last=date(2026, 11, 6))
    earlier = replace(WANTED, period_from=date(2026, 1, 1))
    draw_all(make_actor(name="b", role=Role.APPROVER), wanted=earlier)
    with transaction():
        db.session.execute(update(Recheck).values(draw_id=1))

    many = [read_queries(client, path) for path in paths]

    assert many == few
    assert client.get("/rechecks/1?size=200").get_data(as_text=True).count("待复评") == 201


def read_queries(client, path: str) -> int:
    client.get(path)
    with count_queries() as sent:
        assert client.get(path).status_code == 200
    return len(sent)
