"""Adopting a district's own scheme with two signatures, and freezing a version when first used."""

from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from voucher.access import Actor, self_approve
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.refusals import N_, Refusal
from voucher.schemes.models import SchemeAdoption, SchemeVersion
from voucher.schemes.queries import (
    forget_adopted,
    get_adoption,
    list_adopted_schemes,
    list_bundled_schemes,
    map_instruments,
)
from voucher.schemes.rules.adopting import AdoptionState
from voucher.schemes.rules.candidates import read_candidate
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.loading import Scheme, load_bundled


def propose_scheme(
    *, actor: Actor, file: str, text: str, effective_from: date, today: date, now: datetime
) -> SchemeAdoption:
    """
    Propose the text of a file of the district's folder; it counts once another person approved it.

    :raises BadInput: scheme_invalid. :raises Refusal: scheme_fails (an example or check),
        effective_past, scheme_changed, scheme_known, scheme_kind.
    """
    assert actor.account_id is not None
    scheme = _load_sound(file, text)
    _refuse_past(effective_from, today)
    _refuse_known(scheme)
    adoption = SchemeAdoption(
        kind=_name_kind(scheme),
        scheme=scheme.id,
        version=scheme.version,
        file=file,
        digest=scheme.digest,
        content=text,
        effective_from=effective_from,
        state=AdoptionState.PROPOSED,
        proposed_by=actor.account_id,
        proposed_at=now,
    )
    _add(adoption)
    facts = {"effective_from": effective_from.isoformat(), "digest": scheme.digest}
    _record(actor, "schemes.propose", adoption, now, facts)
    return adoption


def _add(adoption: SchemeAdoption) -> None:
    """Let the database decide between two who propose the same version at once."""
    try:
        with db.session.begin_nested():
            db.session.add(adoption)
    except IntegrityError as twin:
        raise _refuse_standing(adoption.scheme, adoption.version) from twin


def approve_scheme(
    *, actor: Actor, adoption_id: int, text: str, today: date, now: datetime
) -> SchemeAdoption:
    """
    Put a proposed scheme in force from its day on. `text` is the file as it stands now.

    :raises NotFound: adoption_unknown. :raises NotAllowed: self_approve.
    :raises Refusal: adoption_state, file_changed, effective_past, scheme_fails.
    """
    adoption = _get(adoption_id)
    if adoption.proposed_by == actor.account_id:
        raise self_approve()
    _refuse_changed_file(adoption, text)
    _refuse_past(adoption.effective_from, today)
    _load_sound(adoption.file, adoption.content)
    _end(adoption, AdoptionState.APPROVED, approved_by=actor.account_id, approved_at=now)
    forget_adopted()
    _record(actor, "schemes.approve", adoption, now, {"digest": adoption.digest})
    return adoption


def withdraw_scheme(*, actor: Actor, adoption_id: int, now: datetime) -> SchemeAdoption:
    """
    Take a proposal back, which nobody approved yet.

    :raises NotFound: adoption_unknown. :raises Refusal: adoption_state.
    """
    adoption = _get(adoption_id)
    _end(adoption, AdoptionState.WITHDRAWN, withdrawn_by=actor.account_id, withdrawn_at=now)
    _record(actor, "schemes.withdraw", adoption, now, {})
    return adoption


def freeze_scheme(*, scheme: Scheme, now: datetime) -> int:
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
        raise _refuse_changed(scheme)
    return int(found.id)


def _keep(scheme: Scheme, now: datetime) -> int:
    kept = SchemeVersion(
        kind=_name_kind(scheme),
        scheme=scheme.id,
        version=scheme.version,
        digest=scheme.digest,
        content=scheme.text,
        first_used_at=now,
    )
    db.session.add(kept)
    db.session.flush()
    return kept.id


def _name_kind(scheme: Scheme) -> str:
    return "instrument" if isinstance(scheme, Instrument) else "programme"


def _get(adoption_id: int) -> SchemeAdoption:
    return db.session.get_one(SchemeAdoption, get_adoption(adoption_id).id)


