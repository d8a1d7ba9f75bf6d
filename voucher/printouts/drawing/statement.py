"""The settlement statement of one shop: every line of the period, the sums, where it is paid to."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from voucher.codes import show_serial
from voucher.money import show_yuan, spell_yuan
from voucher.printouts.drawing.fields import Mark, Say
from voucher.printouts.drawing.fonts import Weight, check_glyphs
from voucher.printouts.drawing.paper import A4_ACROSS, Paper, Place, open_paper
from voucher.printouts.drawing.tables import Column, Row, Table, draw_page, paginate
from voucher.refusals import N_


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A redemption, or with negative figures a reversal. `at` is China time as printed."""

    at: str
    receipt: str
    serial: str
    service: str
    price_fen: int
    amount_fen: int
    own_fen: int
    other_payer_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What a shop is owed. `account` is masked; `held` lines wait for a decision and are not in."""

    number: str
    district: str
    shop: str
    shop_code: str
    from_date: date
    through_date: date
    holder: str
    bank: str
    account: str
    made_by: str
    approved_by: str
    held: int
    amount_fen: int
    mark: Mark | None
    lines: tuple[StatementLine, ...]


_COLUMNS = (
    Column(N_("序号"), 14, align="centre"),
    Column(N_("时间"), 36, size=9.5),
    Column(N_("回执号"), 42, size=9.5, floor=7),
    Column(N_("券号"), 33, size=9.5),
    Column(N_("服务"), 48),
    Column(N_("价格（元）"), 27, align="right"),
    Column(N_("券付（元）"), 27, align="right", weight=Weight.BOLD),
    Column(N_("自付（元）"), 27, align="right"),
    Column(N_("其他支付（元）"), 27, align="right"),
)
_TABLE = Table(columns=_COLUMNS, left=8, top=43, bottom=177, row_height=7)
_TITLE = Place(x=8, y=8, width=225, size=17, floor=11, weight=Weight.BOLD)
_MARK = Place(x=235, y=9, width=54, size=14, floor=8, weight=Weight.BOLD, align="right")
_SHOP = Place(x=8, y=17, width=225, size=12, floor=8)
_ACCOUNT = Place(x=8, y=24, width=281, size=12, floor=8)
_AMOUNT = Place(x=8, y=31.5, width=281, size=14, floor=9, weight=Weight.BOLD)
_PAGE = Place(x=235, y=17, width=54, size=11, floor=8, align="right")
_HELD = Place(x=8, y=189, width=281, size=10, floor=8)
_SIGNED = Place(x=8, y=196, width=281, size=11, floor=7)


def draw_statement(*, path: Path, statement: Statement, say: Say = str) -> int:
    """
    Write a statement and give the number of pages.

    `say` translates a fixed text. The same arguments give the same bytes.

    :raises ValueError: the lines do not sum to the amount: a wrong sum is never put on paper.
    :raises Refusal: glyph or text_too_long; then there is no file.
    """
    if sum(line.amount_fen for line in statement.lines) != statement.amount_fen:
        raise ValueError(f"settlement {statement.number} does not sum to its amount")
    check_glyphs(_texts_of(statement))
    rows = [_row(number, line) for number, line in enumerate(statement.lines, 1)]
    pages = paginate(_TABLE, [*rows, _sums(statement, say)])
    with open_paper(path=path, size=A4_ACROSS, title=statement.number) as paper:
        for number, page in enumerate(pages, 1):
            _draw_head(paper, statement, page=f"{number} / {len(pages)}", say=say)
            draw_page(paper, _TABLE, page, tuple(say(column.head) for column in _COLUMNS))
            _draw_foot(paper, statement, say=say)
            paper.next_page()
    return len(pages)


def _row(number: int, line: StatementLine) -> Row:
    fens = (line.price_fen, line.amount_fen, line.own_fen, line.other_payer_fen)
    serial = show_serial(line.serial)
    return (str(number), line.at, line.receipt, serial, line.service, *map(show_yuan, fens))


def _sums(statement: Statement, say: Say) -> Row:
    fens = (
        sum(line.price_fen for line in statement.lines),
        statement.amount_fen,
        sum(line.own_fen for line in statement.lines),
        sum(line.other_payer_fen for line in statement.lines),
    )
    count = say(N_("%(count)s 笔")) % {"count": len(statement.lines)}
    return ("", say(N_("合计")), count, "", "", *map(show_yuan, fens))


def _draw_head(paper: Paper, statement: Statement, *, page: str, say: Say) -> None:
    facts = {
        "district": statement.district,
        "number": statement.number,
        "shop": statement.shop,
        "code": statement.shop_code,
        "first": statement.from_date.isoformat(),
        "last": statement.through_date.isoformat(),
        "holder": statement.holder,
        "bank": statement.bank,
        "account": statement.account,
        "amount": show_yuan(statement.amount_fen),
        "spelt": spell_yuan(statement.amount_fen),
        "page": page,
    }
    paper.write(say(N_("%(district)s 养老服务券结算单 %(number)s")) % facts, _TITLE)
    paper.write(say(N_("%(shop)s（%(code)s） · %(first)s 至 %(last)s")) % facts, _SHOP)
    paper.write(say(N_("收款户名 %(holder)s · %(bank)s · 账号 %(account)s")) % facts, _ACCOUNT)
    paper.write(say(N_("应付 %(amount)s 元（大写：%(spelt)s）")) % facts, _AMOUNT)
    paper.write(say(N_("第 %(page)s 页")) % facts, _PAGE)
    if statement.mark:
        paper.write(say(statement.mark), _MARK)


def _draw_foot(paper: Paper, statement: Statement, *, say: Say) -> None:
    if statement.held:
        held = N_("另有 %(held)s 笔待处理，未计入本单，处理后列入下一期。")
        paper.write(say(held) % {"held": statement.held}, _HELD)
    signed = N_(
        "制单：%(made_by)s　　复核：%(approved_by)s"
        "　　商户确认（签章）：＿＿＿＿＿＿＿＿＿＿＿＿　　日期：＿＿＿＿＿＿＿＿"
    )
    people = {"made_by": statement.made_by, "approved_by": statement.approved_by}
    paper.write(say(signed) % people, _SIGNED)


def _texts_of(statement: Statement) -> list[str]:
    heads = [statement.district, statement.shop, statement.holder, statement.bank]
    people = [statement.made_by, statement.approved_by, statement.number, statement.shop_code]
    return heads + people + [line.service for line in statement.lines]
