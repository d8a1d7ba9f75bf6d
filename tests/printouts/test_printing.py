"""Printing a run in processes: the leased table says what is left, whoever is killed meanwhile."""

import hashlib
import os
from datetime import date

import pytest
from sqlalchemy import select, update

from tests.doors.door import Door
from tests.printouts.factories import print_waiting
from tests.vouchers.factories import add_resident, fund, issue, make_town
from voucher import clock
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.jobs import LEASE, Chunk, claim_chunk
from voucher.printouts.models import PrintFile
from voucher.printouts.queries import sheets
from voucher.printouts.queries.sheets import describe_office, list_sheet_vouchers
from voucher.printouts.rules import name_print_job
from voucher.printouts.tasks.printing import print_run
from voucher.residents.models import Resident
from voucher.signing import load_ring

UNPRINTABLE = "王\ue000"


@pytest.fixture
def town(app, tmp_path, monkeypatch):
    """Give a town with an issued run: two women in the one community, three in the other."""
    monkeypatch.setenv("VOUCHER_PRINTOUTS", str(tmp_path / "printouts"))
    town = make_town()
    for number in range(5):
        add_resident(born=date(1936, 1, 1), community_id=town.communities[number % 2])
    fund(town)
    issue(town)
    return town


def draw(town, folder, *, jobs=1):
    return print_run(actor=town.worker, run_id=1, layout="a4-8", folder=folder, jobs=jobs)


def read_files(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def list_names(outcome):
    return [(file.path.name, file.sha256) for file in outcome.drawn]


def rename_first(name):
    with transaction():
        db.session.execute(update(Resident).where(Resident.id == 1).values(name=name))


def test_processes_draw_what_one_draws_and_keep_the_same_manifest(town, tmp_path):
    alone = draw(town, tmp_path / "one")
    db.session.rollback()

    together = draw(town, tmp_path / "two", jobs=2)

    assert read_files(tmp_path / "two") == read_files(tmp_path / "one")
    assert [
        (file.path.name, file.sha256, file.pages, file.vouchers) for file in together.drawn
    ] == [(file.path.name, file.sha256, file.pages, file.vouchers) for file in alone.drawn]
    assert {file.path.name: file.sha256 for file in together.drawn} == read_files(tmp_path / "two")
    assert len(db.session.scalars(select(PrintFile)).all()) == 8


def test_what_a_killed_worker_left_is_drawn_by_the_next_and_its_pieces_are_cleared(
    town, home, tmp_path
):
    folder = tmp_path / "out"
    whole = read_files_of(town, tmp_path / "whole")
    draw(town, folder)
    job = name_print_job(layout="a4-8", folder=str(folder))
    ask_again(job)
    with transaction():
        assert claim_chunk(job=job, subject_id=1, now=clock.now()) is not None
    first = next(iter(sorted(whole)))
    (folder / f"{first}.{2**22 + 1}.part").write_bytes(b"half")
    (folder / f"{first}.{os.getppid()}.part").write_bytes(b"somebody is at it")
    set_clock(home, clock.now() + 2 * LEASE)

    draw(town, folder)

    left = read_files(folder)
    assert left.pop(f"{first}.{os.getppid()}.part")
    assert left == whole


def ask_again(job):
    """Have every chunk of a job done again, as whoever repeats the command does."""
    with transaction():
        db.session.execute(update(Chunk).where(Chunk.job == job).values(state="new"))


def read_files_of(town, folder):
    draw(town, folder)
    db.session.rollback()
    return read_files(folder)


def test_a_community_that_cannot_be_drawn_is_named_and_the_others_are_there(town, home, tmp_path):
    rename_first(UNPRINTABLE)

    done = Door(home.path).run("print", 1, "--as", "worker", "--out", tmp_path / "out", "--json")

    assert done.exit_code == 1
    assert '"refused": [{"community": "510104001001", "error": "glyph", "names": "王' in done.stdout
    assert sorted(read_files(tmp_path / "out")) == [
        "run-000001-510104002001-01.pdf",
        "run-000001-510104002001-handover.pdf",
    ]


def test_when_nothing_can_be_drawn_the_command_is_refused(town, home, tmp_path):
    with transaction():
        db.session.execute(update(Resident).values(name=UNPRINTABLE))

    done = Door(home.path).run("print", 1, "--as", "worker", "--out", tmp_path / "out")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "[glyph]" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_worker_leaves_alone_what_a_command_prints_elsewhere(town, tmp_path):
    draw(town, tmp_path / "out")
    ask_again(name_print_job(layout="a4-8", folder=str(tmp_path / "out")))

    assert print_waiting() == 0


def test_a_file_is_cut_between_two_people_and_no_voucher_is_lost(town, home, monkeypatch, tmp_path):
    place = db.session.get_one(Division, town.communities[0])
    asked = {"run_id": 1, "community": place, "office": describe_office(home)}
    asked["keyring"] = load_ring(home)
    whole = list(list_sheet_vouchers(**asked))
    each = len(whole) // 3

    monkeypatch.setattr(sheets, "MAX_VOUCHERS_A_FILE", 2 * each + 1)
    cut = [len(file.rows) for file in sheets.list_sheet_files(**asked)]

    assert cut == [2 * each, each]
    assert list(list_sheet_vouchers(**asked)) == whole
