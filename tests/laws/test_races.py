"""Many processes, one thing to win: the database's row count decides, and the books stay right."""

import json
from collections import Counter

import pytest
from sqlalchemy import delete, func, select

from tests.laws.racing import (
    Shown,
    approve_one,
    count_words,
    end_one,
    grade_once,
    race,
    redeem_all,
    redeem_all_naively,
    replace_one,
    reverse_all,
)
from tests.laws.stage import Stage
from tests.laws.town import (
    JINJIANG,
    MONTH,
    describe_reader,
    draft,
    fund,
    issue,
    issue_and_hand_over,
    list_codes,
    present,
)
from tests.residents.factories import import_workbook
from voucher import clock
from voucher.access import Actor
from voucher.care_levels.models import CareLevel
from voucher.codes import parse_typed_code, write_print_code
from voucher.db import db
from voucher.divisions.queries import load_bundled_divisions
from voucher.ledger.models import BudgetTotal, LedgerEntry
from voucher.ledger.rules import LedgerAccount
from voucher.redemptions.models import Redemption
from voucher.redemptions.rules.taking import Claim
from voucher.residents.models import Resident
from voucher.upkeep.checks import run_checks
from voucher.upkeep.rules import write_invented_roster
from voucher.vouchers.models import Print, Voucher

PROCESSES = 8


@pytest.fixture
def crowd(stage: Stage) -> list[str]:
    """Give the codes of 300 vouchers in people's hands."""
    divisions = load_bundled_divisions(district_code="510104").decode("utf-8")
    import_workbook(stage.town.worker, write_invented_roster(count=288, divisions=divisions))
    issue_and_hand_over(stage.town)
    codes = list_codes()
    assert len(codes) == 300
    return codes


def _attempt_all(stage: Stage, codes: list[str]) -> list[tuple[Actor, list[Shown]]]:
    """Let every process try every voucher, in the same order, so that they meet all the time."""
    tills = stage.town.tills
    return [
        (tills[n % len(tills)], [Shown(code, f"p{n}-{at}") for at, code in enumerate(codes)])
        for n in range(PROCESSES)
    ]


def _count_payments() -> Counter[int]:
    return Counter(db.session.scalars(select(Redemption.voucher_id)))


def _sum_payable() -> int:
    wanted = select(func.sum(LedgerEntry.amount_fen)).where(
        LedgerEntry.account == LedgerAccount.PAYABLE
    )
    return int(db.session.scalar(wanted) or 0)


def test_eight_processes_over_300_vouchers_pay_each_exactly_once(stage, crowd):
    faces = db.session.scalar(
        select(func.sum(Voucher.committed_fen)).where(Voucher.item == "services")
    )

    words = count_words(race(stage, redeem_all, _attempt_all(stage, crowd)))

    assert words["accepted"] == 300
    assert set(words) <= {"accepted", "used", "already_yours"}
    assert set(_count_payments().values()) == {1}
    assert _sum_payable() == faces
    assert run_checks()["breaches"] == []


def test_the_rig_detects_a_planted_read_then_write(stage, crowd):
    """PLANTED BUG: this test is red inside; it proves that the one above can fail."""
    words = count_words(race(stage, redeem_all_naively, _attempt_all(stage, crowd[:60])))

    doubled = [voucher for voucher, times in _count_payments().items() if times > 1]
    laws = {breach["law"] for breach in run_checks()["breaches"]}
    assert words["accepted"] > 60
    assert doubled != []
    assert laws >= {"I16"}


def test_twins_of_one_attempt_get_the_byte_same_answer(stage):
    issue_and_hand_over(stage.town)
    attempts = [Shown(code, f"twin-{at}") for at, code in enumerate(list_codes())]

    answers = race(stage, redeem_all, [(stage.town.tills[0], attempts)] * 6)

    assert len({json.dumps(one, ensure_ascii=False) for one in answers}) == 1
    assert count_words(answers) == {"accepted": 6 * len(attempts)}
    assert set(_count_payments().values()) == {1}
    assert run_checks()["breaches"] == []


