"""Reading a kept preview, a page at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voucher.access import Actor
from voucher.imports.rules import Cell
from voucher.listing import MAX_EXPORT, Slice, Wanted
from voucher.sealing import unseal_bytes
from voucher.uploads import Upload
from voucher.workbooks.faults import Fault, RejectedRow

# Rows sealed together: a page of a preview opens one or two of these blocks, whatever its length.
BLOCK = 500
SEALED_COLUMN = "imports.preview"


@dataclass(frozen=True, slots=True)
class KeptPreview:
    """A preview as it was judged; `totals` gives the length of each list."""

    counts: Mapping[str, int]
    notices: Sequence[Any]
    totals: Mapping[str, int]
    _places: Mapping[str, Sequence[tuple[int, int]]]
    _upload_id: str
    _folder: Path

    def read_slice(self, word: str, *, wanted: Wanted) -> Slice[list[Cell]]:
        """Give the part of a list that is asked for."""
        start, size = (wanted.page - 1) * wanted.size, wanted.size
        if wanted.is_export:
            start, size = 0, MAX_EXPORT
        return Slice(self.read_rows(word, start=start, size=size), self.totals[word], wanted)

    def read_rows(self, word: str, *, start: int, size: int) -> list[list[Cell]]:
        """Give some rows of a list, opening no more blocks than they stand in."""
        end = min(start + size, self.totals[word])
        first = start - start % BLOCK
        rows: list[list[Cell]] = []
        for block in range(first, end, BLOCK):
            rows += self._open_block(word, block)
        return rows[start - first : end - first]

    def list_rejected(self, word: str) -> list[RejectedRow]:
        """Give a whole list of faults as rows sent back; the words of the faults are not kept."""
        rows: list[Any] = self.read_rows(word, start=0, size=self.totals[word])
        return [
            RejectedRow(row[0], tuple(Fault("", sentence, facts) for sentence, facts in row[-1]))
            for row in rows
        ]

    def _open_block(self, word: str, start: int) -> list[list[Cell]]:
        at, size = self._places[word][start // BLOCK]
        with (self._folder / f"{self._upload_id}.rows").open("rb") as file:
            file.seek(at)
            sealed = file.read(size)
        opened: list[list[Cell]] = _unseal(sealed, self._upload_id, f"{word}.{start}")
        return opened


def find_preview(*, actor: Actor, upload: Upload, folder: Path) -> KeptPreview | None:
    """
    Give the preview of an upload, or None when it was not judged yet.

    It shows people of the area its reader had: in another area it counts as not judged.
    """
    try:
        sealed = (folder / f"{upload.id}.head").read_bytes()
    except FileNotFoundError:
        return None
    head = _unseal(sealed, upload.id, "head")
    if head["area"] != list_area(actor):
        return None
    return KeptPreview(
        counts=head["counts"],
        notices=head["notices"],
        totals=head["totals"],
        _places=head["places"],
        _upload_id=upload.id,
        _folder=folder,
    )


def list_area(actor: Actor) -> list[int] | None:
    """Give the communities of an actor's area in order, None for the whole district."""
    return None if actor.community_ids is None else sorted(actor.community_ids)


def _unseal(sealed: bytes, upload_id: str, part: str) -> Any:
    return json.loads(unseal_bytes(sealed, column=SEALED_COLUMN, row=f"{upload_id}.{part}"))
