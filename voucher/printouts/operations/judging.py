"""Judging a preflight: what was read of files against what the rows say; writes nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voucher.access import Actor
from voucher.codes import show_serial
from voucher.db import db
from voucher.divisions.models import Division
from voucher.printouts.operations.preflighting import Planned, cut_tasks, find_cells, read_tasks
from voucher.printouts.proofing.judging import (
    Finding,
    Paper,
    Prove,
    Reading,
    judge_pages,
    prove_pages,
)
from voucher.printouts.proofing.pages import ReadPage, count_pages
from voucher.printouts.queries.preflights import find_papers, list_papers_of_community
from voucher.printouts.queries.sheets import Office
from voucher.printouts.rules import SAY_FINDING, is_handover_list, tell_finding
from voucher.refusals import N_, Refusal
from voucher.signing import KeyRing, verify
from voucher.text import find_unprintable, show_code_points


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of reading a community's files back."""

    planned: Planned
    checked: Mapping[str, int]
    degraded: int
    findings: tuple[Finding, ...]

    @property
    def vouchers(self) -> int:
        """Give of how many vouchers codes were checked."""
        return sum(file.vouchers for file in self.planned.files)


def read_files(
    *, actor: Actor, paths: Sequence[Path], office: Office, keyring: KeyRing, jobs: int
) -> Iterator[tuple[Path, int, Reading]]:
    """Read any files back whole; give each with its pages and what was found."""
    for path in paths:
        number = count_pages(path)
        if not number:
            yield path, 0, Reading(findings=[Finding(path.name, 0, "", "not_a_pdf")])
            continue
        if is_handover_list(path.name):
            # It names vouchers and holds none.
            yield path, number, Reading()
            continue
        cells = find_cells(path.name)
        every = tuple(range(1, number + 1))
        tasks = cut_tasks(path, every, cells, vouchers_a_page=max(1, len(cells)))
        pages = [page for some in read_tasks(tasks=tasks, jobs=jobs) for page in some]
        proofs = prove_pages(pages, prove=make_prove(office=office, keyring=keyring))
        papers = find_papers(
            actor=actor,
            run_id=0,
            community_id=None,
            print_ids={proof for proof in proofs.values() if isinstance(proof, int)},
            office=office,
            keyring=keyring,
        )
        yield path, number, judge_pages(pages, proofs=proofs, papers=papers)


def make_prove(*, office: Office, keyring: KeyRing) -> Prove:
    """Give what proves a code's text by the home's keys and names its print."""

    def prove(text: str) -> int:
        body = verify(text, host=office.host, keyring=keyring, test_allowed=office.is_test)
        return body.print_id

    return prove


def judge_preflight(
    *,
    actor: Actor,
    planned: Planned,
    pages: Sequence[ReadPage],
    office: Office,
    keyring: KeyRing,
) -> Judged:
    """Compare what was read of a community's files with its rows; writes nothing."""
    proofs = prove_pages(pages, prove=make_prove(office=office, keyring=keyring))
    proved = {proof for proof in proofs.values() if isinstance(proof, int)}
    expected: dict[int, Paper] = {}
    if planned.is_whole:
        expected = list_papers_of_community(
            run_id=planned.run_id,
            community=db.session.get_one(Division, planned.community_id),
            office=office,
            keyring=keyring,
        )
    papers = expected | find_papers(
        actor=actor,
        run_id=planned.run_id,
        community_id=planned.community_id,
        print_ids=proved - set(expected),
        office=office,
        keyring=keyring,
    )
    reading = judge_pages(pages, proofs=proofs, papers=papers)
    lost = {print_id: paper for print_id, paper in expected.items() if print_id not in proved}
    findings = [
        *planned.findings,
        *reading.findings,
        *_find_missing(planned, lost, {finding.serial for finding in reading.findings}),
        *_find_glyphs(planned, papers),
    ]
    checked = _count_codes(pages)
    return Judged(planned, checked, reading.spoilt, tuple(findings))


def _count_codes(pages: Sequence[ReadPage]) -> dict[str, int]:
    checked: dict[str, int] = {}
    for page in pages:
        codes = sum(len(place.codes) for place in page.places)
        checked[page.file] = checked.get(page.file, 0) + codes
    return checked


def _find_missing(
    planned: Planned, lost: Mapping[int, Paper], known: Collection[str]
) -> Iterator[Finding]:
    sheets = [file for file in planned.files if file.vouchers]
    if any(not file.pages for file in sheets):
        return  # A file that cannot be read is one fault, not one a voucher.
    file = next((file.name for file in sheets), "")
    for paper in lost.values():
        if paper.serial not in known:
            yield Finding(file, 0, paper.serial, "missing")


def _find_glyphs(planned: Planned, papers: Mapping[int, Paper]) -> Iterator[Finding]:
    file = next((file.name for file in planned.files if file.vouchers), "")
    for paper in papers.values():
        for _, text in paper.texts:
            if lacking := find_unprintable(text):
                facts = {"name": text, "code_points": show_code_points(lacking)}
                yield Finding(file, 0, paper.serial, "glyph", facts)


def refuse_findings(findings: Sequence[Finding]) -> Refusal:
    """Give the refusal for paper that must not go out, with the first of what is wrong with it."""
    first = findings[0]
    fault, advice = tell_finding(first.word, first.facts)
    said = SAY_FINDING % {
        "file": first.file,
        "page": first.page or "—",
        "serial": show_serial(first.serial) if first.serial else "—",
        "fault": fault,
        "advice": advice,
    }
    return Refusal(
        "preflight_failed",
        N_("检查发现 %(count)s 个问题，没有放行。第一个：%(first)s"),
        count=len(findings),
        first=said,
        reason=first.word,
    )
