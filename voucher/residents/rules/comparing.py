"""What a roster's row changes about a person already known."""

from collections.abc import Container, Sequence
from typing import NamedTuple

from voucher.refusals import N_
from voucher.residents.rules.roster import ResidentRow
from voucher.workbooks.faults import Fault

REGISTERED_ELSEWHERE = Fault("registered_elsewhere", N_("此人已在其他社区登记，请走转入流程"), {})
RECORDED_DEAD = Fault("recorded_dead", N_("此人已登记去世；如有误，请先更正去世登记"), {})


class Change(NamedTuple):
    """One field before and after. Of a telephone number only that it changed is told."""

    field: str
    before: str | None
    after: str | None


class Kept(NamedTuple):
    """What is known of a person, in the form a row has it."""

    name: str
    community_code: str
    address: str
    situation: Sequence[str]
    remark: str
    phone_index: str | None


def find_changes(
    *, kept: Kept, row: ResidentRow, phone_index: str | None, columns: Container[str]
) -> tuple[Change, ...]:
    """
    Give what differs, field by field; a column the file does not have changes nothing.

    Birth date and sex follow from the identity number and cannot differ.
    """
    pairs = (
        ("name", kept.name, row.name),
        ("community", kept.community_code, row.community_code),
        ("address", kept.address, row.address),
        ("situation", "、".join(kept.situation), "、".join(row.situation)),
        ("remark", kept.remark, row.remark),
    )
    changes = [
        Change(field, before, after)
        for field, before, after in pairs
        if before != after and field in columns
    ]
    if phone_index != kept.phone_index and "phone" in columns:
        changes.append(Change("phone", None, None))
    return tuple(changes)
