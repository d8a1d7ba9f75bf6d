"""
What is recorded beside the items of an instrument: reason, informant, diagnoses, health problems.

Questions are data of the instrument's file. A question says itself what it feeds into scoring (a
diagnosis group, a kind of event, coma), so that nothing is asked twice; what scoring needs and no
question of the file feeds is asked by a group of the project's own words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from voucher.refusals import N_
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import Words
from voucher.workbooks.cells import read_day, read_whole_number
from voucher.workbooks.faults import Fault

MAX_TEXT = 1_000
# Values by the id of an item or question, as they were chosen or typed.
Values = Mapping[str, Sequence[str]]

NO_WORDS = Words(zh="", en="")
# What the group of our own is called, by what it asks.
GROUP_DIAGNOSES = Words(zh="诊断", en="Diagnoses")
GROUP_EVENTS = Words(zh="意外事件", en="Incidents")
GROUP_COMA = Words(zh="昏迷", en="Coma")
DIAGNOSES = Words(zh="医生诊断（没有就不选）", en="Diagnosed by a doctor (none: choose none)")
COMA = Words(zh="是否处于昏迷状态", en="In a coma")
YES, NO = Words(zh="是", en="Yes"), Words(zh="否", en="No")
# Incidents of the last 30 days, by their number.
TIMES = (
    Words(zh="没有", en="None"),
    Words(zh="一次", en="Once"),
    Words(zh="两次", en="Twice"),
    Words(zh="三次及以上", en="Three or more"),
)


class RecordKind(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    SEVERAL = "several"
    TEXT = "text"
    COUNT = "count"
    DAY = "day"


CHOOSING = frozenset({RecordKind.CHOICE, RecordKind.SEVERAL})


@dataclass(frozen=True, slots=True)
class RecordOption:
    """One option, and what choosing it feeds into scoring: diagnoses, a number of events, coma."""

    id: str
    name: Words
    diagnosis: str = ""
    count: int = 0
    is_coma: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `event` is the kind of event its options count; a count lies within bounds."""

    id: str
    name: Words
    about: Words
    kind: RecordKind
    options: tuple[RecordOption, ...] = ()
    is_required: bool = False
    event: str = ""
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class RecordGroup:
    """Questions that stand under one heading."""

    id: str
    name: Words
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Impossible:
    """Answers that cannot all be true: where each id has one of its options, `name` says why."""

    name: Words
    together: tuple[tuple[str, tuple[str, ...]], ...]

    def holds(self, values: Values) -> bool:
        """Tell whether these answers contradict each other in this way."""
        return all(set(options) & set(values.get(at, ())) for at, options in self.together)


