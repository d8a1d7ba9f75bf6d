"""What can be printed on a voucher: the values of one, and the catalogue of its fields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from voucher.codes import show_serial
from voucher.refusals import N_

Say = Callable[[str], str]


class Mark(StrEnum):
    """What a printout of a demo or test home says on every piece: this is not money."""

    DEMO = N_("演示")
    TEST = N_("测试")


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whose voucher it is, for what goes to one resident: `id` tells people apart."""

    id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SheetVoucher:
    """
    One live print as the paper shows it. Never the level; the full name, of the addressee, only on
    a letter that goes with the vouchers, never on the voucher itself.

    `value` is what it is worth (30.00 元, 2 次, 本月最高抵扣 800 元), `covers` what for, with the
    shares of a discount. `last_date` is inclusive, `serial` ungrouped. The bearer secrets,
    `typed_code` (grouped 5-5-5) and `qr_text`, stay out of logs.
    """

    programme: str
    value: str
    covers: str
    valid_from: date
    last_date: date
    masked_name: str
    sex: str
    age_band: str
    community: str
    serial: str
    print_number: int
    typed_code: str = field(repr=False)
    qr_text: str = field(repr=False)
    host: str
    desk_phone: str
    addressee: Addressee


@dataclass(frozen=True, slots=True)
class Field:
    """
    One printable text: its name in layouts, its label for people, how it is got.

    `read` is given what translates and the values of `sources`, and knows nothing else: two pieces
    that agree in their sources show the same text.
    """

    name: str
    label: str
    sources: tuple[str, ...]
    read: Callable[..., str]

    def show(self, piece: Any, *, say: Say = str) -> str:
        """Give what this field prints for one piece."""
        return self.read(say, *(getattr(piece, source) for source in self.sources))


# The person is invented; the token proves nothing.
SAMPLE = SheetVoucher(
    programme="示例养老服务券",
    value="30.00 元",
    covers="理发、洗衣、助浴",
    valid_from=date(2026, 12, 1),
    last_date=date(2026, 12, 31),
    masked_name="王**",
    sex="女",
    age_band="80-89岁",
    community="示例社区",
    serial="261200000017",
    print_number=1,
    typed_code="00000-00000-00000",
    qr_text="HTTPS://VOUCHER.EXAMPLE/V/" + "A" * 143,
    host="voucher.example",
    desk_phone="028-0000 0000",
    addressee=Addressee(id=1, name="王示例", address="示例路 1 号 1 栋 101 室"),
)


def show_as_is(_: Say, text: str) -> str:
    """Give a text that nobody translates: a name, a figure."""
    return text


def _show_expiry(say: Say, last_date: date) -> str:
    return say(N_("有效至 %(last)s")) % {"last": last_date.isoformat()}


def _show_start(say: Say, valid_from: date) -> str:
    return say(N_("%(first)s 起可用")) % {"first": valid_from.isoformat()}


def _show_person(say: Say, masked_name: str, sex: str, age_band: str) -> str:
    return f"{masked_name}  {say(sex)}  {say(age_band)}"


def _show_print(say: Say, number: int) -> str:
    return say(N_("第 %(number)s 次印")) % {"number": number}


def _show_phone(say: Say, phone: str) -> str:
    return say(N_("咨询 %(phone)s")) % {"phone": phone}


def _show_warning(say: Say, host: str) -> str:
    return say(N_("扫码绝不要您登录、付款、填号码。网址只有 %(host)s")) % {"host": host.lower()}


FIELDS = (
    Field("programme", N_("方案名称"), ("programme",), show_as_is),
    Field("value", N_("面值"), ("value",), show_as_is),
    Field("expiry", N_("有效期止"), ("last_date",), _show_expiry),
    Field("start", N_("有效期起"), ("valid_from",), _show_start),
    Field("covers", N_("可用于"), ("covers",), show_as_is),
    Field("person", N_("持券人"), ("masked_name", "sex", "age_band"), _show_person),
    Field("community", N_("社区"), ("community",), show_as_is),
    Field("serial_head", N_("“券号”字样"), (), lambda say: say(N_("券号"))),
    Field("serial", N_("券号"), ("serial",), lambda _, serial: show_serial(serial)),
    Field("print", N_("印次"), ("print_number",), _show_print),
    Field("phone", N_("咨询电话"), ("desk_phone",), _show_phone),
    Field("typed_code_head", N_("“编码”字样"), (), lambda say: say(N_("编码"))),
    Field("typed_code", N_("手输编码"), ("typed_code",), show_as_is),
    Field("warning", N_("防骗提示"), ("host",), _show_warning),
)
