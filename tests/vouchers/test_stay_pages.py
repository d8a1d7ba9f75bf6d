"""Pages of stays and of paper that is out: who may, what is refused, what is shown before."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from tests.accounts.factories import make_account, make_actor, sign_in
from tests.pages import count_queries, post, read_token
from tests.vouchers.factories import AGE_BANDS, add_resident, make_town, make_vouchers
from voucher import clock
from voucher.access import Role
from voucher.audit.models import Event
from voucher.care_levels.models import CareLevel, LevelState
from voucher.codes import show_serial
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.queries import get_programme
from voucher.stays.models import Stay
from voucher.stays.queries import count_open_stays
from voucher.vouchers.models import Voucher
from voucher.vouchers.queries.paper import count_stays_to_release

KEEPERS = {Role.WORKER, Role.APPROVER}
READERS = {*KEEPERS, Role.AUDITOR}
THERE = "510104002001"


@pytest.fixture
def town(app):
    """Give a town with a woman of 85 who holds two vouchers."""
    found = make_town()
    add_resident(born=date(1941, 1, 1), community_id=found.communities[0], situation=("独居",))
    make_vouchers(found)
    return found


@pytest.fixture
def public_id(town) -> str:
    found = db.session.scalars(select(Resident.public_id)).one()
    db.session.rollback()
    return found


def enter(client, role=Role.WORKER, *, name="zhang.san", area=None):
    make_account(name=name, role=role, area=area)
    assert sign_in(client, name=name) == 302


def record(client, public_id: str, **changes: str):
    form = {"from": "2026-12-01", "to": "", "effect": "hold", "client_key": "k1", **changes}
    return post(client, f"/stays/new/{public_id}", **form)


def list_stays() -> list[tuple[str, date | None]]:
    db.session.rollback()
    rows = db.session.execute(select(Stay.effect, Stay.to_date).order_by(Stay.id)).all()
    db.session.rollback()
    return [(row[0], row[1]) for row in rows]


def list_holds() -> set[str | None]:
    db.session.rollback()
    held = set(db.session.scalars(select(Voucher.held_reason)))
    db.session.rollback()
    return held


def list_serials() -> list[str]:
    return [show_serial(one) for one in db.session.scalars(select(Voucher.serial))]


def test_each_page_is_for_its_roles_and_nobody_else(app, client, public_id):
    enter(client)
    stay = record(client, public_id).location
    opened: dict[str, set[Role]] = {}
    for role in Role:
        if role is Role.CONSOLE:
            continue
        browser = app.test_client()
        enter(browser, role, name=f"a.{role}")
        token = {"csrf_token": read_token(browser)}
        answers = {
            path: browser.get(path).status_code
            for path in (
                *("/stays/", stay, f"/stays/new/{public_id}"),
                *(f"/paper/residents/{public_id}", f"/paper/levels/{AGE_BANDS}"),
            )
        }
        for path in (f"/stays/new/{public_id}", f"{stay}/end", f"{stay}/release"):
            answers[f"POST {path}"] = browser.post(path, data=token).status_code
        for path, status in answers.items():
            opened.setdefault(path, set()).update({role} if status != 403 else ())

    assert list(opened.values()) == [
        *(READERS, READERS, KEEPERS, READERS, {Role.APPROVER}),
        *(KEEPERS, KEEPERS, {Role.APPROVER}),
    ]


def test_the_preview_lists_the_paper_and_writes_nothing(client, public_id):
    enter(client)

    page = post(
        client,
        f"/stays/new/{public_id}/preview",
        **{"from": "2026-12-01", "effect": "hold", "hospital": "市一医院"},
    )

    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert all(f">{serial}</td>" in text for serial in list_serials())
    assert "已发放 2026-12-05" in text
    assert (list_stays(), list_holds()) == ([], {None})


def test_a_form_sent_twice_holds_once_and_altered_it_is_refused(client, public_id):
    enter(client)

    answers = [record(client, public_id) for _ in range(2)]
    altered = record(client, public_id, effect="stop")

    assert [one.status_code for one in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    assert altered.status_code == 422
    assert (list_stays(), list_holds()) == ([("hold", None)], {"away"})


def test_a_wrong_field_is_named_and_everything_typed_stays(client, public_id):
    enter(client)

    page = record(client, public_id, **{"from": "2027-02-01", "hospital": "市一医院"})

    text = page.get_data(as_text=True)
    assert page.status_code == 422
    for shown in ("最多提前一个月", 'value="市一医院"', 'value="hold" checked'):
        assert shown in text, shown
    assert list_stays() == []


def test_a_second_stay_at_the_same_time_is_refused_at_the_form(client, public_id):
    enter(client)
    record(client, public_id)

    page = record(client, public_id, client_key="k2", effect="honour")

    assert (page.status_code, "时间重叠" in page.get_data(as_text=True)) == (409, True)
    assert list_stays() == [("hold", None)]


def test_a_person_and_a_stay_of_another_area_do_not_exist(app, client, public_id):
    enter(client)
    stay = record(client, public_id).location
    other = app.test_client()
    enter(other, Role.APPROVER, name="li.si", area=THERE)

    answers = [
        other.get(f"/stays/new/{public_id}").status_code,
        record(other, public_id, client_key="k2").status_code,
        other.get(stay).status_code,
        *(
            post(
                other, f"{stay}/{deed}", client_key=deed, ended="2026-12-05", reason="x"
            ).status_code
            for deed in ("end", "withdraw", "release")
        ),
        other.get(f"/paper/residents/{public_id}").status_code,
    ]

    assert answers == [404] * 7
    assert list_stays() == [("hold", None)]
    assert "王秀英" not in other.get("/stays/").get_data(as_text=True)


def test_reading_a_stay_is_an_event_and_tells_no_place_or_day(client, public_id):
    enter(client)
    stay = record(client, public_id, hospital="市一医院").location

    text = client.get(stay).get_data(as_text=True)

    assert "市一医院" in text
    events = db.session.scalars(select(Event).where(Event.action.like("stays.%"))).all()
    assert {one.action for one in events} == {"stays.record", "stays.read"}
    facts = str([one.facts for one in events])
    assert ("市一" in facts, "2026" in facts) == (False, False)
    sealed = db.session.scalars(select(Stay.hospital_sealed)).one()
    assert "市一医院".encode() not in sealed


def test_the_list_sends_the_same_queries_for_one_row_and_for_300(client, town, public_id):
    enter(client)
    record(client, public_id)
    client.get("/stays/?standing=all&size=200")
    with count_queries() as few:
        client.get("/stays/?standing=all&size=200")
    with transaction():
        row = dict(db.session.execute(select(Stay.__table__)).mappings().one())
        del row["id"]
        first, one = date(2020, 1, 1), timedelta(days=1)
        days = [first + 2 * one * number for number in range(300)]
        db.session.execute(
            insert(Stay),
            [
                {**row, "public_id": f"s{day}", "from_date": day, "to_date": day + one}
                for day in days
            ],
        )

    with count_queries() as many:
        page = client.get("/stays/?standing=all&size=200")

    assert page.get_data(as_text=True).count("/stays/s20") == 200
    assert len(many) == len(few)


def propose(town, level: str) -> int:
    """Propose a level of the scale that the woman's vouchers were issued by."""
    with transaction():
        made = CareLevel(
            resident_id=db.session.scalars(select(Resident.id)).one(),
            scale=AGE_BANDS,
            scheme_version_id=freeze_scheme(scheme=get_programme(AGE_BANDS, 1), now=clock.now()),
            level=level,
            reasons=[],
            from_date=date(2026, 12, 1),
            state=LevelState.PROPOSED,
            graded_by=town.worker.account_id,
            graded_at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
        return made.id


def test_who_confirms_sees_the_paper_of_those_whose_level_changes(app, client, town):
    enter(client, Role.APPROVER)
    proposal = propose(town, "70-79")
    serials = list_serials()

    listed = client.get(f"/paper/levels/{AGE_BANDS}").get_data(as_text=True)
    chosen = client.get(f"/paper/levels/{AGE_BANDS}/{proposal}").get_data(as_text=True)
    others = client.get(f"/paper/levels/{AGE_BANDS}/{proposal + 1}").get_data(as_text=True)
    counted = client.get(f"/paper/levels/{AGE_BANDS}/all/count").get_data(as_text=True)
    confirming = client.get(f"/levels/{AGE_BANDS}/confirm").get_data(as_text=True)

    for text in (listed, chosen):
        assert all(serial in text for serial in serials)
    assert not any(serial in others for serial in serials)
    assert f"1 人 {len(serials)} 张，其中 {len(serials)} 张已发，0 张已暂停" in counted
    assert f"/paper/levels/{AGE_BANDS}/all/count" in confirming
    local = app.test_client()
    enter(local, Role.APPROVER, name="li.si", area=THERE)
    assert serials[0] not in local.get(f"/paper/levels/{AGE_BANDS}").get_data(as_text=True)
    assert client.get(f"/paper/levels/{AGE_BANDS}/1-x").status_code == 422


def test_paper_of_the_level_it_was_issued_by_is_not_listed(client, town):
    enter(client, Role.APPROVER)
    propose(town, db.session.scalars(select(Voucher.level)).first())

    assert "没有在外的券" in client.get(f"/paper/levels/{AGE_BANDS}").get_data(as_text=True)


def test_the_list_to_collect_goes_out_as_a_workbook_and_that_is_an_event(client, public_id):
    enter(client)

    book = client.get(f"/paper/residents/{public_id}?format=xlsx")

    events = db.session.scalars(
        select(Event).where(Event.action == "vouchers.list_paper_out")
    ).all()
    assert (book.status_code, book.data[:2]) == (200, b"PK")
    assert [(one.subject_id, one.facts) for one in events] == [
        (public_id, {"rows": len(list_serials()), "export": True})
    ]


def test_paper_that_nobody_released_yet_is_found_in_the_list(client, public_id):
    enter(client, Role.APPROVER)
    stay = record(client, public_id).location
    path, actor = "/stays/?standing=to_release", make_actor(name="b", role=Role.APPROVER)

    def waits() -> tuple[bool, int, int]:
        today = clock.today()
        counts = (
            count_open_stays(actor=actor, on=today),
            count_stays_to_release(actor=actor, on=today),
        )
        return "王秀英" in client.get(path).get_data(as_text=True), *counts

    lasting = waits()
    post(client, f"{stay}/end", ended="2026-12-05", client_key="k2")
    over = waits()
    post(client, f"{stay}/release", client_key="k3")

    assert [lasting, over, waits()] == [(False, 1, 0), (True, 0, 1), (False, 0, 0)]
