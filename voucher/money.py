"""Money is a whole number of fen. No floats; rounding is a stated policy, never an accident."""

import re
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from voucher.refusals import N_, BadInput

MAX_FEN = 10**15
_PLAIN = re.compile(r"-?\d+(\.\d*)?")
_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
_DECORATION = str.maketrans("０１２３４５６７８９．，￥－", "0123456789.,¥-")


class Rounding(StrEnum):
    """How a share of a price becomes a whole unit. A programme states one; there is no default."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


def parse_yuan(text: str) -> int:
    """
    Read an amount typed by a person and give fen: `12`, `12.5`, `1,000`, `￥50`, `50元`, `５０`.

    :raises BadInput: amount_format, amount_scale, amount_positive or amount_max.
    """
    plain = text.strip().translate(_DECORATION).removeprefix("¥").removesuffix("元").strip()
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d*)?", plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain) or not plain.isascii():
        raise BadInput("amount_format", N_("金额“%(text)s”不是数字，请写成 12.50"), text=text[:40])
    yuan, _, decimals = plain.partition(".")
    if len(decimals) > 2:
        raise BadInput("amount_scale", N_("金额“%(text)s”最多两位小数"), text=text[:40])
    if len(yuan) > 13:
        raise BadInput("amount_max", N_("金额“%(text)s”过大"), text=text[:40])
    fen = int(yuan + decimals.ljust(2, "0"))
    if fen <= 0 or plain.startswith("-"):
        raise BadInput("amount_positive", N_("金额须大于零"))
    return fen


def show_yuan(fen: int) -> str:
    """Show fen as yuan with two decimals: 123456 is `1,234.56`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def take_share(fen: int, share: Fraction, *, rounding: Rounding, unit_fen: int = 1) -> int:
    """Give `share` of an amount as fen, rounded as stated to whole units of `unit_fen`."""
    exact = Fraction(fen) * share / unit_fen
    whole, rest = divmod(exact.numerator, exact.denominator)
    if rounding is Rounding.UP and rest:
        whole += 1
    if rounding is Rounding.HALF_UP and 2 * rest >= exact.denominator:
        whole += 1
    return whole * unit_fen


def split_by_largest_remainder(total_fen: int, weights: Sequence[int]) -> list[int]:
    """
    Split a total into whole fen in the proportion of the weights; the parts sum to the total.

    Fen left over go to the largest remainders, ties to the first named.
    """
    whole = sum(weights)
    parts = [total_fen * weight // whole for weight in weights]
    remainders = [total_fen * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: (-remainders[index], index))
    for index in by_remainder[: total_fen - sum(parts)]:
        parts[index] += 1
    return parts


def spell_yuan(fen: int) -> str:
    """
    Spell an amount as a Chinese financial document writes it: 123456 is `壹仟贰佰叁拾肆元伍角陆分`.

    Below a million million yuan. After 元 or 角 without fen stands 整; a gap of zeros is one 零
    (支付结算办法, 1997, 附一).
    """
    yuan, jiao, rest = abs(fen) // 100, abs(fen) // 10 % 10, abs(fen) % 10
    text = f"{_spell_whole(yuan)}元" if yuan or not fen else ""
    if jiao:
        text += f"{_CAPITALS[jiao]}角"
    elif rest and yuan:
        text += "零"
    text += f"{_CAPITALS[rest]}分" if rest else "整"
    return f"负{text}" if fen < 0 else text


def _spell_whole(number: int) -> str:
    """Spell in groups of four digits: 万, 亿."""
    text, gap = "", False
    for place in reversed(range(len(str(number)))):
        digit, in_group = number // 10**place % 10, place % 4
        if digit:
            text += ("零" if gap else "") + _CAPITALS[digit] + _PLACES[in_group]
        gap = bool(text) and not digit
        if in_group == 0 and number // 10**place % 10**4:
            text += _GROUPS[place // 4]
    return text or "零"
