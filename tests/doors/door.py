"""The command line as a person at a keyboard has it, and what it may not do to the tables."""

import json
import os
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from voucher.app import main

# A refused attempt at a till is kept on purpose; it moves nothing.
KEPT = ("attempts",)
_SPOKEN = re.compile(r"(?P<chinese>.*[\u4e00-\u9fff].*) / (?P<english>.*) \[(?P<word>\w+)\]\n")


@dataclass(frozen=True, slots=True)
class Door:
    """One home, and the commands given to it."""

    home: Path

    def run(self, *words: object, stdin: str = "") -> Result:
        """Give a command; what it raises beside a refusal is a fault of the test."""
        env = {"VOUCHER_HOME": str(self.home), "VOUCHER_PRINTOUTS": str(self.home / "printouts")}
        return CliRunner(env=env).invoke(
            main, [str(word) for word in words], input=stdin, catch_exceptions=False
        )

    def answer(self, *words: object) -> dict[str, Any]:
        """Give a command that must succeed, and its answer."""
        done = self.run(*words, "--json")
        assert done.exit_code == 0, done.output
        answered: dict[str, Any] = json.loads(done.stdout)
        return answered

    def read_tables(self) -> dict[str, list[tuple[object, ...]]]:
        """Give every row of every table but those kept on purpose."""
        with closing(sqlite3.connect(self.home / "voucher.db")) as file:
            names = file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {
                name: file.execute(f'SELECT * FROM "{name}"').fetchall()
                for (name,) in names
                if name not in KEPT
            }

    def find_serial(self, *, run: int, item: str) -> str:
        """Give the serial of the first voucher of an item in a run."""
        query = "SELECT serial FROM vouchers WHERE run_id = ? AND item = ? ORDER BY id"
        with closing(sqlite3.connect(self.home / "voucher.db")) as file:
            return str(file.execute(query, (run, item)).fetchone()[0])

    def refuse(self, *words: object, word: str, exit_code: int = 1) -> dict[str, Any]:
        """
        Give a command that must be refused, once for people and once for machines.

        People get one line in both languages, machines one object; nobody a traceback; nothing is
        written. Give the object.
        """
        before = self.read_tables()
        for_people, for_machines = self.run(*words), self.run(*words, "--json")
        assert self.read_tables() == before
        assert (for_people.exit_code, for_people.stdout) == (exit_code, ""), for_people.output
        assert for_machines.exit_code == exit_code
        assert for_machines.stderr == for_people.stderr
        spoken = _SPOKEN.fullmatch(for_people.stderr)
        assert spoken, for_people.stderr
        assert spoken["word"] == word
        assert re.search(r"[A-Za-z]{2,} [a-z]", spoken["english"]), spoken["english"]
        answered: dict[str, Any] = json.loads(for_machines.stdout)
        return answered


def clean_environment() -> dict[str, str]:
    """Give this process's environment without another home or database."""
    foreign = {"DATABASE_URL", "VOUCHER_HOME", "VOUCHER_PRINTOUTS"}
    return {name: value for name, value in os.environ.items() if name not in foreign}
