"""The town as the machine moves it: each deed done once in the product and once in the model."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from tests.laws import model
from tests.laws.model import OPEN, Ask, Paper, Refused, Use
from tests.laws.stage import Stage
from tests.laws.town import approve, describe_reader, draft, fund, print_run
from voucher.access import Actor
from voucher.codes import read_print_code, show_typed_code
from voucher.db import db, transaction
from voucher.ledger.models import BudgetTotal, LedgerEntry
from voucher.ledger.rules import LedgerAccount
from voucher.periods import local_date
from voucher.redemptions.operations.redeeming import attempt_redemption
from voucher.redemptions.rules.taking import Claim, RedemptionRefused
from voucher.refusals import Refusal
from voucher.residents.models import Resident
from voucher.shops.models import ShopService
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.rules import PrintState

START = datetime.fromisoformat("2026-12-05T10:00:00+08:00")


@dataclass(slots=True)
class Run:
    """An issue run as the model keeps it."""

    id: int
    programme: str
    period_from: date
    value: int
    residents: set[int]
    state: str = "draft"
    printed: bool = False
    given: bool = False
    graded_since: bool = False


class Life:
    """Product and model side by side, and the comparison of the two."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.town, self.now = stage, stage.town, START
        stage.put_back()
        self.papers: list[Paper] = []
        self.runs: list[Run] = []
        self.uses: list[Use] = []
        self.answers: dict[tuple[str, str], tuple[str, Ask, dict[str, Any]]] = {}
        self.approved: dict[tuple[str, date], int] = {}
        self.committed: dict[tuple[str, date], int] = {}
        self.departed: dict[int, date] = {}
        self.dead: set[int] = set()
        self.openers: dict[int, str] = {}
        self.replacing: dict[str, str] = {}
        self.paid: dict[int, int] = {}
        self.bills: dict[tuple[date, int], tuple[int, int, int]] = {}
        self.reader = describe_reader(stage.home)
        self.meet_residents()
        self.prices: dict[int, dict[str, int]] = {}
        for row in db.session.scalars(select(ShopService)):
            self.prices.setdefault(row.shop_id, {})[row.service] = row.price_fen
        self.keys = 0

    def meet_residents(self) -> None:
        self.residents = list(db.session.scalars(select(Resident.id).order_by(Resident.id)))

    @property
    def today(self) -> date:
        return local_date(self.now)

    def do(self, deed: Callable[[], Any], *, expected: str | None = None) -> Any:
        """Run one use-case in its transaction and hold its refusal against the model's."""
        said, result = None, None
        try:
            with transaction():
                result = deed()
        except Refusal as refusal:
            said = refusal.word
        assert said == expected, f"said {said}, expected {expected}"
        return result

    def redeem(self, paper: Paper, code: str, till: Actor, ask: Ask, key: str) -> None:
        """Show a paper at a till: the model says first what must be answered."""
        taken = self._foresee(paper, code, till, ask)
        answer = self.present(code, till, ask, key)
        if isinstance(taken, str) or isinstance(answer, str):
            assert answer == taken
            return
        assert (answer["amount_fen"], answer["uses"]) == (taken[0], taken[2])
        model.take(paper, *taken)
        assert (answer["balance_fen"], answer["balance_uses"]) == (paper.balance, paper.uses)
        shop, made = int(till.shop_id or 0), answer["redemption"]
        self.uses.append(Use(made, paper, shop, till.key, *taken, self.now, self.today))
        self.answers[(till.key, key)] = (code, ask, answer)

    def _foresee(
        self, paper: Paper, code: str, till: Actor, ask: Ask
    ) -> tuple[int, int, int] | str:
        shop = int(till.shop_id or 0)
        try:
            return model.judge(
                paper,
                code=code,
                shop=shop,
                prices=self.prices[shop],
                ask=ask,
                uses=self.uses,
                day=self.today,
            )
        except Refused as refused:
            return str(refused)

    def present(self, code: str, till: Actor, ask: Ask, key: str) -> dict[str, Any] | str:
        """Give the body of an accepted attempt, or the word of a refused one."""
        named = asdict(ask)
        claim = Claim(
            service=named["service"],
            price_fen=named["price"],
            amount_fen=named["amount"],
            uses=named["uses"],
            other_payer_fen=named["other"],
        )
        try:
            with transaction():
                outcome = attempt_redemption(
                    actor=till,
                    text=code,
                    reader=self.reader,
                    claim=claim,
                    client_key=key,
                    now=self.now,
                )
        except Refusal as refusal:
            return refusal.word
        return outcome.word if isinstance(outcome, RedemptionRefused) else outcome

    def fund(self, programme: str, period_from: date, amount: int) -> None:
        """Set a month's budget by two people."""
        key = (programme, period_from)
        self.do_fund(key, amount, "budget" if self.committed.get(key, 0) > amount else None)

    def do_fund(self, key: tuple[str, date], amount: int, expected: str | None) -> None:
        said = None
        try:
            fund(self.town, programme=key[0], period_from=key[1], amount_fen=amount, now=self.now)
            self.approved[key] = amount
            self.committed.setdefault(key, 0)
        except Refusal as refusal:
            said = refusal.word
        assert said == expected

    def draft(self, programme: str, period_from: date) -> None:
        """Draft a run of whoever is due; the model judges the plan, it does not make it."""
        early = self.today < (period_from - timedelta(days=1)).replace(day=15)
        said, planned, run_id = None, None, 0
        try:
            run_id, planned = draft(
                self.town, programme=programme, period_from=period_from, now=self.now
            )
        except Refusal as refusal:
            said = refusal.word
        assert (said == "too_early") == early
        assert said in (None, "too_early", "nobody_due")
        if planned is None or not planned.lines:
            return
        wanted = {(line.person.resident_id, line.grant.item) for line in planned.lines}
        assert len(wanted) == len(planned.lines)
        assert not wanted & self._taken(programme, period_from)
        residents = {resident for resident, _ in wanted}
        assert not [r for r in residents if self._is_gone(r, period_from)]
        self.runs.append(Run(run_id, programme, period_from, planned.value_fen, residents))

    def _taken(self, programme: str, period_from: date) -> set[tuple[int, str]]:
        of = {run.id for run in self.runs if run.programme == programme}
        return {
            (p.resident, p.item)
            for p in self.papers
            if p.run in of and p.period_from == period_from and p.state != "void"
        }

    def _is_gone(self, resident: int, day: date) -> bool:
        return resident in self.dead or self.departed.get(resident, date.max) <= day

    def approve(self, run: Run) -> None:
        """Approve a run and write its vouchers, or be refused as the model says."""
        key = (run.programme, run.period_from)
        after = self.committed.get(key, 0) + run.value
        expected = None
        if (self.today.year, self.today.month) > (run.period_from.year, run.period_from.month):
            expected = "period_over"
        elif run.state != "draft":
            expected = "run_state"
        elif any(self._is_gone(resident, run.period_from) for resident in run.residents):
            expected = "run_outdated"
        elif after > self.approved.get(key, 0):
            expected = "budget"
        said = None
        try:
            approve(self.town, run_id=run.id, programme=run.programme, now=self.now)
        except Refusal as refusal:
            said = refusal.word
        if said == "run_outdated" and run.graded_since:
            return
        assert said == expected, f"said {said}, expected {expected}"
        if said is None:
            run.state, self.committed[key] = "issued", after
            self._register(run)

    def _register(self, run: Run) -> None:
        rows = db.session.execute(
            select(Voucher, Print.code)
            .join(Print, Print.voucher_id == Voucher.id)
            .where(Voucher.run_id == run.id)
            .order_by(Voucher.serial)
        ).all()
        for row, code in rows:
            self.papers.append(
                Paper(
                    serial=row.serial,
                    run=run.id,
                    resident=row.resident_id,
                    item=row.item,
                    kind=row.kind,
                    unit=row.unit_fen,
                    offline=row.is_offline,
                    period_from=row.period_from,
                    period_to=row.period_to,
                    committed=row.committed_fen,
                    balance=row.committed_fen,
                    uses=row.uses_total,
                    code=show_typed_code(read_print_code(code)),
                )
            )
        assert sum(row.committed_fen for row, _ in rows) == run.value

    def print(self, run: Run) -> None:
        """Mark a run as printed."""
        print_run(self.town, run_id=run.id, now=self.now)
        run.printed = True

    def close_finished(self, run_ids: set[int]) -> None:
        """Close the issued runs among these of which no paper waits any more."""
        waiting = {paper.run for paper in self.papers if paper.state == "inactive"}
        for run in self.runs:
            if run.id in run_ids - waiting and run.state == "issued":
                run.state = "closed"

    def end(self, papers: list[Paper], state: str) -> None:
        """Void or lapse what is left of papers; voided money goes back to the budget."""
        programmes = {run.id: run.programme for run in self.runs}
        for paper in papers:
            ended = model.end(paper, state)
            if state == "void":
                self.committed[(programmes[paper.run], paper.period_from)] -= ended

    def succeed(self, old: Paper, serial: str) -> None:
        """Void a paper; what was left of it is worth a new one, out of the same budget."""
        left, uses, key = old.balance, old.uses, self._budget_of(old)
        self.end([old], "void")
        self.committed[key] += left
        new = replace(
            old,
            serial=serial,
            unit=old.unit if old.kind == "count" else left,
            code=find_live_code(serial),
            dead_codes=[],
            committed=left,
            balance=left,
            uses=uses,
            state="inactive",
            **dict.fromkeys(("redeemed", "released", "void", "lapsed"), 0),
            held=False,
        )
        self.papers.append(new)

    def _budget_of(self, paper: Paper) -> tuple[str, date]:
        programme = next(run.programme for run in self.runs if run.id == paper.run)
        return programme, paper.period_from

    def open_papers(self) -> list[Paper]:
        return [paper for paper in self.papers if paper.state in OPEN]

    def compare(self) -> None:
        """Hold every figure of the product against the model's, and recompute every law."""
        db.session.rollback()
        found = {row.serial: _figures(row) for row in db.session.scalars(select(Voucher))}
        expected = {paper.serial: paper.figures for paper in self.papers}
        wrong = {s: (found.get(s), expected.get(s)) for s in {*found, *expected}}
        wrong = {serial: both for serial, both in wrong.items() if both[0] != both[1]}
        assert wrong == {}, f"product and model of each: {wrong}"
        totals = select(BudgetTotal.programme, BudgetTotal.period_from, BudgetTotal.committed_fen)
        kept = {(row[0], row[1]): row[2] for row in db.session.execute(totals)}
        assert kept == self.committed
        assert self._payables() == self._owed()
        assert run_checks()["breaches"] == []
        db.session.rollback()

    def _payables(self) -> dict[int, int]:
        sums = (
            select(LedgerEntry.shop_id, func.sum(LedgerEntry.amount_fen))
            .where(LedgerEntry.account == LedgerAccount.PAYABLE)
            .group_by(LedgerEntry.shop_id)
        )
        return {row[0]: int(row[1]) for row in db.session.execute(sums) if row[1]}

    def _owed(self) -> dict[int, int]:
        owed = {shop: -fen for shop, fen in self.paid.items()}
        for use in self.uses:
            if use.reversed_at is None:
                owed[use.shop] = owed.get(use.shop, 0) + use.amount
        return {shop: fen for shop, fen in owed.items() if fen}


def _figures(row: Voucher) -> tuple[object, ...]:
    parts = (row.balance_fen, row.balance_uses, row.redeemed_fen, row.released_fen)
    return (row.state, row.held_reason is not None, *parts, row.void_fen, row.lapsed_fen)


def find_live_code(serial: str) -> str:
    """Give the typed code of the live print of a voucher."""
    code = db.session.scalar(
        select(Print.code)
        .join(Voucher, Voucher.id == Print.voucher_id)
        .where(Voucher.serial == serial, Print.state == PrintState.LIVE)
    )
    return show_typed_code(read_print_code(str(code)))
