"""What each row of an assessment workbook becomes: the two districts exactly, then every reason."""

import json
from datetime import date

import pytest

from tests.assessments.factories import MAXIMA, SOUND_ID, make_answers
from tests.divisions.factories import DATA
from tests.workbooks.factories import make_workbook
from voucher.assessments.rules.importing import (
    AssessmentFile,
    assessment_layout,
    judge_assessments,
    read_diagnoses,
)
from voucher.refusals import BadInput
from voucher.schemes.queries import get_instrument
from voucher.schemes.rules.instruments import WORKBOOK_COLUMNS
from voucher.workbooks.reading import read_first_sheet
from voucher.workbooks.tables import open_table

DAY = date(2026, 12, 1)
GBT = get_instrument("gbt-42195-2022", 1)


def judge_workbook(content: bytes, known: set[str]) -> AssessmentFile:
    table = open_table(sheet=read_first_sheet(content=content), layout=assessment_layout(GBT))
    return judge_assessments(
        rows=table.data_rows(),
        columns=table.header.columns,
        instrument=GBT,
        known=known,
        day=DAY,
    )


def judge_rows(*rows: dict[str, object]) -> AssessmentFile:
    titles = tuple(make_answers())
    cells = [tuple(row.get(title, "") for title in titles) for row in rows]
    return judge_workbook(make_workbook([titles, *cells]), {SOUND_ID})


def judge_row(changes: dict[str, object]) -> AssessmentFile:
    return judge_rows(make_answers(changes))


def reasons(file: AssessmentFile) -> list[str]:
    return [row.faults[0].word for row in file.rejected]


def test_a_workbook_has_the_columns_no_item_may_be_named_after():
    own = {*(item.id for item in GBT.items), *(kind.id for kind in GBT.event_kinds)}

    assert assessment_layout(GBT).words.keys() - own == set(WORKBOOK_COLUMNS)


@pytest.mark.parametrize(("name", "rows"), [("jinjiang", 647), ("shangcheng", 525)])
def test_every_row_of_a_district_becomes_what_its_answers_say(name, rows):
    answers = json.loads((DATA / "rosters" / f"{name}_answers.json").read_text())
    known = {row["id"] for row in answers["rows"] if row["verdict"] == "accepted"}

    file = judge_workbook((DATA / "rosters" / f"{name}_assessments.xlsx").read_bytes(), known)

    found = {row.row: (None, row.id_number, sum(row.points)) for row in file.accepted}
    found |= {row.row: (row.faults[0].word, "", 0) for row in file.rejected}
    assert len(found) == rows
    assert found == {
        row["row"]: (None, row["id"], row["total"])
        if row["verdict"] == "accepted"
        else (row["reason"], "", 0)
        for row in answers["assessments"]
    }


def test_an_accepted_row_holds_every_field():
    changes = {"诊断": "I10, F03; F41.1", "跌倒": 1.0, "走失": "", "噎食": "1", "昏迷": "是"}

    (row,) = judge_row({**changes, "B.1.1": "3.0", "B.4.5": 0}).accepted

    assert row == (
        2,
        SOUND_ID,
        date(2026, 11, 7),
        ("何静", "罗伟"),
        (3, *list(MAXIMA.values())[1:-1], 0),
        ("F00-F03", "F04-F99"),
        (1, 0, 1, 0, 0),
        True,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"身份证号": ""}, "id_missing"),
        ({"身份证号": 110101193806150026.0}, "id_damaged"),
        ({"身份证号": "11010119380615002"}, "id_length"),
        ({"身份证号": "110101193806150027"}, "id_checksum"),
        ({"身份证号": "44030519410229001X"}, "id_date"),
        ({"身份证号": "11010519491231002X"}, "resident_unknown"),
        ({"评估日期": " "}, "date_missing"),
        ({"评估日期": "2026-02-30"}, "date_invalid"),
        ({"评估日期": "02/03/2026"}, "date_invalid"),
        ({"评估日期": 60}, "date_invalid"),
        ({"评估日期": 0}, "date_invalid"),
        ({"评估日期": "9999-01-01"}, "date_invalid"),
        ({"评估日期": "2026-12-02"}, "date_future"),
        ({"评估员一": ""}, "assessor_missing"),
        ({"评估员二": "\u3000"}, "assessor_missing"),
        ({"评估员二": " 何静 "}, "same_assessor_twice"),
        ({"评估员二": "长" * 51}, "long"),
        ({"评估员二": "罗\0伟"}, "char"),
        ({"B.1.1": ""}, "item_missing"),
        ({"B.4.5": None}, "item_missing"),
        ({"B.1.1": 3.5}, "item_not_integer"),
        ({"B.1.1": "四"}, "item_not_integer"),
        ({"B.1.1": True}, "item_not_integer"),
        ({"B.1.1": -1}, "item_out_of_range"),
        ({"B.1.1": 5}, "item_out_of_range"),
        ({"B.2.4": 4}, "item_out_of_range"),
        ({"B.3.9": 3}, "item_out_of_range"),
        ({"跌倒": "两次"}, "event_count"),
        ({"其他": -1}, "event_count"),
        ({"其他": 100}, "event_count"),
        ({"昏迷": "也许"}, "coma_format"),
    ],
)
def test_a_row_is_rejected_for_its_one_fault(changes, reason):
    file = judge_row(changes)

    assert (file.accepted, reasons(file)) == ([], [reason])
    assert len(file.rejected[0].faults) == 1


def test_the_first_faulty_item_counts_and_all_are_listed():
    (rejected,) = judge_row({"B.4.5": "", "B.2.4": 9, "B.1.2": 1.5, "评估员一": ""}).rejected

    assert [(fault.word, fault.facts.get("item")) for fault in rejected.faults] == [
        ("assessor_missing", None),
        ("item_not_integer", "B.1.2"),
        ("item_out_of_range", "B.2.4"),
        ("item_missing", "B.4.5"),
    ]


def test_only_an_accepted_earlier_row_of_the_same_person_and_day_makes_a_duplicate():
    faulty = make_answers({"B.1.1": ""})
    other_day = make_answers({"评估日期": "2026-11-08"})

    file = judge_rows(faulty, make_answers(), other_day, make_answers())

    assert [row.row for row in file.accepted] == [3, 4]
    assert [(row.row, row.faults[0].word) for row in file.rejected] == [
        (2, "item_missing"),
        (5, "duplicate_in_file"),
    ]
    assert file.rejected[1].faults[0].facts == {"row": 5, "first": 3}


def test_an_assessment_on_the_reference_date_itself_counts():
    assert len(judge_row({"评估日期": "2026-12-01"}).accepted) == 1


def test_a_header_without_an_item_is_refused_by_its_name():
    titles = [title for title in make_answers() if title not in {"B.3.9", "昏迷"}]

    with pytest.raises(BadInput) as caught:
        judge_workbook(make_workbook([titles, ["x"] * len(titles)]), set())

    assert (caught.value.word, caught.value.facts["missing"]) == ("header", "B.3.9、昏迷")


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", ()),
        ("无", ()),
        ("I10-I15", ()),
        ("F00-F03", ("F00-F03",)),
        ("F04-F99", ("F04-F99",)),
        ("F04-F99、F00-F03", ("F00-F03", "F04-F99")),
        ("f01.5", ("F00-F03",)),
        ("F32", ("F04-F99",)),
    ],
)
def test_a_diagnosis_counts_by_its_group(text, groups):
    assert read_diagnoses(text, known=GBT.diagnoses) == groups
