"""
What a policy would cost: one programme, or the change from one to another.

GET  /reports/simulation          ask for programmes, month and communities
POST /reports/simulation          go to the answer; with an edited file, give it at once
GET  /reports/simulation/result   the answer; `?format=xlsx` as a workbook with charts

An edited file is read in memory and kept nowhere: the answer's own page sends it along when the
workbook is wanted. The one thing written is that somebody read many levels as counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext

from voucher import clock
from voucher.access import require
from voucher.config import find_schemes_path
from voucher.db import transaction
from voucher.divisions.models import Division
from voucher.divisions.queries import get_community, list_communities
from voucher.listing import XLSX, Column, Wanted, read_wanted, send_file_content, slice_rows
from voucher.pages import select_language
from voucher.periods import parse_month
from voucher.refusals import Refusal
from voucher.reports import policy
from voucher.reports.drawing.workbook import write_tables
from voucher.reports.forms import (
    IN_FOLDER,
    Edited,
    Question,
    get_tried_programme,
    list_tried_programmes,
    open_tried_file,
)
from voucher.reports.operations import note_simulation
from voucher.reports.queries import check_month, list_months, list_places, simulate
from voucher.reports.rules.cells import Cell, Table, show_cell
from voucher.reports.rules.simulating import Simulation
from voucher.reports.rules.tables import LETTERS, list_tables
from voucher.reports.rules.wording import Voice, word_levels, word_verdict
from voucher.schemes.queries import get_programme, list_programmes
from voucher.schemes.rules.candidates import Candidate

blueprint = Blueprint("simulations", __name__, url_prefix="/reports/simulation")

# The columns of the table of communities by which a reader may sort, where they are.
SORTS = ("street", "community", "people", "cost", "against", "difference", "gains", "loses")
# An edited file's answer has no address to turn pages by: all its communities stand on one.
_WHOLE = Wanted(size=10_000)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out, and the file that was only tried, with its faults."""

    month: date
    community: Division | None
    simulation: Simulation
    tried: Candidate | None

    @property
    def with_levels(self) -> bool:
        """Tell whether this reader may see levels."""
        return policy.sees_levels(g.actor, is_part=self.community is not None)


@blueprint.get("")
@require(policy.SIMULATE)
def ask() -> str:
    """Ask which programme, against which, which month, which communities."""
    return _ask(Question.parse(request.args), None)


def _ask(question: Question, refusal: Refusal | None) -> str:
    voice, may_edit = _make_voice(), policy.SIMULATE_EDITED.allows(g.actor)
    tried = list_tried_programmes(find_schemes_path()) if may_edit else []
    months = list_months(today=clock.today())
    return render_template(
        "reports/ask.html",
        question=question,
        refusal=refusal,
        programmes=[(one.id, voice.choose(one.name)) for one in list_programmes(on=months[-1])],
        tried=[
            (f"{IN_FOLDER}{one.file}", f"{voice.choose(one.scheme.name)} · {one.file}")
            for one in tried
            if one.scheme
        ],
        months=[(f"{month:%Y-%m}",) * 2 for month in months],
        communities=list_communities(actor=g.actor),
        may_edit=may_edit,
    )


@blueprint.post("")
@require(policy.SIMULATE)
def send() -> Any:
    """Go to the answer; of an edited file show it, or send its workbook."""
    question = Question.parse(request.form)
    try:
        edited = Edited.parse(request.form, request.files)
        if edited is None:
            return redirect(url_for("simulations.show", **question.as_address()))
        answer = _work_out(question, edited)
    except Refusal as refusal:
        return _ask(question, refusal), refusal.status
    is_export = request.form.get("format") == "xlsx"
    return _deliver(question, answer, edited, _WHOLE, is_export)


@blueprint.get("/result")
@require(policy.SIMULATE)
def show() -> Any:
    """Show what came out."""
    wanted = read_wanted(request.args, sorts=SORTS, filters=Question.__slots__)
    question = Question.parse(request.args)
    try:
        answer = _work_out(question, None)
    except Refusal as refusal:
        return _ask(question, refusal), refusal.status
    return _deliver(question, answer, None, wanted, wanted.is_export)


