"""A score told step by step, down to the answer, for every way of combining."""

from pathlib import Path

import pytest

from voucher.schemes.queries import (
    END_OF_TIME,
    get_instrument,
    list_bundled_schemes,
    open_instrument,
)
from voucher.schemes.rules.explaining import explain_score, group_answers
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.scoring import Answers
from voucher.schemes.rules.steps import Step, StepKind, show_points

GBT = get_instrument("gbt-42195-2022", 1)
LTCI = get_instrument("ltci-2021", 1)
MZT = get_instrument("mzt-039-2013", 1)
FILES = Path(__file__).parent / "files"
GERMANY = open_instrument(str(FILES / "germany-pflegegrad.toml"), on=END_OF_TIME)
BUNDLED = [scheme for scheme in list_bundled_schemes() if isinstance(scheme, Instrument)]

MILD = (
    "Daily activities intact with mental state or senses impaired, or social participation "
    "moderate; or daily activities mild with at least one other dimension intact or mild"
)
LTCI_95 = (10, 10, 5, 10, 10, 10, 15, 15, 10, 0, 4, 4, 4, 4, 1, 0, 0)
MZT_GAP = (10, 5, 5, 10, 10, 10, 10, 15, 15, 10, *(0,) * 7, 4, 4, 4, 4, 4)
GBT_66 = (3,) * 11 + (2, 3, 3, 3, 3, 3, 3, 1, 0, 2, 1, 1, 3, 2, 3)


def say(steps: tuple[Step, ...], language: str, *kinds: StepKind) -> list[str]:
    return [step.say(language) for step in steps if step.kind in kinds]


RESULTS = (StepKind.PART, StepKind.INITIAL, StepKind.CHANGE, StepKind.LEVEL)


def test_a_sum_is_told_by_answers_subtotals_band_and_the_rule_that_moved_it():
    answers = Answers(points=GBT_66, diagnoses=("F00-F03",))

    steps = explain_score(GBT, answers)

    assert say(steps, "zh", StepKind.ANSWER)[0] == (
        "B.1.1 进食：有人提醒或用自备的辅助餐具自己吃，不呛，3／4 分"
    )
    assert say(steps, "zh", *RESULTS) == [
        "自理能力：24／32 分",
        "基础运动能力：11／15 分",
        "精神状态：21／28 分",
        "感知觉与社会参与：10／15 分",
        "总分：66／90 分，能力轻度受损（轻度失能）（66–89 分）",
        "确诊失智或其他精神和行为障碍，加重一级",
        "等级：能力中度受损（中度失能）",
    ]


def test_options_with_equal_points_are_told_together_unless_the_chosen_one_is_known():
    answers = Answers(points=(*GBT_66[:20], 0, *GBT_66[21:]))

    both = explain_score(GBT, answers)[20].say("en")
    chosen = explain_score(GBT, answers, {"B.3.9": 4})[20].say("en")

    assert both == "B.3.9 Consciousness: Stupor / Coma, 0 of 2 points"
    assert chosen == "B.3.9 Consciousness: Stupor, 0 of 2 points"


def test_a_matrix_is_told_by_the_row_and_the_worse_column():
    steps = explain_score(LTCI, Answers(points=LTCI_95))

    assert say(steps, "zh", *RESULTS) == [
        "日常生活活动能力：95／100 分，轻度受损（65–95 分）",
        "认知能力：16／16 分，能力完好（16 分）",
        "感知觉与沟通能力：1／12 分，重度受损（0–1 分）",
        "“日常生活活动能力”轻度受损，其余维度中较差的“感知觉与沟通能力”重度受损：中度失能",
        "等级：中度失能",
    ]


def test_a_condition_is_told_by_its_own_words_and_a_worst_answer_by_its_item():
    points = (10, 5, 5, 10, 10, 10, 10, 15, 15, 10, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0)

    steps = explain_score(MZT, Answers(points=points))

    assert say(steps, "en", *RESULTS) == [
        "Daily activities: 100 of 100 points, Intact (100)",
        "Mental state: 0 of 6 points, Intact (0)",
        "Senses and communication: Mild, worst: Sight",
        "Social participation: 0 of 20 points, Intact (0–2)",
        f"{MILD}: Mild disability",
        "Level: Mild disability",
    ]


def test_a_gap_is_told_as_a_gap():
    gap = explain_score(MZT, Answers(points=MZT_GAP))[-2]

    assert (gap.id, gap.say("zh")) == (
        "gap",
        "没有条件适用于这些档次，按“日常生活活动”的档次定级：能力完好",
    )


def test_added_values_are_told_with_their_decimals_and_the_part_that_does_not_count():
    steps = explain_score(GERMANY, Answers(points=(0, 2, 7, 3, 0, 0)))

    assert say(steps, "zh", *RESULTS) == [
        "行动能力：0／15 分，无（0–1 分），计 0.00 分",
        "认知与沟通：2／33 分，轻（2–5 分），不计，取较高的维度",
        "行为与心理：7／65 分，最重（7–65 分），计 15.00 分",
        "自理：3／54 分，轻（3–7 分），计 10.00 分",
        "应对疾病和治疗：0／15 分，无（0 分），计 0.00 分",
        "日常生活与社会交往：0／18 分，无（0 分），计 0.00 分",
        "总分：25.00／100.00 分，1级护理（12.50–26.99 分）",
        "等级：1级护理",
    ]


@pytest.mark.parametrize(
    ("instrument", "points", "parts"),
    [
        (GBT, GBT_66, ["B.1", "B.2", "B.3", "B.4"]),
        (LTCI, LTCI_95, ["A", "C"]),
        (MZT, MZT_GAP, ["A", "M", "S", "P"]),
        (GERMANY, (0, 2, 7, 3, 0, 0), ["m1", "m3", "m4", "m5", "m6"]),
    ],
    ids=["sum", "matrix", "conditions", "values"],
)
def test_the_parts_that_decide_are_known_and_each_holds_its_own_answers(instrument, points, parts):
    told = group_answers(instrument, explain_score(instrument, Answers(points=points)))

    assert [one.part.id for one in told if one.part.decides] == parts
    assert [[step.id for step in one.answers] for one in told] == [
        [item.id for item in part.items] for part in instrument.parts
    ]


@pytest.mark.parametrize("instrument", [*BUNDLED, GERMANY], ids=lambda instrument: instrument.id)
def test_every_worked_example_is_told_from_its_first_answer_to_its_level(instrument: Instrument):
    for example in instrument.examples:
        if example.points:
            told = explain_score(instrument, Answers(example.points, example.diagnoses))
            answers = [(step.id, step.points) for step in told if step.kind is StepKind.ANSWER]

            ids = [item.id for item in instrument.items]
            assert answers == list(zip(ids, example.points, strict=True))
            assert all(step.say(language) for step in told for language in ("zh", "en"))


@pytest.mark.parametrize(
    ("number", "decimals", "shown"), [(90, 0, "90"), (1250, 2, "12.50"), (5, 2, "0.05")]
)
def test_points_are_shown_with_their_decimals(number: int, decimals: int, shown: str):
    assert show_points(number, decimals=decimals) == shown
