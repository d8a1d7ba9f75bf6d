"""The pages of printouts: asking, the worker's part, the manifest, taking files away."""

import hashlib
import uuid
import zipfile
from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select, update

from tests.pages import count_queries, post
from tests.printouts.factories import preflight_waiting, print_waiting
from tests.refusing import read_tables
from tests.vouchers.factories import add_resident, draft
from voucher import clock
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.jobs import LEASE, Chunk, claim_chunk
from voucher.printouts.models import PrintFile
from voucher.printouts.tasks.printing import print_run
from voucher.residents.models import Resident
from voucher.vouchers.models import IssueRun


def read(client, path="/printouts/1"):
    db.session.rollback()
    return client.get(path).get_data(as_text=True)


def let_out(client):
    """Print, read back and sign, as on the page."""
    post(client, "/printouts/1")
    print_waiting()
    preflight_waiting()
    assert post(client, "/printouts/1/release", client_key=str(uuid.uuid4())).status_code == 302


def list_files():
    db.session.rollback()
    files = db.session.scalars(select(PrintFile).order_by(PrintFile.id)).all()
    db.session.expunge_all()
    db.session.rollback()
    return files


def list_chunks():
    db.session.rollback()
    wanted = select(Chunk.state, Chunk.asked_by).where(Chunk.job == "print_run")
    chunks = [tuple(row) for row in db.session.execute(wanted.order_by(Chunk.part))]
    db.session.rollback()
    return chunks


def list_facts(action):
    db.session.rollback()
    facts = db.session.scalars(select(Event.facts).where(Event.action == action)).all()
    db.session.rollback()
    return facts


def test_who_may_see_print_and_take_away(town, enter):
    let_out(enter("worker"))

    found = {}
    for name in ("worker", "approver", "auditor", "finance", "desk"):
        client = enter(name)
        answers = (
            client.get("/printouts/1"),
            client.get("/printouts/1/findings"),
            client.get("/printouts/1/files/1"),
            client.get("/printouts/1/files.zip"),
            post(client, "/printouts/1"),
            post(client, "/printouts/1/preflight"),
            post(client, "/printouts/1/release", client_key=str(uuid.uuid4())),
        )
        found[name] = [answer.status_code for answer in answers]

    assert found == {
        # Nothing is left to release: refused, but not for want of a right.
        "worker": [200, 200, 200, 200, 302, 302, 409],
        "approver": [200, 200, 200, 200, 302, 302, 409],
        "auditor": [200, 200, 403, 403, 403, 403, 403],
        "finance": [403] * 7,
        "desk": [403] * 7,
    }


def test_the_worker_prints_what_was_asked_for_in_the_name_of_who_asked(town, enter, folder):
    client = enter("worker")
    answer = post(client, "/printouts/1")
    assert (answer.status_code, answer.location) == (302, "/printouts/1")
    assert list_chunks() == [("new", town.worker.account_id)] * 2

    assert print_waiting() == 2

    assert list_chunks() == [("done", town.worker.account_id)] * 2
    files = list_files()
    assert [file.name for file in files] == [
        "run-000001-510104001001-01.pdf",
        "run-000001-510104001001-handover.pdf",
        "run-000001-510104002001-01.pdf",
        "run-000001-510104002001-handover.pdf",
    ]
    assert {file.made_by for file in files} == {town.worker.account_id}
    digests = [hashlib.sha256((folder / file.name).read_bytes()).hexdigest() for file in files]
    assert [file.sha256 for file in files] == digests
    assert all(digest in read(client) for digest in digests)


def test_a_print_asked_for_on_a_page_is_that_of_the_command_byte_for_byte(
    town, enter, folder, tmp_path
):
    drawn = print_run(
        actor=town.worker, run_id=1, layout="a4-8", folder=tmp_path / "command", jobs=1
    ).drawn
    db.session.rollback()

    post(enter("worker"), "/printouts/1")
    print_waiting()

    assert {file.path.name: file.sha256 for file in drawn} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()
    }


def test_a_worker_of_one_street_prints_and_sees_that_street_alone(town, enter):
    local = enter("local")
    let_out(local)
    let_out(enter("worker"))
    ids = {file.name.split("-")[2]: file.id for file in list_files()}

    page = read(local)

    assert ("510104001001" in page, "510104002001" in page) == (True, False)
    assert local.get(f"/printouts/1/files/{ids['510104001001']}").status_code == 200
    assert local.get(f"/printouts/1/files/{ids['510104002001']}").status_code == 404
    assert local.get("/printouts/1/files.zip?street=510104002").status_code == 404
    packed = zipfile.ZipFile(BytesIO(local.get("/printouts/1/files.zip").data))
    assert {name.split("-")[2] for name in packed.namelist()} == {"510104001001"}


def test_a_killed_worker_loses_nothing(town, enter, home):
    client = enter("worker")
    post(client, "/printouts/1")
    with transaction():
        assert claim_chunk(job="print_run", subject_id=1, now=clock.now()) is not None
    # The worker that claimed it dies here; another comes and finds the rest, then the dead's.
    assert print_waiting() == 1
    assert "2 个社区中已完成 1 个" in read(client, "/printouts/1/progress")

    set_clock(home, clock.now() + 2 * LEASE)
    assert "后台没有在运行" in read(client, "/printouts/1/progress")
    assert print_waiting() == 1

    assert [state for state, _ in list_chunks()] == ["done", "done"]
    # Nor does a killed reader.
    with transaction():
        assert claim_chunk(job="preflight_run", subject_id=1, now=clock.now()) is not None
    assert preflight_waiting() == 1
    assert "正在检查：2 个社区中已完成 1 个" in read(client, "/printouts/1/progress")
    set_clock(home, clock.now() + 2 * LEASE)
    assert preflight_waiting() == 1
    assert client.get("/printouts/1/progress").headers["HX-Refresh"] == "true"


