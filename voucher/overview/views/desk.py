"""
The telephone desk: who calls, is it really them, what do they have.

GET  /desk    POST /desk         one field: telephone, name or pinyin, serial, typed code
              POST /desk/answer  the proof; then what may be told

Numbers and names are posted, never part of an address. An answer is shown once and kept nowhere,
so that it stands on the POST itself.
"""

from datetime import date

from flask import Blueprint, g, render_template, request
from flask_babel import format_date, gettext

from voucher import clock
from voucher.access import require
from voucher.db import transaction
from voucher.overview import operations, policy
from voucher.overview.forms import CallForm
from voucher.overview.queries.calls import MOST_CALLERS, Caller
from voucher.overview.rules import read_proof, read_question, spell_money
from voucher.refusals import Refusal
from voucher.text import mask_name

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.app_template_filter("spoken_money")
def speak_money(fen: int) -> str:
    """Say an amount as it is read aloud."""
    said = spell_money(fen)
    return gettext(said.sentence, **said.facts)


@blueprint.app_template_filter("spoken_day")
def speak_day(day: date) -> str:
    """Say a day as it is read aloud: 2027年1月31日."""
    return format_date(day, "long")


@blueprint.get("")
@require(policy.ANSWER_CALLS)
def ask() -> str:
    """Ask for the one thing a caller says first."""
    return _ask_question(CallForm(), operations.find_desk_lock(actor=g.actor, now=clock.now()))


@blueprint.post("")
@require(policy.ANSWER_CALLS)
def find() -> str | tuple[str, int]:
    """Find who calls and ask for the proof; a voucher named by its own number is told at once."""
    return _look_up(CallForm.parse(request.form), None)


@blueprint.post("/answer")
@require(policy.ANSWER_CALLS)
def answer() -> str | tuple[str, int]:
    """Judge the proof, and tell what may be told."""
    form = CallForm.parse(request.form)
    try:
        question = read_question(form.text)
        proof = read_proof(serial=form.serial, born=form.born, last_four=form.last_four)
        with transaction():
            found = operations.answer_call(
                actor=g.actor,
                question=question,
                public_id=form.resident,
                proof=proof,
                today=clock.today(),
                now=clock.now(),
            )
    except Refusal as refusal:
        return _look_up(form, refusal)
    if isinstance(found, Refusal):
        return _look_up(form, found)
    return _tell(found)


def _look_up(form: CallForm, refused: Refusal | None) -> str | tuple[str, int]:
    """Show who may be calling; every showing is a look-up of its own, locked and logged alike."""
    try:
        question = read_question(form.text)
        with transaction():
            found = operations.look_up_caller(
                actor=g.actor, question=question, today=clock.today(), now=clock.now()
            )
    except Refusal as refusal:
        return _ask_question(form, refusal), refusal.status
    if isinstance(found, Refusal):
        return _ask_question(form, found), found.status
    if isinstance(found, operations.Answer):
        return _tell(found)
    if not found:
        return _ask_question(form, refused, is_nobody=True)
    return _ask_proof(form, found, refused), refused.status if refused else 200


def _ask_question(form: CallForm, refusal: Refusal | None, *, is_nobody: bool = False) -> str:
    return render_template("overview/desk.html", form=form, refusal=refusal, is_nobody=is_nobody)


def _ask_proof(form: CallForm, callers: list[Caller], refusal: Refusal | None) -> str:
    return render_template(
        "overview/proof.html",
        form=form,
        callers=[
            (caller.public_id, mask_name(caller.name), caller.street, caller.community)
            for caller in callers[:MOST_CALLERS]
        ],
        are_too_many=len(callers) > MOST_CALLERS,
        refusal=refusal,
    )


def _tell(answer: operations.Answer) -> str:
    name = mask_name(answer.caller.name) if answer.caller else ""
    return render_template("overview/answer.html", answer=answer, masked_name=name)
