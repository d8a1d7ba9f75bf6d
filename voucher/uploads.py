"""
Files people sent, kept sealed in the home between the preview and the confirmation.

A roster holds ten thousand identity numbers: on disk it is never plain, it belongs to the account
that sent it, and after a day it is gone.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from flask import Request
from sqlalchemy import JSON, BigInteger, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from voucher.access import Actor
from voucher.config import write_secret
from voucher.db import Instant, Model, db
from voucher.refusals import N_, NotFound
from voucher.sealing import seal_bytes, unseal_bytes
from voucher.workbooks.archive import MAX_FILE_BYTES

LIFE = timedelta(days=1)
# Of a form with a file this much is read, so that who sends too much is told so by the page.
READ_BYTES = 100 * 1024 * 1024
_COLUMN = "uploads.content"


class FormRequest(Request):
    """
    A request whose files stay in memory: a roster never lies plain in a temporary file.

    Of all its files together hardly more is kept than the largest file that is taken; of a longer
    one just enough is left to see that it is too long.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.spare_bytes = MAX_FILE_BYTES + 1
        if self.mimetype == "multipart/form-data":
            self.max_content_length = READ_BYTES

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return _KeptFile(self)


class _KeptFile(BytesIO):
    """Takes in what its request still has room for."""

    def __init__(self, request: FormRequest) -> None:
        super().__init__()
        self._request = request

    def write(self, data: Any, /) -> int:
        self._request.spare_bytes -= super().write(data[: self._request.spare_bytes])
        return len(data)


class Upload(Model):
    """
    One file as it was sent, and in `mapping` what belongs to it.

    `on` is the reference date, `sheets` gives by sheet the header its sender pointed out, `done`
    the counts of the import once it has been confirmed.
    """

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
    *,
    actor: Actor,
    kind: str,
    name: str,
    content: bytes,
    mapping: dict[str, Any],
    folder: Path,
    now: datetime,
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
        mapping=mapping,
        made_at=now,
    )
    write_secret(folder / upload.id, seal_bytes(content, column=_COLUMN, row=upload.id))
    db.session.add(upload)
    db.session.flush()
    return upload


def get_upload(*, actor: Actor, kind: str, upload_id: str, now: datetime) -> Upload:
    """
    Give the actor's own upload of this kind, not older than a day.

    :raises NotFound: upload_unknown.
    """
    found = db.session.scalar(
        select(Upload).where(
            Upload.id == upload_id,
            Upload.kind == kind,
            Upload.account_id == actor.account_id,
            Upload.made_at >= now - LIFE,
        )
    )
    if found is None:
        raise upload_unknown()
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
        raise upload_unknown() from None
    return unseal_bytes(sealed, column=_COLUMN, row=upload.id)


def drop_old_uploads(*, folder: Path, now: datetime) -> int:
    """Remove files and rows older than a day, with all that was worked out from them."""
    old = list(db.session.scalars(select(Upload.id).where(Upload.made_at < now - LIFE)))
    for upload_id in old:
        for file in folder.glob(f"{upload_id}*"):
            file.unlink(missing_ok=True)
    db.session.execute(delete(Upload).where(Upload.id.in_(old)))
    return len(old)


def upload_unknown() -> NotFound:
    """Give the refusal for an upload that is not there, not there any more, or another's."""
    return NotFound("upload_unknown", N_("没有这份上传的文件，或已超过一天，请重新上传"))
