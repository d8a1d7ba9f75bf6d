"""Prove that a file is a plain, small xlsx package before any part of it is parsed."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from voucher.refusals import N_, BadInput

MAX_FILE_BYTES = 30 * 1024 * 1024
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 200

_CHUNK = 1 << 20
_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_DOCTYPES = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_ACTIVE_PARTS = ("macrosheets/", "dialogsheets/", "activex/", "externallinks/", "vbaproject")
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED_FLAG = 1


class FileTooLarge(BadInput):
    """The file, or what it unpacks to, is larger than the system takes."""

    status = 413


class WrongFileType(BadInput):
    """The file is not of the kind this door takes."""

    status = 415


def load_file(*, path: Path) -> bytes:
    """
    Read a file of at most 30 MB.

    :raises BadInput: file_missing. :raises FileTooLarge: file_size.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadInput("file_missing", N_("无法读取文件 %(path)s"), path=str(path)) from error
    refuse_oversize(content=content)
    return content


def refuse_oversize(*, content: bytes) -> None:
    """:raises FileTooLarge: file_size, above 30 MB."""
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLarge("file_size", N_("文件超过 30 MB，请分成几个文件"))


def open_archive(*, content: bytes) -> zipfile.ZipFile:
    """
    Open an xlsx package after checking its size, kind, entries, true unpacked size and parts.

    :raises BadInput: file_size, file_type, file_locked, file_bomb, file_macro or file_xml.
    """
    refuse_oversize(content=content)
    archive = _open_zip(content)
    entries = archive.infolist()
    _refuse_bomb(entries, packed_bytes=len(content))
    _refuse_parts(entries)
    for entry in entries:
        _check_entry(content, entry)
    return archive


def wrong_type() -> WrongFileType:
    """Give the refusal for a file that is not an xlsx workbook."""
    return WrongFileType("file_type", N_("文件不是有效的 xlsx，请用模板另存"))


def _open_zip(content: bytes) -> zipfile.ZipFile:
    if content.startswith(_OLE_SIGNATURE) and _ENCRYPTED_STREAM in content:
        raise _locked()
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise wrong_type() from error


def _refuse_bomb(entries: list[zipfile.ZipInfo], *, packed_bytes: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if (
        len(entries) > MAX_ENTRIES
        or unpacked > MAX_UNPACKED_BYTES
        or unpacked > MAX_RATIO * packed_bytes
    ):
        raise _bomb()


def _refuse_parts(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename.lower() for entry in entries]
    # Two parts of one name: which of them a reader takes is anybody's guess.
    if len(set(names)) != len(names) or "xl/workbook.xml" not in names:
        raise wrong_type()
    if any(part in name for name in names for part in _ACTIVE_PARTS):
        raise WrongFileType("file_macro", N_("文件含宏或外部链接，请另存为普通 xlsx"))


def _check_entry(content: bytes, entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED_FLAG:
        raise _locked()
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    size, tail = 0, b""
    for chunk in _unpack(content, entry):
        size += len(chunk)
        # The directory may lie about sizes, and the values' reader would believe the stream.
        if size > entry.file_size:
            raise _bomb()
        if is_xml and any(doctype in tail + chunk for doctype in _DOCTYPES):
            raise BadInput("file_xml", N_("文件含不允许的外部实体，请用模板另存"))
        tail = chunk[-2 * len("<!DOCTYPE") :]
    if size != entry.file_size:
        raise wrong_type()


def _unpack(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    packed = memoryview(content)[_data_start(content, entry) :][: entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[at : at + _CHUNK]) for at in range(0, len(packed), _CHUNK))
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        yield from _inflate(packed)
    else:
        raise wrong_type()


def _inflate(packed: memoryview) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    rest: bytes | memoryview = packed
    try:
        while rest and not inflater.eof:
            yield inflater.decompress(rest, _CHUNK)
            rest = inflater.unconsumed_tail
        yield inflater.flush()
    except zlib.error as error:
        raise wrong_type() from error


def _data_start(content: bytes, entry: zipfile.ZipInfo) -> int:
    try:
        header = _LOCAL_HEADER.unpack_from(content, entry.header_offset)
    except struct.error as error:
        raise wrong_type() from error
    name_bytes, extra_bytes = header[-2:]
    return entry.header_offset + _LOCAL_HEADER.size + int(name_bytes) + int(extra_bytes)


def _locked() -> BadInput:
    return BadInput("file_locked", N_("文件有密码，请先取消密码"))


def _bomb() -> FileTooLarge:
    return FileTooLarge("file_bomb", N_("文件解压后过大，已拒绝"))
