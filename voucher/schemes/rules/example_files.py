"""Reads the worked examples of a programme."""

from collections.abc import Sequence

from voucher.schemes.rules.examples import ClassExample, Examples, GrantExample, PriceExample
from voucher.schemes.rules.programmes import VoucherItem
from voucher.schemes.rules.purchases import MAX_UNITS
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import SITUATIONS, Facts


def read_examples(top: Table, level_ids: Sequence[str], items: Sequence[VoucherItem]) -> Examples:
    """
    Take the worked examples: at least one of a grant and one of a price.

    :raises BadInput: scheme_invalid.
    """
    grants = top.tables("grant_examples", least=1)
    return Examples(
        classes=tuple(_read_class_example(t) for t in top.tables("class_examples")),
        grants=tuple(_read_grant_example(t, level_ids, items) for t in grants),
        prices=tuple(_read_price_example(t) for t in top.tables("price_examples", least=1)),
    )


def _read_facts(table: Table) -> Facts:
    return Facts(
        age=table.whole("age", most=150),
        situation=table.texts_among("situation", SITUATIONS, ()),
        gbt_level=table.text("gbt_level", ""),
        household=table.text("household", ""),
    )


def _read_class_example(table: Table) -> ClassExample:
    example = ClassExample(
        facts=_read_facts(table), level=table.text("level", ""), rule=table.text("rule")
    )
    table.finish()
    return example


def _read_grant_example(
    table: Table, level_ids: Sequence[str], items: Sequence[VoucherItem]
) -> GrantExample:
    example = GrantExample(
        facts=_read_facts(table),
        level=table.text_among("level", level_ids),
        items=table.texts_among("items", [item.id for item in items]),
        committed_fen=table.whole("committed_fen"),
        why_not=table.texts("why_not", ()),
    )
    table.finish()
    return example


def _read_price_example(table: Table) -> PriceExample:
    example = PriceExample(
        item=table.text("item", ""),
        level=table.text("level"),
        household=table.text("household", ""),
        service=table.text("service"),
        price_fen=table.whole("price_fen"),
        other_payer_fen=table.whole("other_payer_fen", default=0),
        used_fen=table.whole("used_fen", default=0),
        units=table.whole("units", least=1, most=MAX_UNITS, default=1),
        unit=table.text("unit", ""),
        chosen_fen=table.whole("chosen_fen", default=0),
        voucher_fen=table.whole("voucher_fen"),
        own_fen=table.whole("own_fen"),
    )
    table.finish()
    return example
