"""Drafting a run: who is due what, written down; no vouchers and no money yet."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, func, select

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import db, insert_rows
from voucher.entitlements.queries import Entitlement
from voucher.money import show_yuan
from voucher.periods import local_date
from voucher.refusals import N_, Refusal
from voucher.schemes.operations import freeze_scheme
from voucher.schemes.rules.granting import Grant
from voucher.schemes.rules.lives import find_period_to
from voucher.schemes.rules.programmes import Kind, Programme
from voucher.vouchers.models import IssueRun, RunLine
from voucher.vouchers.operations.planning import Line, Plan, plan_run
from voucher.vouchers.queries.runs import find_latest_run
from voucher.vouchers.rules import RunState

# How many lines are bound for the database at once.
BATCH = 10_000


def draft_run(
    *,
    actor: Actor,
    programme: Programme,
    period_from: date,
    community_id: int | None,
    plan: Plan,
    now: datetime,
) -> IssueRun:
    """
    Write a plan down as a draft; with nobody new due, give the month's last run.

    :raises Refusal: nobody_due, when there is neither.
    """
    earlier = find_latest_run(programme=programme.id, period_from=period_from)
    if not plan.lines:
        if earlier is None:
            raise Refusal("nobody_due", N_("本月没有人应领此券；请先导入名册、评定并确认等级"))
        return earlier
    run = _add_run(actor, programme, period_from, community_id, plan, now)
    _write_lines(run.id, plan.lines)
    record_event(
        actor=actor,
        action="vouchers.draft_run",
        subject_kind="run",
        subject_id=run.id,
        now=now,
        facts={"programme": programme.id, "vouchers": run.vouchers, "fen": run.value_fen},
    )
    return run


def _write_lines(run_id: int, lines: Sequence[Line]) -> None:
    for start in range(0, len(lines), BATCH):
        insert_rows(
            table=cast(Table, RunLine.__table__),
            columns=_LINE_COLUMNS,
            rows=[_as_row(run_id, *line) for line in lines[start : start + BATCH]],
        )


_LINE_COLUMNS = (
    *("run_id", "position", "resident_id", "community_id", "care_level_id", "level", "item"),
    *("kind", "is_offline", "unit_fen", "uses", "committed_fen"),
)


def _as_row(run_id: int, position: int, person: Entitlement, grant: Grant) -> tuple[Any, ...]:
    return (
        *(run_id, position, person.resident_id, person.community_id, person.care_level_id),
        *(person.level, grant.item, grant.kind.value, grant.offline),
        grant.face_fen if grant.kind is Kind.AMOUNT else grant.cap_fen,
        grant.uses if grant.kind is Kind.COUNT else 0,
        grant.committed_fen,
    )


def draft_seen_run(
    *,
    actor: Actor,
    programme: Programme,
    period_from: date,
    community_id: int | None,
    seen_vouchers: int,
    seen_fen: int,
    now: datetime,
) -> IssueRun:
    """
    Work the run out anew and write it down, if it is still what a person was shown.

    :raises Refusal: plan_changed, nobody_due, too_early, period_over.
    """
    plan = plan_run(
        actor=actor,
        programme=programme,
        period_from=period_from,
        community_id=community_id,
        today=local_date(now),
    )
    if (len(plan.lines), plan.value_fen) != (seen_vouchers, seen_fen):
        raise _plan_changed(plan, seen_vouchers, seen_fen)
    if not plan.lines:
        raise Refusal("nobody_due", N_("本月没有人应领此券；请先导入名册、评定并确认等级"))
    return draft_run(
        actor=actor,
        programme=programme,
        period_from=period_from,
        community_id=community_id,
        plan=plan,
        now=now,
    )


def _plan_changed(plan: Plan, seen_vouchers: int, seen_fen: int) -> Refusal:
    return Refusal(
        "plan_changed",
        N_(
            "您看的时候是 %(seen)s 张、%(seen_yuan)s 元，现在是 %(vouchers)s 张、%(yuan)s 元："
            "名册、等级或别的批次刚刚变了。没有保存；请看下面的新数字，再决定"
        ),
        seen=seen_vouchers,
        seen_yuan=show_yuan(seen_fen),
        vouchers=len(plan.lines),
        yuan=show_yuan(plan.value_fen),
    )


def _add_run(
    actor: Actor,
    programme: Programme,
    period_from: date,
    community_id: int | None,
    plan: Plan,
    now: datetime,
) -> IssueRun:
    assert actor.account_id is not None
    last = db.session.scalar(
        select(func.max(IssueRun.number)).where(
            IssueRun.programme == programme.id, IssueRun.period_from == period_from
        )
    )
    run = IssueRun(
        programme=programme.id,
        scheme_version_id=freeze_scheme(scheme=programme, now=now),
        period_from=period_from,
        period_to=find_period_to(life=programme.life, period_from=period_from),
        number=(last or 0) + 1,
        community_id=community_id,
        state=RunState.DRAFT,
        vouchers=len(plan.lines),
        residents=plan.residents,
        value_fen=plan.value_fen,
        made_by=actor.account_id,
        made_at=now,
    )
    db.session.add(run)
    db.session.flush()
    return run
