"""Asking for a print on the site, after a look at who is to be printed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from voucher import clock
from voucher.access import Actor
from voucher.db import db, transaction
from voucher.printouts.operations.asking import begin_print, check_people
from voucher.printouts.operations.fitting import check_run_fits
from voucher.printouts.queries.people import list_people_on_paper
from voucher.printouts.queries.sheets import Office
from voucher.printouts.rules import PRINT_JOB
from voucher.text import is_printable
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.queries.vouchers import list_places_with_paper


def ask_print(*, actor: Actor, run_id: int, office: Office) -> int:
    """
    Have the worker print the actor's part of a run, a chunk a community; give how many.

    What cannot be printed is found now, while whoever can mend it is still there.

    :raises NotFound: run_unknown.
    :raises Refusal: run_state, nothing_to_print, glyph, text_too_long.
    """
    run = get_run(actor=actor, run_id=run_id)
    check_printable(run=run)
    check_people(people=list(_list_doubtful(actor, run_id)))
    check_run_fits(actor=actor, run=run, office=office)
    db.session.rollback()
    with transaction():
        return len(begin_print(actor=actor, run_id=run_id, job=PRINT_JOB, now=clock.now()))


def _list_doubtful(actor: Actor, run_id: int) -> Iterator[Any]:
    """Give the people of communities in which some character cannot be printed."""
    places = [place.id for place in list_places_with_paper(actor=actor, run_id=run_id)]
    for place_id in places:
        local = replace(actor, community_ids=frozenset({place_id}))
        people = list_people_on_paper(actor=local, run_id=run_id)
        # A whole run takes seconds: no till waits for a reader that long.
        db.session.rollback()
        texts = [text for one in people for text in (one.name, one.address, one.community)]
        if not is_printable("".join(dict.fromkeys(texts))):
            yield from people
