"""An arbitrary life of the town, step by step; the model is asked after every step."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.laws import model
from tests.laws.life import Life, Run, find_live_code
from tests.laws.model import OPEN, Ask, Paper, Use
from tests.laws.stage import Stage
from tests.laws.town import JINJIANG, LOTUS, MONTH, PEOPLE, SHANGCHENG, describe_person
from tests.residents.factories import import_people
from voucher.access import Actor
from voucher.audit.operations import seal_events
from voucher.care_levels.operations.confirming import confirm_levels
from voucher.care_levels.operations.grading import grade_residents
from voucher.db import db
from voucher.periods import next_month, start_of_day
from voucher.redemptions.operations.departures import follow_departures
from voucher.redemptions.operations.reversing import reverse_redemption
from voucher.residents.operations.departing import record_departure
from voucher.residents.rules.departures import Departure
from voucher.schemes.queries import get_programme
from voucher.settlements.operations.closing import make_settlements
from voucher.settlements.operations.paying import approve_settlement, pay_settlement
from voucher.signing import load_ring
from voucher.vouchers.operations.cancelling import cancel_run
from voucher.vouchers.operations.custody import hand_over, reprint_voucher
from voucher.vouchers.operations.ending import (
    hold_voucher,
    lapse_vouchers,
    release_voucher,
    void_vouchers,
)
from voucher.vouchers.operations.replacing import replace_voucher

# A few papers are met again and again; those of people with vouchers of every kind.
SOME = st.integers(0, 11)
TILLS = st.integers(0, 2)
ASKS = st.sampled_from(
    (
        *(Ask("repair"), Ask("repair", amount=1700), Ask("repair", amount=1, other=300)),
        *(Ask("haircut"), Ask("haircut", amount=2600), Ask("repair", amount=30001)),
        *(Ask("bath"), Ask("bath", uses=2), Ask("bath", uses=3), Ask("bath", other=300)),
        *(Ask("daycare"), Ask("daycare", price=1), Ask("daycare", price=9999)),
        *(
            Ask("daycare", price=12000, other=301),
            Ask("daycare", price=12001),
            Ask("daycare", uses=2),
        ),
    )
)
LAST_DAY = date(2027, 2, 20)
FAVOURITES = (3, 5, 6, 9)


class Town(RuleBasedStateMachine):
    """The rules: every deed of a district, in any order."""

    stage: Stage

    @initialize()
    def begin(self) -> None:
        self.life = Life(self.stage)
        self._grade()
        self.life.fund(JINJIANG, MONTH, 600_000)
        self.life.draft(JINJIANG, MONTH)
        self.life.approve(self.life.runs[0])
        self.life.print(self.life.runs[0])
        self._hand_over(self.life.runs[0])

    def teardown(self) -> None:
        db.session.remove()

    @invariant()
    def product_and_model_agree(self) -> None:
        if hasattr(self, "life"):
            self.life.compare()

    def paper(self, number: int) -> Paper:
        life = self.life
        favoured = [p for p in life.papers if life.residents.index(p.resident) + 1 in FAVOURITES]
        return favoured[-1 - number % len(favoured)]

    def pick_run(self, number: int) -> Run:
        return self.life.runs[-1 - number % len(self.life.runs)]

    def use(self, number: int) -> Use:
        return self.life.uses[-1 - number % len(self.life.uses)]

    @rule(step=st.sampled_from(("hour", "hour", "day", "days", "month")))
    def let_time_pass(self, step: str) -> None:
        life = self.life
        if life.today > LAST_DAY:
            return
        hours = {"hour": 1, "day": 26, "days": 80}
        if step == "month":
            life.now = start_of_day(next_month(life.today.replace(day=1))) + timedelta(minutes=5)
        else:
            life.now += timedelta(hours=hours[step])

    @rule(number=SOME, till=TILLS, ask=ASKS, borrowed=st.booleans())
    def redeem(self, number: int, till: int, ask: Ask, borrowed: bool) -> None:
        paper = self.paper(number)
        self._redeem(paper, paper.code, till, ask, borrowed)

    @rule(number=SOME, till=TILLS)
    def redeem_what_fits(self, number: int, till: int) -> None:
        paper = self.paper(number)
        fitting = {
            "services": Ask("repair", amount=max(1, paper.balance // 2)),
            "bath": Ask("bath"),
            "daycare": Ask("daycare", price=12000),
        }
        self._redeem(paper, paper.code, till, fitting[paper.item], False)

    @precondition(lambda self: any(paper.dead_codes for paper in self.life.papers))
    @rule(number=SOME, till=TILLS)
    def show_a_dead_print(self, number: int, till: int) -> None:
        reprinted = [paper for paper in self.life.papers if paper.dead_codes]
        paper = reprinted[number % len(reprinted)]
        self._redeem(paper, paper.dead_codes[0], till, Ask("repair"), False)

    def _redeem(self, paper: Paper, code: str, till: int, ask: Ask, borrowed: bool) -> None:
        life, actor = self.life, self.life.town.tills[till]
        life.keys += 1
        key = f"key-{life.keys}"
        if borrowed and life.answers:
            lent = list(life.answers)[-1][1]
            key = key if (actor.key, lent) in life.answers else lent
        life.redeem(paper, code, actor, ask, key)

    @precondition(lambda self: self.life.answers)
    @rule(number=SOME)
    def show_the_same_again(self, number: int) -> None:
        (till_key, key), (code, ask, answer) = list(self.life.answers.items())[
            -1 - number % len(self.life.answers)
        ]
        till = next(till for till in self.life.town.tills if till.key == till_key)

        assert self.life.present(code, till, ask, key) == answer
        changed = Ask(ask.service, ask.price, ask.amount, ask.uses, ask.other + 1)
        assert self.life.present(code, till, changed, key) == "key_reused"

    @precondition(lambda self: self.life.uses)
    @rule(number=SOME, till=TILLS)
    def undo_at_a_till(self, number: int, till: int) -> None:
        use, actor, life = self.use(number), self.life.town.tills[till], self.life
        expected = None
        if use.shop != actor.shop_id:
            expected = "redemption_unknown"
        elif use.reversed_at is not None:
            expected = "already_reversed"
        elif use.day != life.today:
            expected = "undo_over"
        self._reverse(use, actor, expected)

    @precondition(lambda self: self.life.uses)
    @rule(number=SOME, is_second=st.booleans())
    def reverse_by_account(self, number: int, is_second: bool) -> None:
        use, life = self.use(number), self.life
        actor = life.town.controller if is_second else life.town.finance
        if use.reversed_at is None and use.asked_by is None:
            asked = life.do(lambda: self._call_reverse(use, actor))
            assert asked["result"] == "waiting"
            use.asked_by = actor.key
            return
        expected = "self_approve" if use.asked_by == actor.key else None
        self._reverse(use, actor, "already_reversed" if use.reversed_at else expected)

    def _reverse(self, use: Use, actor: Actor, expected: str | None) -> None:
        life = self.life
        done = life.do(lambda: self._call_reverse(use, actor), expected=expected)
        if done is None:
            return
        assert (done["result"], done["amount_fen"]) == ("reversed", use.amount)
        model.give_back(use, at=life.now, day=life.today)
        if use.paper.state == "void":
            run = next(run for run in life.runs if run.id == use.paper.run)
            life.committed[(run.programme, run.period_from)] -= use.amount + use.released

    def _call_reverse(self, use: Use, actor: Actor) -> dict[str, object]:
        return reverse_redemption(
            actor=actor,
            redemption_id=use.id,
            reason="误刷",
            may_reverse_late=actor.account_id is not None,
            now=self.life.now,
        )

    @rule(number=SOME, holds=st.booleans())
    def hold_or_release(self, number: int, holds: bool) -> None:
        paper, life = self.paper(number), self.life
        deed = hold_voucher if holds else release_voucher
        may = paper.state in OPEN and paper.held != holds
        life.do(
            lambda: deed(actor=life.town.worker, serial=paper.serial, reason="查", now=life.now),
            expected=None if may else "voucher_state",
        )
        paper.held = holds if may else paper.held

    @rule(number=SOME)
    def reprint(self, number: int) -> None:
        paper, life = self.paper(number), self.life
        kid = load_ring(life.town.home).signing_kid
        made = life.do(
            lambda: reprint_voucher(
                actor=life.town.worker, serial=paper.serial, reason="丢失", kid=kid, now=life.now
            ),
            expected=None if paper.state in OPEN else "voucher_state",
        )
        if made is not None:
            paper.dead_codes.append(paper.code)
            paper.code = find_live_code(paper.serial)
            assert paper.code not in paper.dead_codes

    @rule(number=SOME, is_worker=st.booleans())
    def replace(self, number: int, is_worker: bool) -> None:
        paper, life = self.paper(number), self.life
        actor = life.town.worker if is_worker else life.town.approver
        asker = life.replacing.get(paper.serial)
        expected, is_open = None, paper.state in OPEN
        if asker == actor.key:
            expected = "self_approve"
        elif is_open:
            expected = self._find_hindrance(paper)
        elif asker is None:
            expected = "voucher_state"
        done = life.do(lambda: self._call_replace(paper, actor), expected=expected)
        if done is None:
            return
        if done["result"] == "waiting":
            life.replacing[paper.serial] = actor.key
            return
        del life.replacing[paper.serial]
        assert done["result"] == ("replaced" if is_open else "nothing_left")
        if is_open:
            life.succeed(paper, done["new_serial"])

    def _call_replace(self, paper: Paper, actor: Actor) -> dict[str, object]:
        return replace_voucher(
            actor=actor,
            serial=paper.serial,
            reason="丢失",
            may_approve=True,
            kid=load_ring(self.life.town.home).signing_kid,
            now=self.life.now,
        )

    def _find_hindrance(self, paper: Paper) -> str | None:
        if self.life.today >= paper.period_to:
            return "period_over"
        return "resident_died" if paper.resident in self.life.dead else None

    @rule(number=SOME, length=st.integers(0, 2), is_worker=st.booleans())
    def void_a_range(self, number: int, length: int, is_worker: bool) -> None:
        life, first = self.life, self.paper(number).serial
        last = sorted(paper.serial for paper in life.papers if paper.serial >= first)[:3][-1]
        last = first if length == 0 else last
        actor = life.town.worker if is_worker else life.town.approver
        wanted = [p for p in life.open_papers() if first <= p.serial <= last]
        dead = {paper.resident for paper in wanted} & set(life.openers)
        expected = None if wanted else "voucher_unknown"
        if any(life.openers[resident] == actor.key for resident in dead):
            expected = "self_approve"
        life.do(
            lambda: void_vouchers(actor=actor, first=first, last=last, reason="错", now=life.now),
            expected=expected,
        )
        if expected is None:
            for resident in dead:
                del life.openers[resident]
            life.end(wanted, "void")
            life.close_finished({paper.run for paper in wanted})

    @rule(programme=st.sampled_from((JINJIANG, SHANGCHENG)), ahead=st.booleans())
    def draft(self, programme: str, ahead: bool) -> None:
        first = self.life.today.replace(day=1)
        self.life.draft(programme, next_month(first) if ahead else first)

    @rule(number=st.integers(0, 1))
    def approve(self, number: int) -> None:
        self.life.approve(self.pick_run(number))

    @rule(number=st.integers(0, 1))
    def bring_to_people(self, number: int) -> None:
        run = self.pick_run(number)
        if run.state in ("issued", "closed"):
            self.life.print(run)
        self._hand_over(run)

    @rule(number=st.integers(0, 1))
    def hand_over(self, number: int) -> None:
        self._hand_over(self.pick_run(number))

    def _hand_over(self, run: Run) -> None:
        life, expected = self.life, None
        if run.state not in ("issued", "closed"):
            expected = "run_state"
        elif not run.printed:
            expected = "not_printed"
        waiting = [
            p for p in life.papers if p.run == run.id and p.state == "inactive" and not p.held
        ]
        given = life.do(
            lambda: hand_over(
                actor=life.town.worker, run_id=run.id, community_id=None, now=life.now
            ),
            expected=expected,
        )
        if expected is None:
            assert given == len(waiting)
            for paper in waiting:
                paper.state = "active"
            run.given = run.given or bool(waiting)
            life.close_finished({run.id})

    @rule(number=st.integers(0, 1))
    def cancel(self, number: int) -> None:
        run, life, expected = self.pick_run(number), self.life, None
        if run.given:
            expected = "handed_over"
        elif run.state not in ("draft", "issued"):
            expected = "run_state"
        life.do(
            lambda: cancel_run(actor=life.town.approver, run_id=run.id, reason="错", now=life.now),
            expected=expected,
        )
        if expected is None:
            run.state = "cancelled"
            life.end([p for p in life.open_papers() if p.run == run.id], "void")

    @rule(
        programme=st.sampled_from((JINJIANG, SHANGCHENG)),
        amount=st.sampled_from((0, 50_000, 600_000, 900_000)),
        ahead=st.booleans(),
    )
    def set_budget(self, programme: str, amount: int, ahead: bool) -> None:
        first = self.life.today.replace(day=1)
        self.life.fund(programme, next_month(first) if ahead else first, amount)

    @precondition(lambda self: len(self.life.residents) < len(PEOPLE) + 3)
    @rule(times=st.integers(1, 2))
    def import_roster(self, times: int) -> None:
        """One newcomer, one neighbour unchanged, one row that is refused; again adds nothing."""
        life = self.life
        newcomer = describe_person(len(life.residents) + 1, "郑新来", "19600101", "空巢", LOTUS)
        known = describe_person(2, *PEOPLE[1])
        broken = {**newcomer, "身份证号": "1"}
        for time in range(times):
            done = import_people(life.town.worker, newcomer, known, broken)
            counted = (len(done.added), done.unchanged, len(done.changed), len(done.rejected))
            assert counted == ((0, 2, 0, 1) if time else (1, 1, 0, 1))
        life.meet_residents()

    @rule(who=st.sampled_from((1, *FAVOURITES)), died=st.booleans(), ago=st.integers(0, 4))
    def depart(self, who: int, died: bool, ago: int) -> None:
        life, resident = self.life, self.life.residents[who - 1]
        day = life.today - timedelta(days=ago)
        life.do(
            lambda: self._call_depart(resident, died, day),
            expected="departed_already" if resident in life.departed else None,
        )
        if resident in life.departed:
            return
        life.departed[resident] = day
        if not died:
            return
        life.dead.add(resident)
        left = [paper for paper in life.open_papers() if paper.resident == resident]
        for paper in left:
            paper.held = True
        if left:
            life.openers[resident] = life.town.worker.key
        for use in life.uses:
            if use.paper.resident == resident and use.reversed_at is None and use.day > day:
                use.questioned = True

    def _call_depart(self, resident: int, died: bool, day: date) -> None:
        worker, now = self.life.town.worker, self.life.now
        gone = record_departure(
            actor=worker,
            resident_id=resident,
            departure=Departure.DIED if died else Departure.MOVED_OUT,
            departed_date=day,
            now=now,
        )
        follow_departures(actor=worker, departed=[gone], now=now)

    @rule()
    def grade(self) -> None:
        self._grade()
        for run in self.life.runs:
            run.graded_since = run.programme == SHANGCHENG

    def _grade(self) -> None:
        life, programme = self.life, get_programme(SHANGCHENG, 1)
        on = life.today.replace(day=1)
        life.do(
            lambda: grade_residents(
                actor=life.town.worker, programme=programme, on=on, now=life.now
            )
        )
        life.do(
            lambda: confirm_levels(
                actor=life.town.approver, scale=programme.scale, on=on, now=life.now
            )
        )

    @rule()
    def work(self) -> None:
        """Post what lapsed and seal what committed, as the worker process does."""
        life = self.life
        lapsed = life.do(lambda: lapse_vouchers(actor=life.town.console, now=life.now))
        ended = [p for p in life.open_papers() if life.now >= _last_moment(p)]
        assert lapsed == len(ended)
        life.end(ended, "lapsed")
        life.close_finished({paper.run for paper in ended})
        life.do(lambda: seal_events(now=life.now))

    @rule(ago=st.integers(0, 2), pays=st.booleans())
    def settle(self, ago: int, pays: bool) -> None:
        life, through = self.life, self.life.today - timedelta(days=ago)
        cut = start_of_day(through + timedelta(days=1))
        expected = "not_over" if life.now < cut else None
        found = life.do(lambda: self._call_settle(through), expected=expected)
        if found is None:
            return
        closed = {shop for day, shop in life.bills if day == through}
        for shop, bill in model.close(life.uses, cut=cut, closed=closed).items():
            life.bills[(through, shop)] = bill
        made = {shop: bill for (day, shop), bill in life.bills.items() if day == through}
        assert {row[1]: row[2:5] for row in found} == made
        for settlement_id, shop, _, amount, _, state in found:
            if pays and state == "made":
                self._pay(settlement_id, shop, amount)

    def _call_settle(self, through: date) -> list[tuple[int, int, int, int, int, str]]:
        life = self.life
        return [
            (made.id, made.shop_id, made.lines, made.amount_fen, made.held, str(made.state))
            for made in make_settlements(actor=life.town.finance, through=through, now=life.now)
        ]

    def _pay(self, settlement_id: int, shop: int, amount: int) -> None:
        life, town = self.life, self.life.town
        life.do(
            lambda: approve_settlement(
                actor=town.controller, settlement_id=settlement_id, now=life.now
            )
        )
        life.do(
            lambda: pay_settlement(
                actor=town.finance,
                settlement_id=settlement_id,
                bank_ref=f"INVENTED-{settlement_id}",
                now=life.now,
            )
        )
        life.paid[shop] = life.paid.get(shop, 0) + amount


def _last_moment(paper: Paper) -> datetime:
    """Give when a paper lapses: the midnight of its end, three days later if used offline."""
    wait = timedelta(hours=72 if paper.offline else 0)
    return start_of_day(paper.period_to) + wait
