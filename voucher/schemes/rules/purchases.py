"""A purchase somebody asks a programme to price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voucher.money import MAX_FEN
from voucher.refusals import N_, BadInput

MAX_UNITS = 1_000
PURCHASE_KEYS = frozenset(
    ("item", "level", "household", "service", "price_fen", "other_payer_fen", "used_fen")
    + ("units", "unit", "chosen_fen")
)


@dataclass(frozen=True, slots=True)
class Purchase:
    """
    One use of a service, in fen. `item` "" lets the programme choose.

    `price_fen` is for so many `units`; `unit` "" is the first that has a price cap. `chosen_fen`
    is what the holder picked where the programme leaves the choice, 0 for the most.
    """

    item: str
    level: str
    household: str
    service: str
    price_fen: int
    other_payer_fen: int
    used_fen: int
    units: int
    unit: str
    chosen_fen: int


def parse_purchase(data: Mapping[str, Any]) -> Purchase:
    """
    Read a purchase; everything but level, service and price may be left out.

    :raises BadInput: field_unknown, field_missing, field_format, price_format or units_format.
    """
    for key in data:
        if key not in PURCHASE_KEYS:
            raise BadInput("field_unknown", N_("没有“%(field)s”这一项"), field=str(key)[:40])
    return Purchase(
        item=_read_text(data, "item", ""),
        level=_read_text(data, "level"),
        household=_read_text(data, "household", ""),
        service=_read_text(data, "service"),
        price_fen=_read_fen(data, "price_fen"),
        other_payer_fen=_read_fen(data, "other_payer_fen", 0),
        used_fen=_read_fen(data, "used_fen", 0),
        units=_check_units(data.get("units", 1)),
        unit=_read_text(data, "unit", ""),
        chosen_fen=_read_fen(data, "chosen_fen", 0),
    )


def check_amounts(purchase: Purchase) -> None:
    """
    Make sure that the amounts of a purchase are whole fen and fit each other.

    :raises BadInput: price_format or other_payer_high.
    """
    for field in ("price_fen", "other_payer_fen", "used_fen", "chosen_fen"):
        _check_fen(field, getattr(purchase, field), least=1 if field == "price_fen" else 0)
    if purchase.other_payer_fen > purchase.price_fen:
        raise BadInput("other_payer_high", N_("其他支付方的金额高于价格"))


def _check_fen(field: str, amount: Any, *, least: int) -> None:
    is_whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not is_whole or not least <= amount <= MAX_FEN:
        raise BadInput(
            "price_format",
            N_("“%(field)s”应为不小于 %(least)s 的整数，单位为分"),
            field=field,
            least=least,
        )


def _check_units(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or not 1 <= value <= MAX_UNITS:
        raise BadInput("units_format", N_("单位数应为 1 至 %(most)s 的整数"), most=MAX_UNITS)
    return int(value)


def _read_text(data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if value is None:
        raise BadInput("field_missing", N_("缺少“%(field)s”这一项"), field=key)
    if not isinstance(value, str):
        raise BadInput("field_format", N_("“%(field)s”应为文字"), field=key)
    return value


def _read_fen(data: Mapping[str, Any], key: str, default: int | None = None) -> int:
    value = data.get(key, default)
    if value is None:
        raise BadInput("field_missing", N_("缺少“%(field)s”这一项"), field=key)
    _check_fen(key, value, least=0)
    return int(value)
