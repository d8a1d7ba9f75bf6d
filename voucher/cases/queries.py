"""Reading cases, within the asker's area."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from voucher.access import Actor, within_area
from voucher.accounts.models import Account
from voucher.cases.models import Case, Kind
from voucher.db import db
from voucher.refusals import N_, NotFound

_ACCOUNT = "account:"


def get_case(*, actor: Actor, case_id: int, kind: Kind | None = None) -> Case:
    """
    Give a case of the actor's area; with a kind, only one of it.

    :raises NotFound: case_unknown.
    """
    found = db.session.scalar(select(Case).where(Case.id == case_id, _is_within(actor)))
    if found is None or kind not in (None, found.kind):
        raise NotFound("case_unknown", N_("没有编号为 %(case)s 的案件"), case=case_id)
    return found


def select_cases(*, actor: Actor, kinds: Collection[str], state: str) -> Select[Any]:
    """Give the query for the cases of some kinds: `open`, `decided`, or in any state."""
    wanted = select(Case).where(Case.kind.in_(sorted(kinds)), _is_within(actor))
    if state == "open":
        return wanted.where(Case.decision.is_(None))
    return wanted.where(Case.decision.is_not(None)) if state == "decided" else wanted


def find_names(*, keys: Collection[str]) -> Mapping[str, str]:
    """Give, by the key under which somebody acted, the name of the account."""
    ids = {int(key.removeprefix(_ACCOUNT)) for key in keys if key.startswith(_ACCOUNT)}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(sorted(ids))))
    return {f"{_ACCOUNT}{row.id}": row.name for row in rows}


def _is_within(actor: Actor) -> ColumnElement[bool]:
    # A case without a community concerns the whole district.
    return or_(Case.community_id.is_(None), within_area(Case.community_id, actor))


def count_waiting_cases(*, actor: Actor, kinds: Collection[Kind]) -> int:
    """
    Count the open cases of these kinds that somebody else asked and the actor may see.

    A case without a community concerns the whole district.
    """
    return (
        db.session.scalar(
            select(func.count(Case.id)).where(
                Case.decision.is_(None),
                Case.kind.in_(list(kinds)),
                Case.opened_by != actor.key,
                or_(Case.community_id.is_(None), within_area(Case.community_id, actor)),
            )
        )
        or 0
    )
