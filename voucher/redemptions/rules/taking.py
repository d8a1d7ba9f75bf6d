"""What a till may take of a voucher, and the words when it may not. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from voucher.money import show_yuan
from voucher.periods import last_day
from voucher.refusals import N_, BadInput, Refusal
from voucher.schemes.rules.pricing import price_purchase
from voucher.schemes.rules.programmes import Kind, Programme

# Under which name the answers of redemptions are stored.
ROUTE = "redemptions"


class Mode(StrEnum):
    """How the code reached us."""

    SCANNED = "scanned"
    TYPED = "typed"


class RedemptionRefused(Refusal):
    """The voucher was not taken; `word` is the reason, from the catalogue of bad inputs."""

    def as_json(self) -> dict[str, Any]:
        """Give what the till and `--json` say."""
        return {"result": "refused", "reason": self.word, **self.facts}


@dataclass(frozen=True, slots=True)
class Claim:
    """What the till asks for, in fen; None where it leaves the choice to the voucher's rule."""

    service: str | None = None
    price_fen: int | None = None
    amount_fen: int | None = None
    uses: int | None = None
    other_payer_fen: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """The voucher as it was read: everything the decision rests on."""

    voucher_id: int
    print_id: int
    print_state: str
    state: str
    held_reason: str | None
    kind: Kind
    item: str
    level: str
    period_from: date
    period_to: date
    unit_fen: int
    committed_fen: int
    balance_fen: int
    balance_uses: int
    redeemed_fen: int


@dataclass(frozen=True, slots=True)
class Taking:
    """How one use divides its price, in fen; `released_fen` is what a use leaves of its cap."""

    price_fen: int
    amount_fen: int
    own_fen: int
    other_payer_fen: int
    released_fen: int
    uses: int

    @property
    def taken_fen(self) -> int:
        """Give what leaves the voucher's balance."""
        return self.amount_fen + self.released_fen


def check_voucher(seen: Seen, *, today: date, used_here: bool) -> None:
    """
    Make sure that this paper can be redeemed today.

    :raises RedemptionRefused: void superseded inactive held early expired already_yours used.
    """
    if seen.state == "void":
        raise RedemptionRefused("void", N_("已作废，请联系社区"))
    if seen.print_state == "dead":
        raise RedemptionRefused("superseded", N_("此券已补印，请出示新的那张"))
    if seen.state == "used":
        if used_here:
            raise RedemptionRefused("already_yours", N_("本店已核销过这张券，不要重复核销"))
        raise RedemptionRefused("used", N_("这张券已经用完"))
    if seen.state == "lapsed" or today >= seen.period_to:
        raise RedemptionRefused("expired", N_("已于 %(day)s 过期"), day=last_day(seen.period_to))
    if seen.state == "inactive":
        raise RedemptionRefused("inactive", N_("尚未发放，请联系社区"))
    if seen.held_reason is not None:
        raise RedemptionRefused("held", N_("已暂停，请联系社区"))
    if today < seen.period_from:
        raise RedemptionRefused("early", N_("%(day)s 起可用"), day=seen.period_from)


def find_status(seen: Seen, *, today: date) -> str:
    """Give the state of this paper today, as a word of STATUS_TITLES."""
    try:
        check_voucher(seen, today=today, used_here=False)
    except RedemptionRefused as refusal:
        return refusal.word
    return "usable"


def check_service(*, claim: Claim, services: tuple[str, ...], published_fen: int | None) -> None:
    """
    Make sure that voucher and shop both cover the service.

    :raises BadInput: service_missing. :raises RedemptionRefused: class.
    """
    if claim.service is None:
        raise BadInput("service_missing", N_("请选择服务项目"))
    if claim.service not in services or published_fen is None:
        raise RedemptionRefused(
            "class", N_("本店不能用此券支付“%(service)s”"), service=claim.service
        )


