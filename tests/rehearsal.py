"""The demo, run once a test session through the real command line on a day far from the sample."""

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.structure.source import ROOT

# The sample is about December 2026; the machine believes it is the February after.
FOUNDED, STARTED, AFTERWARDS = (f"2027-02-01 {time}:00" for time in ("00:00", "00:01", "02:00"))
_LONGEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A demo home after the demo. `answer` is what `voucher demo --json` printed."""

    folder: Path
    answer: dict[str, Any]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def printouts(self) -> Path:
        return self.folder / "printouts"

    @property
    def sheets(self) -> list[Path]:
        """Give those of the sample month: the month that is under way is printed in part."""
        return sorted(self.printouts.glob("run-00000[12]-*-[0-9][0-9].pdf"))

    @property
    def handover_lists(self) -> list[Path]:
        return sorted(self.printouts.glob("run-00000[12]-*-handover.pdf"))

    def ask(self, *words: str) -> dict[str, Any]:
        """Run a command on the home after the demo and give its JSON."""
        return json.loads(run_voucher(self.folder, *words, "--json", on=AFTERWARDS).stdout)


def join_rehearsal(shared: Path) -> Rehearsed:
    """Run the demo in a folder of its own, unless another worker did; give what it left."""
    folder = shared / "rehearsal"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "answer.json").exists():
            run_voucher(folder, "init", "--demo", on=FOUNDED)
            done = run_voucher(folder, "demo", "--json", on=STARTED)
            (folder / "answer.json").write_text(done.stdout)
    return Rehearsed(folder, json.loads((folder / "answer.json").read_text()))


def run_voucher(folder: Path, *words: str, on: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own at this time of the machine's clock."""
    environment = os.environ | {
        "VOUCHER_HOME": str(folder / "home"),
        "VOUCHER_PRINTOUTS": str(folder / "printouts"),
        "PYTHONPATH": str(ROOT),
        # With a false monotonic clock the threads of the interpreter never wake.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    program = [sys.executable, "-c", "from voucher.app import main; main()"]
    done = subprocess.run(
        ["faketime", on, *program, *words],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
    )
    assert done.returncode == 0, f"voucher {' '.join(words)}: {done.stdout}{done.stderr}"
    return done
