"""The paper of single vouchers, as after a reprint or a replacement: gathered, proved, kept."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.codes import parse_typed_code
from voucher.db import db
from voucher.printouts.drawing.fields import Mark, SheetVoucher
from voucher.printouts.models import PrintFile
from voucher.printouts.operations.judging import read_files, refuse_findings
from voucher.printouts.operations.printing import Drawn, SheetFile, describe_file
from voucher.printouts.proofing.judging import Finding, Reading
from voucher.printouts.queries.sheets import Office, get_sheet_voucher
from voucher.printouts.rules import LAYOUTS, MAX_PAPERS_A_FILE
from voucher.refusals import N_, BadInput
from voucher.signing import KeyRing
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.custody import check_printable
from voucher.vouchers.queries.runs import get_run
from voucher.vouchers.queries.vouchers import get_voucher
from voucher.vouchers.rules import OPEN_STATES, refuse_voucher_state


def plan_paper(
    *,
    actor: Actor,
    serials: Sequence[str],
    office: Office,
    keyring: KeyRing,
    mark: Mark | None,
    folder: Path,
) -> SheetFile:
    """
    Gather the paper of some vouchers for one file, in the order given; writes nothing.

    :raises NotFound: voucher_unknown. :raises BadInput: too_many_papers.
    :raises Refusal: voucher_state, run_state.
    """
    wanted = tuple(dict.fromkeys(serials))
    if len(wanted) > MAX_PAPERS_A_FILE:
        raise BadInput(
            "too_many_papers",
            N_("一次最多打印 %(most)s 张；更多时请在“打印和下载”页重新打印整个社区"),
            most=MAX_PAPERS_A_FILE,
        )
    sheets = tuple(_gather_sheet(actor, serial, office, keyring) for serial in wanted)
    name = _name_paper(sheets)
    return SheetFile(folder / f"{name}.pdf", name, sheets, mark, LAYOUTS[0])


def _gather_sheet(actor: Actor, serial: str, office: Office, keyring: KeyRing) -> SheetVoucher:
    voucher = get_voucher(actor=actor, serial=serial)
    if voucher.state not in OPEN_STATES:
        raise refuse_voucher_state(serial, voucher.state)
    check_printable(run=get_run(actor=actor, run_id=voucher.run_id))
    return get_sheet_voucher(voucher=voucher, office=office, keyring=keyring)


def _name_paper(sheets: Sequence[SheetVoucher]) -> str:
    """Give the name of a file, the same for the same prints, and another for any others."""
    prints = [f"{sheet.serial}-{sheet.print_number}" for sheet in sheets]
    others = hashlib.sha256(" ".join(prints).encode()).hexdigest()[:8]
    return f"voucher-{prints[0]}" + (f"-{others}" if len(prints) > 1 else "")


def prove_paper(*, actor: Actor, file: SheetFile, office: Office, keyring: KeyRing) -> None:
    """
    Read drawn paper back from the disk and compare it with the rows; what fails is thrown away.

    :raises Refusal: preflight_failed, whose `reason` is the word of the first fault.
    """
    read = read_files(actor=actor, paths=[file.path], office=office, keyring=keyring, jobs=1)
    _, _, reading = next(read)
    if findings := [*reading.findings, *_find_missing(file, reading)]:
        file.path.unlink(missing_ok=True)
        raise refuse_findings(findings)


def _find_missing(file: SheetFile, reading: Reading) -> Iterator[Finding]:
    known = {finding.serial for finding in reading.findings}
    for sheet in file.vouchers:
        if parse_typed_code(sheet.typed_code) not in reading.proved and sheet.serial not in known:
            yield Finding(file.path.name, 0, sheet.serial, "missing")


def record_paper(*, actor: Actor, file: SheetFile, drawn: Drawn, now: datetime) -> None:
    """Keep the manifest of some vouchers' paper. Their runs are handed over as before."""
    serials = [sheet.serial for sheet in file.vouchers]
    events = [
        record_event(
            actor=actor,
            action="printouts.print_voucher",
            subject_kind="voucher",
            subject_id=serial,
            now=now,
        )
        for serial in serials
    ]
    of_these = select(Voucher.run_id).where(Voucher.serial.in_(serials)).distinct()
    runs = db.session.scalars(of_these).all()
    run_id = runs[0] if len(runs) == 1 else None
    db.session.execute(insert(PrintFile), [describe_file(drawn, run_id, events[-1], actor, now)])
