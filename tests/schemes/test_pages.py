"""Pages of schemes: what each shows, who may adopt, and that a refusal writes nothing."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests.accounts.factories import make_account, sign_in
from tests.pages import count_queries, post
from tests.refusing import read_tables
from tests.schemes.own import AGE_BANDS, make_instrument, make_programme, write_own
from voucher.access import Actor, Role
from voucher.db import db, transaction
from voucher.schemes import policy, queries
from voucher.schemes.models import SchemeAdoption

PAGES = ("/schemes/", "/schemes/own", "/schemes/own/1", f"/schemes/{AGE_BANDS}/1")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give the district's folder with one sound and two broken files."""
    path = tmp_path / "schemes"
    write_own(path, "bands.toml", make_programme())
    write_own(path, "sub/broken.toml", make_instrument().replace("upper = 89", "upper = 88"))
    write_own(path, "wrong.toml", make_programme(version=3).replace("own_fen = 0", "own_fen = 1"))
    monkeypatch.setenv("VOUCHER_SCHEMES", str(path))
    return path


@pytest.fixture
def people(app, folder):
    """Give the browsers of two approvers of the whole district."""
    browsers = []
    for name in ("one", "other"):
        make_account(name=name, role=Role.APPROVER)
        browsers.append(app.test_client())
        sign_in(browsers[-1], name=name)
    return browsers


def propose(browser, *, file="bands.toml", day="2027-01-01", key="key-1"):
    return post(browser, "/schemes/own", file=file, effective_from=day, client_key=key)


def read(answer):
    return answer.get_data(as_text=True)


def test_one_proposes_another_approves_and_the_pages_say_what_changes(people):
    one, other = people

    made = propose(one)

    assert (made.status_code, made.location) == (302, "/schemes/own/1")
    page = read(other.get("/schemes/own/1"))
    assert "从 2027-01-01 起，第 2 版代替现行的第 1 版" in page
    assert "+version = 2" in page
    assert post(other, "/schemes/own/1/approve", client_key="a").status_code == 302
    assert "已批准，从 2027-01-01 起施行" in read(other.get("/schemes/own/1"))
    assert "本区采用，从 2027-01-01 起施行" in read(one.get(f"/schemes/{AGE_BANDS}/2"))
    assert "尚未施行" in read(one.get("/schemes/"))


def test_the_folder_tells_each_file_with_its_line_and_its_words(people):
    page = read(people[0].get("/schemes/own"))

    assert "分数段应从 89 分起，不能重叠或留空" in page
    assert page.count("✓ 通过检查") == 1
    preview = read(people[0].get("/schemes/own/file?file=wrong.toml"))
    assert "处没有通过检查，改好文件后再打开本页" in preview
    assert "提交，等待另一人批准" not in preview


def test_a_refusal_is_said_in_the_form_and_writes_nothing(people, folder):
    one, other = people
    propose(one)
    before = read_tables()

    for answer, status, sentence in (
        (propose(one, file="wrong.toml", key="b"), 409, "处没有通过检查，改好后再提交"),
        (propose(one, file="sub/broken.toml", key="c"), 422, "分数段应从 89 分起"),
        (propose(one, file="../secret.toml", key="d"), 404, "没有文件 ../secret.toml"),
        (propose(one, day="2026-12-04", key="e"), 409, "施行日期 2026-12-04 已过"),
        (propose(one, day="soon", key="f"), 422, "日期“soon”请写成 2026-12-05"),
        (propose(other, key="g"), 409, "已经采用或正在等待批准"),
        (post(one, "/schemes/own/1/approve", client_key="h"), 403, "不能批准自己提交的内容"),
        (post(one, "/schemes/own/9/approve", client_key="i"), 404, "没有这次采用申请"),
    ):
        assert (answer.status_code, sentence in read(answer)) == (status, True), sentence
    write_own(folder, "bands.toml", make_programme(face_fen=1))
    changed = post(other, "/schemes/own/1/approve", client_key="j")
    assert (changed.status_code, "在提交之后改过" in read(changed)) == (409, True)
    assert read_tables() == before


def test_a_form_sent_twice_proposes_once(people):
    one, _ = people

    assert propose(one).location == propose(one).location
    assert len(queries.list_adoptions()) == 1


def test_a_proposal_can_be_withdrawn(people):
    propose(people[0])

    post(people[1], "/schemes/own/1/withdraw", client_key="w")

    assert [row.state for row in queries.list_adoptions()] == ["withdrawn"]


