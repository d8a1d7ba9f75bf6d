"""What is asked of a simulation, and a scheme file that is only tried, as typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from werkzeug.datastructures import FileStorage

from voucher.refusals import N_, BadInput, NotFound
from voucher.schemes.forms import list_candidates, pick_candidate
from voucher.schemes.queries import map_instruments
from voucher.schemes.rules.candidates import Candidate, read_candidate
from voucher.schemes.rules.programmes import Programme

# Many times the longest file there is; every condition in it is tried on samples.
MAX_EDITED_BYTES = 64 * 1024
# What stands before the name of a file in the list of programmes.
IN_FOLDER = "file:"


@dataclass(frozen=True, slots=True)
class Question:
    """What to simulate, as typed; `against` is empty for one programme alone."""

    programme: str
    against: str
    month: str
    community: str
    proposed: str

    @classmethod
    def parse(cls, sent: Mapping[str, str]) -> "Question":
        """Read the fields; what is too long to be true is cut."""
        return cls(*(sent.get(name, "").strip()[:200] for name in cls.__slots__))

    @property
    def counts_proposed(self) -> bool:
        """Tell whether levels that are only proposed count too."""
        return self.proposed == "yes"

    def as_address(self) -> dict[str, Any]:
        """Give the arguments of the address that asks this."""
        named = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Edited:
    """The text of an edited programme and the name of its file; both live for one request."""

    name: str
    text: str

    @classmethod
    def parse(cls, sent: Mapping[str, str], files: Mapping[str, FileStorage]) -> "Edited | None":
        """
        Read a file that was chosen, or the text that our own page sends back; None for neither.

        :raises BadInput: edited_size, edited_text.
        """
        file = files.get("file")
        if file is not None and file.filename:
            return cls(PurePath(file.filename).name[-100:], _decode(file.read()))
        if sent.get("text"):
            name = sent.get("file_name", "")[-100:]
            return cls(name, _decode(sent["text"].encode("utf-8", "replace")))
        return None


def _decode(content: bytes) -> str:
    """Give the text; browsers send each end of a line as two characters."""
    if len(content) > MAX_EDITED_BYTES:
        raise BadInput(
            "edited_size",
            N_("方案文件最大 %(most)s KB，请只上传一个方案"),
            most=MAX_EDITED_BYTES // 1024,
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise BadInput(
            "edited_text", N_("方案文件不是 UTF-8 文字，请另存为 UTF-8 再上传")
        ) from fault


def list_tried_programmes(folder: Path | None) -> list[Candidate]:
    """List the files of the district's own folder that hold a programme; none without a folder."""
    try:
        candidates = list_candidates(folder)
    except (BadInput, NotFound):
        return []
    return [one for one in candidates if isinstance(one.scheme, Programme)]


def open_tried_file(
    *, question: Question, edited: Edited | None, folder: Path | None
) -> Candidate | None:
    """
    Read and check the file that stands for B, sent or of the folder; None for neither.

    :raises NotFound: file_unknown. :raises BadInput: schemes_folder.
    """
    if edited is not None:
        reached = map_instruments()
        return read_candidate(file=edited.name, text=edited.text, within_reach=reached)
    if question.against.startswith(IN_FOLDER):
        return pick_candidate(list_candidates(folder), question.against.removeprefix(IN_FOLDER))
    return None


def get_tried_programme(candidate: Candidate) -> Programme:
    """
    Give the programme a file holds.

    :raises BadInput: scheme_invalid.
    """
    if isinstance(candidate.scheme, Programme):
        return candidate.scheme
    for fault in candidate.faults:
        if fault.refusal:
            raise fault.refusal
    raise BadInput("scheme_invalid", N_("%(file)s 不是方案（programme）"), file=candidate.file)
