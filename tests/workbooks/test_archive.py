"""Group E of hostile files: each is refused by its word before anything is parsed."""

import io
import struct
import zipfile

import pytest

from tests.workbooks.factories import SOUND_ROW, make_roster, read_part, repack
from voucher.refusals import BadInput
from voucher.workbooks.archive import MAX_FILE_BYTES, load_file
from voucher.workbooks.reading import read_first_sheet

SHEET = "xl/worksheets/sheet1.xml"


def refuse(content: bytes) -> tuple[str, int]:
    with pytest.raises(BadInput) as caught:
        list(read_first_sheet(content=content).rows())
    return caught.value.word, caught.value.status


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 not a workbook",
        "姓名,身份证号\n王秀英,110101193806150026\n".encode("gb18030"),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"an old xls" * 100,
        b"PK\x03\x04" + b"\0" * 200,
    ],
    ids=["empty", "pdf", "csv", "xls", "broken zip"],
)
def test_what_is_no_workbook_is_refused_whatever_its_name(content):
    assert refuse(content) == ("file_type", 415)


def test_a_zip_that_is_no_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    assert refuse(buffer.getvalue()) == ("file_type", 415)


def test_a_sheet_that_is_not_well_formed_is_refused():
    broken = repack(make_roster(SOUND_ROW), replaced={SHEET: b"<worksheet><sheetData>"})

    assert refuse(broken) == ("file_type", 415)


def test_a_file_above_thirty_megabytes_is_refused(tmp_path):
    path = tmp_path / "large.xlsx"
    path.write_bytes(b"\0" * (MAX_FILE_BYTES + 1))

    with pytest.raises(BadInput) as caught:
        load_file(path=path)

    assert (caught.value.word, caught.value.status) == ("file_size", 413)
    path.write_bytes(b"\0" * MAX_FILE_BYTES)
    assert len(load_file(path=path)) == MAX_FILE_BYTES


def test_a_small_file_that_unpacks_to_two_hundred_megabytes_is_refused():
    bomb = repack(make_roster(SOUND_ROW), added={"xl/media/zeros.bin": b"\0" * 200_000_000})

    assert len(bomb) < 250_000
    assert refuse(bomb) == ("file_bomb", 413)


def test_a_package_of_more_than_two_hundred_parts_is_refused():
    crowd = {f"xl/media/{number}.bin": b"x" for number in range(200)}

    assert refuse(repack(make_roster(SOUND_ROW), added=crowd)) == ("file_bomb", 413)


def test_a_directory_that_understates_the_size_of_a_part_is_refused():
    content = bytearray(repack(make_roster(SOUND_ROW), added={"xl/note.bin": b"\0" * 1_000_000}))
    entry = content.rindex(b"xl/note.bin") - 46
    struct.pack_into("<I", content, entry + 24, 10)

    assert refuse(bytes(content)) == ("file_bomb", 413)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_refused_in_every_encoding(encoding):
    part = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode(encoding)

    assert refuse(repack(make_roster(SOUND_ROW), added={"xl/extra.xml": part})) == ("file_xml", 422)


def test_a_document_type_across_two_chunks_is_refused():
    part = b"<a>" + b" " * ((1 << 20) - 8) + b"<!DOCTYPE b>"

    assert refuse(
        repack(make_roster(SOUND_ROW), added={"xl/extra.xml": part, "xl/noise.bin": noise()})
    ) == ("file_xml", 422)


def noise() -> bytes:
    """Bytes that do not shrink, so that the ratio is not what refuses."""
    return b"".join(number.to_bytes(3, "big") for number in range(60_000))


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "xl/macrosheets/sheet1.xml",
        "xl/externalLinks/externalLink1.xml",
        "xl/activeX/activeX1.xml",
        "xl/dialogsheets/sheet1.xml",
    ],
)
def test_macros_and_external_links_are_refused(part):
    assert refuse(repack(make_roster(SOUND_ROW), added={part: b"<a/>"})) == ("file_macro", 415)


def test_an_encrypted_workbook_is_refused_as_locked():
    stream = "EncryptedPackage".encode("utf-16-le")

    assert refuse(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100 + stream) == (
        "file_locked",
        422,
    )


def test_an_encrypted_part_is_refused_as_locked():
    content = bytearray(make_roster(SOUND_ROW))
    entry = content.rindex(b"xl/workbook.xml") - 46
    content[entry + 8] |= 1

    assert refuse(bytes(content)) == ("file_locked", 422)


def test_two_parts_of_one_name_are_refused():
    content = make_roster(SOUND_ROW)
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, read_part(content, SHEET))

    assert refuse(buffer.getvalue()) == ("file_type", 415)
