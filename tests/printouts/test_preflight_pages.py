"""Preflight and release: each planted fault is found, and only sound paper goes out, signed for."""

import hashlib
import uuid
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pypdf
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update

from tests.pages import count_queries, post
from tests.printouts.factories import preflight_waiting, print_waiting
from tests.printouts.test_pages import let_out, list_facts, list_files, read
from tests.refusing import read_tables, refuse
from tests.vouchers.factories import add_resident, draft, fund, issue, make_town
from voucher import clock
from voucher.db import db, transaction
from voucher.divisions.models import Division
from voucher.printouts.drawing.sheet import draw_sheets
from voucher.printouts.models import Preflight, PreflightFinding
from voucher.printouts.operations.printing import Drawn, record_files
from voucher.printouts.operations.releasing import release_paper
from voucher.printouts.queries.sheets import MARKS, describe_office, list_sheet_vouchers
from voucher.printouts.rules import digest_manifest
from voucher.printouts.tasks.preflighting import read_back
from voucher.signing import KeyRing, load_ring, sign, verify
from voucher.tokens import show_url
from voucher.vouchers.models import IssueRun, Round
from voucher.vouchers.operations.custody import hand_over, reprint_voucher

ADVERTISING = "HTTPS://PAY.EXAMPLE/V/" + "A" * 143
FIRST = "run-000001-510104001001-01.pdf"


class Press:
    """A press for run 1 that can be made to print what it should not."""

    def __init__(self, town, home, folder):
        self.town, self.home, self.folder = town, home, folder

    def list_vouchers(self, run_id=1, place=0):
        """Give what the sheets of a run show in one of the two communities."""
        community = db.session.get_one(Division, self.town.communities[place])
        office, keyring = describe_office(self.home), load_ring(self.home)
        vouchers = list_sheet_vouchers(
            run_id=run_id, community=community, office=office, keyring=keyring
        )
        return community.code, list(vouchers)

    def draw(self, change=list):
        """Draw the run, the vouchers of the first community as `change` gives them."""
        planned = [self.list_vouchers(place=place) for place in (0, 1)]
        changes = (change, list)
        drawn = [
            self._draw_file(f"run-000001-{code}-01", list(alter(vouchers)))
            for (code, vouchers), alter in zip(planned, changes, strict=True)
            if vouchers
        ]
        with transaction():
            record_files(actor=self.town.worker, run_id=1, drawn=drawn, now=clock.now())

    def _draw_file(self, name, vouchers):
        path = self.folder / f"{name}.pdf"
        path.parent.mkdir(exist_ok=True)
        mark = MARKS[self.home.kind]
        pages = draw_sheets(path=path, vouchers=vouchers, title=name, mark=mark)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        return Drawn(path, digest, pages, len(vouchers), len(content))

    def find(self):
        """Read all back and give each finding's word and page."""
        judged = read_back(
            actor=self.town.worker, home=self.home, run_id=1, folder=self.folder, jobs=1
        )
        return sorted((one.word, one.page) for part in judged for one in part.findings)

    def try_out(self, change=list, harm=lambda path: None):
        self.draw(change)
        harm(self.folder / FIRST)
        return self.find()


@pytest.fixture
def press(town, home, folder):
    return Press(town, home, folder)


@pytest.fixture
def crowd(app, home, folder):
    """Give the press of a town with ten vouchers on two pages, and one of another run."""
    town = make_town()
    for number in range(10):
        name = "王" + "一二三四五六七八九十"[number]
        add_resident(born=date(1961, 1, 1), community_id=town.communities[0], name=name)
    fund(town)
    issue(town)
    add_resident(born=date(1961, 1, 1), community_id=town.communities[0], name="赵一")
    issue(town)
    return Press(town, home, folder)


def make_first(**values):
    """Give the change that prints other values on the first voucher."""
    return lambda vouchers: [replace(vouchers[0], **values), *vouchers[1:]]


def swap_codes(vouchers):
    first, second, *others = vouchers
    return [
        replace(first, qr_text=second.qr_text),
        replace(second, qr_text=first.qr_text),
        *others,
    ]


