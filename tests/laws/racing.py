"""Processes released by a barrier, each with an application of its own, on one database."""

import multiprocessing
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import update

from tests.laws.stage import Stage, open_app
from tests.laws.town import Town, approve, describe_reader, present
from voucher import clock
from voucher.access import Actor
from voucher.care_levels.operations.grading import grade_residents
from voucher.codes import parse_typed_code, write_print_code
from voucher.config import Home
from voucher.db import db, transaction
from voucher.periods import local_date
from voucher.redemptions.operations import redeeming
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.redemptions.queries.paper import Reader, get_found
from voucher.redemptions.rules.taking import Claim, RedemptionRefused, Seen, Taking
from voucher.refusals import Refusal
from voucher.schemes.queries import get_programme
from voucher.vouchers.models import Voucher
from voucher.vouchers.operations.cancelling import cancel_run
from voucher.vouchers.operations.custody import hand_over
from voucher.vouchers.operations.replacing import replace_voucher

# Children start from a clean server process: a fork of this one would share its connections.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])
_PATIENCE_SECONDS = 240
Answer = tuple[str, Any]
Runner = Callable[..., list[Answer]]


@dataclass(frozen=True, slots=True)
class Shown:
    """One attempt at a till: which paper, under which key; all of it, or so many fen."""

    code: str
    key: str
    amount_fen: int | None = None


def race(stage: Stage, runner: Runner, arguments: Sequence[tuple[Any, ...]]) -> list[list[Answer]]:
    """Run the runner once in each process, all at once, and give what each was answered."""
    db.session.remove()
    db.engine.dispose()
    barrier, answers = _CONTEXT.Barrier(len(arguments)), _CONTEXT.Queue()
    processes = [
        _CONTEXT.Process(
            target=_compete,
            args=(number, stage.home, stage.url, barrier, answers, runner, arguments[number]),
            daemon=True,
        )
        for number in range(len(arguments))
    ]
    for process in processes:
        process.start()
    gathered = dict(answers.get(timeout=_PATIENCE_SECONDS) for _ in processes)
    for process in processes:
        process.join(_PATIENCE_SECONDS)
    failed = [found for found in gathered.values() if isinstance(found, str)]
    assert failed == [], failed[0]
    return [gathered[number] for number in range(len(arguments))]


def _compete(
    number: int,
    home: Home,
    url: str,
    barrier: threading.Barrier,
    answers: Any,
    runner: Runner,
    arguments: tuple[Any, ...],
) -> None:
    try:
        with open_app(home, url):
            db.session.connection()
            db.session.rollback()
            barrier.wait(_PATIENCE_SECONDS)
            answers.put((number, runner(home, *arguments)))
    except BaseException:
        barrier.abort()
        answers.put((number, traceback.format_exc()))
        raise


def redeem_all(home: Home, till: Actor, attempts: Iterable[Shown]) -> list[Answer]:
    """Try every attempt in turn, as the doors do."""
    reader = describe_reader(home)
    return [_redeem(till, shown, reader) for shown in attempts]


def _redeem(till: Actor, shown: Shown, reader: Reader) -> Answer:
    outcome = present(
        till,
        code=shown.code,
        claim=Claim(service="repair", amount_fen=shown.amount_fen),
        key=shown.key,
        reader=reader,
        now=clock.now(),
    )
    if isinstance(outcome, RedemptionRefused):
        return ("refused", outcome.word)
    return ("accepted", outcome)


def redeem_all_naively(home: Home, till: Actor, attempts: Iterable[Shown]) -> list[Answer]:
    """PLANTED BUG: read the voucher, and later write whatever follows from what was read."""
    reader, answers = describe_reader(home), []
    for shown in attempts:
        code = write_print_code(parse_typed_code(shown.code))
        found = get_found(print_code=code)
        with pytest.MonkeyPatch.context() as plant:
            plant.setattr(redeeming, "get_found", lambda found=found, **_: found)
            plant.setattr(redeeming, "_take", _take_without_condition)
            answers.append(_redeem(till, shown, reader))
    return answers


def _take_without_condition(seen: Seen, taking: Taking) -> bool:
    left = seen.balance_fen - taking.taken_fen
    db.session.execute(
        update(Voucher)
        .where(Voucher.id == seen.voucher_id)
        .values(
            balance_fen=left,
            redeemed_fen=seen.redeemed_fen + taking.amount_fen,
            state="used" if left == 0 else "active",
        )
    )
    return True


def approve_one(home: Home, town: Town, run_id: int, programme: str) -> list[Answer]:
    """Try to approve a run and write its vouchers."""
    try:
        approve(town, run_id=run_id, programme=programme, now=clock.now())
    except Refusal as refusal:
        return [("refused", refusal.word)]
    return [("accepted", run_id)]


def grade_once(home: Home, actor: Actor, programme: str) -> list[Answer]:
    """Grade everybody, and give how many were proposed."""
    now = clock.now()
    with transaction():
        graded = grade_residents(
            actor=actor, programme=get_programme(programme, 1), on=local_date(now), now=now
        )
    return [("accepted", graded.proposed)]


def end_one(home: Home, town: Town, run_id: int, deed: str) -> list[Answer]:
    """Try to cancel a run, or to hand it over."""
    try:
        with transaction():
            if deed == "cancel":
                cancel_run(actor=town.approver, run_id=run_id, reason="错", now=clock.now())
            else:
                hand_over(actor=town.worker, run_id=run_id, community_id=None, now=clock.now())
    except Refusal as refusal:
        return [("refused", refusal.word)]
    return [("accepted", deed)]


def replace_one(home: Home, actor: Actor, serial: str) -> list[Answer]:
    """Try to replace a voucher as the second person."""
    try:
        with transaction():
            done = replace_voucher(
                actor=actor, serial=serial, reason="遗失", may_approve=True, kid=1, now=clock.now()
            )
    except Refusal as refusal:
        return [("refused", refusal.word)]
    return [("accepted" if done["result"] == "replaced" else "refused", done["result"])]


def reverse_all(home: Home, till: Actor, redemption_ids: Iterable[int]) -> list[Answer]:
    """Try to take every redemption back."""
    answers: list[Answer] = []
    for redemption_id in redemption_ids:
        try:
            with transaction():
                done = reverse_redemption(
                    actor=till,
                    redemption_id=redemption_id,
                    reason="误刷",
                    may_reverse_late=False,
                    now=clock.now(),
                )
            answers.append(("accepted", done))
        except Refusal as refusal:
            answers.append(("refused", refusal.word))
    return answers


def count_words(answers: Iterable[Iterable[Answer]]) -> Counter[str]:
    """Count what was answered, refusals by their word."""
    return Counter(
        "accepted" if kind == "accepted" else str(said) for one in answers for kind, said in one
    )
