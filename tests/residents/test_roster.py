"""What each row of a roster becomes: the two districts exactly, then every reason by itself."""

import json
from datetime import date

import pytest

from tests.divisions.factories import DATA, load_gazetteer
from tests.workbooks.factories import make_workbook
from voucher.residents.rules.id_numbers import age_on, check_character
from voucher.residents.rules.roster import ROSTER_LAYOUT, Roster, judge_roster
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.tables import open_table

DAY = date(2026, 12, 1)
TITLES = (
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "联系电话",
    "街道",
    "社区",
    "住址",
    "家庭情况",
    "备注",
)
GAZETTEER = load_gazetteer("330102")


def judge_workbook(content: bytes, *, district: str = "330102", day: date = DAY) -> Roster:
    table = open_table(sheet=read_first_sheet(content=content), layout=ROSTER_LAYOUT)
    return judge_roster(
        rows=table.data_rows(),
        columns=table.header.columns,
        gazetteer=load_gazetteer(district),
        day=day,
    )


def judge_row(**changes: object) -> Roster:
    """Judge one row that is sound but for the changes."""
    sound: dict[str, object] = {
        "姓名": "王秀英",
        "身份证号": "110101193806150026",
        "街道": "清波街道",
        "社区": "清波门社区",
    }
    cells = [{**sound, **changes}.get(title, "") for title in TITLES]
    columns = {
        field: at
        for at, title in enumerate(TITLES)
        for field, words in ROSTER_LAYOUT.words.items()
        if title in words
    }
    return judge_roster(rows=[(2, cells)], columns=columns, gazetteer=GAZETTEER, day=DAY)


def reasons(roster: Roster) -> list[str]:
    return [row.faults[0].word for row in roster.rejected]


def words(notes: list[tuple[int, str]]) -> list[str]:
    return [note[1] for note in notes]


@pytest.mark.parametrize(
    ("name", "district", "rows"), [("jinjiang", "510104", 2040), ("shangcheng", "330102", 1500)]
)
def test_every_row_of_a_district_becomes_what_its_answers_say(name, district, rows):
    answers = json.loads((DATA / "rosters" / f"{name}_answers.json").read_text())
    day = date.fromisoformat(answers["reference_date"])

    roster = judge_workbook(
        (DATA / "rosters" / f"{name}.xlsx").read_bytes(), district=district, day=day
    )

    found = describe(roster, day)
    assert len(found) == rows
    assert found == sorted(answers["rows"], key=lambda row: row["row"])


def describe(roster: Roster, day: date) -> list[dict[str, object]]:
    warnings: dict[int, list[str]] = {}
    for note in roster.warnings:
        warnings.setdefault(note.row, []).append(note.word)
    accepted = [
        {
            "row": row.row,
            "verdict": "accepted",
            "reason": None,
            "warnings": warnings.get(row.row, []),
            "id": row.id_number,
            "name": row.name,
            "born": row.born.isoformat(),
            "age": age_on(born=row.born, day=day),
            "community_code": row.community_code,
            "situation": list(row.situation),
        }
        for row in roster.accepted
    ]
    rejected = [
        {"row": row.row, "verdict": "rejected", "reason": row.faults[0].word, "warnings": []}
        for row in roster.rejected
    ]
    return sorted(accepted + rejected, key=lambda row: row["row"])


def test_an_accepted_row_holds_every_field_normalised():
    (row,) = judge_row(
        姓名="扎西 . 次仁",
        身份证号="11010119380615000x",
        联系电话="+86 136-1965-9571",
        住址=" 3栋 ",
        家庭情况="独居，残疾",
        备注="=cmd|'/c calc'!A1",
    ).accepted

    assert row == (
        2,
        "11010119380615000X",
        "扎西·次仁",
        date(1938, 6, 15),
        False,
        "13619659571",
        "330102001051",
        "3栋",
        ("独居", "残疾"),
        "=cmd|'/c calc'!A1",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"姓名": ""}, "name_missing"),
        ({"姓名": "=A1"}, "name_invalid"),
        ({"姓名": 123.0}, "name_invalid"),
        ({"身份证号": ""}, "id_missing"),
        ({"身份证号": 110101193806150026.0}, "id_damaged"),
        ({"身份证号": "11010119380615002"}, "id_length"),
        ({"身份证号": "110101193806150027"}, "id_checksum"),
        ({"身份证号": "44030519410229001X"}, "id_date"),
        ({"身份证号": "510104196612020028"}, "under_age"),
        ({"社区": "清波"}, "community_unknown"),
        ({"街道": "清波"}, "community_unknown"),
        ({"备注": "甲\0乙"}, "char"),
        ({"住址": "甲\ue000乙"}, "char"),
        ({"备注": "长" * 501}, "long"),
        ({"住址": "长" * 201}, "long"),
    ],
)
def test_a_row_is_rejected_for_its_one_fault(changes, reason):
    roster = judge_row(**changes)

    assert (roster.accepted, reasons(roster)) == ([], [reason])
    assert len(roster.rejected[0].faults) == 1


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {"姓名": "", "身份证号": "", "社区": ""},
            ["name_missing", "id_missing", "community_unknown"],
        ),
        (
            {"姓名": "王1", "身份证号": "510104196612020028", "社区": "x", "备注": "\0" * 501},
            ["name_invalid", "under_age", "community_unknown", "char", "long"],
        ),
        ({"身份证号": "110101209901010017", "社区": ""}, ["id_date", "community_unknown"]),
    ],
)
def test_all_faults_are_listed_and_the_first_in_the_order_counts(changes, faults):
    (rejected,) = judge_row(**changes).rejected

    assert [fault.word for fault in rejected.faults] == faults


