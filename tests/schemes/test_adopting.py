"""A district's own scheme: two people, an unchanged file, and from its day on it counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from tests.accounts.factories import make_account, make_actor, sign_in
from tests.refusing import refuse
from tests.schemes.own import AGE_BANDS, GBT, approve, make_instrument, make_programme, propose
from tests.vouchers.factories import add_resident, make_town
from voucher import clock
from voucher.access import Role
from voucher.audit.models import Event
from voucher.db import db, transaction
from voucher.ledger.forms import read_programme
from voucher.refusals import BadInput, NotAllowed, NotFound, Refusal
from voucher.schemes import queries
from voucher.schemes.models import SchemeAdoption, SchemeVersion
from voucher.schemes.operations import freeze_scheme, withdraw_scheme
from voucher.schemes.rules.adopting import AdoptionState
from voucher.vouchers.views import wording

TODAY, NEW_YEAR = date(2026, 12, 5), date(2027, 1, 1)


@pytest.fixture
def people(app):
    """Give two approvers of the whole district."""
    return [make_actor(name=name, role=Role.APPROVER) for name in ("one", "other")]


def adopt(people, text, *, on=NEW_YEAR):
    number = propose(people[0], text, on=on)
    approve(people[1], number, text)
    return number


def test_an_adopted_version_counts_from_its_day_and_not_before(people):
    adopt(people, make_programme(face_fen=4000))

    assert queries.get_programme(AGE_BANDS, date(2026, 12, 31)).version == 1
    assert queries.get_programme(AGE_BANDS, NEW_YEAR).version == 2
    assert queries.get_scheme(AGE_BANDS, 2).version == 2
    assert {one.id: one.version for one in queries.list_programmes(on=NEW_YEAR)}[AGE_BANDS] == 2


def test_a_scheme_of_a_new_name_is_found_everywhere_from_its_day_on(people):
    adopt(people, make_instrument(version=1, scheme="own-scale"))
    own = make_programme(version=1, scheme="own-bands")
    adopt(people, own, on=TODAY)

    early = refuse("scheme_early", queries.get_instrument, "own-scale", TODAY, kind=NotFound)
    assert early.facts == {"scheme": "own-scale", "since": "2027-01-01", "day": "2026-12-05"}
    assert queries.get_instrument("own-scale", NEW_YEAR).id == "own-scale"
    assert queries.get_level(scale="own-scale", version=1, level="4").id == "4"
    assert (
        queries.get_scale(scale="own-bands", version=1).digest
        == queries.get_programme("own-bands", TODAY).digest
    )
    assert "own-bands" in [one.id for one in queries.list_programmes(on=TODAY)]
    assert "own-scale" not in [one.id for one in queries.list_instruments(on=TODAY)]
    assert read_programme("own-bands", on=TODAY) == "own-bands"
    assert "own-bands" in [one.id for one in wording.list_programmes()]


def test_a_month_is_planned_and_budgeted_by_the_version_of_its_first_day(home, client):
    town = make_town()
    add_resident(born=date(1960, 1, 1), community_id=town.communities[0])
    others = make_actor(name="other", role=Role.APPROVER)
    adopt((town.approver, others), make_programme(face_fen=4000))
    adopt((town.approver, others), make_programme(version=1, scheme="own-bands"))
    make_account(name="zhang.san", role=Role.WORKER)
    clock.set_clock(home, clock.now().replace(day=15))
    sign_in(client)

    december, january = (
        client.get(f"/runs/new/plan?programme={AGE_BANDS}&month={month}").get_data(as_text=True)
        for month in ("2026-12", "2027-01")
    )

    assert ("30.00" in december, "40.00" in december) == (True, False)
    assert ("30.00" in january, "40.00" in january) == (False, True)
    assert 'value="own-bands"' in client.get("/runs/new").get_data(as_text=True)
    assert read_programme("own-bands", on=NEW_YEAR) == "own-bands"
    refuse("programme_missing", read_programme, "own-bands", on=TODAY, kind=BadInput)


def test_a_programme_that_was_used_finds_the_instrument_the_district_adopted(people):
    adopt(people, make_instrument(version=7), on=TODAY)
    text = queries.get_programme("national-2026", 1).text
    text = text.replace("version = 1", "version = 2", 1).replace(
        "scale_version = 1", "scale_version = 7"
    )
    adopt(people, text, on=TODAY)
    with transaction():
        number = freeze_scheme(
            scheme=queries.get_programme("national-2026", TODAY), now=clock.now()
        )

    kept = queries.get_programme_version(number)

    assert (kept.version, kept.scale, kept.scale_version) == (2, GBT, 7)


def test_a_proposal_alone_counts_for_nothing(people):
    propose(people[0], make_programme(), on=TODAY)

    with pytest.raises(NotFound):
        queries.get_programme(AGE_BANDS, 2)


def test_nobody_approves_their_own_proposal(people):
    text = make_programme()
    number = propose(people[0], text, on=NEW_YEAR)

    refuse("self_approve", approve, people[0], number, text, kind=NotAllowed)


def test_the_database_itself_wants_two_people(people):
    number = propose(people[0], make_programme(), on=NEW_YEAR)
    itself = update(SchemeAdoption).values(
        state=AdoptionState.APPROVED, approved_by=people[0].account_id, approved_at=clock.now()
    )

    with pytest.raises(IntegrityError, match="two_people"), transaction():
        db.session.execute(itself.where(SchemeAdoption.id == number))


@pytest.mark.parametrize("text", [make_programme() + "\n", ""])
def test_a_file_changed_or_gone_after_proposing_is_refused(people, text):
    number = propose(people[0], make_programme(), on=NEW_YEAR)

    refused = refuse("file_changed", approve, people[1], number, text)

    assert refused.facts["expected"] == queries.get_adoption(number).digest[:12]


def test_a_proposal_is_approved_or_withdrawn_once(people):
    text = make_programme()
    number = propose(people[0], text, on=NEW_YEAR)
    approve(people[1], number, text)

    refuse("adoption_state", approve, people[1], number, text)
    with pytest.raises(Refusal, match="adoption_state"), transaction():
        withdraw_scheme(actor=people[0], adoption_id=number, now=clock.now())
    assert queries.get_adoption(number).state == AdoptionState.APPROVED


def test_of_two_approvals_at_once_one_counts(app, people):
    text = make_programme()
    number = propose(people[0], text, on=NEW_YEAR)
    third = make_actor(name="third", role=Role.APPROVER)
    start = Barrier(2)

    def press(actor) -> str:
        with app.app_context():
            start.wait(10)
            try:
                approve(actor, number, text)
            except Refusal as refusal:
                return refusal.word
            finally:
                db.session.remove()
        return "approved"

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(press, (people[1], third)))

    assert answers == ["adoption_state", "approved"]
    events = select(func.count()).where(Event.action == "schemes.approve")
    assert db.session.scalar(events) == 1


def test_a_withdrawn_version_may_be_proposed_again(people):
    number = propose(people[0], make_programme(), on=NEW_YEAR)
    with transaction():
        withdraw_scheme(actor=people[0], adoption_id=number, now=clock.now())

    again = propose(people[0], make_programme(face_fen=1), on=NEW_YEAR)

    assert [row.state for row in queries.list_adoptions()] == ["proposed", "withdrawn"]
    assert again != number


def test_a_day_that_is_past_is_refused_when_proposing_and_when_approving(people):
    text = make_programme()
    refuse("effective_past", propose, people[0], text, on=date(2026, 12, 4))
    number = propose(people[0], text, on=TODAY)
    db.session.execute(update(SchemeAdoption).values(effective_from=date(2026, 12, 4)))
    db.session.commit()

    refuse("effective_past", approve, people[1], number, text)


def test_what_fails_its_own_examples_is_refused_with_the_line(people):
    text = make_programme().replace("own_fen = 0", "own_fen = 1", 1)

    refused = refuse("scheme_fails", propose, people[0], text, on=NEW_YEAR)

    line = text.splitlines()[refused.facts["line"] - 1]
    assert (line, refused.facts["count"]) == ("[[price_examples]]", 1)


def test_what_cannot_be_read_is_refused_with_the_line(people):
    text = make_programme().replace('period = "month"', 'period = "moon"')

    refused = refuse("scheme_invalid", propose, people[0], text, on=NEW_YEAR, kind=BadInput)

    assert text.splitlines()[refused.facts["line"] - 1] == 'period = "moon"'


def test_a_version_that_is_bundled_waiting_or_used_never_changes(people):
    bundled = queries.get_programme(AGE_BANDS, 1).text
    refuse("scheme_known", propose, people[0], bundled, on=NEW_YEAR)
    refuse("scheme_changed", propose, people[0], bundled + "\n", on=NEW_YEAR)
    propose(people[0], make_programme(), on=NEW_YEAR)
    refuse("scheme_known", propose, people[1], make_programme(), on=NEW_YEAR)
    refuse("scheme_changed", propose, people[1], make_programme(face_fen=9), on=NEW_YEAR)
    used = SchemeVersion(
        kind="programme",
        scheme="used-once",
        version=1,
        digest="0" * 64,
        content="",
        first_used_at=clock.now(),
    )
    with transaction():
        db.session.add(used)

    text = make_programme(version=1, scheme="used-once")

    refuse("scheme_changed", propose, people[0], text, on=NEW_YEAR)


def test_an_instrument_does_not_take_the_name_of_a_programme(people):
    text = make_instrument(scheme=AGE_BANDS)

    refuse("scheme_kind", propose, people[0], text, on=NEW_YEAR)


def test_every_step_is_told_with_the_digest(people):
    text = make_programme()
    number = propose(people[0], text, on=NEW_YEAR)
    approve(people[1], number, text)
    digest = queries.get_adoption(number).digest

    told = db.session.execute(
        select(Event.action, Event.actor_name, Event.facts).where(Event.subject_kind == "scheme")
    ).all()

    same = {"scheme": AGE_BANDS, "version": 2, "digest": digest}
    assert [tuple(row) for row in told] == [
        ("schemes.propose", "one", {**same, "effective_from": "2027-01-01"}),
        ("schemes.approve", "other", same),
    ]
