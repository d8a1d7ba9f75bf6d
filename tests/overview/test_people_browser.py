"""A worker and an assessor look after one person in a real browser, from the list to the end."""

import re

from tests.browsing import NARROW, WIDE, find_barriers, sign_in_at, take_picture
from tests.residents.factories import make_number


def check(page, name: str, viewport, *, english: bool = False) -> None:
    """A page has no barriers and is no wider than the screen."""
    take_picture(page, f"people-{name}-{viewport['width']}-{'en' if english else 'zh'}")
    assert find_barriers(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name


def test_a_worker_registers_corrects_assesses_and_sees_off_a_person(serve_town, browse):
    site = serve_town("given")
    page = sign_in_at(browse(viewport=NARROW), site, "worker")
    page.goto(f"{site.url}/residents")
    check(page, "list", NARROW)

    file = register(page)
    correct(page, file)
    assess(page)
    page.goto(file)
    see_off(page, file)

    assert page.get_by_text(re.compile("已离开：去世")).is_visible()


def register(page) -> str:
    """Register a person after one refusal; give the address of the file."""
    page.get_by_role("link", name="登记一位老人").click()
    page.get_by_label("姓名").fill("赵小满")
    page.get_by_label("身份证号").fill("110101380615002")
    page.get_by_role("button", name="登记", exact=True).click()
    check(page, "new-refused", NARROW)
    assert page.get_by_label("姓名").input_value() == "赵小满"
    page.get_by_label("身份证号").fill(make_number(8))
    page.get_by_label("联系电话").fill("13900000088")
    page.get_by_label("社区").select_option(index=1)
    page.get_by_label("独居").check()
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url(re.compile(r"/residents/[0-9a-f]{16}$"))
    check(page, "file-new", NARROW)
    return page.url


def correct(page, file: str) -> None:
    page.get_by_role("link", name="更正资料").click()
    page.get_by_label("住址").fill("示例路9号")
    check(page, "correct", NARROW)
    page.get_by_role("button", name="保存更正").click()
    page.wait_for_url(file)
    assert page.get_by_text("已更正：住址").is_visible()


def assess(page) -> None:
    """Open the bedside form, which has tests of its own."""
    page.get_by_role("link", name="去评估", exact=True).click()
    page.wait_for_url(re.compile(r"/assessments/bedside/gbt-42195-2022/1/[0-9a-f]{16}$"))
    page.get_by_role("heading", name=re.compile("^赵小满，")).wait_for()


def see_off(page, file: str) -> None:
    page.get_by_role("link", name="登记离开").click()
    check(page, "departure", NARROW)
    page.get_by_label("去世").check()
    page.get_by_label("离开日期").fill("2026-12-04")
    page.get_by_role("button", name="下一步：看后果").click()
    page.get_by_role("heading", name="登记以后").wait_for()
    check(page, "departure-preview", NARROW)
    page.get_by_role("button", name="确认登记离开").dblclick()
    page.wait_for_url(file)


def test_every_page_about_a_person_is_without_barriers_in_english_and_wide(serve_town, browse):
    site = serve_town("given")
    for viewport, english in ((WIDE, True),):
        page = sign_in_at(browse(english=english, viewport=viewport), site, "worker")
        page.goto(f"{site.url}/residents")
        check(page, "list", viewport, english=english)
        page.get_by_role("link", name="王秀英").click()
        page.wait_for_url(re.compile(r"/residents/[0-9a-f]{16}$"))
        file = page.url
        check(page, "file", viewport, english=english)
        public_id = file.rpartition("/")[2]
        paths = {
            "new": "/residents/new",
            "correct": f"/residents/{public_id}/edit",
            "assessments": "/assessments",
            "departure": f"/departures/{public_id}",
            "search": "/search?q=wxy",
            "search-empty": "/search",
        }
        for name, path in paths.items():
            page.goto(f"{site.url}{path}")
            check(page, name, viewport, english=english)


def test_a_number_is_found_without_standing_in_any_address_and_shown_for_a_reason(
    serve_town, browse
):
    site = serve_town("given")
    page = sign_in_at(browse(viewport=WIDE), site, "auditor")
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))

    page.goto(f"{site.url}/search")
    page.get_by_label("查什么").fill("139 0000 0002")
    page.get_by_role("main").get_by_role("button", name="查找").click()
    page.get_by_role("link", name="王秀英").click()
    page.get_by_text("显示完整号码").first.click()
    page.get_by_label("为什么要看完整号码").fill("核对证件")
    page.get_by_role("button", name="显示完整号码").click()
    page.get_by_role("heading", name="王秀英的完整号码").wait_for()
    check(page, "number", WIDE)

    assert page.get_by_text("13900000002").is_visible()
    assert [one for one in addresses if "0000" in one] == []
