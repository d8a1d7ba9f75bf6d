"""What a phone sends of a bedside form, and what the system keeps and tells of it."""

from datetime import date

import pytest
from flask import render_template
from sqlalchemy import select

from tests.assessments.bedside import EVENTS, enter, fill_in, found_person, list_assessments, sign
from tests.refusing import read_tables
from voucher.assessments.models import AssessmentDraft
from voucher.assessments.queries.drafts import open_content
from voucher.assessments.rules.answering import judge_content
from voucher.assessments.views.describing import describe_form
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.residents.models import Resident
from voucher.schemes.queries import GBT, get_instrument
from voucher.schemes.rules.instrument_files import load_instrument

JSON = {"Accept": "application/json"}


class Phone:
    """A signed-in phone at one person's form."""

    def __init__(self, client, public_id: str) -> None:
        self.client = client
        self.place = f"/assessments/bedside/people/{public_id}/{GBT}/1"
        self.token = self.look()["csrf"]

    def look(self) -> dict:
        answer = self.client.get(self.place, headers=JSON)
        assert answer.status_code == 200
        return answer.get_json()

    def send(self, fields, *, revision=0, key="k1", deed="", **others):
        body = {"fields": fields, "revision": revision, "key": key, **others}
        headers = {**JSON, "X-CSRFToken": self.token}
        answer = self.client.post(f"{self.place}{deed}", json=body, headers=headers)
        return answer.status_code, answer.get_json()

    def refuse(self, word: str, fields, **sent) -> None:
        """Be refused under this word, with nothing written."""
        before = read_tables()
        status, said = self.send(fields, **sent)
        assert (said.get("error"), status >= 400) == (word, True)
        assert read_tables() == before


@pytest.fixture
def public_id(app) -> str:
    return found_person()


@pytest.fixture
def phone(client, public_id) -> Phone:
    enter(client, name="zhang.san")
    return Phone(client, public_id)


def read_draft() -> tuple[str, int, dict]:
    db.session.rollback()
    draft = db.session.scalars(select(AssessmentDraft)).one()
    found = draft.state, draft.revision, open_content(draft)
    db.session.rollback()
    return found


def test_answers_are_kept_sealed_and_given_back_to_their_own_account_only(app, phone, public_id):
    fields = {"B.1.1": ["2"], "A.4.1": ["F00-F03", "I25"], "no_such_field": ["x"], "A.3.1": [" "]}

    status, said = phone.send(fields)

    kept = {"B.1.1": ["2"], "A.4.1": ["F00-F03", "I25"]}
    assert (status, said) == (200, {"revision": 1, "proposal": None})
    assert read_draft() == ("open", 1, kept)
    assert phone.look()["draft"]["fields"] == kept
    other = app.test_client()
    enter(other, name="li.si")
    assert Phone(other, public_id).look()["draft"] is None
    stored = read_tables()
    assert "F00" not in str(stored["assessment_drafts"] + stored["events"])


def test_the_same_keeping_sent_twice_is_one_and_another_over_it_is_refused(phone):
    phone.send({"B.1.1": ["1"]})

    again = phone.send({"B.1.1": ["1"]})

    assert again == (200, {"revision": 1, "proposal": None})
    phone.refuse("draft_changed", {"B.1.1": ["3"]}, key="k2")
    assert phone.send({"B.1.1": ["3"]}, key="k2", revision=1)[1]["revision"] == 2
    assert read_draft()[2] == {"B.1.1": ["3"]}


def test_a_draft_that_is_gone_is_begun_anew_only_when_asked(phone):
    phone.send({"B.1.1": ["1"]})
    phone.send({}, deed="/drop")

    phone.refuse("draft_gone", {"B.1.1": ["1"]}, revision=1, key="k2")

    assert (read_draft()[0], read_draft()[2], phone.look()["draft"]) == ("dropped", {}, None)
    assert phone.send({"B.1.1": ["1"]}, key="k3")[1]["revision"] == 1


@pytest.mark.parametrize(
    ("word", "sent"),
    [
        ("answers_format", {"fields": []}),
        ("answers_format", {"fields": {"B.1.1": "1"}}),
        ("answers_format", {"fields": {}, "revision": -1}),
        ("answers_format", {"fields": {}, "revision": "1"}),
        ("key_format", {"fields": {}, "key": ""}),
        ("key_format", {"fields": {}, "key": "x" * 65}),
    ],
)
def test_what_no_phone_of_ours_sends_is_refused(phone, word, sent):
    phone.refuse(word, **sent)


