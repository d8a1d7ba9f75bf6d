"""Base 85 of many blocks at once is that of each by itself."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from voucher.printouts.drawing.masks import encode_blocks


@given(
    st.integers(1, 13).flatmap(
        lambda length: st.lists(
            st.one_of(st.binary(min_size=length, max_size=length), st.just(bytes(length))),
            min_size=1,
        )
    )
)
def test_every_block_is_what_the_library_gives(blocks):
    alone = [base64.a85encode(block).decode() for block in blocks]

    assert [text.replace(" ", "") for text in encode_blocks(blocks)] == alone


def test_no_text_seems_to_end_its_image():
    block = base64.a85decode("(EI[EIEIE")

    (text,) = encode_blocks([block])

    assert text == "(E I[E IE IE"
    assert base64.a85decode(text) == block
