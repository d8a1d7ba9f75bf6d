"""Paper handed over piece by piece: by ticking a list, or by scanning what is given."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from voucher.access import Actor, within_area
from voucher.audit.operations import record_event
from voucher.codes import is_typed_code, parse_typed_code, show_serial, write_print_code
from voucher.config import Home
from voucher.db import db
from voucher.refusals import N_, BadInput, NotFound, Refusal
from voucher.signing import load_ring, verify
from voucher.vouchers.models import IssueRun, Print, Voucher
from voucher.vouchers.operations.custody import (
    check_given_paper,
    close_finished_run,
    sign_for,
)
from voucher.vouchers.queries.people import list_papers, select_paper
from voucher.vouchers.queries.runs import get_run, lock_runs
from voucher.vouchers.rounds import BACK
from voucher.vouchers.rules import PrintState, VoucherState, refuse_voucher_state

BATCH = 500
MOST_NAMED = 5


def read_print(*, text: str, home: Home) -> str:
    """
    Give the code of the print that a scanned text or a typed code names.

    :raises BadInput: not_ours version key key_revoked signature damaged test typo.
    """
    # A keyboard left in full-width mode types other characters than were scanned.
    plain = unicodedata.normalize("NFKC", text).strip()
    if is_typed_code(plain):
        return write_print_code(parse_typed_code(plain))
    body = verify(plain, host=home.host, keyring=load_ring(home), test_allowed=home.is_rehearsal)
    return write_print_code(body.print_id)


def find_paper(*, actor: Actor, print_code: str) -> Any:
    """
    Give the paper in a worker's hand if it may be given out now.

    :raises NotFound: print_unknown. :raises Refusal: superseded, counted_back, already_given,
        voucher_held, voucher_state, run_state, not_printed, not_released.
    """
    paper = get_live_paper(actor=actor, print_code=print_code)
    if paper.outcome in BACK:
        raise refuse_counted(paper)
    if paper.state == VoucherState.ACTIVE:
        raise Refusal(
            "already_given",
            N_("券 %(serial)s 已经登记发放过，不用再登记"),
            serial=show_serial(paper.serial),
        )
    if paper.state != VoucherState.INACTIVE:
        raise refuse_voucher_state(show_serial(paper.serial), paper.state)
    if paper.held_reason is not None:
        raise Refusal(
            "voucher_held",
            N_("券 %(serial)s 已暂停，不能发放，请收回并联系街道"),
            serial=show_serial(paper.serial),
        )
    check_given_paper(
        run=db.session.get_one(IssueRun, paper.run_id), community_ids=[paper.community_id]
    )
    return paper


def get_live_paper(*, actor: Actor, print_code: str) -> Any:
    """
    Give the paper of a print of the area that is still good.

    :raises NotFound: print_unknown. :raises Refusal: superseded.
    """
    paper = db.session.execute(
        select_paper().where(Print.code == print_code, within_area(Voucher.community_id, actor))
    ).one_or_none()
    if paper is None:
        raise NotFound("print_unknown", N_("没有这张券，或它不在您的辖区"))
    if paper.print_state != PrintState.LIVE:
        raise Refusal("superseded", N_("此券已补印，请出示新的那张"))
    return paper


def refuse_counted(paper: Any) -> Refusal:
    """Give the refusal for paper that was counted back."""
    return Refusal(
        "counted_back",
        N_("券 %(serial)s 已经登记退回；登记错了，请在“退回的券”里改正"),
        serial=show_serial(paper.serial),
    )


def hand_over_prints(
    *,
    actor: Actor,
    print_ids: Sequence[int],
    not_given: Mapping[int, str],
    now: datetime,
) -> int:
    """
    Make active the vouchers whose prints were given and signed for: all named, or none.

    `not_given` names the prints that stay inactive and why. Give how many were given.

    :raises NotFound: run_unknown. :raises Refusal: handover_changed, run_state, not_printed,
        not_released.
    :raises BadInput: nothing_ticked.
    """
    wanted = [*print_ids, *not_given]
    if not wanted:
        raise BadInput("nothing_ticked", N_("没有要登记的券"))
    of_these = select(Print.voucher_id).where(Print.id.in_(wanted))
    # Locked, so that nobody cancels a run between this look and the handover.
    lock_runs(of=Voucher.id.in_(of_these))
    papers = list_papers(actor=actor, print_ids=wanted)
    _check_papers(papers, len(wanted))
    by_run: dict[int, list[Any]] = {}
    for paper in papers:
        by_run.setdefault(paper.run_id, []).append(paper)
    for run_id, of_run in by_run.items():
        check_given_paper(
            run=get_run(actor=actor, run_id=run_id),
            community_ids={paper.community_id for paper in of_run},
        )
        _give_of_run(actor, run_id, of_run, not_given, now)
    return len(print_ids)


def _check_papers(papers: Sequence[Any], wanted: int) -> None:
    changed = [
        show_serial(paper.serial)
        for paper in papers
        if paper.print_state != PrintState.LIVE
        or paper.state != VoucherState.INACTIVE
        or paper.held_reason is not None
        or paper.outcome in BACK
    ]
    if changed or len(papers) != wanted:
        raise Refusal(
            "handover_changed",
            N_(
                "有 %(count)s 张券刚刚变了（已发放、作废、暂停或补印）：%(serials)s。"
                "这次一张也没有登记，请核对后重新提交"
            ),
            count=len(changed) + wanted - len(papers),
            serials="、".join(changed[:MOST_NAMED]),
        )


def _give_of_run(
    actor: Actor, run_id: int, papers: Sequence[Any], not_given: Mapping[int, str], now: datetime
) -> None:
    given = [paper.print_id for paper in papers if paper.print_id not in not_given]
    kept = {p.serial: not_given[p.print_id] for p in papers if p.print_id in not_given}
    places = {paper.community_id for paper in papers}
    event_id = record_event(
        actor=actor,
        action="vouchers.hand_over",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={
            "vouchers": len(given),
            "community": places.pop() if len(places) == 1 else None,
            "not_given": kept,
        },
    )
    assert actor.account_id is not None
    for start in range(0, len(given), BATCH):
        some = given[start : start + BATCH]
        sign_for(
            voucher_ids=_activate(some),
            event_id=event_id,
            account_id=actor.account_id,
            now=now,
        )
    close_finished_run(actor=actor, run_id=run_id, now=now)


def _activate(print_ids: list[int]) -> list[int]:
    activate = (
        update(Voucher)
        .where(
            Voucher.id.in_(
                select(Print.voucher_id).where(
                    Print.id.in_(print_ids), Print.state == PrintState.LIVE
                )
            ),
            Voucher.state == VoucherState.INACTIVE,
            Voucher.held_reason.is_(None),
        )
        .values(state=VoucherState.ACTIVE)
        .returning(Voucher.id)
        .execution_options(synchronize_session=False)
    )
    activated = list(db.session.scalars(activate))
    if len(activated) != len(print_ids):
        raise Refusal("busy", N_("别人正在处理同一张券，请稍后重试"))
    return activated
