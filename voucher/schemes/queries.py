"""Reads the bundled schemes, once a process, and the files a district brings along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from voucher.db import db
from voucher.refusals import N_, BadInput, NotFound
from voucher.schemes.models import SchemeVersion
from voucher.schemes.rules.instrument_files import load_instrument
from voucher.schemes.rules.instruments import Instrument
from voucher.schemes.rules.programme_files import Instruments, load_programme
from voucher.schemes.rules.programmes import Programme
from voucher.schemes.rules.reading import MAX_CHARACTERS, read_table
from voucher.schemes.rules.services import Catalogue, Service, load_services
from voucher.schemes.rules.values import Level

Found = TypeVar("Found", Instrument, Programme)

SUFFIX = ".toml"
GBT = "gbt-42195-2022"
MAX_BYTES = 4 * MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class Schemes:
    """Instruments and programmes by id and version, in file order."""

    instruments: Instruments
    programmes: Mapping[tuple[str, int], Programme]


def list_services() -> tuple[Service, ...]:
    """List the service catalogue in the order of its numbers."""
    return tuple(sorted(_load_catalogue().values(), key=lambda service: service.number))


def get_service(code: str) -> Service:
    """
    Get a service by its code.

    :raises BadInput: service_unknown.
    """
    catalogue = _load_catalogue()
    if code not in catalogue:
        raise BadInput(
            "service_unknown",
            N_("没有服务“%(service)s”，可用：%(known)s"),
            service=code[:40],
            known=" ".join(catalogue),
        )
    return catalogue[code]


def list_bundled_schemes() -> tuple[Instrument | Programme, ...]:
    """List the bundled instruments, then the bundled programmes, in every version."""
    bundled = _load_bundled()
    return (*bundled.instruments.values(), *bundled.programmes.values())


def list_programmes() -> tuple[Programme, ...]:
    """List the bundled programmes, each in its newest version."""
    newest: dict[str, Programme] = {}
    for programme in _load_bundled().programmes.values():
        if programme.version >= newest.get(programme.id, programme).version:
            newest[programme.id] = programme
    return tuple(newest.values())


def list_instruments() -> tuple[Instrument, ...]:
    """List the adopted instruments, each in its newest version."""
    names = dict.fromkeys(name for name, _ in _load_bundled().instruments)
    return tuple(get_instrument(name) for name in names)


def get_instrument(scheme_id: str, version: int | None = None) -> Instrument:
    """
    Get an adopted instrument, its newest version unless one is named.

    :raises NotFound: scheme_unknown.
    """
    return _pick(_load_bundled().instruments, scheme_id, version)


def get_programme(scheme_id: str, version: int | None = None) -> Programme:
    """
    Get an adopted programme, its newest version unless one is named.

    :raises NotFound: scheme_unknown.
    """
    return _pick(_load_bundled().programmes, scheme_id, version)


def open_instrument(name: str) -> Instrument:
    """
    Get an adopted instrument or the one in a file, to try it: nothing is graded by a mere file.

    :raises NotFound: scheme_unknown. :raises BadInput: scheme_invalid.
    """
    if not _is_path(name):
        return get_instrument(name)
    return _pick_only(load_schemes([Path(name)]).instruments, name)


def open_programme(name: str) -> Programme:
    """
    Get an adopted programme or the one in a file, to try it: no money moves by a mere file.

    :raises NotFound: scheme_unknown. :raises BadInput: scheme_invalid.
    """
    if not _is_path(name):
        return get_programme(name)
    return _pick_only(load_schemes([Path(name)]).programmes, name)


def get_programme_version(scheme_version_id: int) -> Programme:
    """Get a programme as it was when this version was first used; it never changes."""
    row = db.session.get_one(SchemeVersion, scheme_version_id)
    return _load_kept(row.content)


@lru_cache(maxsize=64)
def _load_kept(text: str) -> Programme:
    return load_programme(
        text=text,
        file="scheme_versions",
        instruments=_load_bundled_instruments(),
        catalogue=_load_catalogue(),
    )


def get_scheme(scheme_id: str) -> Instrument | Programme:
    """
    Get the newest version of an instrument or a programme, whichever has this id.

    :raises NotFound: scheme_unknown.
    """
    if any(scheme_id == known for known, _ in _load_bundled().instruments):
        return get_instrument(scheme_id)
    return get_programme(scheme_id)


def get_scale(*, scale: str, version: int) -> Instrument | Programme:
    """
    Get the version of a scale: an instrument, or a programme that classes itself.

    :raises NotFound: scheme_unknown.
    """
    bundled = _load_bundled()
    scheme = bundled.instruments.get((scale, version)) or bundled.programmes.get((scale, version))
    if scheme is None:
        raise _refuse_unknown(scale, [*bundled.instruments, *bundled.programmes])
    return scheme


def get_level(*, scale: str, version: int, level: str) -> Level:
    """
    Get a level with its names; the scale is an instrument or a programme that classes itself.

    :raises NotFound: scheme_unknown or level_unknown.
    """
    for known in get_scale(scale=scale, version=version).levels:
        if known.id == level:
            return known
    raise NotFound("level_unknown", N_("没有等级“%(level)s”"), level=level[:40])


def load_schemes(paths: Iterable[Path]) -> Schemes:
    """
    Load scheme files; a folder stands for the .toml files in it and below.

    Programmes may read the instruments among the files, then the bundled ones.

    :raises NotFound: scheme_unknown, where there is no such file.
    :raises BadInput: scheme_invalid.
    """
    texts = {str(path): _read_text(path) for path in _list_files(paths)}
    kinds = {file: _read_kind(text, file) for file, text in texts.items()}
    own = [file for file in texts if kinds[file] == "instrument"]
    instruments = _index(load_instrument(text=texts[file], file=file) for file in own)
    within_reach = {**_load_bundled_instruments(), **instruments}
    programmes = _index(
        load_programme(
            text=texts[file], file=file, instruments=within_reach, catalogue=_load_catalogue()
        )
        for file in texts
        if kinds[file] == "programme"
    )
    return Schemes(instruments=instruments, programmes=programmes)


@cache
def _load_catalogue() -> Catalogue:
    name = "services.toml"
    text = files("voucher.schemes").joinpath(name).read_text(encoding="utf-8")
    return load_services(text=text, file=name)


@cache
def _load_bundled_instruments() -> Instruments:
    texts = _read_bundled("instruments")
    return _index(load_instrument(text=text, file=name) for name, text in texts)


@cache
def _load_bundled() -> Schemes:
    instruments = _load_bundled_instruments()
    programmes = _index(
        load_programme(text=text, file=name, instruments=instruments, catalogue=_load_catalogue())
        for name, text in _read_bundled("programmes")
    )
    return Schemes(instruments=instruments, programmes=programmes)


def _read_bundled(folder: str) -> list[tuple[str, str]]:
    place = files("voucher.schemes").joinpath(folder)
    found = [entry for entry in place.iterdir() if entry.name.endswith(SUFFIX)]
    found.sort(key=lambda entry: entry.name)
    return [(entry.name, entry.read_text(encoding="utf-8")) for entry in found]


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
            )
        indexed[key] = scheme
    return indexed


def _pick(schemes: Mapping[tuple[str, int], Found], scheme_id: str, version: int | None) -> Found:
    found = [scheme for (known, _), scheme in schemes.items() if known == scheme_id]
    if version is not None:
        found = [scheme for scheme in found if scheme.version == version]
    if not found:
        raise _refuse_unknown(scheme_id, schemes)
    return max(found, key=lambda scheme: scheme.version)


def _pick_only(schemes: Mapping[tuple[str, int], Found], name: str) -> Found:
    if not schemes:
        raise _refuse_unknown(name, schemes)
    return max(schemes.values(), key=lambda scheme: scheme.version)


def _refuse_unknown(scheme_id: str, known: Iterable[tuple[str, int]]) -> NotFound:
    names = sorted({name for name, _ in known})
    return NotFound(
        "scheme_unknown",
        N_("没有方案“%(scheme)s”，可用：%(known)s"),
        scheme=scheme_id[:200],
        known=" ".join(names),
    )


def _is_path(scheme_id: str) -> bool:
    return scheme_id.endswith(SUFFIX) or "/" in scheme_id


def _list_files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob(f"*{SUFFIX}")) if path.is_dir() else [path]
    return found


def _read_text(path: Path) -> str:
    if not path.is_file():
        raise NotFound("scheme_unknown", N_("没有文件 %(scheme)s"), scheme=str(path))
    raw = path.read_bytes()[: MAX_BYTES + 1]
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadInput(
            "scheme_invalid",
            N_("方案文件 %(file)s 第 %(line)s 行不是 UTF-8 文字，请另存为 UTF-8"),
            file=str(path),
            path="",
            line=line,
        ) from error


def _read_kind(text: str, file: str) -> str:
    return read_table(text=text, file=file).text_among("kind", ["instrument", "programme"])
