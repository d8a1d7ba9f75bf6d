"""What the rigs found once, said as short stories."""

from datetime import date, timedelta

import pytest

from tests.laws.life import Life
from tests.laws.machine import Town
from tests.laws.model import Ask
from tests.laws.stage import Stage


@pytest.fixture
def town(stage: Stage) -> Town:
    """Give a town in which December's vouchers are in people's hands."""
    Town.stage = stage
    town = Town()
    town.begin()
    return town


def spend(town: Town, item: str, ask: Ask, till: int = 0) -> Life:
    paper = next(paper for paper in town.life.papers if paper.item == item)
    town._redeem(paper, paper.code, till, ask, False)
    return town.life


def test_a_part_reversed_after_the_end_lapses_once(town):
    life = spend(town, "services", Ask("repair", amount=1000))
    town.let_time_pass("month")

    town.reverse_by_account(0, False)
    town.reverse_by_account(0, True)
    life.now += timedelta(days=4)
    town.work()

    life.compare()
    assert life.papers[0].lapsed == life.papers[0].committed


def test_two_tills_of_a_shop_may_number_alike(town):
    life = spend(town, "services", Ask("repair", amount=1000), till=0)

    town._redeem(life.papers[0], life.papers[0].code, 1, Ask("repair", amount=1000), True)

    life.compare()
    assert [key for _, key in life.answers] == ["key-1", "key-1"]


def test_a_day_closed_twice_stays_closed_whatever_was_let_go_since(town):
    life = spend(town, "services", Ask("repair", amount=1000))
    spend(town, "services", Ask("repair", amount=500))
    town.reverse_by_account(0, False)
    town.let_time_pass("day")
    town.settle(1, False)

    town.reverse_by_account(0, True)
    town.settle(1, False)

    life.compare()
    assert [bill[:2] for bill in life.bills.values()] == [(1, 1000)]
    assert {day for day, _ in life.bills} == {date(2026, 12, 5)}


def test_an_undone_redemption_leaves_no_question_behind(town):
    life = spend(town, "services", Ask("repair", amount=1000))
    town.reverse_by_account(0, False)
    town.undo_at_a_till(0, 0)
    town.let_time_pass("day")

    town.settle(1, True)

    assert list(life.bills.values()) == [(2, 0, 0)]


def test_paper_held_for_a_loss_is_held_for_a_death_too(town):
    for number in range(12):
        if town.paper(number).resident == town.life.residents[2]:
            town.hold_or_release(number, True)

    town.depart(3, True, 0)

    town.life.compare()
    town.void_a_range(_find_number(town), 0, True)


def _find_number(town: Town) -> int:
    """Give the number of a paper of the one who died; its void asks for a second person."""
    return next(n for n in range(12) if town.paper(n).resident in town.life.openers)
