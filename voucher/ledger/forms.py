"""What finance types about budgets, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from voucher.money import parse_yuan
from voucher.periods import parse_month
from voucher.refusals import N_, BadInput
from voucher.schemes.queries import list_programmes


@dataclass(frozen=True, slots=True)
class NewBudget:
    """A budget as it was typed: whole fen, for the month that begins on a day."""

    programme: str
    period_from: date
    amount_fen: int

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> "NewBudget":
        """
        Read a form.

        :raises BadInput: month_format, programme_missing, amount_format, amount_scale,
            amount_positive, amount_max.
        """
        period_from = parse_month(form.get("month", ""))
        return cls(
            programme=read_programme(form.get("programme", ""), on=period_from),
            period_from=period_from,
            amount_fen=parse_yuan(form.get("amount", "")),
        )


def read_programme(text: str, *, on: date) -> str:
    """
    Give the id of a programme that counts on a day.

    :raises BadInput: programme_missing.
    """
    if text not in {programme.id for programme in list_programmes(on=on)}:
        raise BadInput("programme_missing", N_("请选择方案"))
    return text


# The field at which each refusal of `NewBudget` is shown.
FIELDS = {"programme_missing": "programme", "month_format": "month"}


def find_field(refusal: BadInput) -> str:
    """Give the name of the field a refusal is about."""
    return FIELDS.get(refusal.word, "amount")
