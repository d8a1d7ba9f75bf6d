"""What must happen, said a second time in plain Python: no database, none of the product's code."""

from dataclasses import dataclass, field
from datetime import date, datetime

HALF_PRICED = {"daycare"}
SERVICES = {
    "services": {"haircut", "photo", "laundry", "meal", "repair", "cleaning"},
    "bath": {"bath"},
    "daycare": {"daycare"},
}
OPEN = ("inactive", "active")


class Refused(Exception):
    """The model expects this refusal."""


def refuse_if(wrong: object, word: str) -> None:
    if wrong:
        raise Refused(word)


@dataclass(slots=True)
class Paper:
    """A voucher as the model keeps it, in fen and uses."""

    serial: str
    run: int
    resident: int
    item: str
    kind: str
    unit: int
    offline: bool
    period_from: date
    period_to: date
    committed: int
    balance: int
    uses: int
    code: str
    dead_codes: list[str] = field(default_factory=list)
    redeemed: int = 0
    released: int = 0
    void: int = 0
    lapsed: int = 0
    state: str = "inactive"
    held: bool = False

    @property
    def figures(self) -> tuple[object, ...]:
        parts = (self.balance, self.uses, self.redeemed, self.released, self.void, self.lapsed)
        return (self.state, self.held, *parts)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a till asks for."""

    service: str
    price: int | None = None
    amount: int | None = None
    uses: int | None = None
    other: int = 0


@dataclass(slots=True)
class Use:
    """One accepted use."""

    id: int
    paper: Paper
    shop: int
    till: str
    amount: int
    released: int
    uses: int
    at: datetime
    day: date
    reversed_at: datetime | None = None
    asked_by: str | None = None
    questioned: bool = False
    settled: bool = False
    taken_back: bool = False

    @property
    def is_held(self) -> bool:
        return self.questioned or (self.asked_by is not None and self.reversed_at is None)


def judge(
    paper: Paper,
    *,
    code: str,
    shop: int,
    prices: dict[str, int],
    ask: Ask,
    uses: list[Use],
    day: date,
) -> tuple[int, int, int]:
    """Give (amount, released, uses) that a use takes, or raise the refusal it must get."""
    refuse_if(paper.state == "void", "void")
    refuse_if(code != paper.code, "superseded")
    if paper.state == "used":
        here = any(u.paper is paper and u.shop == shop and u.reversed_at is None for u in uses)
        raise Refused("already_yours" if here else "used")
    refuse_if(paper.state == "lapsed" or day >= paper.period_to, "expired")
    refuse_if(paper.state == "inactive", "inactive")
    refuse_if(paper.held, "held")
    refuse_if(day < paper.period_from, "early")
    refuse_if(ask.service not in SERVICES[paper.item] or ask.service not in prices, "class")
    return _divide(paper, ask, prices[ask.service])


def _divide(paper: Paper, ask: Ask, published: int) -> tuple[int, int, int]:
    if paper.kind == "count":
        times = ask.uses or 1
        refuse_if(times > paper.uses, "over_value")
        amount = min(published * times - ask.other, paper.unit * times)
        return amount, paper.unit * times - amount, times
    refuse_if(ask.uses not in (None, 1), "uses_not_counted")
    if paper.kind == "discount":
        refuse_if(ask.price is None, "price_missing")
        price = ask.price or 0
        refuse_if(price > published, "price_high")
        refuse_if(ask.other > price, "other_payer_high")
        amount = min((price - ask.other) // 2, paper.balance)
    else:
        price = published if ask.amount is None else ask.amount + ask.other
        refuse_if(price > published, "price_high")
        refuse_if(ask.amount is not None and ask.amount > paper.balance, "over_value")
        amount = min(price - ask.other, paper.balance)
    refuse_if(amount <= 0, "nothing_to_take")
    return amount, 0, 0


def take(paper: Paper, amount: int, released: int, uses: int) -> None:
    paper.balance -= amount + released
    paper.redeemed += amount
    paper.released += released
    paper.uses -= uses
    if paper.balance == 0:
        paper.state = "used"


def give_back(use: Use, *, at: datetime, day: date) -> None:
    """Take a use back: into the paper, or to where the paper's rest went."""
    paper, whole = use.paper, use.amount + use.released
    use.reversed_at = at
    paper.redeemed -= use.amount
    paper.released -= use.released
    if paper.state == "void":
        paper.void += whole
    elif paper.state == "lapsed" or day >= paper.period_to:
        paper.lapsed += whole
        paper.state = "lapsed" if paper.state == "used" else paper.state
    else:
        paper.balance += whole
        paper.uses += use.uses
        paper.state = "active" if paper.state == "used" else paper.state


def end(paper: Paper, state: str) -> int:
    """Void or lapse what is left; give the fen that ended."""
    ended = paper.balance
    if state == "void":
        paper.void += ended
    else:
        paper.lapsed += ended
    paper.balance = paper.uses = 0
    paper.state = state
    return ended


def close(uses: list[Use], *, cut: datetime, closed: set[int]) -> dict[int, tuple[int, int, int]]:
    """Settle the other shops up to the cut; give (lines, fen, held) of each settlement made."""
    made: dict[int, tuple[int, int, int]] = {}
    for shop in sorted({use.shop for use in uses} - closed):
        mine = [use for use in uses if use.shop == shop]
        due = [u for u in mine if u.at < cut and not u.settled]
        plus = [u for u in due if not u.is_held]
        back = [u for u in mine if u.reversed_at and u.reversed_at < cut and not u.taken_back]
        minus = [u for u in back if u.settled or u in plus]
        owed = sum(u.amount for u in plus) - sum(u.amount for u in minus)
        if (plus or minus) and owed >= 0:
            made[shop] = (len(plus) + len(minus), owed, len(due) - len(plus))
            for use in plus:
                use.settled = True
            for use in minus:
                use.taken_back = True
    return made
