"""The cover of a box: what is in it, who takes it and brings it back, boxes for the counts."""

from functools import lru_cache

from voucher.codes import show_serial
from voucher.printouts.drawing.fields import Mark, Say
from voucher.printouts.drawing.fonts import Weight
from voucher.printouts.drawing.paper import Paper, Place
from voucher.printouts.drawing.tables import Row
from voucher.qr import make_raster
from voucher.rasters import Raster
from voucher.refusals import N_
from voucher.vouchers.rounds import DELIVERED, OUTCOME_TITLES, PLACE_TITLES

_LEFT, _WIDTH = 8, 281
_TITLE = Place(x=_LEFT, y=8, width=170, size=20, floor=14, weight=Weight.BOLD)
_MARK = Place(x=180, y=8, width=52, size=16, floor=10, weight=Weight.BOLD, align="right")
_PROGRAMME = Place(x=_LEFT, y=19, width=224, size=14, floor=8)
_PLACE = Place(x=_LEFT, y=27, width=224, size=28, floor=14, weight=Weight.BOLD)
_PERIOD = Place(x=_LEFT, y=41, width=224, size=14, floor=9)
_COUNTS = tuple(
    Place(x=x, y=50, width=72, size=26, floor=14, weight=Weight.BOLD) for x in (_LEFT, 84, 160)
)
_SERIALS = Place(x=_LEFT, y=65, width=224, size=16, floor=10)
_PART = Place(x=_LEFT, y=76, width=224, size=14, floor=10)
_CODE_X, _CODE_Y, _CODE_SIDE = 239, 8, 50
_CODE_TEXT = Place(x=236, y=59, width=56, size=10, floor=7, align="centre")
_CODE_HINT = Place(x=236, y=65, width=56, height=16, size=11, floor=8, align="centre")
_BOXES_HEAD = Place(x=_LEFT, y=90, width=_WIDTH, size=15, floor=10, weight=Weight.BOLD)
_BOX_TOP, _BOX_HEAD, _BOX_BOTTOM = 98, 108, 128
_LINE_TOP, _LINE_STEP = 136, 11.5
_WARNING = Place(x=_LEFT, y=185, width=_WIDTH, height=16, size=15, floor=11, weight=Weight.BOLD)
_BOXES = (PLACE_TITLES[DELIVERED], *OUTCOME_TITLES.values(), N_("没送到，带回"), N_("合计"))
_SIGNATURES = (
    N_("装箱人签字：＿＿＿＿＿＿＿＿＿　复核人签字：＿＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿＿"),
    N_(
        "送券人领取签字：＿＿＿＿＿＿＿＿　电话：＿＿＿＿＿＿＿＿＿＿　日期和时间：＿＿＿＿＿＿＿＿"
    ),
    N_("送券人交回签字：＿＿＿＿＿＿＿＿　日期和时间：＿＿＿＿＿＿＿＿＿"),
    N_("清点人签字：＿＿＿＿＿＿＿＿＿　复核人签字：＿＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿＿"),
)


def draw_cover(
    paper: Paper,
    *,
    programme: str,
    place: str,
    period: str,
    counts: tuple[str, str, str],
    serials: tuple[str, str],
    batch: str,
    phone: str,
    mark: Mark | None,
    say: Say,
) -> None:
    """
    Draw the cover on a page of A4 across; `counts` are of vouchers, people and sheets, in words.

    :raises Refusal: text_too_long.
    """
    paper.write(say(N_("送券封面（每位送券人一张）")), _TITLE)
    if mark:
        paper.write(say(mark), _MARK)
    paper.write(programme, _PROGRAMME)
    paper.write(place, _PLACE)
    paper.write(period, _PERIOD)
    for text, where in zip(counts, _COUNTS, strict=True):
        paper.write(text, where)
    first, last = map(show_serial, serials)
    paper.write(say(N_("券号 %(first)s 至 %(last)s")) % {"first": first, "last": last}, _SERIALS)
    part = N_("本次所取：从＿＿＿＿＿＿＿＿＿＿＿至＿＿＿＿＿＿＿＿＿＿＿，共＿＿＿＿＿张")
    paper.write(say(part), _PART)
    draw_batch(paper, batch, x=_CODE_X, y=_CODE_Y, side=_CODE_SIDE)
    paper.write(batch, _CODE_TEXT)
    paper.write(say(N_("在“扫码发放”页扫一下，打开这个社区的清点页")), _CODE_HINT)
    _draw_boxes(paper, tuple(say(title) for title in _BOXES), say=say)
    _draw_foot(paper, phone, say=say)


def _draw_foot(paper: Paper, phone: str, *, say: Say) -> None:
    for number, line in enumerate(_SIGNATURES):
        y = _LINE_TOP + number * _LINE_STEP
        paper.write(say(line), Place(x=_LEFT, y=y, width=_WIDTH, size=14, floor=9))
    warning = N_(
        "登记发到以前，这些券不能使用。送不到的原样带回，不要转交别人。"
        "箱子丢了：马上打 %(phone)s，在这个社区的页面按“这一箱丢了”。"
    )
    paper.write(say(warning) % {"phone": phone}, _WARNING)


def draw_batch(paper: Paper, batch: str, *, x: float, y: float, side: float) -> None:
    """Draw the code of a round: it names the round and proves nothing."""
    paper.draw_raster(_code(batch), x=x, y=y, side=side)


@lru_cache(maxsize=1)
def _code(batch: str) -> Raster:
    # The same on every page of a list.
    return make_raster(batch)


def _draw_boxes(paper: Paper, titles: Row, *, say: Say) -> None:
    paper.write(say(N_("交回时清点，填张数：")), _BOXES_HEAD)
    step = _WIDTH / len(titles)
    for number, title in enumerate(titles):
        x = _LEFT + number * step
        head = Place(x=x + 1, y=101, width=step - 2, size=13, floor=7, align="centre")
        paper.write(title, head)
        paper.draw_line(x, _BOX_TOP, x, _BOX_BOTTOM, width=0.8)
    paper.draw_line(_LEFT + _WIDTH, _BOX_TOP, _LEFT + _WIDTH, _BOX_BOTTOM, width=0.8)
    for y in (_BOX_TOP, _BOX_HEAD, _BOX_BOTTOM):
        paper.draw_line(_LEFT, y, _LEFT + _WIDTH, y, width=0.8)
