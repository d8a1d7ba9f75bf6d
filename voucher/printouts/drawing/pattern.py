"""The fine background of a voucher: lines so thin and light that a copier blurs or loses them."""

from math import cos, pi, sin

from voucher.printouts.drawing.paper import Box, Paper

# Black type on a line of this grey still has a contrast of more than 7 to 1.
LINE_GREY = 0.66

_LINE_WIDTH = 0.16  # Points.
_RIBBONS = 3
_STRANDS = 8
_WAVE = 42.0  # mm.
_STEP = 3.5  # mm; one curve of four points follows the wave that far.
_LAG = 0.16  # Of a wave's turn, from one strand to the next.


def draw_pattern(paper: Paper, box: Box) -> None:
    """Fill a box with ribbons of fine lines, each woven of two that mirror one another."""
    paper.canvas.saveState()
    paper.canvas.setStrokeGray(LINE_GREY)
    room = box.height / _RIBBONS
    for ribbon in range(_RIBBONS):
        for strand in range(_STRANDS):
            drift = (strand / (_STRANDS - 1) - 0.5) * room * 0.4
            middle, phase = box.y + (ribbon + 0.5) * room + drift, strand * _LAG + ribbon * pi / 2
            for swing in (0.3 * room, -0.3 * room):
                _draw_strand(paper, box, middle, swing, phase)
    paper.canvas.restoreState()


def _draw_strand(paper: Paper, box: Box, middle: float, swing: float, phase: float) -> None:
    steps, turn = round(box.width / _STEP), 2 * pi / _WAVE
    points = []
    for number in range(steps + 1):
        along = number * box.width / steps
        angle = turn * along + phase
        points.append((box.x + along, middle + swing * sin(angle), swing * cos(angle) * turn))
    paper.draw_curve(points, width=_LINE_WIDTH)
