"""Judge the first sheet of a shops workbook: the shops."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from voucher.divisions.rules.communities import Gazetteer
from voucher.phones import read_phone
from voucher.refusals import N_
from voucher.shops.rules.judged import (
    Columns,
    Judged,
    RowNote,
    find_code_faults,
    pick_cell,
    read_code,
)
from voucher.shops.rules.states import Registration
from voucher.workbooks.cells import Cell, read_text
from voucher.workbooks.faults import Fault, RejectedRow, find_text_faults
from voucher.workbooks.headers import REASON_TITLE, Layout

SHOP_LAYOUT = Layout(
    words={
        "code": ("商户编号",),
        "name": ("商户名称",),
        "registration": ("登记方式",),
        "licence": ("证照号",),
        "street": ("街道",),
        "community": ("社区",),
        "address": ("地址",),
        "contact": ("联系人",),
        "phone": ("联系电话",),
        "hours": ("营业时间",),
        "bank": ("开户行",),
        "holder": ("户名",),
        "account": ("账号",),
    },
    anchors=("code", "name"),
    required=("code", "name", "registration", "licence", "community", "bank", "holder", "account"),
    key="code",
    silent=("序号", "备注", REASON_TITLE),
)

# Longest texts, in characters, as wide as their columns.
_LIMITS = {"name": 100, "address": 200, "contact": 50, "hours": 60, "bank": 100, "holder": 100}
_MAX_LICENCE = 30
_REGISTRATIONS = {"登记": Registration.REGISTERED, "备案": Registration.FILED}
# Letters lead the numbers of accounts of non-residents and of free trade.
_ACCOUNT = re.compile(r"[A-Z]{0,4}[0-9]{8,26}")
_GAPS = re.compile(r"[\s\-‐‑‒–—−]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
# A spreadsheet keeps this many digits of a number and turns the rest into noughts.
_SURE_DIGITS = 15


class ShopRow(NamedTuple):
    """An accepted row, every value normalised."""

    row: int
    code: str
    name: str
    registration: Registration
    licence: str
    community_code: str
    address: str
    contact: str
    phone: str | None
    hours: str
    bank: str
    holder: str
    account: str


class _Typed(NamedTuple):
    """What one row says, as text; two cells are kept as they came, for a number may be damaged."""

    code: str
    name: str
    registration: str
    street: str
    community: str
    address: str
    contact: str
    phone: str
    hours: str
    bank: str
    holder: str
    licence: str
    account: str
    licence_cell: Cell
    account_cell: Cell


class Register(NamedTuple):
    """
    What is known before a file is read.

    `elsewhere` are the codes of shops outside the importer's area; `licences` says whose a licence
    is, by code.
    """

    elsewhere: Collection[str]
    licences: Mapping[str, str]


def judge_shops(
    *,
    rows: Iterable[tuple[int, Sequence[Cell]]],
    columns: Columns,
    gazetteer: Gazetteer,
    register: Register,
) -> Judged[ShopRow]:
    """
    Judge every shop row; the first fault in the order of `_find_faults` counts.

    An earlier row of the same code or licence makes a duplicate, whether or not it was accepted.
    """
    judged: Judged[ShopRow] = Judged()
    first_rows: dict[tuple[str, str], int] = {}
    for row, cells in rows:
        typed = _read_row(cells, columns)
        community = gazetteer.find_code(street=typed.street, community=typed.community)
        by_code = first_rows.setdefault(("code", typed.code), row)
        by_licence = first_rows.setdefault(("licence", typed.licence), row)
        faults = (
            *_find_faults(row, typed, community, min(by_code, by_licence)),
            *_find_clashes(typed, register),
        )
        if faults:
            judged.rejected.append(RejectedRow(row, faults))
            continue
        assert community is not None
        judged.accepted.append(_make_row(row, typed, community))
        if typed.phone and read_phone(typed.phone) is None:
            judged.warnings.append(RowNote(row, "phone_invalid"))
    return judged


def _read_row(cells: Sequence[Cell], columns: Columns) -> _Typed:
    def text(name: str) -> str:
        return read_text(pick_cell(cells, columns, name))

    return _Typed(
        code=read_code(pick_cell(cells, columns, "code")),
        name=text("name"),
        registration=text("registration"),
        street=text("street"),
        community=text("community"),
        address=text("address"),
        contact=text("contact"),
        phone=text("phone"),
        hours=text("hours"),
        bank=text("bank"),
        holder=text("holder"),
        licence=_close_up(text("licence")),
        account=_close_up(text("account")),
        licence_cell=pick_cell(cells, columns, "licence"),
        account_cell=pick_cell(cells, columns, "account"),
    )


def _close_up(text: str) -> str:
    """Give a number as it is compared: narrow, capital, without gaps."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", text)).upper().removeprefix("'")