def sign_by_stranger(home, voucher):
    """Give the voucher's code as somebody else's key would sign it, under the same number."""
    ring = load_ring(home)
    text = voucher.qr_text
    body = verify(text, host=home.host, keyring=ring, test_allowed=True)
    strange = ec.generate_private_key(ec.SECP256R1())
    keys = tuple(
        replace(key, private_key=strange, public_key=strange.public_key()) for key in ring.keys
    )
    return show_url(sign(body=body, keyring=KeyRing(keys)), host=home.host)


def flip_a_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def drop_last_page(path):
    writer = pypdf.PdfWriter()
    for page in pypdf.PdfReader(path).pages[:-1]:
        writer.add_page(page)
    writer.write(path)


def test_each_planted_fault_is_found_where_it_is(crowd, home):
    own = crowd.list_vouchers(1)[1][0]
    other = crowd.list_vouchers(2)[1][0]
    tries = {
        "as drawn": {},
        "a name swapped": {"change": make_first(masked_name="赵*")},
        "a value raised": {"change": make_first(value="300.00 元")},
        "codes swapped": {"change": swap_codes},
        "a code of another run": {"change": make_first(qr_text=other.qr_text)},
        "another key": {"change": make_first(qr_text=sign_by_stranger(home, own))},
        "somebody's advertising": {"change": make_first(qr_text=ADVERTISING)},
        "one printed twice": {"change": lambda vouchers: [*vouchers[:-1], vouchers[0]]},
        "a byte flipped": {"harm": flip_a_byte},
        "a page torn out": {"harm": drop_last_page},
        "no file": {"harm": Path.unlink},
        "no PDF": {"harm": lambda path: path.write_bytes(b"")},
    }

    found = {name: crowd.try_out(**how) for name, how in tries.items()}

    assert {word for word, _ in found.pop("a byte flipped")} >= {"file_changed"}
    assert found == {
        "as drawn": [],
        "a name swapped": [("text", 1)],
        "a value raised": [("text", 1)],
        "codes swapped": [("misplaced", 1)] * 2,
        "a code of another run": [("missing", 0), ("other_run", 1)],
        "another key": [("signature", 1)],
        "somebody's advertising": [("not_ours", 1)],
        "one printed twice": [("missing", 0), ("twice", 2)],
        "a page torn out": [("file_changed", 0), *[("missing", 0)] * 2, ("pages", 0)],
        "no file": [("file_gone", 0)],
        "no PDF": [("file_changed", 0), ("not_a_pdf", 0)],
    }


def test_of_a_large_run_a_sample_is_judged_by_the_rows_of_its_vouchers_alone(crowd):
    other = crowd.list_vouchers(2)[1][0]
    with transaction():
        db.session.execute(update(IssueRun).values(vouchers=1_000_000))

    assert crowd.try_out() == []
    assert crowd.try_out(make_first(qr_text=other.qr_text)) == [("other_run", 1)]
    assert crowd.try_out(make_first(age_band="60-69岁 ")) == []
    assert crowd.try_out(make_first(age_band="90-99岁")) == [("text", 1)]


def test_paper_whose_print_died_after_it_was_drawn_neither_passes_nor_goes_out(press, town, folder):
    press.draw()
    assert press.find() == []
    serial = press.list_vouchers()[1][0].serial
    with transaction():
        later = clock.now() + timedelta(minutes=1)
        reprint_voucher(actor=town.worker, serial=serial, reason="破损", kid=1, now=later)

    refused = {"actor": town.worker, "run_id": 1, "folder": folder, "now": clock.now()}
    refuse("paper_changed", release, **refused)
    assert press.find() == [("print_dead", 1)]
    # The other community waits for nobody.
    with transaction():
        assert release_paper(**refused).communities == 1
    refuse("nothing_to_release", release, **refused)


def release(**named):
    with transaction():
        release_paper(**named)


