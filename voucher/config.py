"""
The home of an installation: which district, which kind, its settings and its secrets.

A home is a folder (VOUCHER_HOME, default `instance/`) made once by `voucher init`. It holds the
embedded database, the keys and the uploads. A demo or test home is marked so when it is made, and
the mark cannot be taken off: tokens, pages and database carry it too.
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from voucher.refusals import N_, BadInput

KEY_NAMES = ("session", "field", "index", "wrap")
KEY_BYTES = 32


class Kind(StrEnum):
    """What a home is for. Only demo and test homes have a clock of their own."""

    LIVE = "live"
    DEMO = "demo"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Home:
    """One installation as its folder describes it. `host` stands in every QR code."""

    path: Path
    kind: Kind
    district: str
    host: str
    desk_phone: str

    @property
    def is_rehearsal(self) -> bool:
        """Tell whether money, people and clock here are not real."""
        return self.kind is not Kind.LIVE

    @property
    def database_url(self) -> str:
        """Give the database: DATABASE_URL, or the embedded one in the home."""
        return os.environ.get("DATABASE_URL") or f"sqlite:///{self.path / 'voucher.db'}"

    @property
    def deadlines(self) -> "Deadlines":
        """
        Give what VOUCHER_APPEAL_DAYS, VOUCHER_DECISION_DAYS and VOUCHER_REASSESS_MONTHS say.

        :raises BadInput: deadline_format.
        """
        return Deadlines(
            appeal_days=_read_number("VOUCHER_APPEAL_DAYS") or 30,
            decision_days=_read_number("VOUCHER_DECISION_DAYS") or 30,
            reassess_months=_read_number("VOUCHER_REASSESS_MONTHS"),
        )

    @property
    def printouts(self) -> Path:
        """Give the folder that receives PDF files."""
        return Path(os.environ.get("VOUCHER_PRINTOUTS") or "printouts").resolve()


def find_schemes_path() -> Path | None:
    """Give the folder with the district's own scheme files, by VOUCHER_SCHEMES; None without."""
    stated = os.environ.get("VOUCHER_SCHEMES")
    return Path(stated).resolve() if stated else None


def find_font_paths() -> tuple[Path, ...]:
    """Give the font files VOUCHER_FONTS names beside the bundled ones, separated as in PATH."""
    stated = os.environ.get("VOUCHER_FONTS") or ""
    return tuple(Path(one).resolve() for one in stated.split(os.pathsep) if one)


def find_home_path() -> Path:
    """Give the folder VOUCHER_HOME names, or `instance` in the working directory."""
    return Path(os.environ.get("VOUCHER_HOME") or "instance").resolve()


def count_proxies() -> int:
    """
    Give how many reverse proxies stand in front, by VOUCHER_PROXIES; none unless it says so.

    :raises BadInput: proxies_format.
    """
    stated = os.environ.get("VOUCHER_PROXIES") or "0"
    if not (stated.isascii() and stated.isdigit() and int(stated) <= 9):
        raise BadInput("proxies_format", N_("VOUCHER_PROXIES 须为 0 至 9 的整数"))
    return int(stated)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """
    Until when one may appeal against a level and how long the decision takes, in days.

    `reassess_months` is after how many months everybody is assessed again; None leaves it to what
    each scale states.
    """

    appeal_days: int = 30
    decision_days: int = 30
    reassess_months: int | None = None


def _read_number(name: str) -> int | None:
    stated = os.environ.get(name) or ""
    if not stated:
        return None
    if not (stated.isascii() and stated.isdigit() and 1 <= int(stated[:4]) <= 366):
        raise BadInput("deadline_format", N_("%(name)s 须为 1 至 366 的整数"), name=name)
    return int(stated)


def shows_api_docs(home: Home) -> bool:
    """Tell whether anybody may read about the API: in rehearsals, or by VOUCHER_API_DOCS=1."""
    return home.is_rehearsal or os.environ.get("VOUCHER_API_DOCS") == "1"


def create_home(*, path: Path, kind: Kind, district: str, host: str, desk_phone: str) -> Home:
    """
    Make a new home with fresh keys, readable by its owner alone.

    :raises BadInput: host_length, home_exists.
    """
    _check_host(host)
    if (path / "home.json").exists():
        raise BadInput("home_exists", N_("%(path)s 已经初始化，不能再次初始化"), path=str(path))
    home = Home(path, kind, district, host, desk_phone)
    for folder in (path, path / "keys", path / "uploads"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    for name in KEY_NAMES:
        write_secret(path / "keys" / f"{name}.key", secrets.token_bytes(KEY_BYTES))
    described = {name: value for name, value in asdict(home).items() if name != "path"}
    write_secret(path / "home.json", json.dumps(described, indent=1).encode())
    return home


def load_home(path: Path) -> Home:
    """
    Read a home and refuse one whose secrets are missing, weak or readable by others.

    :raises BadInput: home_missing, host_length, secret_weak.
    """
    try:
        described = json.loads((path / "home.json").read_text())
    except FileNotFoundError:
        raise BadInput(
            "home_missing", N_("%(path)s 尚未初始化，请先运行 voucher init"), path=str(path)
        ) from None
    described["kind"] = Kind(described["kind"])
    home = Home(path=path, **described)
    _check_host(home.host)
    for name in KEY_NAMES:
        read_key(home, name)
    return home


def read_key(home: Home, name: str) -> bytes:
    """
    Give the 32 bytes of one named secret; keys are never shared between purposes.

    :raises BadInput: secret_weak.
    """
    path = home.path / "keys" / f"{name}.key"
    key = path.read_bytes() if path.exists() else b""
    readable_by_others = path.exists() and path.stat().st_mode & 0o077
    if len(key) != KEY_BYTES or len(set(key)) < 8 or readable_by_others:
        raise BadInput(
            "secret_weak", N_("密钥文件 %(path)s 缺失、过短或权限过宽，拒绝启动"), path=str(path)
        )
    return key


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, from the first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _check_host(host: str) -> None:
    # Longer, and the QR grows to version 8; lower case would leave the alphanumeric mode.
    allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"
    if not 1 <= len(host) <= 24 or any(letter not in allowed for letter in host):
        raise BadInput(
            "host_length", N_("主机名“%(host)s”须为 1 至 24 个大写字母、数字、点或短横"), host=host
        )
