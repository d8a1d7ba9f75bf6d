"""Freezing a scheme when it is first used."""

from datetime import datetime

from sqlalchemy import select

from voucher.db import db
from voucher.refusals import N_, Refusal
from voucher.schemes.models import SchemeVersion
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programmes import Programme


def freeze_scheme(*, scheme: Instrument | Programme, now: datetime) -> int:
    """
    Give the number of this version, keeping its text when it is used for the first time.

    :raises Refusal: scheme_changed, when the file differs from the version already in use.
    """
    found = db.session.execute(
        select(SchemeVersion.id, SchemeVersion.digest).where(
            SchemeVersion.scheme == scheme.id, SchemeVersion.version == scheme.version
        )
    ).one_or_none()
    if found is None:
        return _keep(scheme, now)
    if found.digest != scheme.digest:
        raise Refusal(
            "scheme_changed",
            N_("方案 %(scheme)s 第 %(version)s 版已使用，内容不能再改，请改用新版本号"),
            scheme=scheme.id,
            version=scheme.version,
        )
    return int(found.id)


def _keep(scheme: Instrument | Programme, now: datetime) -> int:
    kept = SchemeVersion(
        kind="instrument" if isinstance(scheme, Instrument) else "programme",
        scheme=scheme.id,
        version=scheme.version,
        digest=scheme.digest,
        content=scheme.text,
        first_used_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    return kept.id
