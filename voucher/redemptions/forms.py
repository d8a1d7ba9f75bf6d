"""What a till sends about a voucher, as typed values."""

import re
from typing import Any

from flask import Request

from voucher.bodies import Count, Fen, Field, Text, read_body
from voucher.money import parse_yuan
from voucher.redemptions.rules.taking import Claim
from voucher.refusals import N_, BadInput, NotFound
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
_PIN = Text("pin", "商户口令 · shop PIN", required=True, least=1, most=40)
# What the till's page sends: money as the clerk typed it, blank where the rule decides.
_CLAIM: tuple[Field, ...] = (
    _CODE,
    Text("service", "服务代码 · service code", most=30),
    Text("price", "服务价格，元 · what the service costs, in yuan", most=40),
    Text("amount", "由储值券支付的部分，元 · part taken from an amount voucher, in yuan", most=40),
    Text("other_payer", "其他支付方已付，元 · paid by others before, in yuan", most=40),
    Count("uses", "次数券本次使用的次数 · uses of a count voucher"),
)
REVERSAL: tuple[Field, ...] = (
    Text("reason", "撤销原因 · why it is taken back", required=True, least=1, most=200),
)
_REDEMPTION = Text("redemption", "核销的编号 · number of the redemption", required=True, most=19)


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


def read_claim(request: Request) -> tuple[str, Claim]:
    """
    Give the code and what the till's page asks of it.

    :raises BadInput: any word of `read_body` or `parse_yuan`.
    """
    sent = read_body(request, _CLAIM)
    claim = Claim(
        service=sent["service"] or None,
        price_fen=_read_yuan(sent["price"]),
        amount_fen=_read_yuan(sent["amount"]),
        uses=sent["uses"],
        other_payer_fen=_read_yuan(_without_zero(sent["other_payer"])) or 0,
    )
    return sent["code"], claim


def read_undo(request: Request) -> tuple[int, str]:
    """
    Give the redemption to take back, and why.

    :raises BadInput: any word of `read_body`, or char. :raises NotFound: redemption_unknown.
    """
    sent = read_body(request, (_REDEMPTION, *REVERSAL))
    number = sent["redemption"]
    if not re.fullmatch(r"[1-9][0-9]{0,17}", number):
        raise NotFound(
            "redemption_unknown", N_("没有编号为 %(redemption)s 的核销"), redemption=number
        )
    return int(number), _check_reason(sent["reason"])


def read_pin(request: Request) -> tuple[str, str, str]:
    """
    Give a PIN, its repetition and the scan that waits, from the form or from the page's script.

    :raises BadInput: any word of `read_body`.
    """
    if request.is_json:
        return read_body(request, (_PIN,))["pin"], "", ""
    pin, repeated, scan = (request.form.get(name, "")[:40] for name in ("pin", "repeated", "scan"))
    return pin, repeated, scan


def _read_yuan(typed: str | None) -> int | None:
    return parse_yuan(typed) if typed and typed.strip() else None


def _without_zero(typed: Any) -> str | None:
    # Nobody else paid: people leave the field empty or write a nought.
    return (
        None if typed is None or re.fullmatch(r"\s*[0０]+([.．][0０]*)?\s*", typed) else str(typed)
    )


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
    return _check_reason(read_body(request, REVERSAL)["reason"])


def _check_reason(sent: str) -> str:
    reason = sent.strip()
    if has_forbidden_character(reason):
        raise BadInput("char", N_("“%(title)s”中有无法使用的字符，请删去"), title="reason")
    return reason