def test_the_level_is_proposed_once_every_item_is_answered_and_possible(phone):
    whole = fill_in(**{"A.4.1": "F04-F99"})
    part = {at: values for at, values in whole.items() if at != "B.2.1"}

    proposals = [
        phone.send(part)[1]["proposal"],
        phone.send(whole, revision=1, key="k2")[1]["proposal"],
        phone.send({**whole, "B.3.9": ["5"]}, revision=2, key="k3")[1]["proposal"],
    ]

    assert proposals[0] is proposals[2] is None
    assert proposals[1] == {
        "level": "能力轻度受损（轻度失能）",
        "why": "总分：90／90 分，能力完好（90 分）",
        "reasons": ["确诊失智或其他精神和行为障碍，加重一级"],
    }
    assert list_assessments() == []


def test_incomplete_answers_are_not_signed_and_every_place_is_named(phone):
    before = read_tables()

    status, said = phone.send(fill_in(**{"B.1.1": "", "strokes": ""}), deed="/sign")

    assert (status, sorted(said["faults"])) == (422, ["B.1.1", "strokes"])
    assert read_tables() == before


def test_a_signing_whose_answer_was_lost_is_one_and_closes_the_draft(phone):
    whole = fill_in()
    phone.send(whole)

    first = phone.send(whole, deed="/sign", revision=1, key="k2")
    again = phone.send(whole, deed="/sign", revision=1, key="k2")

    assert (first, read_draft()[:2]) == (again, ("signed", 2))
    assert phone.look()["draft"]["waiting"] == first[1]["onward"]
    phone.refuse("draft_signed", whole, revision=2, key="k3")
    phone.refuse("key_reused", fill_in(**{"B.1.1": "2"}), deed="/sign", revision=1, key="k2")


def test_who_was_assessed_meanwhile_is_shown_before_it_is_signed(app, phone, public_id):
    second, third = app.test_client(), app.test_client()
    enter(second, name="li.si")
    enter(third, name="wang.wu")
    waiting = sign(second, public_id, **{"B.1.1": "4"}).location
    stated = {"assessor_2": "罗伟", "background_2": "other", "revision": "1"}
    third.post(waiting, data={"csrf_token": Phone(third, public_id).token, **stated})

    phone.refuse("assessed_meanwhile", fill_in(), deed="/sign")

    newest = phone.look()["newest"]
    assert (newest["day"], newest["fields"]["B.1.1"]) == ("2026-11-07", ["4"])
    assert phone.send(fill_in(), deed="/sign", key="k2", knows=newest["id"])[0] == 200


def test_who_has_left_is_not_kept_and_not_signed(phone):
    phone.send(fill_in())
    with transaction():
        resident = db.session.scalars(select(Resident)).one()
        resident.departed_date, resident.departure = resident.born_date, "died"

    phone.refuse("departed_already", fill_in(), revision=1, key="k2")
    phone.refuse("departed_already", fill_in(), revision=1, key="k3", deed="/sign")

    assert phone.look()["has_left"] is True
    assert phone.send({}, deed="/drop")[0] == 200


def test_the_page_a_phone_keeps_holds_nobody_and_no_token(client, phone, public_id):
    shell = client.get(f"/assessments/bedside/{GBT}/1/{public_id}").get_data(as_text=True)

    assert shell == client.get(f"/assessments/bedside/{GBT}/1").get_data(as_text=True)
    for hidden in (public_id, "zhang.san", "csrf", phone.look()["name"]):
        assert hidden not in shell, hidden
    for question in get_instrument(GBT, 1).records.questions:
        assert f'name="{question.id}"' in shell, question.id
    assert shell.count('data-count="3"') == len(EVENTS)


def test_the_worker_answers_for_bedside_forms_alone(client):
    answer = client.get("/assessments/bedside/worker.js")

    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert "Service-Worker-Allowed" not in answer.headers


def test_opening_a_form_is_an_event_of_the_resident(phone, public_id):
    db.session.rollback()
    events = db.session.scalars(select(Event).where(Event.action == "assessments.open_bedside"))

    assert [(one.subject_id, one.facts) for one in events] == [
        (public_id, {"instrument": GBT, "version": 1})
    ]


def test_any_instrument_has_a_form_and_is_judged_by_its_own_data(app):
    text = get_instrument(GBT, 1).text.partition("# Annex A")[0]
    other = load_instrument(text=text.replace(GBT, "sample-scale"), file="sample-scale.toml")
    with app.test_request_context():
        page = render_template(
            "assessments/bedside.html", given={}, errors={}, **describe_form(other)
        )
    given = {at: values for at, values in fill_in().items() if not at.startswith("A.")}
    events = {f"event_{term.id}": ["0"] for term in other.event_kinds}
    whole = {**given, **events, "event_fall": ["3"], "diagnoses": ["F00-F03"], "coma": ["no"]}

    judged = judge_content(
        content=whole, instrument=other, born=date(1940, 1, 1), today=date(2026, 12, 5)
    )

    assert 'data-scheme="sample-scale"' in page
    for at in whole:
        assert f'name="{at}"' in page, at
    assert judged.answered is not None
    given = judged.answered.given
    assert (given.diagnoses, given.events) == (("F00-F03",), {"fall": 3})
