"""
Pages of letters to people.

GET /printouts/letters                         the levels confirmed on a day, by community
GET /printouts/letters/levels/<level>.pdf      the letter that tells one level
GET /printouts/letters/appeals/<appeal>.pdf    the letter that tells how an appeal was decided
GET /printouts/letters/<day>/<code>.pdf        a community's letters of a day, `?part=` of them

`?language=` zh, en or both.
"""

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request
from flask import url_for as address

from voucher import clock
from voucher.access import require
from voucher.db import db, transaction
from voucher.listing import send_file_content
from voucher.pages import say
from voucher.periods import parse_day
from voucher.printouts import policy
from voucher.printouts.drawing.fields import Say
from voucher.printouts.forms import choose_speakers
from voucher.printouts.operations.letters import (
    LetterFile,
    draw_letter_file,
    gather_letters,
    no_letters,
    plan_decision,
    plan_letter,
    record_letters,
)
from voucher.printouts.queries.letters import (
    Sender,
    describe_sender,
    list_batches,
    list_letter_levels,
)
from voucher.printouts.rules import MAX_LETTERS_A_FILE
from voucher.refusals import BadInput, Refusal

blueprint = Blueprint("letters", __name__, url_prefix="/printouts/letters")


def _sender() -> Sender:
    return describe_sender(
        home=current_app.config["HOME"], deadlines=current_app.config["DEADLINES"]
    )


@blueprint.get("")
@require(policy.WRITE_LETTERS)
def ask() -> str:
    """Show, by community, the letters the levels confirmed on a day make."""
    refusal: BadInput | None = None
    try:
        on = parse_day(request.args.get("on") or clock.today().isoformat())
    except BadInput as fault:
        on, refusal = clock.today(), fault
    batches = list_batches(actor=g.actor, on=on)
    parts = {batch.code: range(1, -(-batch.letters // MAX_LETTERS_A_FILE) + 1) for batch in batches}
    return render_template(
        "printouts/letters.html",
        on=on,
        batches=batches,
        parts=parts,
        most=MAX_LETTERS_A_FILE,
        chosen=request.args.get("language", "zh"),
        refusal=refusal,
    )


@blueprint.get("/levels/<int:level_id>.pdf")
@require(policy.WRITE_LETTERS)
def download_one(level_id: int) -> Any:
    """Give the letter that tells one level."""
    file = plan_letter(
        actor=g.actor, level_id=level_id, sender=_sender(), speakers=_read_speakers()
    )
    return _send(file)


@blueprint.get("/appeals/<int:appeal_id>.pdf")
@require(policy.WRITE_LETTERS)
def download_decision(appeal_id: int) -> Any:
    """Give the letter that tells how an appeal was decided."""
    file = plan_decision(
        actor=g.actor, appeal_id=appeal_id, sender=_sender(), speakers=_read_speakers()
    )
    return _send(file)


@blueprint.get("/<day>/<code>.pdf")
@require(policy.WRITE_LETTERS)
def download_community(day: str, code: str) -> Any:
    """Give the letters of a community for the levels confirmed on a day, or a part of them."""
    try:
        return _send(_gather_part(parse_day(day), code))
    except Refusal as refusal:
        # A name that cannot be printed is told where the file was asked for.
        flash(say(refusal), "refused")
        return redirect(address("letters.ask", on=day))


def _gather_part(on: date, code: str) -> LetterFile:
    part = max(1, request.args.get("part", 1, type=int))
    ids = list_letter_levels(actor=g.actor, on=on, community=code[:20])
    some = ids[(part - 1) * MAX_LETTERS_A_FILE : part * MAX_LETTERS_A_FILE]
    if not some:
        raise no_letters(on)
    return gather_letters(
        actor=g.actor,
        name=f"letters-{on.isoformat()}-{code}-{part:02d}",
        level_ids=some,
        sender=_sender(),
        speakers=_read_speakers(),
    )


def _read_speakers() -> Mapping[str, Say]:
    return choose_speakers(request.args.get("language", "zh"))


def _send(file: LetterFile) -> Response:
    db.session.rollback()  # Drawing takes its time: no read transaction stays open meanwhile.
    with tempfile.TemporaryDirectory() as folder:
        path, _ = draw_letter_file(file=file, folder=Path(folder))
        content = path.read_bytes()
    with transaction():
        record_letters(actor=g.actor, file=file, now=clock.now())
    return send_file_content(content=content, name=f"{file.name}.pdf", kind="application/pdf")