def test_asking_again_prints_again_and_the_manifest_shows_each_file_once(town, enter):
    client = enter("worker")
    for _ in range(2):
        post(client, "/printouts/1")
        post(client, "/printouts/1")
        print_waiting()

    assert len(list_files()) == 8
    assert read(client).count('<code class="hash">') == 4


@pytest.mark.parametrize("name", ["王\ue000", "路\ue001"])
def test_what_cannot_be_printed_is_said_when_asking_and_nothing_is_begun(town, enter, name):
    with transaction():
        column = "name" if name.startswith("王") else "address"
        db.session.execute(update(Resident).where(Resident.id == 1).values({column: name}))
    client = enter("worker")
    before = read_tables()

    answer = post(client, "/printouts/1")

    assert answer.status_code == 409
    assert f"“{name}”无法打印：字库没有 U+E00" in answer.get_data(as_text=True)
    assert read_tables() == before


def test_what_is_refused_while_drawing_ends_on_the_page_with_the_names(town, enter):
    client = enter("worker")
    post(client, "/printouts/1")
    with transaction():
        db.session.execute(update(Resident).where(Resident.id == 1).values(name="王\ue000"))

    assert print_waiting() == 2

    assert [state for state, _ in list_chunks()] == ["done", "done"]
    assert list_facts("printouts.give_up") == [{"community": "510104001001", "word": "glyph"}]
    assert "“王\ue000”无法打印" in read(client)
    with transaction():
        db.session.execute(update(Resident).where(Resident.id == 1).values(name="王芳"))
    assert "原因已经消除，请重新打印" in read(client)
    post(client, "/printouts/1")
    print_waiting()
    assert 'id="refused"' not in read(client)


@pytest.mark.parametrize("case", ["draft", "void", "unknown"])
def test_a_print_that_cannot_be_asked_for_writes_nothing(town, enter, case):
    client = enter("worker")
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], name="张玉兰")
    run_id = {"draft": draft(town), "void": 1, "unknown": 9}[case]
    if case == "void":
        with transaction():
            db.session.execute(update(IssueRun).where(IssueRun.id == 1).values(state="cancelled"))
    before = read_tables()

    answer = post(client, f"/printouts/{run_id}")

    assert answer.status_code == (404 if case == "unknown" else 409)
    assert read_tables() == before


def test_a_file_comes_whole_named_uncached_and_noted(town, enter):
    client = enter("worker")
    let_out(client)
    file = list_files()[0]

    answer = client.get(f"/printouts/1/files/{file.id}")

    assert hashlib.sha256(answer.data).hexdigest() == file.sha256
    assert answer.headers["Content-Disposition"] == f"attachment; filename={file.name}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert list_facts("printouts.download") == [{"files": 1, "part": file.name}]
    assert client.get("/printouts/2/files/1").status_code == 404


def test_a_zip_holds_every_file_of_the_manifest_and_is_noted_once(town, enter):
    client = enter("approver")
    let_out(client)

    answer = client.get("/printouts/1/files.zip")
    street = client.get("/printouts/1/files.zip?street=510104002")

    packed = zipfile.ZipFile(BytesIO(answer.data))
    assert packed.testzip() is None
    assert {name: hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()} == {
        file.name: file.sha256 for file in list_files()
    }
    assert len(zipfile.ZipFile(BytesIO(street.data)).namelist()) == 2
    assert answer.headers["Cache-Control"] == "no-store"
    assert list_facts("printouts.download") == [
        {"files": 4, "part": "run-000001.zip"},
        {"files": 2, "part": "run-000001-510104002.zip"},
    ]


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda path: path.unlink(), "已不在服务器上"),
        (lambda path: path.write_bytes(b"x" * path.stat().st_size), "校验值不符"),
    ],
)
def test_a_file_gone_or_altered_is_not_given_out_and_can_be_printed_again(
    town, enter, folder, harm, sentence
):
    client = enter("worker")
    let_out(client)
    file = list_files()[0]
    harm(folder / file.name)

    for path in (f"/printouts/1/files/{file.id}", "/printouts/1/files.zip"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, "/printouts/1")
        assert sentence in read(client)
    assert list_facts("printouts.download") == []

    post(client, "/printouts/1")
    print_waiting()
    again = list_files()[-4]
    assert (again.name, again.sha256) == (file.name, file.sha256)
    assert client.get(f"/printouts/1/files/{again.id}").status_code == 200


def test_the_manifest_asks_the_database_the_same_whatever_its_length(town, enter):
    client = enter("worker")
    post(client, "/printouts/1")
    print_waiting()
    read(client)

    counts = []
    for _ in range(2):
        with count_queries() as sent:
            assert client.get("/printouts/1").status_code == 200
        counts.append(len(sent))
        kept = {c.name: getattr(list_files()[0], c.name) for c in PrintFile.__table__.columns}
        with transaction():
            db.session.add_all(
                PrintFile(**kept | {"id": None, "name": f"run-000001-510104001001-{n:03}.pdf"})
                for n in range(300)
            )

    assert counts[0] == counts[1]
