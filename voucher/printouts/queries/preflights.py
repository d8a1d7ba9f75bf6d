"""Reading preflights: where each community's paper stands, and what was found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import exists, or_, select

from voucher.access import Actor, within_area
from voucher.codes import parse_typed_code, read_print_code, write_print_code
from voucher.db import db
from voucher.divisions.models import Division
from voucher.listing import Slice, Wanted, take_slice
from voucher.printouts.drawing.fields import SheetVoucher
from voucher.printouts.models import Preflight, PreflightFinding
from voucher.printouts.proofing.judging import Paper
from voucher.printouts.queries.files import Kept, Printed, list_printed
from voucher.printouts.queries.sheets import Office, get_sheet_voucher, list_sheet_vouchers
from voucher.refusals import N_
from voucher.signing import KeyRing
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.rules import PrintState, VoucherState

_SOME = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """A community's newest files of a run, and the preflight all of them share."""

    community_id: int
    community: str
    files: tuple[Printed, ...]
    preflight: Kept | None

    @property
    def state(self) -> str:
        """Give where its paper stands: unread, failed, passed or released."""
        return self.preflight.state if self.preflight else "unread"

    @property
    def vouchers(self) -> int:
        """Give how many vouchers its files hold."""
        return sum(file.vouchers for file in self.files)


def list_standings(*, actor: Actor, run_id: int, folder: Path) -> list[Standing]:
    """Give where the paper of each community of the actor's area stands, in order of its files."""
    return gather_standings(list_printed(actor=actor, run_id=run_id, folder=folder))


def gather_standings(files: Sequence[Printed]) -> list[Standing]:
    """Give where the paper of each community stands, from the files of a run."""
    by_place: dict[int, list[Printed]] = {}
    for file in files:
        by_place.setdefault(file.community_id, []).append(file)
    return [_as_standing(its_files) for its_files in by_place.values()]


def _as_standing(files: Sequence[Printed]) -> Standing:
    # Another layout printed before is no part of what goes out now.
    newest = max(file.event_id for file in files)
    its_files = tuple(file for file in files if file.event_id == newest)
    kept = [file.preflight for file in its_files if file.preflight]
    whole = kept if len(kept) == len(its_files) else []
    # The worst counts: a fault in one file, then one that nobody has signed for.
    worst = min(
        whole, key=lambda one: ("failed", "passed", "released").index(one.state), default=None
    )
    return Standing(its_files[0].community_id, its_files[0].community, its_files, worst)


def slice_findings(*, actor: Actor, preflight_ids: Collection[int], wanted: Wanted) -> Slice[Any]:
    """Give part of what these preflights of the area found, file by file."""
    query = (
        select(
            *(PreflightFinding.file, PreflightFinding.page, PreflightFinding.serial),
            *(PreflightFinding.word, PreflightFinding.facts, Division.name.label("community")),
        )
        .join(Preflight, Preflight.id == PreflightFinding.preflight_id)
        .join(Division, Division.id == Preflight.community_id)
        .where(Preflight.id.in_(sorted(preflight_ids)), within_area(Preflight.community_id, actor))
    )
    return take_slice(
        query, wanted=wanted, sorts=FINDING_SORTS, last=PreflightFinding.id.expression
    )


FINDING_SORTS: dict[str, Any] = {
    "file": PreflightFinding.file,
    "page": PreflightFinding.page,
    "serial": PreflightFinding.serial,
}


def list_papers_of_community(
    *, run_id: int, community: Division, office: Office, keyring: KeyRing
) -> dict[int, Paper]:
    """Give, by print id, what must stand on every live print of a run in one community."""
    sheets = list_sheet_vouchers(run_id=run_id, community=community, office=office, keyring=keyring)
    return {parse_typed_code(sheet.typed_code): _as_paper(sheet) for sheet in sheets}


def find_papers(
    *,
    run_id: int,
    community_id: int | None,
    actor: Actor,
    print_ids: Collection[int],
    office: Office,
    keyring: KeyRing,
) -> dict[int, Paper]:
    """
    Give, by print id, what must stand on these prints of the actor's area, or their fault.

    `community_id` None asks for prints of any run.
    """
    codes = [write_print_code(print_id) for print_id in sorted(print_ids)]
    papers: dict[int, Paper] = {}
    for start in range(0, len(codes), _SOME):
        rows = db.session.execute(
            select(Print.code, Print.state, Voucher)
            .join(Voucher, Voucher.id == Print.voucher_id)
            .where(
                Print.code.in_(codes[start : start + _SOME]),
                within_area(Voucher.community_id, actor),
            )
        ).all()
        for code, state, voucher in rows:
            fault = _find_fault(state, voucher)
            if not fault and community_id is not None:
                is_here = (voucher.run_id, voucher.community_id) == (run_id, community_id)
                fault = "" if is_here else "other_run"
            papers[read_print_code(code)] = (
                Paper(voucher.serial, (), fault)
                if fault
                else _as_paper(get_sheet_voucher(voucher=voucher, office=office, keyring=keyring))
            )
    return papers


def _find_fault(print_state: str, voucher: Voucher) -> str:
    if print_state != PrintState.LIVE:
        return "print_dead"
    return "voucher_void" if voucher.state == VoucherState.VOID else ""


def _as_paper(sheet: SheetVoucher) -> Paper:
    """Give what must stand on a voucher, piece by piece: labels around it are the layout's."""
    return Paper(
        serial=sheet.serial,
        texts=(
            (N_("方案名称"), sheet.programme),
            (N_("面值"), sheet.value),
            (N_("可用于"), sheet.covers),
            (N_("有效期"), sheet.valid_from.isoformat()),
            (N_("有效期"), sheet.last_date.isoformat()),
            (N_("持券人"), sheet.masked_name),
            (N_("持券人"), sheet.sex),
            (N_("持券人"), sheet.age_band),
            (N_("社区"), sheet.community),
            (N_("手输编码"), sheet.typed_code),
            (N_("咨询电话"), sheet.desk_phone),
        ),
    )


def has_changed_since(*, run_id: int, community_id: int, moment: datetime) -> bool:
    """Tell whether a print of a community of a run was made or died after a moment."""
    changed = (
        exists()
        .where(Print.voucher_id == Voucher.id)
        .where(
            Voucher.run_id == run_id,
            Voucher.community_id == community_id,
            or_(Print.made_at > moment, Print.died_at > moment),
        )
    )
    return bool(db.session.scalar(select(changed)))
