"""Files that want to become schemes: each is read and checked by itself, so that all is told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voucher.refusals import N_, BadInput, Refusal
from voucher.schemes.rules.checking import Failure, check_scheme, count_examples
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.lines import find_line
from voucher.schemes.rules.loading import Scheme, list_files, load_bundled, load_scheme, read_text
from voucher.schemes.rules.programme_files import Instruments


@dataclass(frozen=True, slots=True)
class Fault:
    """
    What is wrong with a file and on which line.

    `refusal` says why it cannot be read; otherwise `failure` says what does not come out.
    """

    line: int
    place: str
    refusal: Refusal | None = None
    failure: Failure | None = None

    @property
    def word(self) -> str:
        """Give the machine word."""
        return self.failure.word if self.failure else self.refusal.word  # type: ignore[union-attr]

    def as_json(self) -> dict[str, Any]:
        """Give the fault without its words in the reader's language."""
        if self.failure:
            return {**self.failure.as_json(), "line": self.line}
        return {
            "error": self.word,
            "place": self.place,
            "expected": "",
            "got": "",
            "line": self.line,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file as it was read: its text, the scheme it holds if it can be one, and its faults."""

    file: str
    text: str
    scheme: Scheme | None
    faults: tuple[Fault, ...]

    @property
    def examples(self) -> int:
        """Give the number of its worked examples."""
        return count_examples(self.scheme) if self.scheme else 0


def check_bundled() -> tuple[Candidate, ...]:
    """Check the schemes that come with the system."""
    return tuple(
        Candidate(f"{scheme.id}.toml", scheme.text, scheme, list_faults(scheme))
        for scheme in load_bundled().all
    )


def check_files(
    paths: Iterable[Path], *, within_reach: Instruments, below: Path | None = None
) -> tuple[Candidate, ...]:
    """
    Read and check files one by one; a folder stands for the scheme files in it and below.

    A broken file is told beside the others. Files are named as found, or as they lie `below` a
    folder.

    :raises NotFound: scheme_unknown, where there is no such file.
    """
    first = [_open(path, within_reach, below) for path in list_files(paths)]
    own = {
        (one.scheme.id, one.scheme.version): one.scheme
        for one in first
        if isinstance(one.scheme, Instrument)
    }
    # A programme may read an instrument that lies beside it.
    reached = {**within_reach, **own}
    return tuple(
        _mark_twins(
            _read(one.file, one.text, reached) if one.text and not one.scheme else one
            for one in first
        )
    )


def list_faults(scheme: Scheme) -> tuple[Fault, ...]:
    """Run a scheme's checks and give what does not come out, with its line."""
    return tuple(
        Fault(
            line=find_line(text=scheme.text, path=failure.path or failure.place),
            place=failure.place,
            failure=failure,
        )
        for failure in check_scheme(scheme)
    )


def read_candidate(*, file: str, text: str, within_reach: Instruments) -> Candidate:
    """Read and check the text of one file."""
    return _read(file, text, within_reach)


def _open(path: Path, within_reach: Instruments, below: Path | None) -> Candidate:
    file = path.relative_to(below).as_posix() if below else str(path)
    try:
        text = read_text(path)
    except BadInput as refusal:
        return _reject(file, "", refusal)
    return _read(file, text, within_reach)


def _read(file: str, text: str, within_reach: Instruments) -> Candidate:
    try:
        scheme = load_scheme(text=text, file=file, within_reach=within_reach)
    except BadInput as refusal:
        return _reject(file, text, refusal)
    return Candidate(file, text, scheme, list_faults(scheme))


def _reject(file: str, text: str, refusal: Refusal) -> Candidate:
    fault = Fault(
        line=refusal.facts.get("line", 1), place=refusal.facts.get("path", ""), refusal=refusal
    )
    return Candidate(file, text, None, (fault,))


def _mark_twins(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """Refuse the second file of one version: which of the two counts nobody could say."""
    seen: dict[tuple[str, int], str] = {}
    for one in candidates:
        if one.scheme is None:
            yield one
            continue
        key = (one.scheme.id, one.scheme.version)
        earlier = seen.setdefault(key, one.file)
        if earlier == one.file:
            yield one
            continue
        twin = BadInput(
            "scheme_invalid",
            N_("%(file)s 第 %(line)s 行 %(path)s：这一版已写在 %(other)s 里"),
            file=one.file,
            path="version",
            line=find_line(text=one.text, path="version"),
            other=earlier,
        )
        yield _reject(one.file, one.text, twin)
