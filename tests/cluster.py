"""One PostgreSQL for a whole test session, shared by its workers, gone with it."""

import fcntl
import getpass
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

WHERE = "VOUCHER_TEST_CLUSTER"
ROOM_BYTES = 4 * 1024**3
_reserved: list[bool] = []
_overseers: list[psycopg.Connection] = []


def reserve_cluster() -> None:
    """Choose the folder of this session's cluster; its workers inherit the choice."""
    if WHERE not in os.environ:
        _reserved.append(True)
        folder = Path(tempfile.mkdtemp(prefix="voucher-pg-", dir=find_room()))
        folder.chmod(0o755)
        os.environ[WHERE] = str(folder)


def find_room() -> str | None:
    """Give memory where a machine has plenty: there a database comes and goes far faster."""
    memory = Path("/dev/shm")  # noqa: S108
    has_room = memory.is_dir() and shutil.disk_usage(memory).free >= ROOM_BYTES
    return str(memory) if has_room and os.access(memory, os.W_OK) else None


def join_cluster() -> str:
    """Start the cluster unless another worker did, and give the URL of its first database."""
    folder = Path(os.environ[WHERE])
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "data" / "postmaster.pid").exists():
            _start(folder)
    return f"postgresql+psycopg://postgres@/postgres?host={folder}"


def run_on_cluster(statement: str) -> None:
    """Run a statement that makes or drops a database, over one connection for all of a process."""
    if not _overseers:
        join_cluster()
        place = {"host": os.environ[WHERE], "user": "postgres", "dbname": "postgres"}
        _overseers.append(psycopg.connect(**place, autocommit=True))
    _overseers[0].execute(statement)


def stop_cluster() -> None:
    """Stop what this session started and leave nothing behind; workers only joined it."""
    while _overseers:
        _overseers.pop().close()
    if not _reserved:
        return
    folder = Path(os.environ.pop(WHERE))
    if (folder / "data" / "postmaster.pid").exists():
        _run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
    # On a socket alone, and as durable as in earnest: the application refuses anything less.
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=200"
    _run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")


def _run(program: str, *arguments: str) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    path = str(found[-1]) if found else shutil.which(program)
    if path is None:
        raise RuntimeError(f"PostgreSQL's {program} is missing: run `make test`, which installs it")
    command = [path, *arguments]
    if getpass.getuser() == "root":
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")
