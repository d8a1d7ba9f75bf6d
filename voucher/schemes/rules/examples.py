"""The worked examples of a programme, as its file states them."""

from dataclasses import dataclass

from voucher.schemes.rules.values import Facts


@dataclass(frozen=True, slots=True)
class ClassExample:
    """Worked: these facts give this level, by this rule."""

    facts: Facts
    level: str
    rule: str


@dataclass(frozen=True, slots=True)
class GrantExample:
    """Worked: what a level gets, what it binds in fen, and which rules refuse the rest."""

    facts: Facts
    level: str
    items: tuple[str, ...]
    committed_fen: int
    why_not: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PriceExample:
    """
    Worked: one purchase, in fen. `item` "" is the first item that covers it, `unit` "" the first
    with a price cap; `chosen_fen` is what the holder picked, 0 for the most.
    """

    item: str
    level: str
    household: str
    service: str
    price_fen: int
    other_payer_fen: int
    used_fen: int
    units: int
    unit: str
    chosen_fen: int
    voucher_fen: int
    own_fen: int


@dataclass(frozen=True, slots=True)
class Examples:
    """The worked examples of a programme."""

    classes: tuple[ClassExample, ...]
    grants: tuple[GrantExample, ...]
    prices: tuple[PriceExample, ...]