def test_parts_taken_at_once_never_exceed_the_whole(stage):
    issue_and_hand_over(stage.town)
    code, tills = list_codes()[-3], stage.town.tills
    face_fen = db.session.scalar(
        select(Voucher.balance_fen)
        .join(Print)
        .where(Print.code == write_print_code(parse_typed_code(code)))
    )
    part_fen = face_fen // 10

    words = count_words(
        race(
            stage,
            redeem_all,
            [
                (tills[n % 3], [Shown(code, f"p{n}-{at}", part_fen) for at in range(5)])
                for n in range(6)
            ],
        )
    )

    assert words["accepted"] <= 10
    assert set(words) <= {"accepted", "busy", "used", "already_yours"}
    assert _sum_payable() == words["accepted"] * part_fen
    assert run_checks()["breaches"] == []


def test_of_two_approvals_beyond_the_budget_one_wins(stage):
    town, now = stage.town, clock.now()
    drafts = [
        draft(town, programme=JINJIANG, period_from=MONTH, now=now, community_id=place)
        for place in sorted(set(db.session.scalars(select(Resident.community_id))))
    ]
    values = [planned.value_fen for _, planned in drafts]
    fund(town, programme=JINJIANG, period_from=MONTH, amount_fen=sum(values) - 1, now=now)

    answers = race(stage, approve_one, [(town, run_id, JINJIANG) for run_id, _ in drafts])

    assert count_words(answers) == {"accepted": 1, "budget": 1}
    winner = next(one[0][1] for one in answers if one[0][0] == "accepted")
    committed = db.session.scalar(select(BudgetTotal.committed_fen))
    assert committed == dict(zip([run for run, _ in drafts], values, strict=True))[winner]
    assert run_checks()["breaches"] == []


def test_a_redemption_is_taken_back_once_however_many_ask(stage):
    issue_and_hand_over(stage.town)
    till, reader = stage.town.tills[0], describe_reader(stage.home)
    made = [
        present(
            till,
            code=code,
            claim=Claim(service="repair"),
            key=f"k{at}",
            reader=reader,
            now=clock.now(),
        )
        for at, code in enumerate(list_codes())
    ]

    answers = race(stage, reverse_all, [(till, [one["redemption"] for one in made])] * 4)

    assert count_words(answers) == {"accepted": len(made), "already_reversed": 3 * len(made)}
    assert _sum_payable() == 0
    assert run_checks()["breaches"] == []


def test_a_run_is_cancelled_or_handed_over_never_both(stage):
    town = stage.town
    run_id = issue(town)

    race(stage, end_one, [(town, run_id, deed) for deed in ("cancel", "hand_over")] * 2)

    states = set(db.session.scalars(select(Voucher.state)))
    assert states in ({"void"}, {"active"})
    assert run_checks()["breaches"] == []


def test_of_two_who_replace_a_voucher_one_wins(stage):
    town = stage.town
    issue_and_hand_over(town)
    wanted = select(Voucher.serial).where(Voucher.item == "services")
    serial = db.session.scalars(wanted.order_by(Voucher.id)).first()
    replace_one(stage.home, town.worker, serial)

    answers = race(stage, replace_one, [(town.approver, serial), (town.controller, serial)] * 2)

    words = count_words(answers)
    assert words["accepted"] == 1
    assert set(words) <= {"accepted", "voucher_state", "case_decided", "nothing_left"}
    replaced = db.session.scalars(select(Voucher).where(Voucher.replaces_id.is_not(None))).all()
    assert len(replaced) == 1
    assert run_checks()["breaches"] == []


def test_gradings_at_once_propose_everybody_once(stage):
    db.session.execute(delete(CareLevel))
    db.session.commit()
    people = db.session.scalar(select(func.count(Resident.id)))

    answers = race(stage, grade_once, [(stage.town.worker, "shangcheng-six-classes")] * 4)

    assert sorted(one[0][1] for one in answers) == [0, 0, 0, people]
    assert db.session.scalar(select(func.count(CareLevel.id))) == people
