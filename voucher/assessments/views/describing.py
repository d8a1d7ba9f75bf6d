"""Answers put into words for a page: of an assessment, of a form that waits, of an empty form."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale, gettext

from voucher import clock
from voucher.assessments.models import AssessmentDraft
from voucher.assessments.queries.assessments import WholeAssessment
from voucher.assessments.rules.answering import DRAFT_LIFE, Answered, Content, list_points
from voucher.assessments.rules.signing import BACKGROUND_TITLES, CLINICAL, SIGNED_TITLES, Signature
from voucher.schemes.queries import get_instrument, list_instruments
from voucher.schemes.rules.explaining import explain_initial, explain_score, group_answers
from voucher.schemes.rules.instruments import Instrument, Item
from voucher.schemes.rules.records import Question, feed_scoring, say_record
from voucher.schemes.rules.scoring import Result, restore_answers, score_answers
from voucher.schemes.rules.values import Words
from voucher.workbooks.faults import Fault

# Beyond this no rule of an instrument tells more incidents apart.
MOST_EVENTS = 15


def say_words(words: Words) -> str:
    """Give a text of a scheme file in the reader's language."""
    locale = get_locale()
    return words.say("en" if locale and locale.language == "en" else "zh")


def tell_scale(scheme: str, version: int) -> str:
    """Give the name of an instrument in the reader's language."""
    return say_words(get_instrument(scheme, version).name)


def say_faults(faults: Mapping[str, Fault]) -> dict[str, str]:
    """Give, by field, what is wrong there; a contradiction in the words of its instrument."""
    return {at: _say_fault(fault) for at, fault in faults.items()}


def describe_form(instrument: Instrument) -> dict[str, Any]:
    """Give what the template of a form needs beside what was answered."""
    records = instrument.records
    impossible = [
        {"words": say_words(one.name), "together": dict(one.together)} for one in records.impossible
    ]
    return {
        "instrument": instrument,
        "instruments": list_instruments(on=clock.today()),
        "groups": records.groups,
        "titles": list_titles(instrument),
        "rules": _list_rules(instrument),
        "impossible": impossible,
        "backgrounds": BACKGROUND_TITLES,
        "signed": SIGNED_TITLES,
        "draft_days": DRAFT_LIFE.days,
    }


def list_titles(instrument: Instrument) -> dict[str, str]:
    """Give the names of items and questions in the reader's language, by field."""
    asked: list[Item | Question] = [*instrument.items, *instrument.records.questions]
    return {one.id: say_words(one.name) for one in asked}


def describe_assessment(whole: WholeAssessment) -> dict[str, Any]:
    """Give an assessment in words, with the level its answers come to."""
    instrument = get_instrument(whole.scheme, whole.version)
    one, evidence = whole.assessment, whole.evidence
    signature = Signature.restore(evidence["signature"]) if evidence else None
    steps = explain_score(instrument, whole.restore_answers(instrument), one.options)
    return {
        "instrument": instrument,
        "steps": steps,
        "parts": group_answers(instrument, steps),
        "diagnoses": whole.diagnoses,
        "events": one.events,
        "coma": one.coma,
        "records": _list_records(instrument, evidence.get("records", {})),
        "signature": signature,
        "backgrounds": evidence.get("backgrounds", ()),
        "background_titles": BACKGROUND_TITLES,
        "signed_titles": SIGNED_TITLES,
    }


def describe_signed(draft: AssessmentDraft, answered: Answered) -> dict[str, Any]:
    """Give a signed form in the same words as an assessment."""
    instrument, given = get_instrument(draft.scheme, draft.version), answered.given
    answers = restore_answers(
        instrument=instrument,
        points=given.points,
        diagnoses=given.diagnoses,
        events=given.events,
        coma=given.coma,
    )
    steps = explain_score(instrument, answers, given.options)
    return {
        "instrument": instrument,
        "steps": steps,
        "parts": group_answers(instrument, steps),
        "diagnoses": given.diagnoses,
        "events": given.events,
        "coma": given.coma,
        "records": _list_records(instrument, given.records),
        "signature": answered.signature,
        "backgrounds": (answered.background,),
        "background_titles": BACKGROUND_TITLES,
        "signed_titles": SIGNED_TITLES,
        "lacks_clinical": answered.background not in CLINICAL,
    }


