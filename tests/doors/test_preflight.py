"""Preflight and manifest at the command line."""

import hashlib
import json
import shutil


def test_printed_files_pass_and_the_manifest_says_who_did_what(open_door):
    door = open_door("given")
    files = sorted((door.home / "printouts").glob("run-*.pdf"))

    read = door.answer("preflight", *files)
    kept = door.answer("manifest", 1, "--as", "auditor")

    assert [(one["pages"], one["codes"], one["verified"]) for one in read["files"]] == [
        *((1, 4, 4), (2, 0, 0), (1, 1, 1), (2, 0, 0)),
    ]
    assert [one["findings"] for one in read["files"]] == [[]] * 4
    assert [(one["file"], one["sha256"]) for one in kept["files"]] == [
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files
    ]
    signed = {(one["printed_by"], one["state"], one["released_by"]) for one in kept["files"]}
    assert signed == {("worker", "released", "worker")}


def test_paper_of_a_dead_print_is_named_and_the_command_fails(open_door):
    door = open_door("given")
    serial = door.find_serial(run=1, item="services")
    door.answer("reprint", serial, "--reason", "破损")
    copy = shutil.copy(
        door.home / "printouts" / "run-000001-510104001001-01.pdf", door.home / "copy.pdf"
    )

    done = door.run("preflight", copy, "--json")

    assert (done.exit_code, "[preflight_failed]" in done.stderr) == (1, True)
    (found,) = json.loads(done.stdout)["files"]
    assert (found["codes"], found["verified"]) == (4, 3)
    assert [(one["page"], one["serial"], one["reason"]) for one in found["findings"]] == [
        (1, serial, "print_dead")
    ]
    door.refuse("preflight", door.home / "none.pdf", word="usage", exit_code=2)
    door.refuse("manifest", 9, word="run_unknown")
