"""A refusal, and the proof that it wrote nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from voucher.db import db
from voucher.refusals import Refusal


def read_tables() -> dict[str, list[tuple[object, ...]]]:
    """Give every row of every table."""
    db.session.rollback()
    return {
        table.name: [tuple(row) for row in db.session.execute(select(table))]
        for table in db.metadata.sorted_tables
    }


def refuse(
    word: str,
    act: Callable[..., object],
    *arguments: object,
    kind: type[Refusal] = Refusal,
    **named: Any,
) -> Refusal:
    """Give the refusal of an act: of this very kind, under this word, with nothing written."""
    before = read_tables()
    with pytest.raises(Refusal) as caught:
        act(*arguments, **named)
    assert (caught.value.word, type(caught.value)) == (word, kind)
    assert read_tables() == before
    return caught.value
