"""
Files people sent, kept sealed in the home between the preview and the confirmation.

A roster holds ten thousand identity numbers: on disk it is never plain, it belongs to the account
that sent it, and after a day it is gone.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from voucher.access import Actor
from voucher.config import write_secret
from voucher.db import Instant, Model, db
from voucher.refusals import N_, NotFound
from voucher.sealing import seal_bytes, unseal_bytes

LIFE = timedelta(days=1)
_COLUMN = "uploads.content"


class Upload(Model):
    """One file as it was sent; `mapping` gives columns the sender assigned, by field."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Instant)


def keep_upload(
    *, actor: Actor, kind: str, name: str, content: bytes, folder: Path, now: datetime
) -> Upload:
    """Seal a file into the folder under a name of our own, and give its row."""
    assert actor.account_id is not None
    upload = Upload(
        id=secrets.token_hex(16),
        account_id=actor.account_id,
        kind=kind,
        name=name[-200:],
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        mapping={},
        made_at=now,
    )
    write_secret(folder / upload.id, seal_bytes(content, column=_COLUMN, row=upload.id))
    db.session.add(upload)
    db.session.flush()
    return upload


def get_upload(*, actor: Actor, kind: str, upload_id: str) -> Upload:
    """
    Give the actor's own upload of this kind.

    :raises NotFound: upload_unknown.
    """
    found = db.session.scalar(
        select(Upload).where(
            Upload.id == upload_id, Upload.kind == kind, Upload.account_id == actor.account_id
        )
    )
    if found is None:
        raise _unknown()
    return found


def count_waiting_uploads(*, actor: Actor, now: datetime) -> int:
    """Count the actor's own files that are kept and not confirmed."""
    return (
        db.session.scalar(
            select(func.count(Upload.id)).where(
                Upload.account_id == actor.account_id, Upload.made_at >= now - LIFE
            )
        )
        or 0
    )


def read_upload(*, upload: Upload, folder: Path) -> bytes:
    """
    Give the file as it was sent.

    :raises NotFound: upload_unknown, when its day is over.
    """
    try:
        sealed = (folder / upload.id).read_bytes()
    except FileNotFoundError:
        raise _unknown() from None
    return unseal_bytes(sealed, column=_COLUMN, row=upload.id)


def drop_old_uploads(*, folder: Path, now: datetime) -> int:
    """Remove files and rows older than a day; give how many."""
    old = list(db.session.scalars(select(Upload.id).where(Upload.made_at < now - LIFE)))
    for upload_id in old:
        (folder / upload_id).unlink(missing_ok=True)
    db.session.execute(delete(Upload).where(Upload.id.in_(old)))
    return len(old)


def _unknown() -> NotFound:
    return NotFound("upload_unknown", N_("没有这份上传的文件，或已超过一天，请重新上传"))
