"""What is typed about schemes, as typed values."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from voucher.periods import parse_day
from voucher.refusals import N_, BadInput, NotFound
from voucher.schemes.queries import map_instruments
from voucher.schemes.rules.candidates import Candidate, check_files
from voucher.schemes.rules.loading import read_text

MAX_INPUT_CHARACTERS = 100_000
MAX_INPUT_BYTES = 4 * MAX_INPUT_CHARACTERS


@dataclass(frozen=True, slots=True)
class NewAdoption:
    """A file of the district's folder, and the day from which it shall count."""

    file: str
    effective_from: date

    @classmethod
    def parse(cls, form: Mapping[str, str]) -> "NewAdoption":
        """
        Read a form.

        :raises BadInput: day.
        """
        return cls(form.get("file", ""), parse_day(form.get("effective_from", "")))


def list_candidates(folder: Path | None) -> tuple[Candidate, ...]:
    """
    Read and check the files of the district's folder.

    :raises BadInput: schemes_folder, when no folder is named. :raises NotFound: scheme_unknown.
    """
    if folder is None:
        raise BadInput("schemes_folder", N_("没有设置自有方案文件夹，请管理员设置 VOUCHER_SCHEMES"))
    return check_files([folder], within_reach=map_instruments(), below=folder)


def read_adopted_file(folder: Path | None, file: str) -> str:
    """Give the text of a file of the folder as it stands now, empty when it is gone."""
    path = folder / file if folder else None
    try:
        return read_text(path) if path else ""
    except (NotFound, BadInput):
        return ""


def pick_candidate(candidates: Iterable[Candidate], file: str) -> Candidate:
    """
    Give the file of the district's folder by its name in it; nothing else is ever opened.

    :raises NotFound: file_unknown.
    """
    for candidate in candidates:
        if candidate.file == file:
            return candidate
    raise NotFound("file_unknown", N_("自有方案文件夹里没有文件 %(file)s"), file=file[:200])


def read_object(raw: bytes) -> dict[str, Any]:
    """
    Read one JSON object.

    :raises BadInput: json_format, or json_dup where a name stands twice: one answer an item.
    """
    try:
        text = raw.decode("utf-8-sig")
        data = json.loads(text, object_pairs_hook=_refuse_twins) if text else None
    except (ValueError, RecursionError) as error:
        raise BadInput("json_format", N_("标准输入应为一个 JSON 对象")) from error
    if len(text) > MAX_INPUT_CHARACTERS or not isinstance(data, dict):
        raise BadInput("json_format", N_("标准输入应为一个 JSON 对象"))
    return data


def _refuse_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise BadInput("json_dup", N_("“%(field)s”出现了两次"), field=name[:40])
    return dict(pairs)
