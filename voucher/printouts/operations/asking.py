"""Asking for a print, and taking what was printed away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import db
from voucher.jobs import finish_chunk, renew_chunks
from voucher.printouts.drawing.fonts import check_glyphs
from voucher.printouts.models import PrintDownload
from voucher.printouts.operations.fitting import check_run_fits
from voucher.printouts.queries.people import list_people_on_paper
from voucher.printouts.queries.sheets import Office
from voucher.refusals import N_, Refusal
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.queries.vouchers import list_places_with_paper


def begin_print(*, actor: Actor, run_id: int, job: str, now: datetime) -> list[int]:
    """
    Write down what is to be printed of the actor's part of a run; give its communities.

    :raises NotFound: run_unknown. :raises Refusal: run_state, nothing_to_print.
    """
    assert actor.account_id is not None
    check_printable(run=get_run(actor=actor, run_id=run_id))
    parts = [place.id for place in list_places_with_paper(actor=actor, run_id=run_id)]
    if not parts:
        raise Refusal("nothing_to_print", N_("批次 %(run)s 没有可打印的券"), run=run_id)
    renew_chunks(job=job, subject_id=run_id, parts=parts, asked_by=actor.account_id, now=now)
    record_event(
        actor=actor,
        action="printouts.ask_print",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"communities": len(parts)},
    )
    return parts


def check_people(*, people: Sequence[Any]) -> None:
    """
    Make sure that every character of these people's names and addresses can be printed.

    :raises Refusal: glyph, naming them.
    """
    check_glyphs(
        text for person in people for text in (person.name, person.address, person.community)
    )


def find_fault(*, actor: Actor, run_id: int, office: Office) -> Refusal | None:
    """Find anew why the actor's part of a run cannot be drawn, with the names no event keeps."""
    run = get_run(actor=actor, run_id=run_id)
    people = list_people_on_paper(actor=actor, run_id=run_id)
    try:
        check_people(people=people)
        check_run_fits(actor=actor, run=run, office=office)
    except Refusal as refusal:
        return refusal
    return None


def give_up_printing(
    *, actor: Actor, run_id: int, chunk_id: int, community: str, word: str, now: datetime
) -> None:
    """
    Note that a community could not be drawn, and leave it until somebody asks again.

    The event names no person: the page finds the names anew.
    """
    record_event(
        actor=actor,
        action="printouts.give_up",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"community": community, "word": word},
    )
    finish_chunk(chunk_id=chunk_id)


def record_download(
    *, actor: Actor, run_id: int, file_ids: Sequence[int], part: str, now: datetime
) -> None:
    """Note who takes which files away: whoever holds them holds the vouchers."""
    event_id = record_event(
        actor=actor,
        action="printouts.download",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"files": len(file_ids), "part": part},
    )
    rows = [
        {"file_id": one, "event_id": event_id, "taken_at": now, "taken_by": actor.account_id}
        for one in file_ids
    ]
    db.session.execute(insert(PrintDownload), rows)
