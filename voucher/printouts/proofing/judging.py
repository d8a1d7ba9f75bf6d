"""What is wrong with a page: what a reader found on it against what the rows say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voucher.printouts.proofing.codes import FoundCode
from voucher.printouts.proofing.pages import ReadPage, ReadPlace
from voucher.printouts.proofing.spoiling import COPIES
from voucher.refusals import Refusal

# 28 mm, less what two pixels of the page can take away.
SMALLEST_MM = 27.7
# Symbol contrast of grade A and error correction as drawn (ISO/IEC 15415): toner only takes away.
LEAST_CONTRAST = 70
LEAST_INTACT = 90


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: in which file, on which page (0: the whole), with which voucher."""

    file: str
    page: int
    serial: str
    word: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paper:
    """
    What the rows say of one print: its voucher, the texts that must stand on it with their labels.

    `fault` is the word when this print should not be on this paper at all.
    """

    serial: str
    texts: tuple[tuple[str, str], ...]
    fault: str = ""


@dataclass(slots=True)
class Reading:
    """What was learnt from some pages: prints proved, each with its place, and what is wrong."""

    proved: dict[int, tuple[str, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    codes: int = 0
    verified: int = 0
    spoilt: int = 0


# Gives the print id that a text's signature proves, or refuses.
Prove = Callable[[str], int]


def prove_pages(pages: Sequence[ReadPage], *, prove: Prove) -> dict[str, int | Refusal]:
    """Give, by the text of each code, the print it proves or why it proves nothing."""
    texts = {code.text for page in pages for place in page.places for code in place.codes}
    return {text: _prove(text, prove) for text in texts}


def _prove(text: str, prove: Prove) -> int | Refusal:
    try:
        return prove(text)
    except Refusal as refusal:
        return refusal


def judge_pages(
    pages: Sequence[ReadPage], *, proofs: Mapping[str, int | Refusal], papers: Mapping[int, Paper]
) -> Reading:
    """Compare what was read with what the rows say of each print that was proved."""
    reading = Reading()
    for page in pages:
        for place in page.places:
            _judge_place(reading, page, place, proofs, papers)
    return reading


def _judge_place(
    reading: Reading,
    page: ReadPage,
    place: ReadPlace,
    proofs: Mapping[str, int | Refusal],
    papers: Mapping[int, Paper],
) -> None:
    serials, named = place.serials, []
    for code in place.codes:
        proof = proofs[code.text]
        paper = None if isinstance(proof, Refusal) else papers.get(proof)
        named.append(paper.serial if paper else next(iter(serials), ""))
        faults = [*_find_faults(proof, paper, place), *_find_flaws(code)]
        if not isinstance(proof, Refusal):
            if proof in reading.proved:
                faults.append(("twice", {"other": reading.proved[proof][1]}))
            reading.proved[proof] = (page.file, page.number)
        reading.findings += [
            Finding(page.file, page.number, named[-1], word, facts) for word, facts in faults
        ]
        reading.codes += 1
        reading.verified += paper is not None and not paper.fault
        reading.spoilt += code.failed is not None
    if len(place.codes) < len(serials):
        reading.findings += [
            Finding(page.file, page.number, serial, "unreadable")
            for serial in serials
            if serial not in named
        ]


def _find_faults(
    proof: int | Refusal, paper: Paper | None, place: ReadPlace
) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(proof, Refusal):
        yield proof.word, {}
    elif paper is None:
        yield "print_unknown", {}
    elif paper.fault:
        yield paper.fault, {}
    elif paper.serial not in place.serials:
        yield "misplaced", {}
    else:
        for label, wanted in paper.texts:
            if "".join(wanted.split()) not in place.text:
                yield "text", {"field": label}


def _find_flaws(code: FoundCode) -> Iterator[tuple[str, dict[str, Any]]]:
    if code.side_mm < SMALLEST_MM:
        yield "size", {"mm": code.side_mm}
    if not code.is_quiet:
        yield "quiet_zone", {}
    if code.contrast < LEAST_CONTRAST:
        yield "contrast", {"percent": code.contrast}
    if code.intact < LEAST_INTACT:
        yield "covered", {"percent": code.intact}
    for copy in code.failed or ():
        yield "spoilt", {"copy": COPIES[copy]}
