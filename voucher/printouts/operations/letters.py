"""Writing letters to people: one, or all of a community for a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.care_levels.models import LevelState
from voucher.care_levels.queries.appeals import WholeAppeal, get_appeal
from voucher.care_levels.queries.reasons import WholeLevel, get_level_reasons
from voucher.care_levels.rules import AppealState
from voucher.printouts.drawing.fields import Say
from voucher.printouts.drawing.letter import Letter, draw_letters
from voucher.printouts.queries.letters import (
    Sender,
    describe_letter,
    list_batches,
    list_letter_levels,
)
from voucher.refusals import N_, Refusal
from voucher.residents.rules.departures import Departure


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file of letters to draw; `about` names, by resident, the level or appeal of each."""

    name: str
    letters: tuple[tuple[Letter, Say], ...]
    about: tuple[tuple[str, str, int], ...]


def plan_letter(
    *, actor: Actor, level_id: int, sender: Sender, speakers: Mapping[str, Say]
) -> LetterFile:
    """
    Gather the letter that tells one level, once in each language; writes nothing.

    :raises NotFound: level_unknown. :raises Refusal: departed_died, level_state.
    """
    whole = get_level_reasons(actor=actor, level_id=level_id)
    _check(whole)
    letters = tuple(_say_all(whole, None, sender, speakers))
    about = ((whole.resident.public_id, "level", level_id),)
    return LetterFile(f"letter-{level_id:06d}", letters, about)


def plan_decision(
    *, actor: Actor, appeal_id: int, sender: Sender, speakers: Mapping[str, Say]
) -> LetterFile:
    """
    Gather the letter that tells how an appeal was decided; writes nothing.

    :raises NotFound: appeal_unknown. :raises Refusal: departed_died, appeal_state.
    """
    appeal = get_appeal(actor=actor, appeal_id=appeal_id)
    if appeal.appeal.state != AppealState.DECIDED:
        raise Refusal("appeal_state", N_("这件申诉还没有决定，没有决定书"))
    level_id = appeal.appeal.new_level_id or appeal.level.id
    whole = get_level_reasons(actor=actor, level_id=level_id)
    _check_alive(whole)
    letters = tuple(_say_all(whole, appeal, sender, speakers))
    about = ((whole.resident.public_id, "appeal", appeal_id),)
    return LetterFile(f"decision-{appeal_id:06d}", letters, about)


def plan_letters(
    *,
    actor: Actor,
    on: date,
    sender: Sender,
    speakers: Mapping[str, Say],
    community: str = "",
) -> Iterator[LetterFile]:
    """
    Gather the letters for the levels confirmed on a day, a file a community; writes nothing.

    :raises Refusal: no_letters.
    """
    batches = [one for one in list_batches(actor=actor, on=on) if community in ("", one.code)]
    if not batches:
        raise no_letters(on)
    for batch in batches:
        ids = list_letter_levels(actor=actor, on=on, community=batch.code)
        yield gather_letters(
            actor=actor,
            name=f"letters-{on.isoformat()}-{batch.code}",
            level_ids=ids,
            sender=sender,
            speakers=speakers,
        )


def no_letters(on: date) -> Refusal:
    """Give the refusal for a day on which nothing was confirmed in the area."""
    return Refusal("no_letters", N_("%(day)s 没有确认过等级，没有告知书可印"), day=on)


def gather_letters(
    *,
    actor: Actor,
    name: str,
    level_ids: Sequence[int],
    sender: Sender,
    speakers: Mapping[str, Say],
) -> LetterFile:
    """Gather the letters that tell these levels, in this order; writes nothing."""
    wholes = [get_level_reasons(actor=actor, level_id=level_id) for level_id in level_ids]
    letters = tuple(
        letter for whole in wholes for letter in _say_all(whole, None, sender, speakers)
    )
    about = tuple((whole.resident.public_id, "level", whole.level.id) for whole in wholes)
    return LetterFile(name, letters, about)


def _say_all(
    whole: WholeLevel, appeal: WholeAppeal | None, sender: Sender, speakers: Mapping[str, Say]
) -> Iterator[tuple[Letter, Say]]:
    for language, say in speakers.items():
        letter = describe_letter(
            whole=whole, appeal=appeal, sender=sender, language=language, say=say
        )
        yield letter, say


def _check(whole: WholeLevel) -> None:
    _check_alive(whole)
    if whole.level.state != LevelState.CONFIRMED:
        raise Refusal("level_state", N_("等级还没有确认，或已被取代，没有告知书"))


def _check_alive(whole: WholeLevel) -> None:
    if whole.resident.departure == Departure.DIED:
        raise Refusal("departed_died", N_("老人已去世，不再制作告知书"))


def draw_letter_file(*, file: LetterFile, folder: Path) -> tuple[Path, int]:
    """
    Draw a file of letters, and give where it is and its pages.

    :raises Refusal: glyph or text_too_long; then there is no file.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{file.name}.pdf"
    pages = draw_letters(path=path, letters=file.letters, title=file.name)
    path.chmod(0o600)
    return path, pages


def record_letters(*, actor: Actor, file: LetterFile, now: datetime) -> None:
    """Note of each person that a letter was written, and about what."""
    for public_id, what, number in file.about:
        record_event(
            actor=actor,
            action="printouts.write_letter",
            subject_kind="resident",
            subject_id=public_id,
            now=now,
            facts={what: number, "file": file.name},
        )
