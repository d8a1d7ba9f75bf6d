"""Keeping what a file would do, and noting that it was done."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.config import write_secret
from voucher.db import db
from voucher.imports.queries import BLOCK, SEALED_COLUMN, list_area
from voucher.imports.rules import Preview
from voucher.sealing import seal_bytes
from voucher.uploads import Upload


def keep_preview(
    *, actor: Actor, upload: Upload, preview: Preview, folder: Path, now: datetime
) -> None:
    """
    Seal a preview beside its upload in blocks, so that a page of it opens without the rest.

    It shows what is known of people, so its making is an event.
    """
    blocks: list[bytes] = []
    places: dict[str, list[tuple[int, int]]] = {}
    size = 0
    for word, rows in preview.rows.items():
        places[word] = []
        for start in range(0, len(rows), BLOCK):
            sealed = _seal(upload, f"{word}.{start}", rows[start : start + BLOCK])
            places[word].append((size, len(sealed)))
            blocks.append(sealed)
            size += len(sealed)
    head = {
        "counts": preview.counts,
        "notices": preview.notices,
        "totals": {word: len(rows) for word, rows in preview.rows.items()},
        "places": places,
        "area": list_area(actor),
    }
    write_secret(folder / f"{upload.id}.rows", b"".join(blocks))
    write_secret(folder / f"{upload.id}.head", _seal(upload, "head", head))
    _record(actor, "imports.preview", upload, now, {"counts": preview.counts})


def record_list_sent(*, actor: Actor, upload: Upload, word: str, now: datetime) -> None:
    """Record that a list of a preview left as a workbook."""
    _record(actor, "imports.send_list", upload, now, {"list": word})


def finish_import(*, upload: Upload, done: dict[str, int]) -> None:
    """Note what the import of an upload did; from then on it is not done again."""
    upload.mapping = {**upload.mapping, "done": done}
    db.session.flush()


def _seal(upload: Upload, part: str, content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, default=str, separators=(",", ":"))
    return seal_bytes(text.encode(), column=SEALED_COLUMN, row=f"{upload.id}.{part}")


def _record(
    actor: Actor, action: str, upload: Upload, now: datetime, facts: dict[str, Any]
) -> None:
    record_event(
        actor=actor,
        action=action,
        subject_kind="file",
        subject_id=upload.sha256[:40],
        now=now,
        facts={"kind": upload.kind, **facts},
    )
