"""What this system can price and simulate but not yet issue, and the words that say so."""

from collections.abc import Callable

from voucher.refusals import N_, Refusal
from voucher.schemes.rules.lives import Unused
from voucher.schemes.rules.programmes import Capped, Period, Programme

CURRENCY = "CNY"

_OBSTACLES: tuple[tuple[str, str, Callable[[Programme], bool]], ...] = (
    (
        "programme_currency",
        N_("本系统只发放人民币的券；此方案只能计价和测算"),
        lambda programme: programme.currency != CURRENCY,
    ),
    (
        "programme_period",
        N_("本系统只按月发券，还不能发放按年的方案；此方案只能计价和测算"),
        lambda programme: programme.period is not Period.MONTH,
    ),
    (
        "programme_life",
        N_("此方案未用完的金额要结转，本系统还不能结转，因此不能发券；只能计价和测算"),
        lambda programme: programme.life.unused is Unused.CARRIES,
    ),
    (
        "programme_household",
        N_("此方案按家庭类别分担，券上还不能记载家庭类别，因此不能发券；只能计价和测算"),
        lambda programme: bool(programme.households),
    ),
    (
        "programme_cap",
        N_("此方案的上限按价格累计，券的余额还不能这样记，因此不能发券；只能计价和测算"),
        lambda programme: any(item.capped is Capped.PRICE for item in programme.items),
    ),
    (
        "programme_choice",
        N_("此方案的面额由老人自选，本系统还不能记载所选面额，因此不能发券；只能计价和测算"),
        lambda programme: any(grant.floor_fen for item in programme.items for grant in item.grants),
    ),
)


def check_issuable(programme: Programme) -> None:
    """
    Make sure that vouchers of a programme can be issued: nothing its file says is left undone.

    :raises Refusal: programme_currency, programme_period, programme_life, programme_household,
        programme_cap, programme_choice.
    """
    for word, sentence, stands_in_the_way in _OBSTACLES:
        if stands_in_the_way(programme):
            raise Refusal(word, sentence, programme=programme.id)
