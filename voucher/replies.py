"""
Stored answers by (actor, route, client key): the same attempt gets the same answer for ever.

The row is written in the transaction of the deed, so there is no moment between the two.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from voucher.access import Actor
from voucher.db import BigKey, Instant, Model, db, transaction
from voucher.refusals import N_, BadInput


class Reply(Model):
    """What was answered to one attempt; never changed."""

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("actor_key", "route", "client_key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    actor_key: Mapped[str] = mapped_column(String(60))
    route: Mapped[str] = mapped_column(String(60))
    client_key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)


def fingerprint_of(request: dict[str, Any]) -> str:
    """Give a digest that is equal exactly when the request's contents are."""
    canonical = json.dumps(request, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def check_client_key(client_key: str) -> str:
    """
    Give the key back if it can be one: 1 to 255 printable ASCII characters.

    :raises BadInput: key_format.
    """
    if not (1 <= len(client_key) <= 255 and client_key.isascii() and client_key.isprintable()):
        raise BadInput("key_format", N_("请求编号须为 1 至 255 个可见的英文字符"))
    return client_key


def find_reply(
    *, actor_key: str, route: str, client_key: str, fingerprint: str
) -> dict[str, Any] | None:
    """
    Give the body stored for this attempt, or None when it is new.

    :raises BadInput: key_reused, when the key was used with other contents.
    """
    row = db.session.execute(
        select(Reply.fingerprint, Reply.body).where(
            Reply.actor_key == actor_key, Reply.route == route, Reply.client_key == client_key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise BadInput("key_reused", N_("同一请求编号已用于另一笔操作，请换新编号重试"))
    stored: dict[str, Any] = json.loads(row.body)
    return stored


def was_answered(*, actor_key: str, route: str, client_key: str) -> bool:
    """Tell whether an attempt was answered before, whatever it asked."""
    known = exists().where(
        Reply.actor_key == actor_key, Reply.route == route, Reply.client_key == client_key
    )
    return bool(db.session.scalar(select(known)))


def perform_once(
    *,
    actor: Actor,
    route: str,
    client_key: str,
    request: dict[str, Any],
    now: datetime,
    deed: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """
    Do a deed in a transaction of its own, or give what this very attempt got before.

    For pages: a form sent twice (double click, back button, weak line) does its deed once.

    :raises BadInput: key_format, key_reused. :raises Refusal: whatever the deed refuses with.
    """
    attempt = {
        "actor_key": actor.key,
        "route": route,
        "client_key": check_client_key(client_key),
        "fingerprint": fingerprint_of(request),
    }
    try:
        return _perform(attempt, deed, now)
    except IntegrityError:
        # A twin of this attempt was a moment earlier: its answer is ours.
        if (earlier := find_reply(**attempt)) is None:
            raise
        return earlier


def _perform(
    attempt: dict[str, str], deed: Callable[[], dict[str, Any]], now: datetime
) -> dict[str, Any]:
    with transaction():
        if (earlier := find_reply(**attempt)) is not None:
            return earlier
        body = deed()
        store_reply(**attempt, body=body, now=now)
    return body


def store_reply(
    *,
    actor_key: str,
    route: str,
    client_key: str,
    fingerprint: str,
    body: dict[str, Any],
    now: datetime,
) -> None:
    """Keep the answer of an attempt that succeeded. Refusals are not stored: they wrote nothing."""
    db.session.add(
        Reply(
            actor_key=actor_key,
            route=route,
            client_key=client_key,
            fingerprint=fingerprint,
            status=200,
            body=json.dumps(body, ensure_ascii=False, default=str),
            made_at=now,
        )
    )
    db.session.flush()
