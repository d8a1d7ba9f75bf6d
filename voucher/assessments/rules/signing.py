"""An informant's signature: strokes on the screen, or a name and why nobody could sign."""

from typing import Any, NamedTuple

from voucher.refusals import N_

Strokes = tuple[tuple[tuple[int, int], ...], ...]

# What each assessor states of himself; one of the two should be a nurse or a doctor.
BACKGROUND_TITLES = {
    "nursing": N_("护理"),
    "medical": N_("医学"),
    "social": N_("社会工作"),
    "other": N_("其他专业"),
}
CLINICAL = frozenset({"nursing", "medical"})
SIGNED_TITLES = {
    "screen": N_("在屏幕上签名"),
    "fingerprint": N_("按指印"),
    "proxy": N_("代签"),
}
# Width and height of the drawing a signature is kept as.
BOARD = (1_000, 400)
MAX_STROKES, MAX_POINTS = 200, 6_000
# A touch by mistake is no signature.
LEAST_POINTS = 8


class Signature(NamedTuple):
    """How an informant signed, whose name it is, why not by hand, and the strokes."""

    how: str
    name: str = ""
    reason: str = ""
    strokes: Strokes = ()

    @classmethod
    def restore(cls, kept: dict[str, Any]) -> "Signature":
        """Give the signature back from what was kept of it as JSON."""
        strokes = tuple(tuple((x, y) for x, y in stroke) for stroke in kept["strokes"])
        return cls(kept["how"], kept["name"], kept["reason"], strokes)

    def draw(self) -> list[str]:
        """Give the strokes as paths of a drawing of BOARD's size."""
        return ["M" + "L".join(f"{x} {y}" for x, y in stroke) for stroke in self.strokes]


def read_strokes(data: object) -> Strokes | None:
    """Give the strokes of a signature as they were drawn, or None where they are none."""
    if not isinstance(data, list) or len(data) > MAX_STROKES:
        return None
    strokes = []
    for stroke in data:
        if not isinstance(stroke, list) or not all(_is_on_board(point) for point in stroke):
            return None
        strokes.append(tuple((point[0], point[1]) for point in stroke))
    points = sum(map(len, strokes))
    return tuple(strokes) if LEAST_POINTS <= points <= MAX_POINTS else None


def _is_on_board(point: object) -> bool:
    if not isinstance(point, list) or len(point) != len(BOARD):
        return False
    pairs = zip(point, BOARD, strict=True)
    return all(type(at) is int and 0 <= at <= most for at, most in pairs)
