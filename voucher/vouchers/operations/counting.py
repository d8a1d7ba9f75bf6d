"""
Paper counted back: what was refused, whose holder moved or died, what is spoilt.

What came back stays inactive, or is held if it was recorded as given; nobody can spend it. Whoever
counts does not close: a second person does, and what was not delivered is void then.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.codes import show_serial
from voucher.db import db
from voucher.refusals import N_, BadInput, Refusal
from voucher.vouchers.models import PaperOutcome, Print, Round, Voucher
from voucher.vouchers.operations.custody import (
    check_given_paper,
    close_finished_run,
    reprint_voucher,
)
from voucher.vouchers.operations.handing import MOST_NAMED, get_live_paper, refuse_counted
from voucher.vouchers.queries.people import find_spoilt, list_papers
from voucher.vouchers.queries.rounds import RoundRow, get_round
from voucher.vouchers.queries.runs import get_run, lock_run, lock_runs
from voucher.vouchers.rounds import BACK, Outcome, Step
from voucher.vouchers.rules import (
    OPEN_STATES,
    RETURNED,
    PrintState,
    VoucherState,
    refuse_voucher_state,
)


def find_returned(*, actor: Actor, print_code: str) -> Any:
    """
    Give the paper that came back, in a worker's hand, if it may be counted now.

    :raises NotFound: print_unknown. :raises Refusal: superseded, counted_back, voucher_state,
        already_used, run_state, not_printed, round_closed.
    """
    paper = get_live_paper(actor=actor, print_code=print_code)
    _check_countable(paper)
    get_open_round(actor, paper.run_id, paper.community_id)
    return paper


def _check_countable(paper: Any) -> None:
    if paper.outcome in BACK:
        raise refuse_counted(paper)
    if paper.state not in OPEN_STATES:
        raise refuse_voucher_state(show_serial(paper.serial), paper.state)
    if paper.redeemed_fen:
        raise Refusal(
            "already_used",
            N_("券 %(serial)s 已经用过，不能登记退回；要停用请到这张券的页面"),
            serial=show_serial(paper.serial),
        )


def get_open_round(actor: Actor, run_id: int, community_id: int) -> RoundRow:
    """
    Give a round whose paper is printed and not all accounted for.

    :raises NotFound: run_unknown, round_unknown.
    :raises Refusal: run_state, not_printed, not_released, round_closed.
    """
    run = get_run(actor=actor, run_id=run_id)
    check_given_paper(run=run, community_ids=[community_id])
    found = get_round(actor=actor, run=run, community_id=community_id)
    if found.step == Step.CLOSED:
        raise round_closed()
    return found


def round_closed() -> Refusal:
    """Give the refusal for a round that is closed already."""
    return Refusal("round_closed", N_("这个社区的发放已经关闭，不能再改"))


def count_back(*, actor: Actor, print_ids: Sequence[int], outcome: Outcome, now: datetime) -> int:
    """
    Write what became of paper that came back: all named, or none. Give how many.

    What was recorded as given by mistake is held at once.

    :raises BadInput: nothing_ticked. :raises NotFound: run_unknown.
    :raises Refusal: handover_changed, run_state, not_printed, round_closed.
    """
    assert outcome in BACK
    papers = _take_papers(actor, print_ids)
    by_round: dict[tuple[int, int], list[Any]] = {}
    for paper in papers:
        by_round.setdefault((paper.run_id, paper.community_id), []).append(paper)
    for (run_id, community_id), some in by_round.items():
        of_round = get_open_round(actor, run_id, community_id)
        event_id = _record(actor, "vouchers.count_back", of_round, now, outcome, len(some))
        _write_outcomes(actor, of_round.id, some, outcome, event_id, now)
    _hold_returned([paper.voucher_id for paper in papers])
    return len(papers)


def _take_papers(actor: Actor, print_ids: Sequence[int]) -> list[Any]:
    if not print_ids:
        raise BadInput("nothing_ticked", N_("没有要登记的券"))
    of_these = select(Print.voucher_id).where(Print.id.in_(print_ids))
    lock_runs(of=Voucher.id.in_(of_these))
    papers = list_papers(actor=actor, print_ids=print_ids)
    changed = [show_serial(paper.serial) for paper in papers if not _is_countable(paper)]
    if changed or len(papers) != len(print_ids):
        raise Refusal(
            "handover_changed",
            N_(
                "有 %(count)s 张券刚刚变了（已登记、作废、用过或补印）：%(serials)s。"
                "这次一张也没有登记，请核对后重新提交"
            ),
            count=len(changed) + len(print_ids) - len(papers),
            serials="、".join(changed[:MOST_NAMED]),
        )
    return papers


def _is_countable(paper: Any) -> bool:
    return (
        paper.print_state == PrintState.LIVE
        and paper.state in OPEN_STATES
        and not paper.redeemed_fen
        and paper.outcome not in BACK
    )


def _record(
    actor: Actor, action: str, of_round: RoundRow, now: datetime, outcome: Outcome, count: int
) -> int:
    return record_event(
        actor=actor,
        action=action,
        subject_kind="run",
        subject_id=of_round.run_id,
        now=now,
        facts={"community": of_round.community_id, "outcome": outcome.value, "vouchers": count},
    )


def _write_outcomes(
    actor: Actor,
    round_id: int,
    papers: Sequence[Any],
    outcome: Outcome,
    event_id: int,
    now: datetime,
) -> None:
    rows = [
        {
            "round_id": round_id,
            "print_id": paper.print_id,
            "number": paper.number + 1,
            "outcome": outcome,
            "event_id": event_id,
            "counted_at": now,
            "counted_by": actor.account_id,
        }
        for paper in papers
    ]
    db.session.execute(insert(PaperOutcome), rows)
    _count_anew(round_id)


def _count_anew(round_id: int) -> None:
    # Counted anew: what was said to be complete is not, until it is said again.
    db.session.execute(
        update(Round)
        .where(Round.id == round_id, Round.closed_at.is_(None))
        .values(counted_at=None, counted_by=None)
        .execution_options(synchronize_session=False)
    )


def _hold_returned(voucher_ids: Sequence[int]) -> None:
    db.session.execute(
        update(Voucher)
        .where(
            Voucher.id.in_(voucher_ids),
            Voucher.state == VoucherState.ACTIVE,
            Voucher.held_reason.is_(None),
        )
        .values(held_reason=RETURNED)
        .execution_options(synchronize_session=False)
    )


def correct_outcome(
    *, actor: Actor, print_id: int, seen: int, outcome: Outcome, now: datetime
) -> None:
    """
    Put another outcome after the one that was seen, by its number; `withdrawn` takes it back.

    Withdrawn paper is as it was before: still to be given, or in its holder's hands.

    :raises NotFound: run_unknown.
    :raises Refusal: outcome_changed, voucher_state, run_state, not_printed, round_closed.
    """
    lock_runs(of=Voucher.id.in_(select(Print.voucher_id).where(Print.id == print_id)))
    papers = list_papers(actor=actor, print_ids=[print_id])
    if not papers or papers[0].number != seen or papers[0].outcome not in BACK:
        raise Refusal("outcome_changed", N_("这张券的登记刚刚被改过，请看新的结果再决定"))
    paper = papers[0]
    if paper.state not in OPEN_STATES:
        raise refuse_voucher_state(show_serial(paper.serial), paper.state)
    of_round = get_open_round(actor, paper.run_id, paper.community_id)
    event_id = _record(actor, "vouchers.correct_outcome", of_round, now, outcome, 1)
    _write_outcomes(actor, of_round.id, papers, outcome, event_id, now)
    if outcome == Outcome.WITHDRAWN:
        _release_returned(paper.voucher_id)
    close_finished_run(actor=actor, run_id=paper.run_id, now=now)


def _release_returned(voucher_id: int) -> None:
    db.session.execute(
        update(Voucher)
        .where(Voucher.id == voucher_id, Voucher.held_reason == RETURNED)
        .values(held_reason=None)
        .execution_options(synchronize_session=False)
    )


def reprint_spoilt(*, actor: Actor, print_ids: Sequence[int], kid: int, now: datetime) -> int:
    """
    Count paper as spoilt and give each voucher a new print, still to be given; give how many.

    :raises BadInput: nothing_ticked.
    :raises Refusal: whatever `count_back` and `reprint_voucher` refuse with.
    """
    papers = _take_papers(actor, print_ids)
    counted = count_back(actor=actor, print_ids=print_ids, outcome=Outcome.SPOILT, now=now)
    for paper in papers:
        reprint_voucher(actor=actor, serial=paper.serial, reason="纸损坏", kid=kid, now=now)
        # Recorded as given before: the new paper is the holder's again.
        _release_returned(paper.voucher_id)
    return counted


def reprint_all_spoilt(
    *, actor: Actor, run_id: int, community_id: int, reason: str, kid: int, now: datetime
) -> tuple[str, ...]:
    """
    Give every voucher of a round whose paper was counted as spoilt a new print; give the serials.

    The new paper is still to be given; what was recorded as given before is the holder's again.

    :raises NotFound: run_unknown, round_unknown.
    :raises Refusal: nothing_spoilt, run_state, not_printed, not_released, round_closed.
    """
    lock_run(run_id=run_id)
    of_round = get_open_round(actor, run_id, community_id)
    serials = find_spoilt(run_id=run_id, community_id=community_id).to_reprint
    if not serials:
        raise Refusal(
            "nothing_spoilt", N_("这个社区没有登记为“纸损坏”而还没有补印的券，可能刚刚补印过")
        )
    for serial in serials:
        made = reprint_voucher(actor=actor, serial=serial, reason=reason, kid=kid, now=now)
        _release_returned(made.voucher_id)
    _count_anew(of_round.id)
    return serials
