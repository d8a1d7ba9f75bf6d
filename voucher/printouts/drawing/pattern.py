"""The fine background of a voucher: lines so thin and light that a copier blurs or loses them."""

from collections.abc import Iterator
from math import cos, pi, sin

from voucher.printouts.drawing.paper import Box, Paper

# Black type on a line of this grey still has a contrast of more than 7 to 1.
LINE_GREY = 0.66

_LINE_WIDTH = 0.16  # Points.
# Twice as many lines, for they cost whoever renders a page more than all its type.
_STRANDS = 9
_WAVE = 42.0  # mm.
_STEP = 5.25  # mm; one curve of four points follows the wave that far.
_LAG = 0.16  # Of a wave's turn, from one strand to the next.
_SWING, _DRIFT = 0.3, 0.4  # Of the height.


def draw_pattern(paper: Paper, box: Box) -> None:
    """Fill a box with a ribbon of fine lines, woven of two that mirror one another."""
    paper.canvas.saveState()
    paper.canvas.setStrokeGray(LINE_GREY)
    for strand in range(_STRANDS):
        middle = box.y + (0.5 + (strand / (_STRANDS - 1) - 0.5) * _DRIFT) * box.height
        for swing in (_SWING * box.height, -_SWING * box.height):
            wave = list(_follow_wave(box, middle, swing, strand * _LAG))
            paper.draw_curve(wave, width=_LINE_WIDTH)
    paper.canvas.restoreState()


def _follow_wave(
    box: Box, middle: float, swing: float, phase: float
) -> Iterator[tuple[float, float, float]]:
    steps, turn = round(box.width / _STEP), 2 * pi / _WAVE
    for number in range(steps + 1):
        along = number * box.width / steps
        angle = turn * along + phase
        yield box.x + along, middle + swing * sin(angle), swing * cos(angle) * turn
