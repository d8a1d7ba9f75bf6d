"""CSV as offices send it: E18, E19."""

import pytest

from voucher.refusals import BadInput
from voucher.workbooks.delimited import read_delimited

ROWS = [(1, ("code", "name")), (2, ("510104", "锦江区"))]
TEXT = "code,name\n510104,锦江区\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("锦江区", '" 锦江区 "').encode(),
    ],
    ids=["utf-8", "mark", "gb18030", "crlf", "cr", "quoted"],
)
def test_encodings_and_line_ends_are_found_out(content):
    assert read_delimited(content=content) == ROWS


def test_blank_rows_are_left_out_and_the_others_keep_their_lines():
    content = b'a,b\n\n,\n"x\ny",2\nc,d\n'

    assert read_delimited(content=content) == [
        (1, ("a", "b")),
        (4, ("x\ny", "2")),
        (6, ("c", "d")),
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , \n"])
def test_a_file_without_rows_is_refused(content):
    with pytest.raises(BadInput) as caught:
        read_delimited(content=content)

    assert caught.value.word == "no_rows"


@pytest.mark.parametrize("content", [b"\xff\xff\xff", b"a\0b\n", b"\x89PNG\r\n\x1a\n\0\0"])
def test_an_unknown_encoding_is_refused(content):
    with pytest.raises(BadInput) as caught:
        read_delimited(content=content)

    assert caught.value.word == "encoding"


def test_a_quote_without_its_partner_is_refused_by_its_line():
    content = "\n".join([f"{line},b" for line in range(1, 40)] + ['40,"b', "41,b"]).encode()

    with pytest.raises(BadInput) as caught:
        read_delimited(content=content)

    assert (caught.value.word, caught.value.facts) == ("csv_quote", {"line": 40})
