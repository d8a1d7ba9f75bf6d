"""A whole call at the desk, in a real browser."""

import pytest

from tests.accounts.factories import make_account
from tests.browsing import (
    BOTH_READERS,
    READERS,
    WIDE,
    find_barriers,
    sign_in_at,
    take_picture,
)
from voucher.access import Role
from voucher.db import db
from voucher.residents.rules.id_numbers import check_character

PHONE, BORN = "13900000002", "19410101"
LAST_FOUR = "002" + check_character("51010419410101002")
# Words of her level and of her circumstances; the programme's own name holds neither.
NEVER = ("80-89", "80至89", "Aged 80", "独居", "Lives alone", "51010419410101", PHONE)


@pytest.fixture
def answer_calls(serve_town, browse):
    """Give what opens the desk's home page in a town where paper was handed out."""
    site = serve_town("given")
    with site.app.app_context():
        make_account(name="desk", role=Role.DESK)
        db.session.remove()

    def open_one(**shape):
        return sign_in_at(browse(**shape), site, "desk")

    return open_one


def test_a_call_from_the_number_to_the_answer_read_aloud(answer_calls):
    page = answer_calls(viewport=WIDE)

    page.get_by_label("电话号码、姓名、券号或短码").fill(PHONE)
    page.get_by_role("button", name="查找").click()
    assert "王**" in page.locator("main").inner_text()
    page.get_by_label("出生日期", exact=True).fill(BORN)
    page.get_by_label("身份证末四位").fill("9999")
    page.get_by_role("button", name="核对并告知").click()

    assert "核对不符，不能告知。" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("出生日期", exact=True).input_value() == BORN
    page.get_by_label("身份证末四位").fill(LAST_FOUR)
    page.get_by_role("button", name="核对并告知").click()

    said = page.locator("main").inner_text()
    assert "还剩 80 元。" in said
    assert "还剩 2 次。" in said
    assert page.locator(".desk-told").count() == 3
    source = page.content()
    assert [word for word in NEVER if word in source] == []
    # No number ever stands in an address.
    assert page.url.endswith("/desk/answer")


@pytest.mark.parametrize(READERS, BOTH_READERS, ids=["zh-360", "en-1440"])
def test_no_page_of_a_call_has_barriers(answer_calls, english, viewport):
    page, name = answer_calls(english=english, viewport=viewport), "en" if english else "zh"
    width = viewport["width"]

    def look(at):
        take_picture(page, f"desk-{at}-{width}-{name}")
        assert find_barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    look("home")
    page.locator("#text").fill("王秀英")
    page.locator("main form button").click()
    look("proof")
    page.locator("#born").fill(BORN)
    page.locator("#last_four").fill("9999")
    page.locator("main form button").click()
    look("miss")
    page.locator("#last_four").fill(LAST_FOUR)
    page.locator("main form button").click()
    look("answer")
