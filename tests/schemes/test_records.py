"""What is recorded beside the items: read from the file, judged, fed into scoring."""

import pytest

from voucher.refusals import BadInput
from voucher.schemes.queries import GBT, get_instrument
from voucher.schemes.rules.instrument_files import load_instrument
from voucher.schemes.rules.records import feed_scoring, judge_record, say_record

INSTRUMENT = get_instrument(GBT, 1)
RECORDS = INSTRUMENT.records
QUESTIONS = {question.id: question for question in RECORDS.questions}
HEAD = INSTRUMENT.text.partition("# Annex A")[0]


def feed(values):
    return feed_scoring(
        records=RECORDS,
        values=values,
        diagnoses=[term.id for term in INSTRUMENT.diagnoses],
        events=[term.id for term in INSTRUMENT.event_kinds],
    )


def load_with(text: str):
    return load_instrument(text=f"{HEAD}\n{text}", file="x.toml")


def test_every_diagnosis_event_and_coma_of_the_scoring_is_asked_exactly_once():
    options = [option for question in RECORDS.questions for option in question.options]

    fed = [option.diagnosis for option in options if option.diagnosis]
    counted = [question.event for question in RECORDS.questions if question.event]

    assert fed == [term.id for term in INSTRUMENT.diagnoses]
    assert counted == [term.id for term in INSTRUMENT.event_kinds]
    assert sum(option.is_coma for option in options) == 1


def test_answers_feed_scoring_in_the_order_of_the_instrument():
    fed = feed(
        {
            "A.4.1": ["F04-F99", "I25", "F00-F03"],
            "A.2.14.other": ["3"],
            "A.2.14.fall": ["1"],
            "A.2.14.choking": ["0"],
            "A.5.11": ["yes"],
        }
    )

    assert (fed.diagnoses, list(fed.events.items()), fed.coma) == (
        ("F00-F03", "F04-F99"),
        [("fall", 1), ("other", 3)],
        True,
    )


def test_an_instrument_without_records_asks_what_its_scoring_needs():
    questions = load_with("").records.questions

    assert [(one.id, one.kind, one.is_required) for one in questions] == [
        ("diagnoses", "several", False),
        *((f"event_{term.id}", "choice", True) for term in INSTRUMENT.event_kinds),
        ("coma", "choice", True),
    ]


@pytest.mark.parametrize(
    ("at", "values", "word"),
    [
        ("A.1.3", [], "record_missing"),
        ("A.1.3", ["never"], "record_choice"),
        ("A.1.3", ["first", "routine"], "record_choice"),
        ("A.1.3", ["first"], None),
        ("A.4.1", [], None),
        ("A.4.1", ["I25", "F00-F03"], None),
        ("A.4.1", ["I25", "F99"], "record_choice"),
        ("A.2.4", ["49"], "record_count"),
        ("A.2.4", ["50"], None),
        ("A.2.4", ["250"], None),
        ("A.2.4", ["251"], "record_count"),
        ("A.2.4", ["tall"], "record_count"),
        ("A.3.1", [" "], "record_missing"),
    ],
)
def test_an_answer_stands_or_has_one_fault(at, values, word):
    fault = judge_record(question=QUESTIONS[at], values=values)

    assert (fault and fault.word) == word


@pytest.mark.parametrize(
    ("coma", "consciousness", "holds"),
    [("yes", "1", True), ("yes", "4", True), ("yes", "5", False), ("no", "5", True)],
)
def test_coma_and_consciousness_must_agree(coma, consciousness, holds):
    values = {"A.5.11": [coma], "B.3.9": [consciousness]}

    assert any(one.holds(values) for one in RECORDS.impossible) is holds


def test_an_answer_is_said_in_the_words_of_its_options():
    said = say_record(question=QUESTIONS["A.3.2"], values=["child"])

    assert [words.zh for words in said] == ["子女或其配偶"]


@pytest.mark.parametrize(
    "wrong",
    [
        'kind = "guess"',
        'kind = "count"',
        'kind = "choice"\noptions = []',
        'kind = "text"\nevent = "flood"',
        'kind = "text"\nunknown = 1',
    ],
)
def test_a_question_that_does_not_fit_is_refused(wrong):
    words = '{ zh = "甲", en = "A" }'
    group = f'[[records]]\nid = "A"\nname = {words}\n[[records.questions]]\nid = "A.1"\n'

    with pytest.raises(BadInput) as caught:
        load_with(f"{group}name = {words}\n{wrong}\n")

    assert caught.value.word == "scheme_invalid"
