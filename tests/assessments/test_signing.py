"""A signature is strokes on a board of a known size, and nothing else."""

import pytest

from voucher.assessments.rules.signing import (
    BOARD,
    LEAST_POINTS,
    MAX_POINTS,
    MAX_STROKES,
    Signature,
    read_strokes,
)

WIDTH, HEIGHT = BOARD


def line(count: int) -> list[list[int]]:
    return [[at % WIDTH, at % HEIGHT] for at in range(count)]


@pytest.mark.parametrize(
    ("data", "is_signature"),
    [
        ([line(LEAST_POINTS)], True),
        ([line(LEAST_POINTS - 1)], False),
        ([line(MAX_POINTS)], True),
        ([line(MAX_POINTS + 1)], False),
        ([line(10)] * MAX_STROKES, True),
        ([line(10)] * (MAX_STROKES + 1), False),
        ([[*line(10), [WIDTH, HEIGHT]]], True),
        ([[*line(10), [WIDTH + 1, 0]]], False),
        ([[*line(10), [0, HEIGHT + 1]]], False),
        ([[*line(10), [-1, 0]]], False),
        ([[*line(10), [1.5, 0]]], False),
        ([[*line(10), [True, 0]]], False),
        ([[*line(10), [1]]], False),
        ([[*line(10), "1 1"]], False),
        ([], False),
        ({}, False),
        (None, False),
    ],
)
def test_strokes_are_read_within_their_bounds(data, is_signature):
    assert (read_strokes(data) is not None) is is_signature


def test_a_signature_is_drawn_as_it_was_written_and_kept():
    strokes = ((1, 2), (3, 4)), ((5, 6),)
    signature = Signature("screen", strokes=strokes)

    assert signature.draw() == ["M1 2L3 4", "M5 6"]
    assert Signature.restore(signature._asdict()) == signature
