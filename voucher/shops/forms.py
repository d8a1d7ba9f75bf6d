"""What a till sends about itself and what officials type about shops, as typed values."""

from collections.abc import Iterable

from flask import Request

from voucher.bodies import Field, Text, read_body
from voucher.refusals import N_, BadInput
from voucher.shops.operations.approving import Chosen

ENROLMENT: tuple[Field, ...] = (
    Text("code", "一次性绑定码 · the one-time code", required=True, least=1, most=40),
)


def read_enrolment(request: Request) -> str:
    """
    Give the one-time code.

    :raises BadInput: any word of `read_body`.
    """
    code: str = read_body(request, ENROLMENT)["code"]
    return code


def read_chosen(texts: Iterable[str]) -> tuple[Chosen, ...]:
    """
    Read `S0001:12` or `S0001:`: a shop, and the waiting account that stood on the page.

    :raises BadInput: shops_format.
    """
    found = []
    for text in texts:
        code, mark, account = text.partition(":")
        is_number = account.isascii() and account.isdigit() and len(account) < 10
        if not code or not mark or not (is_number or not account):
            raise BadInput("shops_format", N_("勾选的内容有误，请返回刷新后重试"))
        found.append(Chosen(code[:20], int(account) if account else None))
    return tuple(found)