def propose(*, content: Content, instrument: Instrument) -> dict[str, Any] | None:
    """Give the level that would come out and why, once every item is answered; it is no level."""
    points = list_points(content=content, instrument=instrument)
    is_impossible = any(one.holds(content) for one in instrument.records.impossible)
    if len(points) < len(instrument.items) or is_impossible:
        return None
    fed = feed_scoring(
        records=instrument.records,
        values=content,
        diagnoses=[term.id for term in instrument.diagnoses],
        events=[term.id for term in instrument.event_kinds],
    )
    result = _score(instrument, points, fed.diagnoses, fed.events, fed.coma)
    names = {level.id: say_words(level.name) for level in instrument.levels}
    initial = explain_initial(instrument, result)
    return {
        "level": names[result.level],
        "why": say_words(Words(initial.say("zh"), initial.say("en"))),
        "reasons": [say_words(Words(r.sentence, r.english)) for r in result.reasons],
    }


def list_answers_of(whole: WholeAssessment) -> dict[str, list[str]]:
    """Give an assessment's answers as the fields of a form; unclear options are left out."""
    instrument, one = get_instrument(whole.scheme, whole.version), whole.assessment
    fields: dict[str, list[str]] = dict(whole.evidence.get("records", {}))
    for item in instrument.items:
        number = _find_number(item, one.points.get(item.id), (one.options or {}).get(item.id))
        if number is not None:
            fields[item.id] = [str(number)]
    return fields


def _find_number(item: Item, points: int | None, number: int | None) -> int | None:
    """Give what stands in the field of an item: the option's number, or the points themselves."""
    if not item.options:
        return points
    chosen = [option.number for option in item.options if option.points == points]
    return number or (chosen[0] if len(chosen) == 1 else None)


def _say_fault(fault: Fault) -> str:
    if fault.word == "answers_impossible":
        return say_words(Words(**fault.facts))
    return gettext(fault.sentence) % fault.facts


def _score(
    instrument: Instrument,
    points: Mapping[str, int],
    diagnoses: tuple[str, ...],
    events: Mapping[str, int],
    coma: bool,
) -> Result:
    answers = restore_answers(
        instrument=instrument, points=points, diagnoses=diagnoses, events=events, coma=coma
    )
    return score_answers(instrument, answers)


def _list_rules(instrument: Instrument) -> dict[str, Any]:
    """Give the change rules that each single cause brings about, for a page without a network."""
    best = {item.id: item.maximum for item in instrument.items}

    def explain(diagnoses: tuple[str, ...], count: int, coma: bool) -> list[str]:
        result = _score(instrument, best, diagnoses, {"": count}, coma)
        return [say_words(Words(r.sentence, r.english)) for r in result.reasons]

    counts = range(MOST_EVENTS + 1) if instrument.event_kinds else ()
    return {
        "diagnoses": {term.id: explain((term.id,), 0, False) for term in instrument.diagnoses},
        "events": [explain((), count, False) for count in counts],
        "coma": explain((), 0, True),
    }


def _list_records(
    instrument: Instrument, records: Content
) -> list[tuple[Words, list[tuple[Words, tuple[Words, ...]]]]]:
    """Give what was answered beside the items, group by group, in words."""
    found = []
    for group in instrument.records.groups:
        lines = [
            (question.name, say_record(question=question, values=records[question.id]))
            for question in group.questions
            if records.get(question.id)
        ]
        if lines:
            found.append((group.name, lines))
    return found