def test_nothing_is_taken_away_or_given_before_somebody_signed(town, enter, press, folder):
    client = enter("worker")
    post(client, "/printouts/1")
    print_waiting()
    hand = {"actor": town.worker, "run_id": 1, "community_id": None, "now": clock.now()}
    ids = [file.id for file in list_files()]

    for step in (lambda: None, preflight_waiting):
        step()
        refuse("not_released", give, **hand)
        before = read_tables()
        for path in (f"/printouts/1/files/{ids[0]}", "/printouts/1/files.zip"):
            assert client.get(path).location == "/printouts/1"
            assert "还没有放行" in read(client)
        assert read_tables() == before

    key = str(uuid.uuid4())
    for _ in range(2):
        assert post(client, "/printouts/1/release", client_key=key).status_code == 302
    assert "已放行 2 个社区的 2 张券" in read(client)
    (signed,) = list_facts("printouts.release")
    assert {name: signed[name] for name in ("communities", "files", "vouchers")} == {
        "communities": 2,
        "files": 4,
        "vouchers": 2,
    }
    lines = [(f.name, f.sha256, f.pages, f.vouchers, f.size_bytes) for f in list_files()]
    assert signed["manifest"] == digest_manifest(lines)
    assert client.get(f"/printouts/1/files/{ids[0]}").status_code == 200
    with transaction():
        assert hand_over(**hand) == 2


def give(**named):
    with transaction():
        hand_over(**named)


def test_a_fault_in_one_community_is_told_and_keeps_no_other_waiting(town, enter, press, folder):
    press.draw(make_first(masked_name="赵*"))
    client, local = enter("worker"), enter("local")

    assert "还没有检查" in read(client)
    assert post(client, "/printouts/1/preflight").status_code == 302
    assert preflight_waiting() == 2

    page = read(client)
    assert "1 个社区的纸有问题，共 1 处，不能放行" in page
    assert "“持券人”与登记的不一致" in page
    assert "放行：1 个社区，1 张" in page
    post(client, "/printouts/1/release", client_key=str(uuid.uuid4()))
    rounds = db.session.scalars(
        select(Round.community_id).where(Round.released_by == town.worker.account_id)
    ).all()
    assert rounds == [town.communities[1]]
    # Who works in the first street sees its fault and no other's.
    assert [FIRST in read(one, "/printouts/1/findings") for one in (client, local)] == [True, True]
    far = "510104002001"
    assert (far in read(client), far in read(local)) == (True, False)
    let_out(client)
    assert "检查发现的问题" not in read(client)


@pytest.mark.parametrize("case", ["changed", "unread", "unknown", "draft"])
def test_what_cannot_be_released_writes_nothing(town, enter, press, folder, case):
    client, run_id = enter("worker"), 1
    press.draw()
    if case != "unread":
        press.find()
    if case == "changed":
        flip_a_byte(folder / FIRST)
    if case == "unknown":
        run_id = 9
    if case == "draft":
        add_resident(born=date(1961, 1, 1), community_id=town.communities[0], name="张玉兰")
        run_id = draft(town)
    before = read_tables()

    answer = post(client, f"/printouts/{run_id}/release", client_key="k")

    sentence, status = {
        "changed": ("与打印清单的校验值不符", 409),
        "unread": ("没有等待放行的纸", 409),
        "unknown": ("没有编号为 9 的发券批次", 404),
        "draft": ("还是草稿", 409),
    }[case]
    assert (answer.status_code, sentence in answer.get_data(as_text=True)) == (status, True)
    assert read_tables() == before


def test_the_same_bytes_printed_again_need_no_second_look(town, enter, press):
    client = enter("worker")
    let_out(client)

    post(client, "/printouts/1")
    print_waiting()

    assert preflight_waiting() == 0
    assert "下载全部（ZIP）" in read(client)
    assert client.get("/printouts/1/files.zip").status_code == 200
    assert "worker" in read(client).split("下载人")[1]


def test_the_findings_ask_the_database_the_same_whatever_their_number(town, enter, press):
    press.draw(make_first(masked_name="赵*"))
    press.find()
    client = enter("auditor")
    read(client, "/printouts/1/findings")

    counts = []
    for _ in range(2):
        for path in ("/printouts/1", "/printouts/1/findings"):
            with count_queries() as sent:
                assert client.get(path).status_code == 200
            counts.append(len(sent))
        with transaction():
            failed = db.session.scalars(select(Preflight.id).where(Preflight.findings > 0)).one()
            one = {"preflight_id": failed, "file": FIRST, "word": "missing", "facts": {}}
            db.session.add_all(
                PreflightFinding(**one, page=page, serial="261200000017") for page in range(300)
            )

    assert counts[:2] == counts[2:]
    assert "261200000017" not in read(client)
    assert client.get("/printouts/1/findings?format=xlsx").status_code == 200
