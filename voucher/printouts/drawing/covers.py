"""The letter on top of a resident's vouchers: its values, and the catalogue of its fields."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from voucher.printouts.drawing.fields import Field, Say, SheetVoucher, show_as_is
from voucher.refusals import N_


@dataclass(frozen=True, slots=True)
class Cover:
    """
    What the letter says to one resident. It alone bears the full name and the address.

    `kinds` are the different values with the number of vouchers of each; `last_date` is inclusive.
    """

    name: str
    address: str
    programme: str
    kinds: tuple[tuple[str, int], ...]
    valid_from: date
    last_date: date
    host: str
    desk_phone: str


def list_covers(vouchers: Sequence[SheetVoucher]) -> Iterator[Cover]:
    """Give the letter of each resident, in the order of the vouchers."""
    for group in group_by_resident(vouchers):
        first = group[0]
        yield Cover(
            name=first.addressee.name,
            address=first.addressee.address,
            programme=first.programme,
            kinds=tuple(Counter(voucher.value for voucher in group).items()),
            valid_from=first.valid_from,
            last_date=first.last_date,
            host=first.host,
            desk_phone=first.desk_phone,
        )


def group_by_resident(vouchers: Sequence[SheetVoucher]) -> Iterator[list[SheetVoucher]]:
    """Give the vouchers of each resident who follow one another."""
    for _, group in groupby(vouchers, key=lambda voucher: voucher.addressee.id):
        yield list(group)


def _show_name(say: Say, name: str) -> str:
    return say(N_("%(name)s 收")) % {"name": name}


def _show_title(say: Say, programme: str) -> str:
    return say(N_("您的%(programme)s")) % {"programme": programme}


def _show_greeting(say: Say, name: str) -> str:
    return say(N_("%(name)s 老人：")) % {"name": name}


def _show_count(say: Say, kinds: tuple[tuple[str, int], ...]) -> str:
    listed = "、".join(
        say(N_("%(value)s的 %(count)s 张")) % {"value": value, "count": count}
        for value, count in kinds
    )
    total = sum(count for _, count in kinds)
    return say(N_("随信给您 %(total)s 张券：%(listed)s。")) % {"total": total, "listed": listed}


def _show_until(say: Say, last_date: date) -> str:
    return say(N_("请在 %(last)s 前用（含当日）")) % {"last": last_date.isoformat()}


def _show_start(say: Say, valid_from: date) -> str:
    sentence = N_("从 %(first)s 起可以用。过了有效期，没用的就不能再用了。")
    return say(sentence) % {"first": valid_from.isoformat()}


def _show_how(say: Say) -> str:
    return say(
        N_(
            "沿虚线剪开，一张一张用。去的时候带上券，交给店员扫码，再看一眼屏幕上写的金额。"
            "码扫不出来，请店员照着券上的编码输。自己或家人用手机扫，只是查看，不会花掉。"
        )
    )


def _show_where(say: Say, phone: str) -> str:
    sentence = N_(
        "券上写着能用在哪些服务。本区提供这些服务的合作商户都可以用；哪一家离您近、能不能上门，"
        "请问社区，或打 %(phone)s。"
    )
    return say(sentence) % {"phone": phone}


def _show_lost(say: Say, phone: str) -> str:
    sentence = N_(
        "马上告诉社区，或打 %(phone)s。旧的那张会停用，别人拿到也用不了，再给您补印或换发一张。"
    )
    return say(sentence) % {"phone": phone}


def _show_guard(say: Say, host: str) -> str:
    sentence = N_(
        "不要把券上的编码念给打电话来的人，也不要拍照发给别人。"
        "扫码绝不要您登录、付款、填号码。网址只有 %(host)s"
    )
    return say(sentence) % {"host": host.lower()}


def _show_phone(say: Say, phone: str) -> str:
    return say(N_("有事请打 %(phone)s")) % {"phone": phone}


COVER_FIELDS = (
    Field("address", N_("住址"), ("address",), show_as_is),
    Field("name", N_("收信人"), ("name",), _show_name),
    Field("title", N_("标题"), ("programme",), _show_title),
    Field("greeting", N_("称呼"), ("name",), _show_greeting),
    Field("count", N_("张数"), ("kinds",), _show_count),
    Field("until", N_("有效期止"), ("last_date",), _show_until),
    Field("start", N_("有效期起"), ("valid_from",), _show_start),
    Field("how_head", N_("“怎么用”"), (), lambda say: say(N_("怎么用"))),
    Field("how", N_("怎么用的说明"), (), _show_how),
    Field("where_head", N_("“在哪里用”"), (), lambda say: say(N_("在哪里用"))),
    Field("where", N_("在哪里用的说明"), ("desk_phone",), _show_where),
    Field("lost_head", N_("“丢失破损”"), (), lambda say: say(N_("券丢了、破了、看不清了"))),
    Field("lost", N_("丢失破损的说明"), ("desk_phone",), _show_lost),
    Field("guard_head", N_("“防骗”"), (), lambda say: say(N_("当心受骗"))),
    Field("guard", N_("防骗的说明"), ("host",), _show_guard),
    Field("phone", N_("咨询电话"), ("desk_phone",), _show_phone),
)
