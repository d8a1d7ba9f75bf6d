"""A simulation as tables: the page, the workbook and their charts show the same."""

from collections.abc import Iterable, Mapping

from voucher.refusals import N_
from voucher.reports.rules.cells import Cell, Column, Fen, Place, Table
from voucher.reports.rules.simulating import Band, Change, Outcome, Simulation
from voucher.reports.rules.wording import Voice, explain_reason, name_band, name_levels

# The first programme and the one it is compared with.
LETTERS = "AB"


def list_tables(
    *, simulation: Simulation, places: Mapping[int, Place], with_levels: bool, voice: Voice
) -> dict[str, Table]:
    """
    List the tables by key; `places` are the communities to be listed, in their order.

    Without levels there are none, nor reasons: both tell of health.
    """
    change = simulation.change
    tables = [_sum_up(simulation, with_levels, voice)]
    if change is not None:
        tables.append(_list_bands(change, voice))
    if with_levels:
        tables += _list_levels(simulation, voice)
    tables += [_list_sources(simulation, voice), _list_items(simulation, voice)]
    if with_levels:
        tables.append(_list_reasons(simulation, voice))
    tables.append(_list_places(simulation, places, voice))
    return {table.key: table for table in tables}


def _count(title: str, voice: Voice) -> Column:
    return Column(voice.say(title))


def _text(title: str, voice: Voice) -> Column:
    return Column(voice.say(title), is_number=False)


def _costs(simulation: Simulation, voice: Voice) -> tuple[Column, ...]:
    """Give the titles of what each programme costs and, for two, of the difference."""
    if simulation.change is None:
        return (_count(N_("每月最多（元）"), voice),)
    return (
        _count(N_("A 每月最多（元）"), voice),
        _count(N_("B 每月最多（元）"), voice),
        Column(voice.say(N_("相差（元）")), is_difference=True),
    )


def _spread(amounts: Iterable[int]) -> tuple[Fen, ...]:
    """Give what each programme costs and, for two, the difference."""
    first, *others = amounts
    return (Fen(first), *(cell for other in others for cell in (Fen(other), Fen(other - first))))


def _sum_up(simulation: Simulation, with_levels: bool, voice: Voice) -> Table:
    outcomes = simulation.outcomes
    without = [one.without_level for one in outcomes]
    counts: list[tuple[str, list[int]]] = [
        (N_("名册人数"), [one.whole.residents for one in outcomes]),
        (N_("有等级"), [simulation.residents - count for count in without]),
        (N_("没有等级"), without),
        (N_("应享人数"), [one.whole.covered for one in outcomes]),
    ]
    titles = [_text(N_("项目"), voice), *(Column(letter) for letter in LETTERS[: len(outcomes)])]
    if simulation.change is not None:
        titles.append(Column(voice.say(N_("相差")), is_difference=True))
    rows: list[tuple[Cell, ...]] = []
    for title, values in counts:
        if with_levels or title not in (counts[1][0], counts[2][0]):
            rows.append((voice.say(title), *values, *(b - values[0] for b in values[1:])))
    cost = voice.say(N_("每月最多（元）"))
    rows.append((cost, *_spread(one.whole.fen for one in outcomes)))
    return Table("summary", voice.say(N_("概要")), tuple(titles), tuple(rows))


def _list_bands(change: Change, voice: Voice) -> Table:
    """List the steps in which people lose or gain, most lost first, without empty ones."""
    less, more = N_("每月少 %(amount)s"), N_("每月多 %(amount)s")
    rows: list[tuple[Cell, ...]] = [
        *(_name_step(less, band, band.loses, voice) for band in reversed(change.bands)),
        (voice.say(N_("不变")), change.same),
        *(_name_step(more, band, band.gains, voice) for band in change.bands),
    ]
    columns = (_text(N_("改用 B 后，每人"), voice), _count(N_("人数"), voice))
    peopled = tuple(row for row in rows if row[1])
    return Table("bands", voice.say(N_("谁多谁少")), columns, peopled, drawn=(1,))


def _name_step(sentence: str, band: Band, people: int, voice: Voice) -> tuple[Cell, ...]:
    return voice.say(sentence) % {"amount": name_band(band, voice)}, people


