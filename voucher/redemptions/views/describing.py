"""What the till's page shows, in the clerk's language; never a level, never a whole name."""

from datetime import timedelta
from typing import Any

from flask_babel import get_locale, gettext

from voucher.codes import show_serial
from voucher.money import show_yuan
from voucher.periods import CHINA
from voucher.redemptions.operations.looking import Glance, Offer
from voucher.redemptions.queries.paper import Holder
from voucher.redemptions.queries.uses import Today
from voucher.redemptions.rules.taking import Seen
from voucher.redemptions.rules.wording import KIND_TITLES, STATUS_TITLES
from voucher.schemes.queries import list_services
from voucher.schemes.rules.programmes import Kind
from voucher.schemes.rules.values import Words

_CENTENARY = 100


def read_words(words: Words) -> str:
    """Give a name of a scheme file in the reader's language."""
    locale = get_locale()
    return words.en if locale and locale.language == "en" else words.zh


def name_services(codes: str) -> str:
    """Give the names of services by their codes, which stand apart by spaces."""
    names = {service.code: read_words(service.name) for service in list_services()}
    return gettext("、").join(names.get(code, code) for code in codes.split())


def show_left(seen: Seen) -> str:
    """Say what is left of a voucher."""
    if seen.kind is Kind.COUNT:
        return gettext(
            "%(uses)s 次，每次最高抵扣 %(cap)s 元",
            uses=seen.balance_uses,
            cap=show_yuan(seen.unit_fen),
        )
    return gettext("%(left)s 元", left=show_yuan(seen.balance_fen))


def describe_offer(offer: Offer) -> dict[str, Any]:
    """Give what the clerk sees of a voucher that can be used here and now."""
    seen = offer.found.seen
    return {
        "serial": show_serial(offer.found.serial),
        "programme": read_words(offer.programme),
        "kind": str(seen.kind),
        "kind_title": gettext(KIND_TITLES[seen.kind]),
        "left": show_left(seen),
        "balance_uses": seen.balance_uses,
        "valid_to": (seen.period_to - timedelta(days=1)).isoformat(),
        "holder": show_holder(offer.holder),
        "services": [
            {"code": service.code, "name": read_words(service.name), "price_fen": price_fen}
            for service, price_fen in offer.services
        ],
    }


def describe_glance(glance: Glance) -> dict[str, str]:
    """Give what anybody may read who holds the paper."""
    return {
        "status": gettext(STATUS_TITLES[glance.status]),
        "services": name_services(" ".join(service.code for service in glance.services)),
        "left": show_left(glance.seen),
        "first": glance.seen.period_from.isoformat(),
        "last": (glance.seen.period_to - timedelta(days=1)).isoformat(),
    }


def show_holder(holder: Holder) -> str:
    """Say whom to expect at the counter, for the face check."""
    sex = gettext("女") if holder.is_woman else gettext("男")
    if holder.decade >= _CENTENARY:
        age = gettext("%(first)s岁以上", first=holder.decade)
    else:
        age = gettext("%(first)s-%(last)s岁", first=holder.decade, last=holder.decade + 9)
    return f"{holder.masked_name} · {sex} · {age}"


def describe_today(day: Today) -> dict[str, Any]:
    """Give the day of the shop; of a serial only its end, enough to tell two papers apart."""
    return {
        "count": day.count,
        "amount_fen": day.amount_fen,
        "own_fen": day.own_fen,
        "rows": [
            {
                "redemption": redemption.id,
                "time": f"{redemption.redeemed_at.astimezone(CHINA):%H:%M}",
                "receipt": redemption.receipt,
                "serial": serial[-4:],
                "service": name_services(redemption.service or ""),
                "amount_fen": redemption.amount_fen,
                "own_fen": redemption.own_fen,
                "undone": is_undone,
            }
            for redemption, serial, is_undone in day.rows
        ],
    }