def _find_faults(row: int, typed: _Typed, community: str | None, first: int) -> Iterator[Fault]:
    yield from find_code_faults(typed.code)
    if not typed.name:
        yield Fault("name_missing", N_("缺少商户名称"), {})
    if typed.registration not in _REGISTRATIONS:
        yield Fault("registration_unknown", N_("登记方式须为“登记”或“备案”"), {})
    yield from _find_licence_faults(typed)
    if community is None:
        name = (typed.street + typed.community)[:80]
        yield Fault("community_unknown", _COMMUNITY_UNKNOWN, {"name": name})
    yield from _find_account_faults(typed)
    if first != row:
        yield Fault("duplicate_in_file", _DUPLICATE, {"row": row, "first": first})
    for name, most in _LIMITS.items():
        title = SHOP_LAYOUT.words[name][0]
        yield from find_text_faults(title, getattr(typed, name), most=most)


def _find_clashes(typed: _Typed, register: Register) -> Iterator[Fault]:
    if typed.code in register.elsewhere:
        yield Fault("registered_elsewhere", _ELSEWHERE, {})
    if register.licences.get(typed.licence, typed.code) != typed.code:
        yield Fault("licence_taken", _LICENCE_TAKEN, {})


_ELSEWHERE = N_("该商户已在其他辖区登记，请由所在辖区办理")
_LICENCE_TAKEN = N_("该证照号已登记在另一商户编号下，请核对")
_COMMUNITY_UNKNOWN = N_("街道和社区“%(name)s”不在您的辖区名单中，或不只一个，请写全称")
_LICENCE_DAMAGED = N_("证照号被存成数字，末几位可能已丢失，请把列设为文本后重填")
_ACCOUNT_DAMAGED = N_("账号被存成数字，数位可能已丢失，请把列设为文本后重填")
_DUPLICATE = N_("第%(row)s行与第%(first)s行编号或证照号相同")


def _find_licence_faults(typed: _Typed) -> Iterator[Fault]:
    if not typed.licence:
        yield Fault("licence_missing", N_("缺少证照号"), {})
    if _is_damaged(typed.licence_cell, typed.licence):
        yield Fault("licence_damaged", _LICENCE_DAMAGED, {})
    yield from find_text_faults("证照号", typed.licence, most=_MAX_LICENCE)


def _find_account_faults(typed: _Typed) -> Iterator[Fault]:
    if not (typed.bank and typed.holder and typed.account):
        yield Fault("account_missing", N_("开户行、户名、账号都须填写"), {})
    # Never guess: a number has lost its leading noughts, and above 15 digits its last ones.
    if isinstance(typed.account_cell, int | float) or _is_damaged(None, typed.account):
        yield Fault("account_damaged", _ACCOUNT_DAMAGED, {})
    elif typed.account and not _ACCOUNT.fullmatch(typed.account):
        yield Fault("account_format", N_("账号须为8至26位数字"), {})


def _is_damaged(cell: Cell, text: str) -> bool:
    """Tell whether a number went through a spreadsheet's number cell and lost digits there."""
    if isinstance(cell, int | float) and abs(cell) >= 10**_SURE_DIGITS:
        return True
    return _SCIENTIFIC.fullmatch(text) is not None


def _make_row(row: int, typed: _Typed, community: str) -> ShopRow:
    return ShopRow(
        row=row,
        code=typed.code,
        name=typed.name,
        registration=_REGISTRATIONS[typed.registration],
        licence=typed.licence,
        community_code=community,
        address=typed.address,
        contact=typed.contact,
        phone=read_phone(typed.phone) if typed.phone else None,
        hours=typed.hours,
        bank=typed.bank,
        holder=typed.holder,
        account=typed.account,
    )