def _list_levels(simulation: Simulation, voice: Voice) -> list[Table]:
    first, *others = simulation.outcomes
    if simulation.change is None:
        return [_list_own_levels(first, "levels", voice.say(N_("按等级")), voice)]
    columns = (
        _text(N_("等级 / 类别"), voice),
        _count(N_("人数"), voice),
        *_costs(simulation, voice),
        _count(N_("增加的人"), voice),
        _count(N_("减少的人"), voice),
    )
    rows: list[tuple[Cell, ...]] = []
    for level, name in name_levels(first, voice):
        group = simulation.change.levels[level]
        costs = _spread((group.fen, group.fen_against))
        rows.append((name, group.residents, *costs, group.gains, group.loses))
    title = voice.say(N_("按 A 的等级"))
    by_first = Table("levels", title, columns, tuple(rows), drawn=(2, 3))
    title = voice.say(N_("按 B 的等级"))
    return [by_first, *(_list_own_levels(one, "levels_b", title, voice) for one in others)]


def _list_own_levels(outcome: Outcome, key: str, title: str, voice: Voice) -> Table:
    columns = (
        _text(N_("等级 / 类别"), voice),
        _count(N_("人数"), voice),
        _count(N_("应享人数"), voice),
        _count(N_("每月最多（元）"), voice),
    )
    shares = [(name, outcome.levels[level]) for level, name in name_levels(outcome, voice)]
    rows = tuple((name, one.residents, one.covered, Fen(one.fen)) for name, one in shares)
    return Table(key, title, columns, rows, drawn=(3,))


def _list_sources(simulation: Simulation, voice: Voice) -> Table:
    amounts: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for place, outcome in enumerate(simulation.outcomes):
        for source, fen in outcome.sources:
            amounts.setdefault(source.id, [0] * len(simulation.outcomes))[place] = fen
            names.setdefault(source.id, voice.choose(source.name))
    columns = (_text(N_("资金来源"), voice), *_costs(simulation, voice))
    rows: list[tuple[Cell, ...]] = [
        (names[source], *_spread(fen)) for source, fen in amounts.items()
    ]
    drawn = tuple(range(1, 1 + len(simulation.outcomes)))
    return Table("sources", voice.say(N_("按资金来源")), columns, tuple(rows), drawn)


def _list_items(simulation: Simulation, voice: Voice) -> Table:
    columns = (
        _text(N_("方案"), voice),
        _text(N_("券种"), voice),
        _count(N_("人数"), voice),
        _count(N_("每月最多（元）"), voice),
    )
    rows = tuple(
        (letter, voice.choose(item.name), share.residents, Fen(share.fen))
        for letter, outcome in zip(LETTERS, simulation.outcomes, strict=False)
        for item in outcome.programme.items
        if (share := outcome.items.get(item.id))
    )
    return Table("items", voice.say(N_("按券种")), columns, rows)


def _list_reasons(simulation: Simulation, voice: Voice) -> Table:
    columns = (
        _text(N_("方案"), voice),
        _text(N_("原因（不满足的条件）"), voice),
        _count(N_("人数"), voice),
    )
    rows = tuple(
        (letter, explain_reason(reason, outcome, voice), count)
        for letter, outcome in zip(LETTERS, simulation.outcomes, strict=False)
        for reason, count in outcome.why_not
    )
    return Table("reasons", voice.say(N_("谁不应享，为什么")), columns, rows)


def _list_places(simulation: Simulation, places: Mapping[int, Place], voice: Voice) -> Table:
    is_pair = simulation.change is not None
    columns = [_text(N_("街道"), voice), _text(N_("社区"), voice), _count(N_("人数"), voice)]
    columns += _costs(simulation, voice)
    if is_pair:
        columns += [_count(N_("增加的人"), voice), _count(N_("减少的人"), voice)]
    rows: list[tuple[Cell, ...]] = []
    for community_id, place in places.items():
        if group := simulation.communities.get(community_id):
            costs = _spread((group.fen, group.fen_against) if is_pair else (group.fen,))
            moved = (group.gains, group.loses) if is_pair else ()
            rows.append((place.street, place.name, group.residents, *costs, *moved))
    return Table("communities", voice.say(N_("按社区")), tuple(columns), tuple(rows), drawn=())