def judge_claim(*, seen: Seen, claim: Claim, programme: Programme, published_fen: int) -> Taking:
    """
    Divide the price of this use, never above balance, programme rule or published price.

    :raises BadInput: price_missing amount_positive uses_format uses_not_counted other_payer_high.
    :raises RedemptionRefused: over_value price_high nothing_to_take.
    """
    uses = _count_uses(seen, claim)
    price_fen = _find_price(seen, claim, published_fen, max(uses, 1))
    priced = price_purchase(
        programme=programme,
        level=seen.level,
        service=claim.service or "",
        price_fen=price_fen,
        other_payer_fen=claim.other_payer_fen,
        used_fen=seen.committed_fen - seen.balance_fen if seen.kind is not Kind.COUNT else 0,
        item=seen.item,
        cap_fen=seen.unit_fen * max(uses, 1),
        units=max(uses, 1),
    )
    amount_fen = _choose_amount(seen, claim, priced.voucher_fen)
    if amount_fen <= 0:
        raise RedemptionRefused("nothing_to_take", N_("其他支付方已付清，无需使用此券"))
    released_fen = uses * seen.unit_fen - amount_fen if seen.kind is Kind.COUNT else 0
    return Taking(
        price_fen=price_fen,
        amount_fen=amount_fen,
        own_fen=price_fen - amount_fen - claim.other_payer_fen,
        other_payer_fen=claim.other_payer_fen,
        released_fen=released_fen,
        uses=uses,
    )


def _count_uses(seen: Seen, claim: Claim) -> int:
    if seen.kind is not Kind.COUNT:
        if claim.uses not in (None, 1):
            raise BadInput("uses_not_counted", N_("这张券不按次数使用"))
        return 0
    uses = 1 if claim.uses is None else claim.uses
    if uses < 1:
        raise BadInput("count", N_("次数须为 1 或更多"))
    if uses > seen.balance_uses:
        raise RedemptionRefused(
            "over_value", N_("次数不够，还剩 %(left)s 次"), left=seen.balance_uses
        )
    return uses


def _find_price(seen: Seen, claim: Claim, published_fen: int, times: int) -> int:
    highest_fen = published_fen * times
    if claim.price_fen is None:
        if seen.kind is Kind.DISCOUNT:
            raise BadInput("price_missing", N_("请输入服务价格"))
        if seen.kind is Kind.AMOUNT and claim.amount_fen is not None:
            return _check_price(claim.amount_fen + claim.other_payer_fen, highest_fen)
        return highest_fen
    return _check_price(claim.price_fen, highest_fen)


def _check_price(price_fen: int, highest_fen: int) -> int:
    if price_fen <= 0:
        raise BadInput("amount_positive", N_("金额须大于零"))
    if price_fen > highest_fen:
        raise RedemptionRefused(
            "price_high",
            N_("高于本店公示价 %(published)s 元"),
            published=show_yuan(highest_fen),
        )
    return price_fen


def _choose_amount(seen: Seen, claim: Claim, most_fen: int) -> int:
    """Take what was asked, or all the rule allows; only amount vouchers may ask for less."""
    if claim.amount_fen is None:
        return most_fen
    if claim.amount_fen <= 0:
        raise BadInput("amount_positive", N_("金额须大于零"))
    if claim.amount_fen > seen.balance_fen:
        raise RedemptionRefused(
            "over_value", N_("余额 %(left)s 元，不够"), left=show_yuan(seen.balance_fen)
        )
    if claim.amount_fen > most_fen or seen.kind is not Kind.AMOUNT:
        raise BadInput("amount_over_price", N_("抵扣金额不能超过本次价格中应由券支付的部分"))
    return claim.amount_fen


def choose_return(*, state: str, period_to: date, today: date) -> str:
    """Say which account a use that is taken back goes to: the voucher's own, or where it ended."""
    if state == "void":
        return "void"
    return "lapsed" if state == "lapsed" or today >= period_to else "committed"


# What becomes of the money of a use that is taken back, by that account.
RETURN_SENTENCES = {
    "committed": N_("金额回到券上，老人可以再用。"),
    "lapsed": N_("券已到期，金额记入过期，老人不能再用。"),
    "void": N_("券已作废，金额退回预算，老人不能再用。"),
}
