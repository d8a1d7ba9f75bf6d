"""Which stays can be true, and where one stands on a day."""

from datetime import date

from voucher.stays.rules import Effect, NewStay, Standing, judge_stay, tell_standing

TODAY = date(2026, 12, 5)


def judge(first="2026-12-01", last="", *, effect="hold", hospital="", born=date(1941, 1, 1)):
    return judge_stay(
        from_text=first, to_text=last, hospital=hospital, effect=effect, born=born, today=TODAY
    )


def list_words(judged) -> dict[str, str]:
    return {at: fault.word for at, fault in judged.faults.items()}


def test_a_sound_stay_is_taken_as_typed():
    assert judge(hospital="市一医院").stay == NewStay(
        date(2026, 12, 1), None, "市一医院", Effect.HOLD
    )
    assert judge(last="2026/12/20").stay.to_date == date(2026, 12, 20)


def test_each_impossible_field_is_refused_at_its_place():
    refused = {
        ("", ""): {"from": "date_missing"},
        ("2026-02-30", ""): {"from": "date_invalid"},
        ("2025-12-03", ""): {"from": "date_long_ago"},
        ("2027-01-06", ""): {"from": "date_future"},
        ("2026-12-01", "2026-12-01"): {"to": "stay_order"},
        ("2026-12-01", "2027-12-07"): {"to": "date_future"},
        ("2026-12-01", "x"): {"to": "date_invalid"},
    }

    for (first, last), words in refused.items():
        judged = judge(first, last, effect="honour")
        assert (list_words(judged), judged.stay) == (words, None), (first, last)
    assert list_words(judge(effect="burn")) == {"effect": "effect_unknown"}
    assert list_words(judge(hospital="院" * 61)) == {"hospital": "long"}
    assert list_words(judge(born=date(2026, 12, 2))) == {"from": "date_long_ago"}


def test_the_bounds_themselves_are_allowed():
    for first, last in (("2025-12-04", ""), ("2027-01-05", ""), ("2026-12-01", "2027-12-06")):
        assert judge(first, last, effect="stop").stay is not None, (first, last)


def test_paper_is_held_only_for_a_stay_that_lasts_today():
    words = {
        (first, last): list_words(judge(first, last))
        for first, last in (
            ("2026-12-05", ""),
            ("2026-12-06", ""),
            ("2026-12-01", "2026-12-05"),
            ("2026-12-01", "2026-12-06"),
        )
    }

    refused = {"effect": "hold_without_stay"}
    assert list(words.values()) == [{}, refused, refused, {}]


def test_the_day_of_going_home_is_no_longer_part_of_the_stay():
    def stands(day: int) -> Standing:
        return tell_standing(
            from_date=date(2026, 12, 2),
            to_date=date(2026, 12, 4),
            is_withdrawn=False,
            on=date(2026, 12, day),
        )

    assert [stands(day) for day in (1, 2, 3, 4)] == [
        Standing.COMING,
        Standing.LASTING,
        Standing.LASTING,
        Standing.OVER,
    ]
