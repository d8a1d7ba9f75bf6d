"""Cases with whom and what they are about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, select

from voucher.access import Actor
from voucher.cases.models import Case, Kind
from voucher.cases.queries import find_names, get_case, select_cases
from voucher.db import db
from voucher.listing import Slice, Wanted, take_slice
from voucher.overview.queries.redemptions import RedemptionFile, get_redemption_file
from voucher.overview.queries.vouchers import VoucherFile, get_voucher_file
from voucher.redemptions.models import Redemption
from voucher.refusals import N_, NotFound
from voucher.residents.models import Resident
from voucher.text import mask_name
from voucher.vouchers.models import Voucher
from voucher.vouchers.rules import OPEN_STATES

CASE_SORTS: dict[str, Any] = {"kind": Case.kind, "since": Case.opened_at}


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a list shows it; the name is masked."""

    case: Case
    name: str
    receipt: str
    serial: str
    asked_by: str
    decided_by: str


def list_cases(*, actor: Actor, kinds: Collection[str], wanted: Wanted) -> Slice[CaseRow]:
    """List the cases of some kinds in the area by `kind` and `state`, oldest first."""
    chosen = [kind for kind in kinds if wanted["kind"] in ("", kind)]
    on_redemption = and_(Case.subject_kind == "redemption", Redemption.id == Case.subject_id)
    voucher_id = case(
        (Case.subject_kind == "voucher", Case.subject_id), else_=Redemption.voucher_id
    )
    resident_id = case(
        (Case.subject_kind == "resident", Case.subject_id), else_=Voucher.resident_id
    )
    query = (
        select_cases(actor=actor, kinds=chosen, state=wanted["state"])
        .add_columns(Redemption.receipt, Voucher.serial, Resident.name)
        .outerjoin(Redemption, on_redemption)
        .outerjoin(Voucher, Voucher.id == voucher_id)
        .outerjoin(Resident, Resident.id == resident_id)
    )
    found = take_slice(query, wanted=wanted, sorts=CASE_SORTS, last=Case.__table__.c.id)
    names = _find_names([row[0] for row in found.rows])
    rows = [
        CaseRow(
            case=one,
            name=mask_name(name or ""),
            receipt=receipt or "",
            serial=serial or "",
            asked_by=names.get(one.opened_by, one.opened_by),
            decided_by=names.get(one.decided_by or "", one.decided_by or ""),
        )
        for one, receipt, serial, name in found.rows
    ]
    return Slice(rows, found.total, wanted)


def _find_names(cases: Sequence[Case]) -> Mapping[str, str]:
    keys = {key for one in cases for key in (one.opened_by, one.decided_by) if key}
    return find_names(keys=keys)


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with what it is about; `left_fen` is what a dead person's open vouchers hold."""

    case: Case
    asked_by: str
    decided_by: str
    voucher: VoucherFile | None = None
    redemption: RedemptionFile | None = None
    public_id: str = ""
    name: str = ""
    left: Sequence[Voucher] = ()

    @property
    def left_fen(self) -> int:
        """Give the sum of what is left."""
        return sum(voucher.balance_fen for voucher in self.left)


def get_case_file(*, actor: Actor, case_id: int, kinds: Collection[str]) -> CaseFile:
    """
    Give a case of some kinds in the area with what is to be decided.

    :raises NotFound: case_unknown.
    """
    found = get_case(actor=actor, case_id=case_id)
    if found.kind not in kinds:
        raise NotFound("case_unknown", N_("没有编号为 %(case)s 的案件"), case=case_id)
    names = _find_names([found])
    return CaseFile(
        case=found,
        asked_by=names.get(found.opened_by, found.opened_by),
        decided_by=names.get(found.decided_by or "", found.decided_by or ""),
        **_describe(actor, found),
    )


def _describe(actor: Actor, found: Case) -> dict[str, Any]:
    if found.kind == Kind.REPLACEMENT:
        serial = db.session.get_one(Voucher, found.subject_id).serial
        return {"voucher": get_voucher_file(actor=actor, serial=serial)}
    if found.subject_kind == "redemption":
        return {"redemption": get_redemption_file(actor=actor, redemption_id=found.subject_id)}
    resident = db.session.get_one(Resident, found.subject_id)
    open_vouchers = (
        select(Voucher)
        .where(Voucher.resident_id == resident.id, Voucher.state.in_(OPEN_STATES))
        .order_by(Voucher.serial)
    )
    return {
        "public_id": resident.public_id,
        "name": mask_name(resident.name),
        "left": db.session.scalars(open_vouchers).all(),
    }
