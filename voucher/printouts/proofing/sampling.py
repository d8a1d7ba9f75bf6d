"""Which pages of a file are read: all of them, or a sample that comes out the same again."""

import hashlib

# A run of at most so many vouchers is read whole; of a larger one about so many are read.
WHOLE_RUN = 10_000
# Of the codes that are read, one in so many is read again from spoilt copies; one a file at least.
SPOILT_EVERY = 100


def choose_pages(*, run: int, file: str, pages: int, run_vouchers: int) -> tuple[int, ...]:
    """
    Give the numbers of the pages to read, from 1: the first, the last, and as many as the run asks.

    The same run and file give the same pages, and nobody chooses them.
    """
    if run_vouchers <= WHOLE_RUN:
        return tuple(range(1, pages + 1))
    wanted = -(-pages * WHOLE_RUN // run_vouchers)
    ranked = sorted(range(1, pages + 1), key=lambda page: _rank(run, file, page))
    return tuple(sorted({1, pages, *ranked[:wanted]}))


def choose_spoilt(pages: tuple[int, ...], *, vouchers_a_page: int) -> frozenset[int]:
    """Give those of the pages whose first code is read from spoilt copies too."""
    step = max(1, SPOILT_EVERY // max(1, vouchers_a_page))
    return frozenset(pages[::step])


def _rank(run: int, file: str, page: int) -> bytes:
    return hashlib.sha256(f"{run}:{file}:{page}".encode()).digest()
