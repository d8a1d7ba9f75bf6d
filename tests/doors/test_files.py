"""Files that are not what they are said to be, at every door that takes one."""

import io
import zipfile

import pytest

from tests.doors.door import Door
from tests.doors.town import ROSTER_TITLES
from tests.shops.factories import SERVICE_TITLES, SHOP_TITLES, make_book
from voucher.workbooks.writing import write_workbook

ROSTER = ("residents", "import")
ASSESSMENTS = ("assessments", "import")
DEPARTURES = ("departures", "import")
SHOPS = ("shops", "import")
WORKBOOK_DOORS = (ROSTER, ASSESSMENTS, DEPARTURES, SHOPS)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def door(open_door) -> Door:
    return open_door("founded")


def refuse_file(door: Door, command, content: bytes, *, word: str, name: str = "file.xlsx"):
    path = door.home / name
    path.write_bytes(content)
    return door.refuse(*command, path, word=word, exit_code=2)


def make_sheet(*rows: tuple[str, ...], titles: tuple[str, ...] = ()) -> bytes:
    return write_workbook(sheets=[("名单", titles, rows)])


def make_empty_workbook() -> bytes:
    """Give a package whose only sheet has no cell at all."""
    source = zipfile.ZipFile(io.BytesIO(make_sheet(titles=("姓名",))))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry.startswith("xl/worksheets/"):
                head = content[: content.index(b"<sheetData>")]
                content = head + b"<sheetData/></worksheet>"
            target.writestr(entry, content)
    return made.getvalue()


@pytest.mark.parametrize("command", WORKBOOK_DOORS, ids=" ".join)
def test_what_is_no_workbook_is_refused_by_its_contents_not_its_name(door, command):
    for content in (PDF, b"", "姓名,身份证号\n王秀英,1\n".encode(), b"PK\x03\x04 cut short"):
        refuse_file(door, command, content, word="file_type")


@pytest.mark.parametrize("command", [ROSTER, ASSESSMENTS, DEPARTURES], ids=" ".join)
def test_an_empty_sheet_has_nothing_to_import(door, command):
    refuse_file(door, command, make_empty_workbook(), word="no_rows")


def test_a_header_alone_has_nothing_to_import(door):
    refuse_file(door, ROSTER, make_sheet(titles=ROSTER_TITLES), word="no_rows")
    refuse_file(door, SHOPS, make_book([], []), word="no_rows")


def test_a_header_that_lacks_a_column_names_it(door):
    titles = tuple(title for title in ROSTER_TITLES if title != "身份证号")
    content = make_sheet(("王秀英",) * len(titles), titles=titles)

    answered = refuse_file(door, ROSTER, content, word="header")

    assert "身份证号" in answered["missing"]


def test_a_shops_workbook_needs_its_second_sheet(door):
    content = make_sheet(("S0003",) * len(SHOP_TITLES), titles=SHOP_TITLES)

    refuse_file(door, SHOPS, content, word="sheet_missing")
    assert SERVICE_TITLES[0] == "商户编号"


def test_a_file_of_another_district_is_refused(door):
    path = door.home / "divisions.csv"
    path.write_text("code,name,level,parent_code\n330102,上城区,district,\n", encoding="utf-8")

    answered = door.refuse("divisions", "import", path, word="district_other")

    assert answered == {"error": "district_other", "code": "330102", "own": "510104"}


def test_a_divisions_list_that_cannot_be_read_is_refused(door):
    divisions = ("divisions", "import")
    for content, word in (
        (b"\xff\xfe\x00\xd8\x00", "encoding"),
        (b"code,name\n510104,x\n", "header"),
        (b"code,name,level,parent_code\n", "no_rows"),
        (b'code,name,level,parent_code\n510104,"x,district,\n', "csv_quote"),
    ):
        refuse_file(door, divisions, content, word=word, name="divisions.csv")


@pytest.mark.parametrize("command", [*WORKBOOK_DOORS, ("divisions", "import")], ids=" ".join)
def test_a_file_that_is_not_there_is_refused(door, command):
    path = door.home / "nowhere.xlsx"

    answered = door.run(*command, path, "--json")

    assert answered.exit_code == 2
    assert answered.stderr.rstrip().endswith(("[usage]", "[file_missing]", "[file_unreadable]"))


def test_answers_that_are_no_json_object_are_refused(door):
    for stdin, word in (
        ("", "json_format"),
        ("[]", "json_format"),
        ("{", "json_format"),
        ('{"items": {}}', "item_missing"),
    ):
        done = door.run("score", "gbt-42195-2022", stdin=stdin)

        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.endswith(f"[{word}]\n")
