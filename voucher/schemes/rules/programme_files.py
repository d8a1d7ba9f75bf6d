"""Reads programmes from their files and refuses whatever does not fit together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from voucher.money import Rounding
from voucher.refusals import N_
from voucher.schemes.rules.conditions import RESIDENT_SAMPLES, Samples
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.item_files import read_items
from voucher.schemes.rules.programmes import (
    ClassExample,
    ClassRule,
    Examples,
    FundingSource,
    FundingSplit,
    GrantExample,
    Period,
    PriceExample,
    Programme,
    Requirement,
    VoucherItem,
)
from voucher.schemes.rules.reading import Table, read_table
from voucher.schemes.rules.services import Catalogue
from voucher.schemes.rules.values import SITUATIONS, Confidence, Facts, Level

Instruments = Mapping[tuple[str, int], Instrument]


@dataclass(frozen=True, slots=True)
class _Scale:
    id: str
    version: int
    levels: tuple[Level, ...]

    @property
    def level_ids(self) -> list[str]:
        return [level.id for level in self.levels]

    @property
    def samples(self) -> Samples:
        return {**RESIDENT_SAMPLES, "level": self.level_ids}


def load_programme(
    *, text: str, file: str, instruments: Instruments, catalogue: Catalogue
) -> Programme:
    """
    Read a programme; the instrument whose levels it reads must be among `instruments`.

    :raises BadInput: scheme_invalid with `file`, `path` and, where it is no TOML, `line`.
    """
    top = _open_programme(text, file)
    programme_id, version = top.text("id"), top.whole("version", least=1, most=9_999)
    scale = _read_scale(top, programme_id, version, instruments)
    items = read_items(top, scale.samples, catalogue)
    rounding, rounding_unit_fen = _read_rounding(top)
    programme = Programme(
        id=programme_id,
        version=version,
        effective_from=top.day("effective_from"),
        name=top.words("name"),
        paper_name=top.words("paper_name"),
        source=top.text("source"),
        confidence=top.choice("confidence", Confidence),
        scale=scale.id,
        scale_version=scale.version,
        needs_confirmation=top.flag("needs_confirmation"),
        period=top.choice("period", Period),
        rounding=rounding,
        rounding_unit_fen=rounding_unit_fen,
        areas=top.texts("areas", ()),
        levels=scale.levels,
        classes=_read_classes(top, scale, programme_id),
        requirements=tuple(_read_requirement(t, scale.samples) for t in top.tables("requirements")),
        items=items,
        funding=_read_funding(top),
        examples=_read_examples(top, scale, items),
        catalogue=catalogue,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
    )
    top.finish()
    return programme


def _open_programme(text: str, file: str) -> Table:
    top = read_table(text=text, file=file)
    if top.text("kind") != "programme":
        top.refuse(N_("%(file)s 的 %(path)s：这里需要方案（programme）"), key="kind")
    return top


def _read_rounding(top: Table) -> tuple[Rounding, int]:
    table = top.table("rounding")
    rounding, unit_fen = table.choice("mode", Rounding), table.whole("unit_fen", least=1)
    table.finish()
    return rounding, unit_fen


def _read_examples(top: Table, scale: _Scale, items: Sequence[VoucherItem]) -> Examples:
    grants = top.tables("grant_examples", least=1)
    return Examples(
        classes=tuple(_read_class_example(t) for t in top.tables("class_examples")),
        grants=tuple(_read_grant_example(t, scale.level_ids, items) for t in grants),
        prices=tuple(_read_price_example(t) for t in top.tables("price_examples", least=1)),
    )


def _read_scale(top: Table, programme_id: str, version: int, instruments: Instruments) -> _Scale:
    """Take the scale: the programme's own levels, or those of an instrument."""
    scale = top.text("scale")
    if scale == programme_id:
        return _Scale(scale, version, _read_levels(top))
    scale_version = top.whole("scale_version", least=1)
    instrument = instruments.get((scale, scale_version))
    if instrument is None:
        top.refuse(
            N_("%(file)s 的 %(path)s：没有量表 %(scale)s 第 %(version)s 版"),
            key="scale",
            scale=scale,
            version=scale_version,
        )
    return _Scale(scale, scale_version, instrument.levels)


def _read_levels(top: Table) -> tuple[Level, ...]:
    levels = []
    for table in top.tables("levels", least=1):
        levels.append(Level(id=table.text("id"), name=table.words("name")))
        table.finish()
    top.refuse_repeats("levels", (level.id for level in levels))
    return tuple(levels)


def _read_classes(top: Table, scale: _Scale, programme_id: str) -> tuple[ClassRule, ...]:
    if scale.id != programme_id:
        return ()
    classes = []
    for table in top.tables("classes", least=1):
        classes.append(
            ClassRule(
                rule=table.text("rule"),
                level=table.text_among("level", scale.level_ids),
                name=table.words("name"),
                when=table.condition("when", RESIDENT_SAMPLES),
            )
        )
        table.finish()
    top.refuse_repeats("classes", (rule.rule for rule in classes))
    return tuple(classes)


def _read_requirement(table: Table, samples: Samples) -> Requirement:
    requirement = Requirement(
        rule=table.text("rule"),
        name=table.words("name"),
        when=table.condition("when", samples),
    )
    table.finish()
    return requirement


def _read_funding(top: Table) -> tuple[FundingSplit, ...]:
    splits = [_read_split(table) for table in top.tables("funding", least=1)]
    top.refuse_repeats("funding", (code for split in splits for code in split.provinces))
    if splits[-1].provinces or not all(split.provinces for split in splits[:-1]):
        top.refuse(
            N_("%(file)s 的 %(path)s：最后一组，也只有最后一组，不写 provinces"), key="funding"
        )
    return tuple(splits)


def _read_split(table: Table) -> FundingSplit:
    sources = []
    for source in table.tables("sources", least=1):
        sources.append(
            FundingSource(
                id=source.text("id"),
                name=source.words("name"),
                weight=source.whole("weight", least=1, most=1_000_000),
            )
        )
        source.finish()
    table.refuse_repeats("sources", (source.id for source in sources))
    split = FundingSplit(
        provinces=table.texts("provinces", ()),
        confidence=table.choice("confidence", Confidence),
        sources=tuple(sources),
    )
    table.finish()
    return split


def _read_facts(table: Table) -> Facts:
    return Facts(
        age=table.whole("age", most=150),
        situation=table.texts_among("situation", SITUATIONS, ()),
        gbt_level=table.text("gbt_level", ""),
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
        voucher_fen=table.whole("voucher_fen"),
        own_fen=table.whole("own_fen"),
    )
    table.finish()
    return example
