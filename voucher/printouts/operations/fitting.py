"""Whether a run can be printed in whatever layout, found while it can still be mended."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from voucher.access import Actor
from voucher.printouts.drawing.fields import SAMPLE, Addressee, SheetVoucher
from voucher.printouts.drawing.sheet import check_fits
from voucher.printouts.queries.people import list_long_people
from voucher.printouts.queries.sheets import Office, describe_person
from voucher.printouts.rules import LAYOUTS
from voucher.schemes.queries import get_programme_version
from voucher.schemes.rules.programmes import Programme
from voucher.vouchers.models import IssueRun
from voucher.vouchers.operations.runs import approve_run
from voucher.vouchers.queries.runs import list_communities_of_run


def approve_printable_run(
    *, actor: Actor, run_id: int, programme: Programme, office: Office, now: datetime
) -> IssueRun:
    """
    Approve a run whose every text has room on paper, in each layout it may be printed in.

    :raises NotAllowed: self_approve, outside_area.
    :raises Refusal: text_too_long, or whatever `approve_run` refuses with.
    """
    run = approve_run(actor=actor, run_id=run_id, programme=programme, now=now)
    check_run_fits(actor=actor, run=run, office=office)
    return run


def check_run_fits(*, actor: Actor, run: IssueRun, office: Office) -> None:
    """
    Make sure that each text of a run in the actor's area has room in every layout.

    :raises Refusal: text_too_long, which gives the text.
    """
    pieces = [*_list_wordings(actor, run, office), *_list_people(actor, run, office)]
    for layout in LAYOUTS:
        check_fits(pieces, layout=layout)


def _list_wordings(actor: Actor, run: IssueRun, office: Office) -> Iterator[SheetVoucher]:
    """Give vouchers that say what the programme, the office and each community have on paper."""
    programme = get_programme_version(run.scheme_version_id)
    of_run = replace(
        SAMPLE,
        programme=programme.paper_name.zh,
        host=office.host,
        desk_phone=office.desk_phone,
        # Nobody's: a letter is written for all vouchers of one person that follow one another.
        addressee=replace(SAMPLE.addressee, id=0),
    )
    for item in programme.items:
        yield replace(of_run, covers=item.terms.zh)
    for community in list_communities_of_run(actor=actor, run_id=run.id):
        yield replace(of_run, community=community.name)


def _list_people(actor: Actor, run: IssueRun, office: Office) -> Iterator[SheetVoucher]:
    for person in list_long_people(actor=actor, run_id=run.id):
        shown = describe_person(person=person, period_from=run.period_from, office=office)
        yield replace(shown, addressee=Addressee(person.id, person.name, person.address))
