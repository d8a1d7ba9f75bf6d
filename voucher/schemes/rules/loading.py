"""Loads scheme files: the bundled ones once a process, and those a district brings along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from voucher.refusals import N_, BadInput, NotFound
from voucher.schemes.rules.instrument_files import load_instrument
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programme_files import Instruments, load_programme
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.reading import MAX_CHARACTERS, read_table
from voucher.schemes.rules.services import Catalogue, load_services

Scheme = Instrument | Programme
Found = TypeVar("Found", Instrument, Programme)

SUFFIX = ".toml"
MAX_BYTES = 4 * MAX_CHARACTERS
KINDS = ("instrument", "programme")


@dataclass(frozen=True, slots=True)
class Schemes:
    """Instruments and programmes by id and version, in file order."""

    instruments: Instruments
    programmes: Mapping[tuple[str, int], Programme]

    @property
    def all(self) -> tuple[Scheme, ...]:
        """Give the instruments, then the programmes."""
        return (*self.instruments.values(), *self.programmes.values())


@cache
def load_catalogue() -> Catalogue:
    """Read the service catalogue."""
    name = "services.toml"
    text = files("voucher.schemes").joinpath(name).read_text(encoding="utf-8")
    return load_services(text=text, file=name)


@cache
def load_bundled() -> Schemes:
    """Read the bundled schemes, in every version."""
    return load_texts({**_read_bundled("instruments"), **_read_bundled("programmes")}, {})


def load_schemes(paths: Iterable[Path], within_reach: Instruments | None = None) -> Schemes:
    """
    Load scheme files; a folder stands for the .toml files in it and below.

    Programmes may read the instruments among the files, then those `within_reach`, by default the
    bundled ones.

    :raises NotFound: scheme_unknown, where there is no such file.
    :raises BadInput: scheme_invalid.
    """
    texts = {str(path): read_text(path) for path in list_files(paths)}
    return load_texts(texts, load_bundled().instruments if within_reach is None else within_reach)


def load_texts(texts: Mapping[str, str], within_reach: Instruments) -> Schemes:
    """
    Load the texts of scheme files by their names.

    :raises BadInput: scheme_invalid.
    """
    kinds = {file: read_kind(text=text, file=file) for file, text in texts.items()}
    own = [file for file in texts if kinds[file] == "instrument"]
    instruments = _index(load_instrument(text=texts[file], file=file) for file in own)
    reached = {**within_reach, **instruments}
    catalogue = load_catalogue()
    programmes = _index(
        load_programme(text=texts[file], file=file, instruments=reached, catalogue=catalogue)
        for file in texts
        if kinds[file] == "programme"
    )
    return Schemes(instruments=instruments, programmes=programmes)


def load_scheme(*, text: str, file: str, within_reach: Instruments) -> Scheme:
    """
    Load the text of one scheme file, whichever kind it is.

    :raises BadInput: scheme_invalid.
    """
    (scheme,) = load_texts({file: text}, within_reach).all
    return scheme


def read_kind(*, text: str, file: str) -> str:
    """
    Tell whether a file is an instrument's or a programme's.

    :raises BadInput: scheme_invalid.
    """
    top = read_table(text=text, file=file)
    top.name("id")
    return top.text_among("kind", KINDS)


def list_files(paths: Iterable[Path]) -> list[Path]:
    """Give the files themselves, and for a folder the scheme files in it and below, by name."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    return found


def read_text(path: Path) -> str:
    """
    Read a file.

    :raises NotFound: scheme_unknown. :raises BadInput: scheme_invalid, when it is not UTF-8.
    """
    if not path.is_file():
        raise NotFound("scheme_unknown", N_("没有文件 %(scheme)s"), scheme=str(path))
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            "scheme_invalid",
            N_("方案文件 %(file)s 第 %(line)s 行不是 UTF-8 文字，请另存为 UTF-8"),
            file=str(path),
            path="",
            line=raw[: error.start].count(b"\n") + 1,
        ) from error


def _read_bundled(folder: str) -> dict[str, str]:
    place = files("voucher.schemes").joinpath(folder)
    found = [entry for entry in place.iterdir() if entry.name.endswith(SUFFIX)]
    found.sort(key=lambda entry: entry.name)
    return {f"{folder}/{entry.name}": entry.read_text(encoding="utf-8") for entry in found}


def _index(schemes: Iterable[Found]) -> dict[tuple[str, int], Found]:
    """Key schemes by id and version, each of which may stand in one file only."""
    indexed: dict[tuple[str, int], Found] = {}
    for scheme in schemes:
        key = (scheme.id, scheme.version)
        if key in indexed:
            raise BadInput(
                "scheme_invalid",
                N_("方案 %(path)s 第 %(version)s 版有两个文件（%(file)s）"),
                file=scheme.id,
                path=scheme.id,
                version=scheme.version,
                line=1,
            )
        indexed[key] = scheme
    return indexed
