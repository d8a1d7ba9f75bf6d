"""Words and terms of shops and tills."""

from datetime import timedelta
from enum import StrEnum

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