def _work_out(question: Question, edited: Edited | None) -> Answer:
    month = parse_month(question.month)
    check_month(month, today=clock.today())
    community = (
        get_community(actor=g.actor, code=question.community) if question.community else None
    )
    programmes = [get_programme(question.programme, month)]
    tried = open_tried_file(question=question, edited=edited, folder=find_schemes_path())
    if tried is not None:
        policy.SIMULATE_EDITED.demand(g.actor)
        programmes.append(get_tried_programme(tried))
    elif question.against:
        programmes.append(get_programme(question.against, month))
    simulation = simulate(
        actor=g.actor,
        programmes=programmes,
        on=month,
        community_id=community.id if community else None,
        counts_proposed=question.counts_proposed,
    )
    return Answer(month, community, simulation, tried)


def _deliver(
    question: Question, answer: Answer, edited: Edited | None, wanted: Wanted, is_export: bool
) -> Any:
    places, voice = list_places(actor=g.actor), _make_voice()
    tables = list_tables(
        simulation=answer.simulation,
        places=places,
        with_levels=answer.with_levels,
        voice=voice,
    )
    lines = _word_lines(answer, edited, voice)
    with transaction():
        note_simulation(
            actor=g.actor,
            simulation=answer.simulation,
            month=answer.month,
            is_export=is_export,
            now=clock.now(),
        )
    if is_export:
        return send_file_content(
            content=write_tables(tables=tables.values(), lines=lines),
            name=f"{gettext('方案测算')}-{answer.month:%Y-%m}.xlsx",
            kind=XLSX,
        )
    return _show(question, answer, edited, wanted, tables, lines)


def _show(
    question: Question,
    answer: Answer,
    edited: Edited | None,
    wanted: Wanted,
    tables: dict[str, Table],
    lines: Sequence[str],
) -> str:
    communities = tables.pop("communities")
    return render_template(
        "reports/show.html",
        question=question,
        answer=answer,
        edited=edited,
        verdict=lines[0],
        notes=lines[1:],
        tables=tables.values(),
        show_cell=show_cell,
        communities=communities,
        slice=slice_rows(_sort(communities, wanted), wanted=wanted),
        columns=_list_columns(communities, can_sort=edited is None),
    )


def _word_lines(answer: Answer, edited: Edited | None, voice: Voice) -> list[str]:
    """Say what came out, then of whom, by which rules and by whose levels."""
    month = f"{answer.month:%Y-%m}"
    lines = [word_verdict(simulation=answer.simulation, month=month, voice=voice)]
    place = answer.community.name if answer.community else gettext("我辖区的全部社区")
    lines.append(gettext("%(month)s · %(place)s", month=month, place=place))
    for letter, outcome in zip(LETTERS, answer.simulation.outcomes, strict=False):
        facts = {
            "letter": letter,
            "programme": voice.choose(outcome.programme.name),
            "version": outcome.programme.version,
            "levels": word_levels(outcome, voice),
        }
        lines.append(gettext("%(letter)s：%(programme)s 第 %(version)s 版，%(levels)s", **facts))
    if change := answer.simulation.change:
        lines.append(
            gettext(
                "%(newly)s 人原来没有、改后有；%(no_longer)s 人原来有、改后没有",
                newly=f"{change.newly_covered:,}",
                no_longer=f"{change.no_longer_covered:,}",
            )
        )
    if edited is not None:
        lines.append(gettext("B 是上传的文件 %(file)s，没有保存", file=edited.name))
    return lines


def _make_voice() -> Voice:
    return Voice(say=gettext, choose=lambda words: words.say(select_language()))


def _list_columns(table: Table, *, can_sort: bool) -> list[Column[Any]]:
    return [
        Column(column.title, sort=name if can_sort else "", is_number=column.is_number)
        for column, name in zip(table.columns, _list_sorts(table), strict=True)
    ]


def _list_sorts(table: Table) -> tuple[str, ...]:
    """Name the columns there are: with one programme there is nothing to compare."""
    return SORTS if len(table.columns) == len(SORTS) else SORTS[: len(table.columns)]


def _sort(table: Table, wanted: Wanted) -> list[tuple[Cell, ...]]:
    names = _list_sorts(table)
    if wanted.sort not in names:
        return list(table.rows)
    place = names.index(wanted.sort)
    return sorted(table.rows, key=lambda row: row[place], reverse=wanted.is_descending)
