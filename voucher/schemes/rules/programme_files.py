"""Reads programmes from their files and refuses whatever does not fit together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from voucher.money import Rounding
from voucher.refusals import N_
from voucher.schemes.rules.conditions import RESIDENT_SAMPLES, Samples
from voucher.schemes.rules.example_files import read_examples
from voucher.schemes.rules.households import read_households
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.issuing import CURRENCY
from voucher.schemes.rules.item_files import Frame, read_items
from voucher.schemes.rules.lives import WHOLE_PERIOD, Life, read_life
from voucher.schemes.rules.programmes import (
    ClassRule,
    DistrictCheck,
    FundingSource,
    FundingSplit,
    Period,
    Programme,
    Requirement,
    Rounded,
)
from voucher.schemes.rules.reading import Table, read_table
from voucher.schemes.rules.services import Catalogue
from voucher.schemes.rules.values import Confidence, Level

Instruments = Mapping[tuple[str, int], Instrument]


@dataclass(frozen=True, slots=True)
class _Scale:
    id: str
    version: int
    levels: tuple[Level, ...]
    given: bool = False

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
    programme = _read_body(top, text, (programme_id, version), scale, catalogue)
    top.finish()
    return programme


def _read_body(
    top: Table, text: str, key: tuple[str, int], scale: _Scale, catalogue: Catalogue
) -> Programme:
    households, currency = read_households(top), _read_currency(top)
    known = tuple(household.id for household in households)
    items = read_items(top, Frame(scale.samples, known, catalogue, currency == CURRENCY))
    rounding, rounding_unit_fen, rounded = _read_rounding(top)
    return Programme(
        id=key[0],
        version=key[1],
        effective_from=top.day("effective_from"),
        name=top.words("name"),
        paper_name=top.words("paper_name"),
        source=top.text("source"),
        confidence=top.choice("confidence", Confidence),
        scale=scale.id,
        scale_version=scale.version,
        given=scale.given,
        needs_confirmation=_read_confirmation(top, scale),
        currency=currency,
        period=top.choice("period", Period),
        life=_read_life(top, "life", catalogue) or WHOLE_PERIOD,
        card_life=_read_life(top, "card_life", catalogue),
        rounding=rounding,
        rounding_unit_fen=rounding_unit_fen,
        rounded=rounded,
        areas=top.texts("areas", ()),
        levels=scale.levels,
        classes=_read_classes(top, scale, key[0]),
        households=households,
        requirements=tuple(_read_requirement(t, scale.samples) for t in top.tables("requirements")),
        district_checks=_read_district_checks(top),
        items=items,
        funding=_read_funding(top),
        examples=read_examples(top, scale.level_ids, items),
        catalogue=catalogue,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
    )


def _open_programme(text: str, file: str) -> Table:
    top = read_table(text=text, file=file)
    if top.text("kind") != "programme":
        top.refuse(N_("%(file)s 第 %(line)s 行 %(path)s：这里需要方案（programme）"), key="kind")
    return top


def _read_rounding(top: Table) -> tuple[Rounding, int, Rounded]:
    """Take mode, unit and, where it is not the voucher's part, which part is rounded."""
    table = top.table("rounding")
    rounding, unit_fen = table.choice("mode", Rounding), table.whole("unit_fen", least=1)
    rounded = table.choice("of", Rounded) if table.has("of") else Rounded.VOUCHER
    table.finish()
    return rounding, unit_fen, rounded


def _read_currency(top: Table) -> str:
    currency = top.text("currency", CURRENCY)
    if not re.fullmatch("[A-Z]{3}", currency):
        top.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：币种写三个大写字母，如 CNY"), key="currency"
        )
    return currency


def _read_life(top: Table, key: str, catalogue: Catalogue) -> Life | None:
    return read_life(top.table(key), catalogue) if top.has(key) else None


def _read_confirmation(top: Table, scale: _Scale) -> bool:
    needs_confirmation = top.flag("needs_confirmation")
    if scale.given and not needs_confirmation:
        top.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：外部给出的等级须经确认"), key="needs_confirmation"
        )
    return needs_confirmation


def _read_district_checks(top: Table) -> tuple[DistrictCheck, ...]:
    checks = []
    for table in top.tables("district_checks"):
        checks.append(DistrictCheck(rule=table.text("rule"), name=table.words("name")))
        table.finish()
    return tuple(checks)


def _read_scale(top: Table, programme_id: str, version: int, instruments: Instruments) -> _Scale:
    """Take the scale: the programme's own levels, or those of an instrument."""
    scale = top.text("scale")
    if scale == programme_id:
        return _Scale(scale, version, _read_levels(top), top.flag("given", False))
    scale_version = top.whole("scale_version", least=1)
    instrument = instruments.get((scale, scale_version))
    if instrument is None:
        top.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：没有量表 %(scale)s 第 %(version)s 版"),
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
    if scale.id != programme_id or scale.given:
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
            N_("%(file)s 第 %(line)s 行 %(path)s：最后一组，也只有最后一组，不写 provinces"),
            key="funding",
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
