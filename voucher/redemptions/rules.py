"""What a till may take of a voucher, and the words when it may not. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from voucher.money import show_yuan
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


# What a clerk does next, for every word a till can be answered with.
ADVICE: dict[str, str] = {
    "not_ours": N_("不要付款、登录或填号码；请老人出示本区的服务券"),
    "version": N_("请刷新收银页后再扫一次；仍不行请联系社区"),
    "key": N_("请联网后再扫一次；仍不行请联系社区"),
    "key_revoked": N_("请老人到社区换一张券，不要收下这张"),
    "signature": N_("不要收下；如属误扫请对准券面再扫一次，并告知社区"),
    "damaged": N_("请擦净或展平券面再扫一次，或输入二维码下方的编码"),
    "test": N_("这是演示用的券，不能抵扣，请退回"),
    "typo": N_("请对照券面逐位核对后重输，或改用扫码"),
    "unknown": N_("请核对编码或改用扫码；仍不行请联系社区"),
    "void": N_("请老人联系社区，不要收下这张券"),
    "superseded": N_("请老人出示补印的那张；找不到时联系社区"),
    "inactive": N_("请老人先到社区签收，再来使用"),
    "held": N_("请老人联系社区，不要收下这张券"),
    "early": N_("请老人到有效期开始后再来"),
    "expired": N_("过期券不能使用，请老人出示本月的券"),
    "used": N_("请老人出示另一张券，或由老人自付"),
    "already_yours": N_("服务已做完的不必再扫；点上方“今日”可以查到这笔"),
    "class": N_("请换一项本店服务，或请老人到能做这项服务的商户"),
    "over_value": N_("请改小金额或次数，其余由老人自付"),
    "price_high": N_("请改成不高于公示价的价格；要涨价须先更新公示价"),
    "nothing_to_take": N_("不必用券；请核对其他支付方的金额"),
    "busy": N_("请稍等几秒再按一次"),
    "key_busy": N_("请稍等几秒，系统会用同一编号再试"),
    "shop_closed": N_("请联系街道确认商户状态"),
    "typing_locked": N_("请改用扫码；要恢复手输须重新绑定本机"),
    "too_many_attempts": N_("请改用扫码，或过一会儿再输"),
    "key_reused": N_("请点“下一张”，重新扫这张券"),
    "already_reversed": N_("不必再撤销；请看“今日”里的记录"),
    "undo_over": N_("请联系区里办理冲正"),
    "redemption_unknown": N_("请刷新“今日”后再试"),
    "two_codes": N_("请用手遮住其他的券，一次只对准一张"),
}
# What the browser itself finds out about a code, before anything is asked of us.
JUDGED_BY_BROWSER: dict[str, str] = {
    "not_ours": N_("不是本区券码，请勿付款或登录"),
    "version": N_("无法识别此券的版本，请更新程序"),
    "damaged": N_("券码不完整或已损坏，请重新扫描或输入券下方的编码"),
    "typo": N_("编码有误，请逐位核对"),
    "two_codes": N_("镜头里有两张券，请只出示一张"),
}
# What a stranger is told of a voucher: a state in a few words, never what to do with it.
STATUS_TITLES: dict[str, str] = {
    "usable": N_("可用"),
    "early": N_("尚未到使用日期"),
    "inactive": N_("尚未发放"),
    "held": N_("已暂停"),
    "used": N_("已用完"),
    "expired": N_("已过期"),
    "void": N_("已作废"),
    "superseded": N_("已补印，请用新的那张"),
}
KIND_TITLES: dict[Kind, str] = {
    Kind.AMOUNT: N_("储值券"),
    Kind.COUNT: N_("次数券"),
    Kind.DISCOUNT: N_("折扣券"),
}


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
        raise RedemptionRefused(
            "expired", N_("已于 %(day)s 过期"), day=date.fromordinal(seen.period_to.toordinal() - 1)
        )
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
MODE_TITLES: dict[str, str] = {Mode.SCANNED: N_("扫码"), Mode.TYPED: N_("手输")}
# Why an attempt was refused, in short.
ATTEMPT_TITLES: dict[str, str] = {
    "unknown": N_("没有这张券"),
    "typo": N_("短码输错"),
    "damaged": N_("码已损坏"),
    "not_ours": N_("不是本区的券"),
    "version": N_("码的版本不对"),
    "key": N_("签名密钥不明"),
    "key_revoked": N_("签名密钥已停用"),
    "signature": N_("签名不对"),
    "test": N_("测试券"),
    "void": N_("已作废"),
    "superseded": N_("已补印"),
    "used": N_("已用完"),
    "already_yours": N_("本店已核销"),
    "expired": N_("已过期"),
    "inactive": N_("尚未发放"),
    "held": N_("已暂停"),
    "early": N_("未到日期"),
    "class": N_("服务不符"),
    "over_value": N_("余额不够"),
    "price_high": N_("高于公示价"),
    "nothing_to_take": N_("无需用券"),
    "shop_closed": N_("商户未批准或已停用"),
    "busy": N_("正在别处使用"),
}