@dataclass(frozen=True, slots=True)
class Records:
    """Everything an instrument records beside its items, and what cannot be true together."""

    groups: tuple[RecordGroup, ...] = ()
    impossible: tuple[Impossible, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        """Give the questions of all groups in their order."""
        return tuple(question for group in self.groups for question in group.questions)


@dataclass(frozen=True, slots=True)
class Fed:
    """What the records feed into scoring; diagnoses and events in the instrument's own order."""

    diagnoses: tuple[str, ...]
    events: dict[str, int]
    coma: bool


def read_records(
    top: Table,
    *,
    options_by_item: Mapping[str, int],
    diagnoses: Mapping[str, Words],
    events: Mapping[str, Words],
    has_coma: bool,
) -> Records:
    """
    Read the groups of questions, and ask by a group of our own for what none of them feeds.

    `options_by_item` gives the number of options of each item.

    :raises BadInput: scheme_invalid.
    """
    groups = [_read_group(table, diagnoses, events) for table in top.tables("records")]
    top.refuse_repeats("records", (question.id for g in groups for question in g.questions))
    if left := _list_unfed(groups, diagnoses, events, has_coma=has_coma):
        groups.append(RecordGroup("health", _name_group(left), left))
    known = {item: [str(n) for n in range(1, most + 1)] for item, most in options_by_item.items()}
    known |= {q.id: [option.id for option in q.options] for g in groups for q in g.questions}
    return Records(tuple(groups), tuple(_read_together(t, known) for t in top.tables("impossible")))


def judge_record(*, question: Question, values: Sequence[str]) -> Fault | None:
    """Give the fault of an answer to one question, or None when it can stand."""
    given = [value for value in values if value.strip()]
    if not given:
        return Fault("record_missing", N_("这一项还没有填"), {}) if question.is_required else None
    if question.kind in CHOOSING:
        known = {option.id for option in question.options}
        is_single = question.kind is RecordKind.CHOICE and len(given) > 1
        if is_single or not set(given) <= known:
            return Fault("record_choice", N_("请从列出的选项中选"), {})
    if question.kind is RecordKind.COUNT:
        return _judge_count(question, given[0])
    if question.kind is RecordKind.DAY and read_day(given[0]) is None:
        return Fault("date_invalid", N_("日期不存在或写法不明，请写成 2026-02-03"), {})
    return None


def feed_scoring(
    *, records: Records, values: Values, diagnoses: Iterable[str], events: Iterable[str]
) -> Fed:
    """Give what valid answers feed into scoring, in the order of these diagnoses and events."""
    counts: dict[str, int] = {}
    found: set[str] = set()
    coma = False
    for question in records.questions:
        for option in question.options:
            if option.id not in values.get(question.id, ()):
                continue
            found.add(option.diagnosis)
            coma = coma or option.is_coma
            if question.event:
                counts[question.event] = counts.get(question.event, 0) + option.count
    return Fed(
        diagnoses=tuple(word for word in diagnoses if word in found),
        events={kind: counts[kind] for kind in events if counts.get(kind)},
        coma=coma,
    )


def say_record(*, question: Question, values: Sequence[str]) -> tuple[Words, ...]:
    """Give an answer in words: the names of the options, or what was typed."""
    if question.kind in CHOOSING:
        return tuple(option.name for option in question.options if option.id in values)
    return tuple(Words(zh=value, en=value) for value in values if value.strip())


def _judge_count(question: Question, text: str) -> Fault | None:
    count = read_whole_number(text)
    if count is None or not question.least <= count <= question.most:
        bounds = {"least": question.least, "most": question.most}
        return Fault("record_count", N_("应为 %(least)s 至 %(most)s 的整数"), bounds)
    return None


def _read_group(table: Table, diagnoses: Iterable[str], events: Iterable[str]) -> RecordGroup:
    group = RecordGroup(
        id=table.text("id"),
        name=table.words("name"),
        questions=tuple(
            _read_question(question, diagnoses, events)
            for question in table.tables("questions", least=1)
        ),
    )
    table.finish()
    return group


def _read_question(table: Table, diagnoses: Iterable[str], events: Iterable[str]) -> Question:
    kind = table.choice("kind", RecordKind)
    is_counted = kind is RecordKind.COUNT
    question = Question(
        id=table.text("id"),
        name=table.words("name"),
        about=table.words("about", NO_WORDS),
        kind=kind,
        options=_read_options(table, diagnoses) if kind in CHOOSING else (),
        is_required=table.flag("required", False),
        event=table.text_among("event", events) if table.has("event") else "",
        least=table.whole("least", default=0) if is_counted else 0,
        most=table.whole("most") if is_counted else 0,
    )
    table.finish()
    return question


def _read_options(table: Table, diagnoses: Iterable[str]) -> tuple[RecordOption, ...]:
    options = []
    for option in table.tables("options", least=2):
        feeds = option.has("diagnosis")
        options.append(
            RecordOption(
                id=option.text("id"),
                name=option.words("name"),
                diagnosis=option.text_among("diagnosis", diagnoses) if feeds else "",
                count=option.whole("count", default=0),
                is_coma=option.flag("coma", False),
            )
        )
        option.finish()
    table.refuse_repeats("options", (option.id for option in options))
    return tuple(options)


def _read_together(table: Table, known: Mapping[str, Sequence[str]]) -> Impossible:
    parts = table.table("together")
    ids = [at for at in known if parts.has(at)]
    together = tuple((at, parts.texts_among(at, known[at])) for at in ids)
    parts.finish()
    impossible = Impossible(name=table.words("name"), together=together)
    table.finish()
    return impossible


def _list_unfed(
    groups: Iterable[RecordGroup],
    diagnoses: Mapping[str, Words],
    events: Mapping[str, Words],
    *,
    has_coma: bool,
) -> tuple[Question, ...]:
    asked = [question for group in groups for question in group.questions]
    options = [option for question in asked for option in question.options]
    terms = dict(diagnoses)
    for option in options:
        terms.pop(option.diagnosis, None)
    left = []
    if terms:
        choices = tuple(RecordOption(id_, name, diagnosis=id_) for id_, name in terms.items())
        left.append(Question("diagnoses", DIAGNOSES, NO_WORDS, RecordKind.SEVERAL, choices))
    counted = {question.event for question in asked}
    left += [_ask_event(kind, name) for kind, name in events.items() if kind not in counted]
    if has_coma and not any(option.is_coma for option in options):
        choices = (RecordOption("no", NO), RecordOption("yes", YES, is_coma=True))
        left.append(Question("coma", COMA, NO_WORDS, RecordKind.CHOICE, choices, is_required=True))
    return tuple(left)


def _name_group(left: Sequence[Question]) -> Words:
    asked = (
        (GROUP_DIAGNOSES, any(question.id == "diagnoses" for question in left)),
        (GROUP_EVENTS, any(question.event for question in left)),
        (GROUP_COMA, any(question.id == "coma" for question in left)),
    )
    names = [name for name, is_asked in asked if is_asked]
    return Words(zh="、".join(n.zh for n in names), en=", ".join(n.en for n in names))


def _ask_event(kind: str, name: Words) -> Question:
    choices = tuple(RecordOption(str(n), name, count=n) for n, name in enumerate(TIMES))
    about = Words(zh="近30天内", en="In the last 30 days")
    return Question(
        f"event_{kind}", name, about, RecordKind.CHOICE, choices, is_required=True, event=kind
    )
