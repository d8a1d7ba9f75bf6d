"""The roster brought in through the browser: seen before it is written, written once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from tests.accounts.factories import make_account, sign_in
from tests.imports.factories import (
    FLOWS,
    ROSTER,
    confirm,
    enter_district,
    list_kept,
    list_uploads,
    preview,
    read_book,
    read_counts,
    read_rows,
    send,
    show,
)
from tests.pages import count_queries
from tests.refusing import read_tables
from tests.residents.factories import (
    COLUMNS,
    ELSEWHERE,
    import_people,
    make_number,
    make_person,
    make_roster,
)
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.audit.models import Event
from voucher.clock import set_clock
from voucher.db import db, transaction
from voucher.replies import Reply
from voucher.residents.models import Resident
from voucher.uploads import LIFE, drop_old_uploads

DAMAGED = make_person(3, 姓名="", 身份证号=make_number(3)[:-1], 社区="没有的社区")
# Who may bring in a roster, assessments, departures, shops.
ALLOWED = (
    {Role.WORKER},
    {Role.WORKER, Role.ASSESSOR},
    {Role.WORKER, Role.APPROVER},
    {Role.WORKER, Role.APPROVER},
)


def count_people() -> int:
    return db.session.scalar(select(func.count()).select_from(Resident)) or 0


def read_all() -> dict[str, list[tuple[object, ...]]]:
    """Give every table, and leave none of them held while a page writes."""
    tables = read_tables()
    db.session.rollback()
    return tables


def be(role: Role) -> None:
    with transaction():
        db.session.execute(update(Account).where(Account.role != "console").values(role=role))


@pytest.mark.parametrize(("path", "allowed"), list(zip(FLOWS, ALLOWED, strict=True)))
def test_each_kind_of_file_opens_to_its_own_roles(client, path, allowed):
    enter_district(client)
    found = set()

    for role in (role for role in Role if role is not Role.CONSOLE):
        be(role)
        answers = {client.get(path).status_code, client.get(f"{path}/x").status_code}
        assert answers in ({200, 404}, {403}), role
        found |= {role} if 200 in answers else set()

    assert found == allowed


def test_a_roster_is_seen_before_anything_is_written(client, home):
    enter_district(client)
    before = read_all()

    address = preview(client, make_roster(make_person(1), DAMAGED))

    page = show(client, address)
    assert read_counts(page)["新增"] == 1
    assert count_people() == 0
    after = read_all()
    changed = {name for name, rows in after.items() if rows != before[name]}
    assert changed == {"uploads", "events"}
    (event,) = db.session.scalars(select(Event).order_by(Event.id.desc()).limit(1))
    assert (event.action, event.facts["kind"]) == ("imports.preview", "roster")


def test_what_lies_on_disk_is_sealed(client, home):
    enter_district(client)

    preview(client, make_roster(make_person(1), DAMAGED))

    (upload,) = list_uploads()
    assert [path.name for path in list_kept(home.path)] == [
        upload.id,
        f"{upload.id}.head",
        f"{upload.id}.rows",
    ]
    for path in list_kept(home.path):
        content = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        for secret in (b"PK\x03\x04", make_number(1).encode(), "王秀英".encode(), b"counts"):
            assert secret not in content


def test_a_large_file_never_lies_in_a_temporary_file(client, monkeypatch):
    enter_district(client)
    monkeypatch.setattr("tempfile.tempdir", "/nonexistent")
    noise = b"".join(number.to_bytes(3, "big") for number in range(400_000))

    sent = send(client, noise)

    assert sent.status_code == 415
    assert "文件不是有效的 xlsx" in sent.get_data(as_text=True)


def preview_every_kind_of_change(client):
    """Preview a roster in which one is moved, changed, faulty, unchanged, new, and one missing."""
    import_people(
        enter_district(client),
        make_person(1),
        make_person(2, 住址="旧址", 备注="独自一人"),
        make_person(4),
        make_person(5, 姓名="赵不在"),
    )
    people = (
        make_person(1, **ELSEWHERE),
        make_person(2, 住址="新址", 备注="独自一人", 联系电话="13911112222"),
        DAMAGED,
        make_person(4),
        make_person(6, 性别="男", 身份证号=f" {make_number(6)}"),
    )
    return preview(client, make_roster(*people, columns=("性别", *COLUMNS)))


def test_the_preview_tells_every_kind_of_change(client):
    address = preview_every_kind_of_change(client)

    page = show(client, address)
    assert read_counts(page) == {
        "总行数": 5,
        "新增": 1,
        "变更": 2,
        "其中社区变动": 1,
        "不变": 1,
        "有错": 1,
        "名单中没有": 1,
    }
    masked = f"330102********{make_number(1)[-4:]}"
    assert make_number(1) not in page
    lists = {
        word: read_rows(show(client, f"{address}?list={word}"))
        for word in ("moved", "changed", "added", "warnings", "notes", "absent")
    }
    assert lists["moved"] == [["2", "王秀英", masked, "清波街道 清波门社区", "清波街道 定安路社区"]]
    assert [row[3:] for row in lists["changed"]] == [
        ["住址", "旧址", "新址"],
        ["联系电话", "（不显示）", "（不显示）"],
    ]
    assert [row[0] for row in lists["added"]] == ["6"]
    assert [row[3] for row in lists["warnings"]] == ["“性别”与身份证号第17位不符，按身份证号登记"]
    assert [row[3] for row in lists["notes"]] == ["身份证号的写法已统一（全角、空格、小写）"]
    assert [row[0] for row in lists["absent"]] == ["赵不在"]


def test_a_faulty_row_shows_all_its_faults(client):
    enter_district(client)

    page = show(client, preview(client, make_roster(DAMAGED)))

    ((row, name, number, faults),) = read_rows(page)
    assert (row, name, number) == ("2", "", f"330102*******{make_number(3)[-5:-1]}")
    assert [fault for fault in faults.split("|") if fault] == [
        "缺少姓名",
        "身份证号应为18位，实际17位",
        "街道和社区“清波街道没有的社区”不在本区名单中，或不只一个，请写全称",
    ]


def test_what_is_hidden_elsewhere_or_unknown_is_told(client):
    enter_district(client)
    columns = ("血型", *COLUMNS)

    page = show(client, preview(client, make_roster(make_person(1), columns=columns)))

    assert "有 1 列不认识，没有读取：血型" in page


def test_a_confirmed_roster_is_written_once_whatever_is_clicked(client):
    enter_district(client)
    address = preview(client, make_roster(make_person(1), make_person(2), DAMAGED))

    first = confirm(client, address, key="one")
    again = confirm_again(client, address, key="one")
    other_tab = confirm_again(client, address, key="two")

    assert {first.location, again.location, other_tab.location} == {f"{address}/done"}
    assert count_people() == 2
    assert db.session.query(Reply).count() == 1
    imports = select(Event.id).where(Event.action == "residents.import_roster")
    assert len(list(db.session.scalars(imports))) == 1
    done = show(client, f"{address}/done")
    assert read_counts(done)["新增"] == 2
    assert "1 行有错，没有导入；改好后可以再传。" in done
    assert "确认导入</button>" not in show(client, address)


def confirm_again(client, address, *, key):
    fields = {"csrf_token": client_token(client), "client_key": key}
    return client.post(address, data=fields)


def client_token(client):
    with client.session_transaction():
        pass
    return show(client, ROSTER).split('name="csrf_token" value="')[1].split('"')[0]


def test_a_confirmation_without_a_key_writes_nothing(client):
    enter_district(client)
    address = preview(client, make_roster(make_person(1)))

    refused = confirm_again(client, address, key="")

    assert refused.status_code == 422
    assert "请求编号须为" in refused.get_data(as_text=True)
    assert count_people() == 0


def test_the_result_tells_what_really_happened_when_the_data_changed_meanwhile(client):
    console = enter_district(client)
    content = make_roster(make_person(1), make_person(2))
    address = preview(client, content)
    import_people(console, make_person(2))

    confirm(client, address)

    done = show(client, f"{address}/done")
    assert (read_counts(done)["新增"], read_counts(done)["不变"]) == (1, 1)
    assert "核对时 2" in done
    assert "核对之后数据有变化，以上是实际结果。" in done


def test_the_same_file_twice_has_nothing_to_import(client):
    enter_district(client)
    content = make_roster(make_person(1))
    confirm(client, preview(client, content))

    page = show(client, preview(client, content))

    assert (read_counts(page)["新增"], read_counts(page)["不变"]) == (0, 1)
    assert "没有需要导入的内容。" in page
    assert "确认导入</button>" not in page


def test_an_upload_is_its_senders_alone_and_of_its_kind(app, client):
    enter_district(client)
    address = preview(client, make_roster(make_person(1)))
    make_account(name="li.si")
    other = app.test_client()
    sign_in(other, name="li.si")

    for path in (address, f"{address}/columns", f"{address}/returned.xlsx", f"{address}/done"):
        assert other.get(path).status_code == 404, path
        assert client.get(path.replace("residents", "departures")).status_code == 404, path
    assert confirm_again(other, address, key="one").status_code == 404
    assert count_people() == 0


def test_an_upload_is_gone_after_a_day(client, home):
    enter_district(client)
    address = preview(client, make_roster(make_person(1)))
    content_made = clock.now()

    set_clock(home, content_made + LIFE + timedelta(seconds=5))
    sign_in(client)

    assert client.get(address).status_code == 404
    with transaction():
        assert drop_old_uploads(folder=home.path / "uploads", now=clock.now()) == 1
    assert (list_uploads(), list_kept(home.path)) == ([], [])


def test_a_preview_is_not_shown_in_another_area(client):
    enter_district(client)
    address = preview(client, make_roster(make_person(1)))
    street = select(Account.id).where(Account.role == Role.WORKER)
    with transaction():
        account = db.session.get_one(Account, db.session.scalar(street))
        account.division_id = 2

    assert client.get(address).location == f"{address}/columns"


def test_a_page_of_the_preview_asks_the_database_nothing_more_for_more_rows(client):
    enter_district(client)
    sent = []

    for number in (1, 300):
        people = (make_person(at, 姓名="赵大") for at in range(1, number + 1))
        address = preview(client, make_roster(*people))
        with count_queries() as queries:
            page = show(client, f"{address}?list=added&page={1 if number == 1 else 6}")
        sent.append(list(queries))

    assert len(sent[0]) == len(sent[1])
    rows = read_rows(page)
    assert (len(rows), rows[0][0], rows[-1][0]) == (50, "252", "301")


def test_faulty_rows_go_back_as_they_came_and_can_be_sent_again(client):
    enter_district(client)
    address = preview(client, make_roster(make_person(1), DAMAGED))

    book = read_book(client.get(f"{address}/returned.xlsx"))

    (rows,) = book.values()
    assert rows[0] == [*COLUMNS, "退回原因"]
    assert (len(rows), rows[1][1]) == (2, make_number(3)[:-1])
    assert "身份证号应为18位，实际17位" in rows[1][-1]
    actions = select(Event.action).order_by(Event.id.desc()).limit(1)
    assert db.session.scalar(actions) == "imports.send_list"


def test_a_list_of_the_preview_is_a_workbook_too_and_its_sending_an_event(client):
    enter_district(client)
    address = preview(client, make_roster(make_person(1)))

    book = read_book(client.get(f"{address}?list=added&format=xlsx"))

    assert list(book) == ["新增"]
    assert book["新增"][1][2] == f"330102********{make_number(1)[-4:]}"
    actions = select(Event.action).order_by(Event.id.desc()).limit(1)
    assert db.session.scalar(actions) == "imports.send_list"