def test_the_sixtieth_birthday_itself_is_old_enough():
    assert len(judge_row(身份证号="510104196612010014").accepted) == 1
    assert reasons(judge_row(身份证号="510104196612020028")) == ["under_age"]


def test_a_later_row_of_the_same_person_is_a_duplicate_even_of_a_rejected_one():
    person = ("110101193806150026", "清波街道", "清波门社区")
    titles = ("姓名", "身份证号", "街道", "社区")
    rows = [("", *person), ("王秀英", " 110101 193806150026", *person[1:]), ("王秀英", *person)]

    roster = judge_workbook(make_workbook([titles, *rows]))

    assert [(row.row, row.faults[0].word) for row in roster.rejected] == [
        (2, "name_missing"),
        (3, "duplicate_in_file"),
        (4, "duplicate_in_file"),
    ]
    assert roster.rejected[2].faults[0].facts == {"row": 4, "first": 2}


def test_rows_with_the_same_unsound_number_are_no_duplicates():
    titles = ("姓名", "身份证号", "街道", "社区")
    row = ("王秀英", "110101193806150027", "清波街道", "清波门社区")

    assert reasons(judge_workbook(make_workbook([titles, row, row]))) == ["id_checksum"] * 2


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"性别": "男"}, "sex_mismatch"),
        ({"联系电话": "无"}, "phone_invalid"),
        ({"联系电话": 1361965957.0}, "phone_invalid"),
        ({"家庭情况": "独居、富裕"}, "situation_unknown"),
        ({"身份证号": "110101190001010022"}, "age_over_120"),
        ({"身份证号": "510104189912319990"}, "age_over_120"),
    ],
)
def test_a_warning_keeps_the_row(changes, warning):
    roster = judge_row(**changes)

    assert (len(roster.accepted), words(roster.warnings)) == (1, [warning])


def test_no_warning_where_nothing_is_odd():
    roster = judge_row(性别="女", 联系电话=13619659571.0, 家庭情况="独居", 出生日期="1938-06-15")

    assert (len(roster.accepted), roster.warnings, roster.notices) == (1, [], [])


def test_a_person_of_120_is_not_unusual_and_of_121_is():
    bodies = ("51010419051202001", "51010419051201001")

    warned = [words(judge_row(身份证号=body + check_character(body)).warnings) for body in bodies]

    assert warned == [[], ["age_over_120"]]


@pytest.mark.parametrize(
    ("changes", "notice"),
    [
        ({"姓名": "王 秀英"}, "name_normalised"),
        ({"姓名": "王秀英\u200b"}, "name_normalised"),
        ({"身份证号": "'110101193806150026"}, "id_normalised"),
        ({"身份证号": "110105491231002"}, "id_lengthened"),
        ({"出生日期": "1938-06-16"}, "birth_mismatch"),
        ({"出生日期": "1939年6月"}, "birth_mismatch"),
    ],
)
def test_what_was_normalised_or_disagrees_is_noticed_without_a_warning(changes, notice):
    roster = judge_row(**changes)

    assert (words(roster.warnings), words(roster.notices)) == ([], [notice])


@pytest.mark.parametrize("birth", ["1938年6月", "193806", "1938-06", "1938.06.15", 14046.0, ""])
def test_the_month_of_birth_alone_agrees(birth):
    assert words(judge_row(出生日期=birth).notices) == []
