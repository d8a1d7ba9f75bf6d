"""Assessments for tests: the instrument's items as the sample workbooks have them."""

from collections.abc import Mapping

from voucher.assessments.rules.importing import EVENT_TITLES

SMALLER = {"B.2.4": 3, "B.3.7": 1, "B.3.8": 1, "B.3.9": 2, "B.4.1": 2, "B.4.2": 2, "B.4.4": 3}
MAXIMA = {
    item: SMALLER.get(item, 4)
    for part, number in (("B.1", 8), ("B.2", 4), ("B.3", 9), ("B.4", 5))
    for item in (f"{part}.{place}" for place in range(1, number + 1))
}
SOUND_ID = "110101193806150026"


def make_answers(changes: Mapping[str, object] | None = None) -> dict[str, object]:
    """Give one row by title: full marks in everything, but for the changes."""
    people = {
        "身份证号": SOUND_ID,
        "姓名": "王秀英",
        "评估日期": "2026-11-07",
        "评估员一": "何静",
        "评估员二": "罗伟",
    }
    health = {"诊断": "", **dict.fromkeys(EVENT_TITLES.values(), 0), "昏迷": "否"}
    return {**people, **MAXIMA, **health, **(changes or {})}
