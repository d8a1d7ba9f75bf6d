"""Keeping a preflight with its run, and signing for the paper it passed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.jobs import renew_chunks
from voucher.printouts.models import Preflight, PreflightFile, PreflightFinding
from voucher.printouts.operations.judging import Judged
from voucher.printouts.operations.preflighting import nothing_printed
from voucher.printouts.proofing.judging import Finding
from voucher.printouts.queries.files import check_whole, digest_printed
from voucher.printouts.queries.preflights import Standing, has_changed_since, list_standings
from voucher.printouts.rules import MAX_FINDINGS_KEPT, PREFLIGHT_JOB
from voucher.refusals import N_, Refusal
from voucher.vouchers.operations.custody import check_printable, release_rounds
from voucher.vouchers.queries.runs import get_run


@dataclass(frozen=True, slots=True)
class Released:
    """What was signed for: how much paper, and the digest of its manifest."""

    communities: int
    files: int
    vouchers: int
    digest: str


def record_preflight(*, actor: Actor, judged: Judged, took_ms: int, now: datetime) -> int:
    """Keep a preflight with its run: what was read, what was found; give its number."""
    planned = judged.planned
    checked = sum(judged.checked.values())
    event_id = record_event(
        actor=actor,
        action="printouts.preflight",
        subject_kind="run",
        subject_id=planned.run_id,
        now=now,
        facts={
            "community": planned.community,
            "vouchers": judged.vouchers,
            "checked": checked,
            "findings": len(judged.findings),
        },
    )
    assert actor.account_id is not None
    kept = Preflight(
        run_id=planned.run_id,
        community_id=planned.community_id,
        event_id=event_id,
        made_at=now,
        made_by=actor.account_id,
        vouchers=judged.vouchers,
        checked=checked,
        degraded=judged.degraded,
        findings=len(judged.findings),
        took_ms=took_ms,
    )
    db.session.add(kept)
    db.session.flush()
    _keep_files(kept.id, judged)
    _keep_findings(kept.id, judged.findings[:MAX_FINDINGS_KEPT])
    return kept.id


def _keep_files(preflight_id: int, judged: Judged) -> None:
    rows = [
        {
            "preflight_id": preflight_id,
            "name": file.name,
            "sha256": file.sha256,
            "pages": file.pages,
            "pages_read": sum(len(task.pages) for task in file.tasks),
            "checked": judged.checked.get(file.name, 0),
        }
        for file in judged.planned.files
    ]
    db.session.execute(insert(PreflightFile), rows)


def _keep_findings(preflight_id: int, findings: Sequence[Finding]) -> None:
    rows = [
        {
            "preflight_id": preflight_id,
            "file": finding.file,
            "page": finding.page,
            "serial": finding.serial,
            "word": finding.word,
            "facts": finding.facts,
        }
        for finding in findings
    ]
    if rows:
        db.session.execute(insert(PreflightFinding), rows)


def ask_preflight(*, actor: Actor, run_id: int, folder: Path, now: datetime) -> int:
    """
    Have the worker read back the actor's part of a run, whatever was found before.

    Give how many communities.

    :raises NotFound: run_unknown. :raises Refusal: nothing_printed.
    """
    get_run(actor=actor, run_id=run_id)
    standings = list_standings(actor=actor, run_id=run_id, folder=folder)
    if not standings:
        raise nothing_printed(run_id)
    places = [one.community_id for one in standings]
    add_preflights(actor=actor, run_id=run_id, places=places, now=now)
    record_event(
        actor=actor,
        action="printouts.ask_preflight",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={"communities": len(standings)},
    )
    return len(standings)


def add_preflights(*, actor: Actor, run_id: int, places: Collection[int], now: datetime) -> None:
    """Have the worker read back what was printed for some communities."""
    assert actor.account_id is not None
    renew_chunks(
        job=PREFLIGHT_JOB,
        subject_id=run_id,
        parts=sorted(places),
        asked_by=actor.account_id,
        now=now,
    )


def add_preflight_of_print(
    *, actor: Actor, run_id: int, place: int, folder: Path, now: datetime
) -> None:
    """
    Have a community read back that was just printed.

    The same bytes as were read without a finding need no second reading.
    """
    for standing in list_standings(actor=actor, run_id=run_id, folder=folder):
        if standing.community_id == place and standing.state in ("unread", "failed"):
            add_preflights(actor=actor, run_id=run_id, places=[place], now=now)


def release_paper(*, actor: Actor, run_id: int, folder: Path, now: datetime) -> Released:
    """
    Sign for the paper of a run in the actor's area that was read back without a finding.

    From now on it can be taken away and handed over. Communities with findings wait for another
    print and keep nobody else waiting.

    :raises NotFound: run_unknown. :raises Refusal: run_state, nothing_to_release, files_gone,
        files_differ, paper_changed, busy.
    """
    check_printable(run=get_run(actor=actor, run_id=run_id))
    standings = list_standings(actor=actor, run_id=run_id, folder=folder)
    chosen = [standing for standing in standings if standing.state == "passed"]
    if not chosen:
        raise Refusal(
            "nothing_to_release",
            N_("批次 %(run)s 没有等待放行的纸：没有打印、没有检查、检查有问题，或已经放行"),
            run=run_id,
        )
    files = [file for standing in chosen for file in standing.files]
    check_whole(files=files)
    for standing in chosen:
        _check_unchanged(run_id, standing)
    released = Released(
        communities=len(chosen),
        files=len(files),
        vouchers=sum(file.vouchers for file in files),
        digest=digest_printed(files),
    )
    _sign(actor, run_id, chosen, released, now)
    return released


def _check_unchanged(run_id: int, standing: Standing) -> None:
    printed_at = min(file.made_at for file in standing.files)
    if has_changed_since(run_id=run_id, community_id=standing.community_id, moment=printed_at):
        raise Refusal(
            "paper_changed",
            N_("%(community)s 打印之后有券补印或换发，纸已经不对了：请重新打印这一批"),
            community=standing.community,
        )


def _sign(
    actor: Actor, run_id: int, chosen: Sequence[Standing], released: Released, now: datetime
) -> None:
    waiting = {
        file.preflight.id
        for standing in chosen
        for file in standing.files
        if file.preflight and file.preflight.released_at is None
    }
    sign = (
        update(Preflight)
        .where(Preflight.id.in_(waiting), Preflight.released_at.is_(None))
        .values(released_at=now, released_by=actor.account_id)
        .execution_options(synchronize_session=False)
    )
    if count_changed(sign) != len(waiting):
        raise Refusal("busy", N_("别人正在放行同一批纸，请刷新后查看"))
    release_rounds(
        actor=actor,
        run_id=run_id,
        community_ids=[standing.community_id for standing in chosen],
        now=now,
    )
    record_event(
        actor=actor,
        action="printouts.release",
        subject_kind="run",
        subject_id=run_id,
        now=now,
        facts={
            "communities": released.communities,
            "files": released.files,
            "vouchers": released.vouchers,
            "manifest": released.digest,
        },
    )
