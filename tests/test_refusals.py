"""Refusals travel between processes as they are."""

import copy

import pytest

from voucher.refusals import BadInput, NotAllowed, NotFound, Refusal


@pytest.mark.parametrize("kind", [BadInput, NotAllowed, NotFound, Refusal])
def test_a_refusal_copied_to_another_process_is_the_same_refusal(kind):
    copied = copy.copy(kind("glyph", "“%(names)s”无法打印", names="王", count=1))

    assert type(copied) is kind
    assert (copied.word, copied.sentence, copied.facts) == (
        "glyph",
        "“%(names)s”无法打印",
        {"names": "王", "count": 1},
    )
