"""Making the paper of single vouchers while somebody waits for it."""

from collections.abc import Sequence
from pathlib import Path

from voucher import clock
from voucher.access import Actor
from voucher.config import Home
from voucher.db import db, transaction
from voucher.printouts.operations.papers import plan_paper, prove_paper, record_paper
from voucher.printouts.operations.printing import Drawn, draw_sheet_file
from voucher.printouts.queries.sheets import MARKS, describe_office
from voucher.signing import load_ring


def make_paper(*, actor: Actor, serials: Sequence[str], home: Home, folder: Path) -> Drawn:
    """
    Draw the paper of some vouchers as one file, read it back, and only then keep its manifest.

    :raises NotFound: voucher_unknown. :raises BadInput: too_many_papers.
    :raises Refusal: voucher_state, run_state, glyph, text_too_long, or preflight_failed; then there
        is no file.
    """
    office, keyring = describe_office(home), load_ring(home)
    file = plan_paper(
        actor=actor,
        serials=serials,
        office=office,
        keyring=keyring,
        mark=MARKS[home.kind],
        folder=folder,
    )
    db.session.rollback()  # Drawing takes its time: no read transaction stays open meanwhile.
    drawn = draw_sheet_file(file)
    prove_paper(actor=actor, file=file, office=office, keyring=keyring)
    with transaction():
        record_paper(actor=actor, file=file, drawn=drawn, now=clock.now())
    return drawn
