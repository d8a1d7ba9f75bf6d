"""In which order vouchers are printed and how they are cut into files. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from voucher.text import natural_key, pinyin_sort_key

# A file is held in memory until it is finished: 10,000 vouchers are about 150 MB.
MAX_VOUCHERS_A_FILE = 10_000


@dataclass(frozen=True, slots=True)
class Position:
    """Where a voucher lies in the pile: by street, community, address, resident, serial."""

    street_code: str
    community_code: str
    address: str
    name: str
    resident_id: int
    serial: str

    @property
    def order(self) -> tuple[Any, ...]:
        """The key of the walk from door to door: 2幢 before 10幢, namesakes kept apart."""
        return (
            self.street_code,
            self.community_code,
            natural_key(self.address),
            pinyin_sort_key(self.name),
            self.resident_id,
            self.serial,
        )


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file to print: a community's vouchers, or the part of them with this number."""

    community_code: str
    part: int
    positions: tuple[Position, ...]


def plan_files(positions: Iterable[Position]) -> list[FilePlan]:
    """Put vouchers in order and give the files: one a community, at most 10,000 vouchers each."""
    ordered = sorted(positions, key=lambda position: position.order)
    plans = []
    for code, group in groupby(ordered, key=lambda position: position.community_code):
        whole = tuple(group)
        for part, start in enumerate(range(0, len(whole), MAX_VOUCHERS_A_FILE), 1):
            plans.append(FilePlan(code, part, whole[start : start + MAX_VOUCHERS_A_FILE]))
    return plans
