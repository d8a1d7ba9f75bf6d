"""Words and terms of shops and tills."""

from datetime import timedelta
from enum import StrEnum

from voucher.refusals import N_

# Long enough to carry a phone across the shop, too short for the code to be passed on.
CODE_LIFE = timedelta(minutes=15)
TILL_LIFE = timedelta(days=90)
# Between the approval of a changed account and its first payment the shop can still object.
ACCOUNT_COOLING = timedelta(days=3)


class Registration(StrEnum):
    """Two tracks: formal registration with the district, or filing with the street."""

    REGISTERED = "registered"
    FILED = "filed"


class ShopState(StrEnum):
    """A shop may take vouchers only while approved."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SUSPENDED = "suspended"


class DeviceState(StrEnum):
    """A till waits for its code to be opened, works, or is stopped."""

    WAITING = "waiting"
    ENROLLED = "enrolled"
    SUSPENDED = "suspended"


REGISTRATION_TITLES = {
    Registration.REGISTERED: N_("登记"),
    Registration.FILED: N_("备案"),
}
SHOP_TITLES = {
    ShopState.PROPOSED: N_("待批准"),
    ShopState.APPROVED: N_("营业中"),
    ShopState.SUSPENDED: N_("已暂停"),
}
DEVICE_TITLES = {
    DeviceState.WAITING: N_("等待绑定"),
    DeviceState.ENROLLED: N_("使用中"),
    DeviceState.SUSPENDED: N_("已停用"),
}
# What is said of a till or code whose time is over.
EXPIRED_TITLES = {
    DeviceState.WAITING: N_("绑定码已过期"),
    DeviceState.ENROLLED: N_("已到期"),
}


def title_device(state: str, *, is_over: bool) -> str:
    """Give a till's state in words; a code or a till whose time is over says so."""
    known = DeviceState(state)
    return EXPIRED_TITLES.get(known, DEVICE_TITLES[known]) if is_over else DEVICE_TITLES[known]
