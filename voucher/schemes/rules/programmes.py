"""Programmes: who gets what, at which share, for which period, from whose money."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from voucher.money import Rounding
from voucher.schemes.rules.conditions import Condition
from voucher.schemes.rules.examples import Examples
from voucher.schemes.rules.lives import Life
from voucher.schemes.rules.services import Catalogue, Setting
from voucher.schemes.rules.values import Confidence, Level, Words

WHOLE_BASIS_POINTS = 10_000


class Kind(StrEnum):
    """What a voucher is: 储值, 次数 or 折扣."""

    AMOUNT = "amount"
    COUNT = "count"
    DISCOUNT = "discount"


class Period(StrEnum):
    """How often a programme gives."""

    MONTH = "month"
    YEAR = "year"


class Capped(StrEnum):
    """What the cap of a discount limits: what the voucher pays, or the price it shares in."""

    VOUCHER = "voucher"
    PRICE = "price"


class Rounded(StrEnum):
    """Which part of a shared price is rounded; the other is what remains."""

    VOUCHER = "voucher"
    OWN = "own"


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
class DistrictCheck:
    """What no roster states and an official checks before confirming or approving."""

    rule: str
    name: Words


@dataclass(frozen=True, slots=True)
class Household:
    """
    A category of households. Without `when` in any of them, the category is stated from outside;
    otherwise the first that holds counts, and the last, without one, is all others.
    """

    id: str
    name: Words
    when: Condition | None


@dataclass(frozen=True, slots=True)
class Share:
    """
    The part of a price a discount voucher pays, in 1/10,000: 0 is nothing, 10,000 all of it.

    It applies to the named services, or to all services of the named settings; to the named
    levels and households, or to all when there are none.
    """

    services: tuple[str, ...]
    settings: tuple[Setting, ...]
    levels: tuple[str, ...]
    households: tuple[str, ...]
    basis_points: int

    def fits(self, level: str, household: str) -> bool:
        """Tell whether the share is for this level and household."""
        return (not self.levels or level in self.levels) and (
            not self.households or household in self.households
        )


@dataclass(frozen=True, slots=True)
class PriceCap:
    """
    The most a unit of the named services may cost; what it costs above, the resident pays.

    For the named levels, or all when there are none. `unit` is an id, `name` its words.
    """

    services: tuple[str, ...]
    levels: tuple[str, ...]
    unit: str
    name: Words
    cap_fen: int

    def fits(self, service: str, level: str) -> bool:
        """Tell whether the cap is for this service at this level."""
        return service in self.services and (not self.levels or level in self.levels)


@dataclass(frozen=True, slots=True)
class GrantRule:
    """
    What the named levels and households get of an item; of several that fit, the first counts.

    No households: all. Fen: `face_fen` of an amount voucher, `cap_fen` a use of a count voucher or
    the ceiling of a discount voucher. With a `floor_fen` the holder picks any amount from there up
    to the face or the ceiling, both included; 0 when there is no choice. `name` says for whom the
    condition is; both are absent for everybody. `partial` lets an amount be spent in parts.
    `offline` lets a till without a connection take the whole face value, or the single use.
    """

    levels: tuple[str, ...]
    households: tuple[str, ...]
    when: Condition | None
    name: Words | None
    floor_fen: int
    face_fen: int
    uses: int
    cap_fen: int
    partial: bool
    offline: bool
    confidence: Confidence

    def fits(self, level: str, household: str) -> bool:
        """Tell whether the grant is for this level and household, whatever its condition."""
        return level in self.levels and (not self.households or household in self.households)


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
    capped: Capped
    price_caps: tuple[PriceCap, ...]
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


@dataclass(frozen=True, slots=True, eq=False)
class Programme:
    """
    A programme as its file states it.

    `scale` is the scale whose levels it reads, with its version: an instrument, or the programme
    itself, when it has `classes` or its levels are `given` by somebody outside. `levels` are that
    scale's, from best to worst for an instrument. `areas` are division codes outside which its
    vouchers do not work; none means the whole district. Money is in hundredths of `currency`.
    `life` is that of the paper; `card_life` is that of the same money on a card, which this system
    does not issue. `text` is the file and `digest` its SHA-256.
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
    given: bool
    needs_confirmation: bool
    currency: str
    period: Period
    life: Life
    card_life: Life | None
    rounding: Rounding
    rounding_unit_fen: int
    rounded: Rounded
    areas: tuple[str, ...]
    levels: tuple[Level, ...]
    classes: tuple[ClassRule, ...]
    households: tuple[Household, ...]
    requirements: tuple[Requirement, ...]
    district_checks: tuple[DistrictCheck, ...]
    items: tuple[VoucherItem, ...]
    funding: tuple[FundingSplit, ...]
    examples: Examples
    catalogue: Catalogue
    text: str
    digest: str

    @property
    def has_own_scale(self) -> bool:
        """Tell whether the programme classes residents itself, or is told their class."""
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