def _load_sound(file: str, text: str) -> Scheme:
    found = read_candidate(file=file, text=text, within_reach=map_instruments())
    if found.scheme is None:
        (fault,) = found.faults
        assert fault.refusal is not None
        raise fault.refusal
    if found.faults:
        raise Refusal(
            "scheme_fails",
            N_("%(file)s 第 %(line)s 行等 %(count)s 处没有通过检查，改好后再提交"),
            file=file,
            line=found.faults[0].line,
            count=len(found.faults),
        )
    return found.scheme


def _refuse_past(effective_from: date, today: date) -> None:
    if effective_from < today:
        raise Refusal(
            "effective_past",
            N_("施行日期 %(day)s 已过，请从今天或以后的日期起施行"),
            day=effective_from.isoformat(),
        )


def _refuse_known(scheme: Scheme) -> None:
    """Refuse a version that exists, and an id under which something of the other kind goes."""
    if any(one.id == scheme.id and type(one) is not type(scheme) for one in _list_all()):
        raise Refusal(
            "scheme_kind", N_("编号 %(scheme)s 已用于另一种方案，请换一个编号"), scheme=scheme.id
        )
    for digest in _list_digests(scheme):
        if digest != scheme.digest:
            raise _refuse_changed(scheme)
        raise _refuse_standing(scheme.id, scheme.version)


def _refuse_standing(scheme_id: str, version: int) -> Refusal:
    return Refusal(
        "scheme_known",
        N_("方案 %(scheme)s 第 %(version)s 版已经采用或正在等待批准"),
        scheme=scheme_id,
        version=version,
    )


def _list_all() -> tuple[Scheme, ...]:
    return (*list_bundled_schemes(), *(scheme for scheme, _ in list_adopted_schemes()))


def _list_digests(scheme: Scheme) -> list[str]:
    """Give the digests under which this version is known: bundled, standing, or used already."""
    bundled = [one.digest for one in load_bundled().all if _is_same_version(one, scheme)]
    standing = select(SchemeAdoption.digest).where(
        SchemeAdoption.scheme == scheme.id,
        SchemeAdoption.version == scheme.version,
        SchemeAdoption.state != AdoptionState.WITHDRAWN,
    )
    used = select(SchemeVersion.digest).where(
        SchemeVersion.scheme == scheme.id,
        SchemeVersion.version == scheme.version,
        SchemeVersion.digest != scheme.digest,
    )
    return [*bundled, *db.session.scalars(standing), *db.session.scalars(used)]


def _is_same_version(one: Scheme, other: Scheme) -> bool:
    return (one.id, one.version) == (other.id, other.version)


def _refuse_changed(scheme: Scheme) -> Refusal:
    return Refusal(
        "scheme_changed",
        N_("方案 %(scheme)s 第 %(version)s 版已使用，内容不能再改，请改用新版本号"),
        scheme=scheme.id,
        version=scheme.version,
    )


def _refuse_changed_file(adoption: SchemeAdoption, text: str) -> None:
    found = sha256(text.encode()).hexdigest()
    if found != adoption.digest:
        raise Refusal(
            "file_changed",
            N_(
                "文件 %(file)s 在提交之后改过（提交时 %(expected)s，现在 %(found)s），"
                "请撤回后重新提交"
            ),
            file=adoption.file,
            expected=adoption.digest[:12],
            found=found[:12] if text else "—",
        )


def _end(adoption: SchemeAdoption, state: AdoptionState, **values: object) -> None:
    end = (
        update(SchemeAdoption)
        .where(SchemeAdoption.id == adoption.id, SchemeAdoption.state == AdoptionState.PROPOSED)
        .values(state=state, **values)
    )
    if count_changed(end) != 1:
        raise Refusal("adoption_state", N_("这次采用申请已经批准或撤回"))


def _record(
    actor: Actor, action: str, adoption: SchemeAdoption, now: datetime, facts: Mapping[str, object]
) -> None:
    record_event(
        actor=actor,
        action=action,
        subject_kind="scheme",
        subject_id=adoption.id,
        now=now,
        facts={"scheme": adoption.scheme, "version": adoption.version, **facts},
    )
