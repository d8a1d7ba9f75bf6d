"""Reads the parts of an instrument's file: items, options, ladders of options, grades."""

from collections.abc import Mapping

from voucher.refusals import N_
from voucher.schemes.rules.band_files import MAX_SUM, list_sums, place_bands
from voucher.schemes.rules.instruments import Direction, Grade, GradedBy, Item, Option, Part
from voucher.schemes.rules.reading import Table
from voucher.schemes.rules.values import Words

MAX_POINTS = 1_000
NO_WORDS = Words(zh="", en="")

Ladders = Mapping[str, tuple[Option, ...]]


def read_parts(
    top: Table, *, higher_is: Direction, has_grades: bool, has_values: bool
) -> tuple[Part, ...]:
    """
    Read ladders and parts. `has_grades` and `has_values` say what the combination needs of them.

    :raises BadInput: scheme_invalid.
    """
    ladders = {}
    for ladder in top.tables("ladders"):
        ladders[ladder.text("id")] = _read_options(ladder)
        ladder.finish()
    parts = tuple(
        _read_part(table, ladders, higher_is, has_grades, has_values)
        for table in top.tables("parts", least=1)
    )
    if sum(part.maximum for part in parts) > MAX_SUM:
        top.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：各项相加最多 %(limit)s 分"),
            key="parts",
            limit=MAX_SUM,
        )
    top.refuse_repeats("parts", (part.id for part in parts))
    top.refuse_repeats("parts", (item.id for part in parts for item in part.items))
    return parts


def read_maximum(table: Table, reached: int) -> int:
    """
    Take the stated maximum, which must be what the answers can come to.

    :raises BadInput: scheme_invalid.
    """
    stated = table.whole("maximum", most=MAX_SUM)
    if stated != reached:
        table.refuse(
            N_("%(file)s 第 %(line)s 行 %(path)s：写的是 %(stated)s 分，各项相加是 %(reached)s 分"),
            key="maximum",
            stated=stated,
            reached=reached,
        )
    return stated


def _read_part(
    table: Table, ladders: Ladders, higher_is: Direction, has_grades: bool, has_values: bool
) -> Part:
    items = tuple(_read_item(item, ladders) for item in table.tables("items", least=1))
    maximum = read_maximum(table, sum(item.maximum for item in items))
    if table.has("higher_is"):
        higher_is = table.choice("higher_is", Direction)
    graded_by = GradedBy.SUM
    grades: tuple[Grade, ...] = ()
    grade_by_sum: Mapping[int, int] = {}
    if has_grades:
        graded_by, grades, grade_by_sum = _read_grades(table, items, higher_is, has_values)
    _check_option_grades(table, items, grades if graded_by is GradedBy.WORST else ())
    part = Part(
        id=table.text("id"),
        name=table.words("name"),
        items=items,
        maximum=maximum,
        higher_is=higher_is,
        graded_by=graded_by,
        grades=grades,
        grade_by_sum=grade_by_sum,
    )
    table.finish()
    return part


def _read_grades(
    table: Table, items: tuple[Item, ...], higher_is: Direction, has_values: bool
) -> tuple[GradedBy, tuple[Grade, ...], Mapping[int, int]]:
    """Read the grades of a part and, where its sum decides, the place of the grade of each sum."""
    by_worst = table.has("graded_by") and table.choice("graded_by", GradedBy) is GradedBy.WORST
    graded_by = GradedBy.WORST if by_worst else GradedBy.SUM
    tables = table.tables("grades", least=2)
    grades = tuple(_read_grade(one, graded_by, has_values) for one in tables)
    table.refuse_repeats("grades", (grade.id for grade in grades))
    if by_worst:
        return graded_by, grades, {}
    bands = [(one, g.lower or 0, g.upper or 0) for one, g in zip(tables, grades, strict=True)]
    sums = list_sums(item.points for item in items)
    placed = place_bands(table, "grades", bands, reachable=sums, higher_is=higher_is)
    return graded_by, grades, placed


def _read_grade(table: Table, graded_by: GradedBy, has_values: bool) -> Grade:
    by_sum = graded_by is GradedBy.SUM
    grade = Grade(
        id=table.text("id"),
        name=table.words("name"),
        lower=table.whole("lower") if by_sum else None,
        upper=table.whole("upper") if by_sum else None,
        value=table.whole("value", most=MAX_SUM) if has_values else 0,
    )
    table.finish()
    return grade


def _check_option_grades(table: Table, items: tuple[Item, ...], grades: tuple[Grade, ...]) -> None:
    """See that every option names its grade where the worst answer counts, and none elsewhere."""
    known = {grade.id for grade in grades}
    reached = set()
    for number, item in enumerate(items, start=1):
        key = f"items[{number}].options"
        by_points: dict[int, str] = {}
        for option in item.options:
            reached.add(option.grade)
            same = by_points.setdefault(option.points, option.grade) == option.grade
            if bool(known) != bool(option.grade) or option.grade not in known | {""} or not same:
                table.refuse(
                    N_(
                        "%(file)s 第 %(line)s 行 %(path)s："
                        "只有按最差一项定档的维度，选项才写档次 grade，"
                        "而且每个选项都要写，分数相同则档次相同，可用：%(known)s"
                    ),
                    key=key,
                    known=" ".join(grade.id for grade in grades),
                )
        if known and not item.options:
            table.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：按最差一项定档的维度，每项都要有选项"),
                key=key,
            )
    for grade in grades:
        if grade.id not in reached:
            table.refuse(
                N_("%(file)s 第 %(line)s 行 %(path)s：没有选项能得到档次“%(value)s”"),
                key="grades",
                value=grade.id,
            )


def _read_item(table: Table, ladders: Ladders) -> Item:
    options: tuple[Option, ...] = ()
    if table.has("ladder"):
        options = ladders[table.text_among("ladder", ladders)]
    elif not table.has("most"):
        options = _read_options(table)
    points = {option.points for option in options} or _read_range(table)
    item = Item(
        id=table.text("id"),
        name=table.words("name"),
        about=table.words("about", NO_WORDS),
        options=options,
        points=frozenset(points),
        maximum=max(points),
    )
    table.finish()
    return item


def _read_range(table: Table) -> set[int]:
    """Take the ends of a range of points, both allowed."""
    most = table.whole("most", least=1, most=MAX_POINTS)
    return set(range(table.whole("least", most=most), most + 1))


def _read_options(table: Table) -> tuple[Option, ...]:
    options = []
    for number, option in enumerate(table.tables("options", least=2), start=1):
        points = option.whole("points", most=MAX_POINTS)
        grade = option.text("grade") if option.has("grade") else ""
        options.append(Option(number=number, points=points, name=option.words("name"), grade=grade))
        option.finish()
    return tuple(options)
