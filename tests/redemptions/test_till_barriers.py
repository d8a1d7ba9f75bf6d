"""Every state of the till's pages and of the public page, for everybody and on every screen."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsing import BOTH_READERS, READERS, find_barriers, take_picture
from tests.redemptions.counter import give_pin, make_code, read_sheets, type_code, wait_at


@pytest.fixture
def site(serve_town):
    return serve_town("given")


class Visit:
    """One walk through the pages; every state is looked at and pictured."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.barriers: list[str] = []

    def look(self, state: str) -> None:
        found = find_barriers(self.page)
        self.barriers += [f"{state} {self.name}: {each}" for each in found]
        width = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert width <= 0, f"{state} {self.name} is {width} pixels too wide"
        take_picture(self.page, f"{state}-{self.name}")


@pytest.mark.parametrize(READERS, BOTH_READERS, ids=["zh-360", "en-1440"])
def test_no_state_of_the_till_shuts_anybody_out(browse, site, english, viewport):
    sheets = read_sheets(site)
    context = browse(english=english, viewport=viewport)
    name = f"{'en' if english else 'zh'}-{viewport['width']}"
    page = context.new_page()
    visit = Visit(page, name)

    page.goto(f"{site.url}/till/")
    visit.look("not-enrolled")
    page.goto(f"{site.url}/till/enrol")
    page.locator("#code").fill("0000-0000-0000-0000")
    page.locator("main form button").click()
    visit.look("enrol-refused")
    page.goto(f"{site.url}/till/enrol#{make_code(site)}")
    visit.look("enrol")
    page.locator("main form button").click()
    page.wait_for_url("**/till/pin")
    visit.look("pin-new")
    give_pin(page)
    wait_at(page, "scan")
    visit.look("scan")
    type_code(page, "12345")
    visit.look("scan-typo")
    walk_through_a_deed(visit, sheets["services"].typed_code)
    walk_through_faults(visit, sheets["services"].typed_code)
    lang = "?lang=en" if english else ""
    stranger = Visit(browse(viewport=viewport).new_page(), name)
    stranger.page.goto(f"{site.url}/V/{sheets['bath'].qr_text.split('/V/')[1]}{lang}")
    stranger.look("public")
    stranger.page.goto(f"{site.url}/V/AAAA{lang}")
    stranger.look("public-unknown")

    assert visit.barriers + stranger.barriers == []


def walk_through_a_deed(visit: Visit, code: str) -> None:
    page = visit.page
    type_code(page, code)
    wait_at(page, "choose")
    visit.look("choose")
    page.locator('input[value="cleaning"]').check()
    page.locator("#price").fill("99")
    expect(page.locator("#quote-fault")).to_be_visible()
    visit.look("quote-refused")
    page.locator("#price").fill("60")
    expect(page.locator("#confirm")).to_be_enabled()
    visit.look("quoted")
    held: list[Route] = []
    page.route("**/till/redeem", lambda route: held.append(route))
    page.locator("#confirm").click()
    wait_at(page, "wait")
    visit.look("confirming")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    page.unroute("**/till/redeem")
    wait_at(page, "result")
    visit.look("green")
    page.locator("#result-undo").click()
    wait_at(page, "undo")
    visit.look("undo")
    page.locator("#undo-confirm").click()
    wait_at(page, "result")
    visit.look("undone")


def walk_through_faults(visit: Visit, code: str) -> None:
    page = visit.page
    for service in ("haircut", "cleaning"):
        page.locator('[data-screen="result"] [data-next]').click()
        type_code(page, code)
        wait_at(page, "choose")
        page.locator(f'input[value="{service}"]').check()
        expect(page.locator("#confirm")).to_be_enabled()
        page.locator("#confirm").click()
        wait_at(page, "result")
    page.locator("#open-today").click()
    expect(page.locator("#today-count")).to_have_text("2")
    visit.look("today")
    page.locator('[data-screen="today"] [data-next]').click()
    type_code(page, code)
    wait_at(page, "result")
    visit.look("grey")
    page.locator('[data-screen="result"] [data-next]').click()
    page.locator("#typed-code").fill("https://evil.cn/V/1")
    page.locator("#typed-code").press("Enter")
    visit.look("red")
    page.context.clear_cookies(name="voucher")
    page.locator("#open-today").click()
    wait_at(page, "pin")
    visit.look("pin-again")
