"""
Letters to one person: what level was found and why, or how an appeal was decided.

A4 with large type: 16 points for everything to be read, 20 and more for what it says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from voucher.printouts.drawing.fields import Mark, Say
from voucher.printouts.drawing.fonts import Weight, check_glyphs, load_fonts
from voucher.printouts.drawing.paper import (
    A4_UPRIGHT,
    LINE_HEIGHT,
    FittedText,
    Paper,
    Place,
    mm,
    open_paper,
    wrap_text,
)
from voucher.refusals import N_

LEFT, TOP, WIDTH, BOTTOM = 20.0, 31.0, 170.0, 273.0
BODY, VALUE, TITLE, SMALL = 16.0, 21.0, 24.0, 12.0
_SIGNED = Place(x=LEFT, y=279, width=WIDTH, size=BODY, floor=10)
_TITLE = Place(x=LEFT, y=17, width=WIDTH, size=TITLE, floor=16, weight=Weight.BOLD, align="centre")
_HEAD = Place(x=LEFT, y=9, width=110, size=SMALL, floor=9)
_PAGE = Place(x=LEFT + 110, y=9, width=WIDTH - 110, size=SMALL, floor=9, align="right")


@dataclass(frozen=True, slots=True)
class Decision:
    """How an appeal was decided; `outcome` is a sentence of ours, said when drawn."""

    outcome: str
    reason: str
    appellant: str
    appealed_date: date
    decided_date: date


@dataclass(frozen=True, slots=True)
class Letter:
    """
    What a letter says to a person, in the person's language where a scheme says it.

    A class by circumstance has no `assessed_date` and no right of appeal: what is wrong on the
    roster is corrected. `appeal_until` is inclusive; `next_date` is there when somebody states an
    interval.
    """

    number: str
    district: str
    place: str
    name: str
    scale: str
    level: str
    from_date: date
    assessed_date: date | None
    assessors: str
    confirmed_date: date
    reasons: tuple[str, ...]
    programmes: tuple[str, ...]
    appeal_until: date
    decision_days: int
    next_date: date | None
    phone: str
    decision: Decision | None
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a letter; `gap` in mm stands before it."""

    text: str
    size: float = BODY
    weight: Weight = Weight.REGULAR
    gap: float = 0.0
    starts_section: bool = False

    @property
    def height(self) -> float:
        return self.size * LINE_HEIGHT / mm + self.gap


def draw_letters(*, path: Path, letters: Sequence[tuple[Letter, Say]], title: str) -> int:
    """
    Write letters, each from a new page on, and give the number of pages.

    Each comes with what translates a fixed text. The same arguments give the same bytes.

    :raises Refusal: glyph or text_too_long; then there is no file.
    """
    load_fonts()
    check_glyphs(text for letter, say in letters for text in _texts_of(letter, say))
    total = 0
    with open_paper(path=path, size=A4_UPRIGHT, title=title) as paper:
        for letter, say in letters:
            pages = _paginate(_list_lines(letter, say))
            for number, lines in enumerate(pages, 1):
                page, is_last = f"{number} / {len(pages)}", number == len(pages)
                _draw_page(paper, letter, lines, page=page, is_last=is_last, say=say)
            total += len(pages)
    return total


def _texts_of(letter: Letter, say: Say) -> Iterator[str]:
    yield from (text for text, *_ in _list_paragraphs(letter, say))
    yield from (letter.number, letter.district)


def _draw_page(
    paper: Paper, letter: Letter, lines: Sequence[_Line], *, page: str, is_last: bool, say: Say
) -> None:
    head = say(N_("编号 %(number)s")) % {"number": letter.number}
    paper.write(f"{letter.district}  {head}", _HEAD)
    mark = f"{say(letter.mark)} · " if letter.mark else ""
    paper.write(mark + say(N_("第 %(page)s 页")) % {"page": page}, _PAGE)
    title = N_("申诉决定书") if letter.decision else N_("养老服务等级告知书")
    paper.write(say(title), _TITLE)
    y = TOP
    for line in lines:
        place = Place(
            x=LEFT,
            y=y + line.gap,
            width=WIDTH,
            size=line.size,
            floor=line.size,
            weight=line.weight,
        )
        paper.write_fitted(FittedText(lines=(line.text,), size=line.size), place)
        y += line.height
    if is_last:
        paper.draw_line(LEFT, 275, LEFT + WIDTH, 275, dashed=True)
        paper.write(say(N_("签收人：＿＿＿＿＿＿　关系：＿＿＿＿　日期：＿＿＿＿＿＿")), _SIGNED)
    paper.next_page()


