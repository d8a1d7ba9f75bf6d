"""Programmes: who gets what, at which share, for which period, from whose money."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voucher.money import Rounding
from voucher.schemes.rules.conditions import Condition
from voucher.schemes.rules.services import Catalogue, Setting
from voucher.schemes.rules.values import Confidence, Facts, Level, Words

WHOLE_BASIS_POINTS = 10_000


class Kind(StrEnum):
    """What a voucher is: 储值, 次数 or 折扣."""

    AMOUNT = "amount"
    COUNT = "count"
    DISCOUNT = "discount"


class Period(StrEnum):
    """How long one issue lasts."""

    MONTH = "month"


class PriceType(StrEnum):
    """What a share means to the resident: 无偿, 低偿 or 有偿."""

    FREE = "free"
    DISCOUNTED = "discounted"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A rule of a programme's own classing; the first whose condition holds gives the level."""

    rule: str
    level: str
    name: Words
    when: Condition


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold, whatever the level, before anything is granted. `name` says what."""

    rule: str
    name: Words
    when: Condition


@dataclass(frozen=True, slots=True)
class Share:
    """
    The part of a price a discount voucher pays, in 1/10,000: 0 is nothing, 10,000 all of it.

    It applies to the named services, or to all services of the named settings; to the named
    levels, or to all when there are none.
    """

    services: tuple[str, ...]
    settings: tuple[Setting, ...]
    levels: tuple[str, ...]
    basis_points: int


@dataclass(frozen=True, slots=True)
class GrantRule:
    """
    What the named levels get of an item; of several that fit, the first counts.

    Fen: `face_fen` of an amount voucher, `cap_fen` a use of a count voucher or the ceiling of a
    discount voucher. `name` says for whom the condition is; both are absent for everybody.
    `partial` lets an amount be spent in parts. `offline` lets a till without a connection take
    the whole face value, or the single use.
    """

    levels: tuple[str, ...]
    when: Condition | None
    name: Words | None
    face_fen: int
    uses: int
    cap_fen: int
    partial: bool
    offline: bool
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class VoucherItem:
    """
    One voucher a programme can give a resident each period.

    `terms` stands on paper beside the value and never tells the level.
    """

    id: str
    kind: Kind
    name: Words
    terms: Words
    services: tuple[str, ...]
    shares: tuple[Share, ...]
    grants: tuple[GrantRule, ...]


@dataclass(frozen=True, slots=True)
class FundingSource:
    """Who pays, and its weight against the other sources of the split."""

    id: str
    name: Words
    weight: int


@dataclass(frozen=True, slots=True)
class FundingSplit:
    """
    How a closed total is divided, first-named source first.

    `provinces` are the first two digits of the districts it is for; the split without any is the
    default and stands last.
    """

    provinces: tuple[str, ...]
    confidence: Confidence
    sources: tuple[FundingSource, ...]


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
    """Worked: one purchase, in fen. `item` "" is the first item that covers it."""

    item: str
    level: str
    household: str
    service: str
    price_fen: int
    other_payer_fen: int
    used_fen: int
    voucher_fen: int
    own_fen: int


@dataclass(frozen=True, slots=True)
class Examples:
    """The worked examples of a programme."""

    classes: tuple[ClassExample, ...]
    grants: tuple[GrantExample, ...]
    prices: tuple[PriceExample, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """
    A programme as its file states it.

    `scale` is the scale whose levels it reads, with its version: an instrument, or the programme
    itself when it has `classes`. `levels` are that scale's, from best to worst for an instrument.
    `areas` are division codes outside which its vouchers do not work; none means the whole
    district. `text` is the file and `digest` its SHA-256.
    """

    id: str
    version: int
    effective_from: date
    name: Words
    paper_name: Words
    source: str
    confidence: Confidence
    scale: str
    scale_version: int
    needs_confirmation: bool
    period: Period
    rounding: Rounding
    rounding_unit_fen: int
    areas: tuple[str, ...]
    levels: tuple[Level, ...]
    classes: tuple[ClassRule, ...]
    requirements: tuple[Requirement, ...]
    items: tuple[VoucherItem, ...]
    funding: tuple[FundingSplit, ...]
    examples: Examples
    catalogue: Catalogue
    text: str
    digest: str

    @property
    def has_own_scale(self) -> bool:
        """Tell whether the programme classes residents itself."""
        return self.scale == self.id


def get_price_type(*, basis_points: int) -> PriceType:
    """Say what a share means to the resident."""
    if basis_points == 0:
        return PriceType.PAID
    return PriceType.FREE if basis_points == WHOLE_BASIS_POINTS else PriceType.DISCOUNTED


def list_funding_sources(*, programme: Programme, district_code: str) -> tuple[FundingSource, ...]:
    """Give the sources that pay in a district: its province's split, or the default."""
    for split in programme.funding[:-1]:
        if district_code[:2] in split.provinces:
            return split.sources
    return programme.funding[-1].sources
