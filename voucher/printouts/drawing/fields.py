"""What can be printed on a voucher: the values of one cell, and the catalogue of its fields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

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
    """One printable text: its name in layouts, its label for people, how it is got."""

    name: str
    label: str
    read: Callable[[SheetVoucher, Say], str]

    def show_sample(self) -> str:
        """Give what this field prints for the sample voucher."""
        return self.read(SAMPLE, str)


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


def _read_validity(voucher: SheetVoucher, say: Say) -> str:
    return say(N_("有效期 %(first)s 至 %(last)s")) % {
        "first": voucher.valid_from.isoformat(),
        "last": voucher.last_date.isoformat(),
    }


def _read_person(voucher: SheetVoucher, say: Say) -> str:
    return f"{voucher.masked_name}  {say(voucher.sex)}  {say(voucher.age_band)}"


def _read_serial(voucher: SheetVoucher, say: Say) -> str:
    return say(N_("券号 %(serial)s · 第 %(number)s 次印")) % {
        "serial": show_serial(voucher.serial),
        "number": voucher.print_number,
    }


def _read_phone(voucher: SheetVoucher, say: Say) -> str:
    return say(N_("咨询 %(phone)s")) % {"phone": voucher.desk_phone}


def _read_typed_code(voucher: SheetVoucher, say: Say) -> str:
    return say(N_("编码 %(code)s")) % {"code": voucher.typed_code}


def _read_warning(voucher: SheetVoucher, say: Say) -> str:
    sentence = N_("扫码绝不要您登录、付款、填号码。网址只有 %(host)s")
    return say(sentence) % {"host": voucher.host.lower()}


FIELDS = (
    Field("programme", N_("方案名称"), lambda voucher, say: voucher.programme),
    Field("value", N_("面值"), lambda voucher, say: voucher.value),
    Field("validity", N_("有效期"), _read_validity),
    Field("covers", N_("可用于"), lambda voucher, say: voucher.covers),
    Field("person", N_("持券人"), _read_person),
    Field("community", N_("社区"), lambda voucher, say: voucher.community),
    Field("serial", N_("券号和印次"), _read_serial),
    Field("phone", N_("咨询电话"), _read_phone),
    Field("warning", N_("防骗提示"), _read_warning),
    Field("typed_code", N_("手输编码"), _read_typed_code),
)