@pytest.mark.parametrize("role", [Role.WORKER, Role.ADMIN, Role.DESK, Role.FINANCE, Role.AUDITOR])
def test_others_read_schemes_and_adopt_none(people, app, role):
    propose(people[0])
    make_account(name="reader", role=role)
    reader = app.test_client()
    sign_in(reader, name="reader")
    before = read_tables()

    assert [reader.get(page).status_code for page in PAGES] == [200] * len(PAGES)
    assert propose(reader, key="r").status_code == 403
    for deed in ("approve", "withdraw"):
        assert post(reader, f"/schemes/own/1/{deed}", client_key=deed).status_code == 403
    assert read_tables() == before


def test_an_approver_of_a_street_does_not_decide_for_the_district():
    of_the_district = Actor(key="account:1", name="one", channel="web", role=Role.APPROVER)
    of_a_street = replace(of_the_district, community_ids=frozenset({1}))

    for action in (policy.PROPOSE_SCHEME, policy.APPROVE_SCHEME, policy.WITHDRAW_SCHEME):
        assert (action.allows(of_the_district), action.allows(of_a_street)) == (True, False)


def test_without_a_folder_the_page_says_what_to_do(people, monkeypatch):
    monkeypatch.delenv("VOUCHER_SCHEMES")

    page = people[0].get("/schemes/own")

    assert (page.status_code, "请管理员设置 VOUCHER_SCHEMES" in read(page)) == (200, True)


def test_the_lists_ask_the_same_few_questions_however_many_rows(people):
    propose(people[0])
    (row,) = queries.list_adoptions()
    common = {**row._mapping, "content": "", "state": "withdrawn", "withdrawn_by": 1}
    for name in ("id", "proposer", "approver"):
        common.pop(name)

    def count(page: str) -> int:
        with count_queries() as sent:
            assert people[0].get(page).status_code == 200
        return len(sent)

    few = [count(page) for page in PAGES]
    with transaction():
        db.session.execute(insert(SchemeAdoption), [common] * 300)

    assert [count(page) for page in PAGES] == few


def test_a_page_tells_what_the_district_has_to_check(people):
    page = read(people[0].get(f"/schemes/{AGE_BANDS}/1"))

    assert "示例，需区里核对" in page
    assert page.count("✗ 不符") == 0
    assert page.count("✓ 相符") == 14


def test_a_page_says_all_that_the_file_of_a_scheme_says(people, folder):
    """Matrix, gap rule, records and contradictions; currency, households, units, lives, checks."""
    taiwan = Path(__file__).parent / "files" / "taiwan-ltc.toml"
    write_own(folder, "taiwan.toml", taiwan.read_text("utf-8"))
    germany = taiwan.with_name("germany-pflegegrad.toml")
    write_own(folder, "germany.toml", germany.read_text("utf-8"))

    for path, sentences in (
        ("ltci-2021/1", ("按分级查等级", "中最差的分级", "分数越高，能力越好", "量表没有写明")),
        ("mzt-039-2013/1", ("满 6 个月", "9 种没有规则，60 种", "只计日常生活活动", "示例")),
        ("gbt-42195-2022/1", ("评估原因", "填整数 50–250", "不能同时成立的回答", "计为昏迷")),
        ("own/file?file=germany.toml", ("0 至 15 的任一整数", "分值", "分数越高，失能越重")),
        ("beijing-2010/1", ("次年 1 月 31 日", "次年 2 月 1 日起可用", "须有本市户籍", "每月")),
        (
            "own/file?file=taiwan.toml",
            (
                *("等级由外部给出", "TWD", "取整的是自付的部分", "由外部说明", "由券分担的价格"),
                *("最高价（TWD）", "全日", "中低收入户，聘有外籍看护", "家庭类别以社会局证明为准"),
            ),
        ),
    ):
        page = read(people[0].get(f"/schemes/{path}")).partition("scheme-source")[0]
        assert [one for one in sentences if one not in page] == [], path


def test_provinces_stand_by_their_names(people):
    page = read(people[0].get("/schemes/national-2026/1"))

    assert "<div>浙江省</div><div>山东省</div><div>广东省</div>" in page


def test_the_list_goes_into_a_workbook_and_sorts(people):
    assert people[0].get("/schemes/?format=xlsx").status_code == 200
    page = read(people[0].get("/schemes/?sort=-since"))
    assert page.index("2026-01-01") < page.index("2022-12-30")


def test_no_such_scheme_is_no_page(people):
    for path in ("/schemes/none/1", f"/schemes/{AGE_BANDS}/9", "/schemes/own/file?file=x"):
        assert people[0].get(path).status_code == 404
