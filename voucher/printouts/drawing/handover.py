"""
What goes out with a community's box: its cover, and the list signed at the door.

The list has full names, serials and a signature strip, in the order of the sheets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from voucher.codes import show_serial
from voucher.printouts.drawing.courier import draw_batch, draw_cover
from voucher.printouts.drawing.fields import Mark, Say
from voucher.printouts.drawing.fonts import Weight, check_glyphs
from voucher.printouts.drawing.paper import A4_ACROSS, Paper, Place, mm, open_paper
from voucher.printouts.drawing.tables import Column, Row, Table, draw_head, open_grid, paginate
from voucher.refusals import N_


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """One resident of the list, in the order of the sheets, with the serials of all his prints."""

    name: str
    address: str
    serials: tuple[str, ...]


@dataclass(frozen=True)
class HandoverList:
    """
    One community's round of a run. `last_date` is inclusive; `mark` as on the sheets.

    `sheets` counts the pages of vouchers, `batch` is the text that names the round to a scanner.
    """

    programme: str
    street: str
    community: str
    run: str
    batch: str
    phone: str
    sheets: int
    valid_from: date
    last_date: date
    mark: Mark | None
    lines: tuple[HandoverLine, ...]

    @cached_property
    def vouchers(self) -> int:
        """How many vouchers all lines have."""
        return sum(len(line.serials) for line in self.lines)


_COLUMNS = (
    Column(N_("序号"), 13, align="centre"),
    Column(N_("姓名"), 46, size=14, floor=9, weight=Weight.BOLD),
    Column(N_("住址"), 70, size=11, floor=8.5),
    Column(N_("券号"), 33, size=11, floor=9),
    Column(N_("张数"), 13, size=12, align="centre"),
    Column(N_("本人签收"), 37),
    Column(N_("代领人姓名、与本人关系、签字"), 47),
    Column(N_("领取日期"), 22),
)
_FORM = "list"
_MOST_SERIALS_A_ROW = 24
_TABLE = Table(columns=_COLUMNS, left=8, top=27, bottom=186, row_height=13, head_height=11.5)
_TITLE = Place(x=8, y=8, width=200, size=17, floor=11, weight=Weight.BOLD)
_SUBTITLE = Place(x=8, y=17, width=200, size=11, floor=8)
_MARK = Place(x=211, y=9, width=54, size=14, floor=8, weight=Weight.BOLD, align="right")
_PAGE = Place(x=211, y=17, width=54, size=11, floor=8, align="right")
_CODE_X, _CODE_Y, _CODE_SIDE = 268, 5, 21
_SUM = Place(x=8, y=189, width=281, size=11, floor=8)
_SIGNED = Place(x=8, y=197, width=281, size=11, floor=8)


def draw_handover_list(*, path: Path, handover: HandoverList, say: Say = str) -> int:
    """
    Write the cover and the list of one community and give the number of pages.

    `say` translates a fixed text. The same arguments give the same bytes.

    :raises Refusal: glyph or text_too_long; then there is no file.
    """
    check_glyphs(_texts_of(handover))
    rows = [row for number, line in enumerate(handover.lines, 1) for row in _rows(number, line)]
    pages = paginate(_TABLE, rows)
    title = f"{handover.run} {handover.community}"
    with open_paper(path=path, size=A4_ACROSS, title=title) as paper:
        _draw_cover(paper, handover, say=say)
        paper.next_page()
        _make_form(paper, handover, say=say)
        grid = open_grid(paper, _TABLE)
        for number, page in enumerate(pages, 1):
            paper.canvas.doForm(_FORM)
            paper.write(say(N_("第 %(page)s 页")) % {"page": f"{number} / {len(pages)}"}, _PAGE)
            grid.draw_rows(page)
            _draw_sum(paper, handover, [row.texts for row in page], say=say)
            paper.next_page()
    return 1 + len(pages)


def _draw_cover(paper: Paper, handover: HandoverList, *, say: Say) -> None:
    serials = [serial for line in handover.lines for serial in line.serials]
    draw_cover(
        paper,
        programme=handover.programme,
        place=f"{handover.street} {handover.community}",
        period=say(N_("批次 %(run)s · 有效期 %(first)s 至 %(last)s"))
        % {
            "run": handover.run,
            "first": handover.valid_from.isoformat(),
            "last": handover.last_date.isoformat(),
        },
        counts=(
            say(N_("券 %(count)s 张")) % {"count": len(serials)},
            say(N_("老人 %(count)s 位")) % {"count": len(handover.lines)},
            say(N_("券纸 %(count)s 页")) % {"count": handover.sheets},
        ),
        serials=(min(serials), max(serials)),
        batch=handover.batch,
        phone=handover.phone,
        mark=handover.mark,
        say=say,
    )


def _rows(number: int, line: HandoverLine) -> Iterator[Row]:
    # More serials than a page is high go on in another row, signed for again.
    for start in range(0, len(line.serials), _MOST_SERIALS_A_ROW):
        some = line.serials[start : start + _MOST_SERIALS_A_ROW]
        serials = "\n".join(show_serial(serial) for serial in some)
        yield (str(number), line.name, line.address, serials, str(len(some)), "", "", "")


def _make_form(paper: Paper, handover: HandoverList, *, say: Say) -> None:
    """Draw once what is the same on every page."""
    width, height = A4_ACROSS
    paper.canvas.beginForm(_FORM, 0, 0, width * mm, height * mm)
    _draw_title(paper, handover, say=say)
    draw_head(paper, _TABLE, tuple(say(column.head) for column in _COLUMNS))
    signed = N_(
        "发放人签字：＿＿＿＿＿＿＿＿＿＿　　"
        "复核人签字：＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿＿＿＿＿"
    )
    paper.write(say(signed), _SIGNED)
    paper.canvas.endForm()


def _draw_title(paper: Paper, handover: HandoverList, *, say: Say) -> None:
    paper.write(say(N_("%(programme)s 发放签收表")) % {"programme": handover.programme}, _TITLE)
    subtitle = say(N_("%(street)s %(community)s · 批次 %(run)s · 有效期 %(first)s 至 %(last)s")) % {
        "street": handover.street,
        "community": handover.community,
        "run": handover.run,
        "first": handover.valid_from.isoformat(),
        "last": handover.last_date.isoformat(),
    }
    paper.write(subtitle, _SUBTITLE)
    if handover.mark:
        paper.write(say(handover.mark), _MARK)
    draw_batch(paper, handover.batch, x=_CODE_X, y=_CODE_Y, side=_CODE_SIDE)


def _draw_sum(paper: Paper, handover: HandoverList, rows: Sequence[Row], *, say: Say) -> None:
    counts = {
        "people": len({row[0] for row in rows}),
        "vouchers": sum(int(row[4]) for row in rows),
        "all_people": len(handover.lines),
        "all_vouchers": handover.vouchers,
    }
    sums = N_(
        "本页 %(people)s 人 %(vouchers)s 张；全表 %(all_people)s 人 %(all_vouchers)s 张。"
        "未领的券请连同本表交回街道。"
    )
    paper.write(say(sums) % counts, _SUM)


def _texts_of(handover: HandoverList) -> list[str]:
    heads = [handover.programme, handover.street, handover.community, handover.run]
    return heads + [text for line in handover.lines for text in (line.name, line.address)]