def _paginate(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Give the lines of each page; a section's heading is never the last line of a page."""
    pages: list[list[_Line]] = [[]]
    y = TOP
    for number, line in enumerate(lines):
        following = lines[number + 1].height if line.starts_section else 0.0
        if y + line.height + following > BOTTOM and pages[-1]:
            pages.append([])
            y = TOP
        pages[-1].append(line)
        y += line.height
    if len(pages) > 1 and len(pages[-1]) == 1:
        _keep_company(*pages[-2:])
    return pages


def _keep_company(full: list[_Line], last: list[_Line]) -> None:
    """Take a section over to the last page, so that the office's name does not stand alone."""
    start = max((at for at, line in enumerate(full) if line.starts_section), default=len(full))
    last[:0] = full[start:]
    del full[start:]


def _list_lines(letter: Letter, say: Say) -> list[_Line]:
    lines: list[_Line] = []
    for text, size, weight, gap, starts_section in _list_paragraphs(letter, say):
        for number, part in enumerate(wrap_text(text, width=WIDTH, size=size, weight=weight)):
            lines.append(
                _Line(part, size, weight, 0.0 if number else gap, starts_section and not number)
            )
    return lines


_Paragraph = tuple[str, float, Weight, float, bool]


def _say_plainly(text: str) -> _Paragraph:
    return text, BODY, Weight.REGULAR, 1.0, False


def _say_large(text: str) -> _Paragraph:
    return text, VALUE, Weight.BOLD, 1.0, False


def _head(text: str) -> _Paragraph:
    return text, BODY, Weight.BOLD, 3.5, True


def _list_paragraphs(letter: Letter, say: Say) -> Iterator[_Paragraph]:
    facts = _list_facts(letter)
    yield _say_large(say(N_("%(name)s 老人：")) % facts)
    yield _say_plainly(letter.place)
    if letter.decision:
        yield from _tell_decision(letter.decision, say)
    else:
        yield from _tell_occasion(letter, say, facts)
    yield _head(say(N_("您的等级")))
    yield _say_large(letter.level)
    yield _say_plainly(say(N_("自 %(from_date)s 起有效。")) % facts)
    yield _head(say(N_("为什么是这个等级")))
    yield from (_say_plainly(f"· {reason}") for reason in letter.reasons)
    yield from _tell_consequences(letter, say, facts)
    yield from _tell_rights(letter, say, facts)
    signed = letter.decision.decided_date if letter.decision else letter.confirmed_date
    yield (f"{letter.district}  {signed.isoformat()}", BODY, Weight.BOLD, 3.5, False)


def _list_facts(letter: Letter) -> dict[str, object]:
    return {
        "name": letter.name,
        "scale": letter.scale,
        "from_date": letter.from_date.isoformat(),
        "assessed": letter.assessed_date.isoformat() if letter.assessed_date else "",
        "assessors": letter.assessors,
        "confirmed": letter.confirmed_date.isoformat(),
        "programmes": say_list(letter.programmes),
        "until": letter.appeal_until.isoformat(),
        "days": letter.decision_days,
        "next": letter.next_date.isoformat() if letter.next_date else "",
        "phone": letter.phone,
    }


def say_list(names: Sequence[str]) -> str:
    """Give names one after the other, as both languages may read them."""
    return "、".join(names)


def _tell_occasion(letter: Letter, say: Say, facts: dict[str, object]) -> Iterator[_Paragraph]:
    if letter.assessed_date is None:
        sentence = N_("您的类别按《%(scale)s》和登记的资料确定，%(confirmed)s 经街道审核确认。")
    else:
        sentence = N_(
            "您于 %(assessed)s 接受了评估，评估员是%(assessors)s，所用量表是《%(scale)s》。"
            "结果已于 %(confirmed)s 经街道审核确认。"
        )
    yield _say_plainly(say(sentence) % facts)


def _tell_decision(decision: Decision, say: Say) -> Iterator[_Paragraph]:
    facts = {
        "appellant": decision.appellant,
        "appealed": decision.appealed_date.isoformat(),
        "decided": decision.decided_date.isoformat(),
        "reason": decision.reason,
    }
    made = N_(
        "%(appellant)s 于 %(appealed)s 对您的等级提出申诉。另两名评估员已重新评估，"
        "由没有经手过原结果的审核人于 %(decided)s 决定："
    )
    yield _say_plainly(say(made) % facts)
    yield _say_large(say(decision.outcome))
    yield _say_plainly(say(N_("理由：%(reason)s")) % facts)


def _tell_consequences(letter: Letter, say: Say, facts: dict[str, object]) -> Iterator[_Paragraph]:
    yield _head(say(N_("对领券有什么影响")))
    if letter.programmes:
        read = N_(
            "以下方案会看这个等级：%(programmes)s。能不能领、领多少，还要看方案的其他条件，"
            "以实际发放为准。"
        )
        yield _say_plainly(say(read) % facts)
    else:
        yield _say_plainly(say(N_("目前没有方案直接按这个等级发券。")))


def _tell_rights(letter: Letter, say: Say, facts: dict[str, object]) -> Iterator[_Paragraph]:
    yield _head(say(N_("如果您不同意")))
    if letter.decision:
        rights = N_("对决定有疑问，请问社区工作人员，或拨打 %(phone)s。")
    elif letter.assessed_date is None:
        rights = N_("登记的资料有误，请告诉社区工作人员，或拨打 %(phone)s，更正后重新确定。")
    else:
        rights = N_(
            "您或家属可在 %(until)s 前（含当日）提出申诉：到社区，或拨打 %(phone)s，不收费。"
            "会有另两名评估员重新评估，%(days)s 天内作出决定。决定之前，这个等级继续有效。"
        )
    yield _say_plainly(say(rights) % facts)
    if letter.assessed_date is None:
        return
    yield _head(say(N_("下次评估")))
    if letter.next_date:
        yield _say_plainly(say(N_("请在 %(next)s 前再评估一次，到时会有人联系您。")) % facts)
    yield _say_plainly(say(N_("身体情况有明显变化，随时可以告诉社区，请人重新评估。")))
