"""Which official community a sheet means: equal names or nothing, no likeness."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

# The longest that fits is dropped, so the longer ones stand first.
_SUFFIXES = (
    "社区居民委员会",
    "社区居委会",
    "村民委员会",
    "村委会",
    "居委会",
    "社区",
    "村",
)


class Place(NamedTuple):
    """One official community, with the name of its street."""

    code: str
    name: str
    street: str


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The communities of a district by street and form of name; a blank street stands for all."""

    _codes: Mapping[tuple[str, str], frozenset[str]]
    _area: Container[str] | None = None
    _answers: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def find_code(self, *, street: str, community: str) -> str | None:
        """Give the code of the one community that fits, None for none or more than one."""
        asked = (street, community)
        # A district has some hundred pairs and a roster a hundred thousand rows.
        if asked not in self._answers:
            self._answers[asked] = self._match(street, community)
        return self._answers[asked]

    def _match(self, street: str, community: str) -> str | None:
        found = frozenset[str]().union(
            *(self._codes.get((street, form), frozenset()) for form in name_forms(community))
        )
        code = next(iter(found)) if len(found) == 1 else None
        return code if self._area is None or code in self._area else None


def build_gazetteer(places: Iterable[Place], *, area: Container[str] | None = None) -> Gazetteer:
    """
    Prepare the communities of a district for matching.

    With an area, a name still means what it means in the whole district, but only the codes in
    the area are given: an importer cannot register people elsewhere.
    """
    codes: dict[tuple[str, str], set[str]] = {}
    for place in places:
        for form in name_forms(place.name):
            for street in ("", place.street):
                codes.setdefault((street, form), set()).add(place.code)
    frozen = {key: frozenset(found) for key, found in codes.items()}
    return Gazetteer(_codes=frozen, _area=area)


def name_forms(name: str) -> frozenset[str]:
    """Give a name and its short form, which lacks one suffix, the longest that fits."""
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return frozenset({name, name.removesuffix(suffix)})
    return frozenset({name}) - {""}
