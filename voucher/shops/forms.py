"""What a till sends about itself, as typed values."""

from flask import Request

from voucher.bodies import Field, Text, read_body

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
