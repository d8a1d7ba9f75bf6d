"""The order of the pile and the cut into files."""

import random

from voucher.printouts.rules import Position, plan_files


def make_position(number: int, *, community: str = "510104037006", address: str = "示例路1号"):
    return Position(community[:9], community, address, "王小明", number, f"{number:012d}")


def test_vouchers_lie_by_street_community_address_and_resident():
    walk = [
        make_position(1, community="510104017001"),
        make_position(2, community="510104017002", address="示例路2号"),
        make_position(3, community="510104017002", address="示例路10号"),
        make_position(4, community="510104017002", address="示例路10号"),
        make_position(5, community="510104037001"),
    ]
    shuffled = random.Random(1).sample(walk, len(walk))

    plans = plan_files(shuffled)

    assert [plan.community_code for plan in plans] == [
        "510104017001",
        "510104017002",
        "510104037001",
    ]
    assert [position for plan in plans for position in plan.positions] == walk


def test_a_file_holds_at_most_ten_thousand():
    plans = plan_files(make_position(number) for number in range(10_001))

    assert [(plan.part, len(plan.positions)) for plan in plans] == [(1, 10_000), (2, 1)]
