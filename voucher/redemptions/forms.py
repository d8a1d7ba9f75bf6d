"""What a till sends about a voucher, as typed values."""

from flask import Request

from voucher.bodies import Count, Fen, Field, Text, read_body
from voucher.redemptions.rules import Claim
from voucher.refusals import N_, BadInput
from voucher.workbooks.cells import has_forbidden_character

# The longest QR code holds 7,089 digits: whatever a scanner reads, a till may send.
_CODE = Text(
    "code",
    "二维码文字、令牌或短码 · QR text, token or typed code",
    required=True,
    least=1,
    most=8000,
)
REDEMPTION: tuple[Field, ...] = (
    _CODE,
    Text("service", "服务代码 · service code", least=1, most=30),
    Fen("price_fen", "服务价格 · what the service costs"),
    Fen("amount_fen", "由储值券支付的部分 · part taken from an amount voucher"),
    Count("uses", "次数券本次使用的次数 · uses of a count voucher"),
    Fen("other_payer_fen", "其他支付方已付 · paid by others before", least=0),
)
LOOKUP: tuple[Field, ...] = (_CODE,)
REVERSAL: tuple[Field, ...] = (
    Text("reason", "撤销原因 · why it is taken back", required=True, least=1, most=200),
)


def read_redemption(request: Request) -> tuple[str, Claim]:
    """
    Give the code and what is asked of it.

    :raises BadInput: any word of `read_body`.
    """
    sent = read_body(request, REDEMPTION)
    claim = Claim(
        service=sent["service"],
        price_fen=sent["price_fen"],
        amount_fen=sent["amount_fen"],
        uses=sent["uses"],
        other_payer_fen=sent["other_payer_fen"] or 0,
    )
    return sent["code"], claim


def read_lookup(request: Request) -> str:
    """
    Give the code to look at.

    :raises BadInput: any word of `read_body`.
    """
    code: str = read_body(request, LOOKUP)["code"]
    return code


def read_reversal(request: Request) -> str:
    """
    Give the reason of a reversal.

    :raises BadInput: any word of `read_body`, or char.
    """
    reason: str = read_body(request, REVERSAL)["reason"].strip()
    if has_forbidden_character(reason):
        raise BadInput("char", N_("“%(title)s”中有无法使用的字符，请删去"), title="reason")
    return reason
