"""
Every page that a person can reach by its links, as each role: no barrier, no dead end, no overflow.

The crawl starts at the home page and opens one page of each kind (route). It runs on a town in the
middle of its month, in Chinese on a narrow screen and in English on a wide one.
"""

from collections import deque
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.browsing import NARROW, WIDE, Site, find_barriers, sign_in_at, take_picture
from tests.structure.test_rights import make_actor
from voucher.access import Role

ROLES = ("worker", "assessor", "approver", "finance", "auditor", "desk", "admin")
# Not pages: a file to keep, or a page of another kind of reader that has a test of its own.
NOT_CRAWLED = {"static", "openapi.show_description", "assessments.ask_new"}
MOST_PAGES = 60


def list_links(page: Page) -> list[str]:
    """Give where the links of a page lead, in order, without repetition."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))")
    return list(dict.fromkeys(found))


def name_route(site: Site, address: str) -> str | None:
    """Give the route behind an address of this site, or None where it leads elsewhere."""
    parts = urlsplit(address)
    if parts.netloc and parts.netloc != urlsplit(site.url).netloc:
        return None
    try:
        endpoint, _ = site.app.url_map.bind("localhost").match(parts.path)
    except HTTPException:
        return "missing"
    return str(endpoint)


def is_file(address: str) -> bool:
    path = urlsplit(address).path
    return "format=xlsx" in address or path.endswith((".pdf", ".xlsx", ".zip"))


def belongs_to_another(site: Site, route: str, role: str) -> bool:
    """Tell whether a role before this one in the list opens the same page."""
    action = site.app.view_functions[route].action  # type: ignore[attr-defined]
    earlier = ROLES[: ROLES.index(role)]
    return any(action.allows(make_actor(Role(other))) for other in earlier)


def crawl(site: Site, page: Page, role: str) -> tuple[list[str], list[str]]:
    """Follow the links of a role; give the addresses of its own pages, and what is wrong."""
    faults: list[str] = []
    own: list[str] = []
    seen: set[str] = set()
    waiting = deque(["/"])
    while waiting and len(seen) < MOST_PAGES:
        address = waiting.popleft()
        route = name_route(site, address)
        if route is None or route in seen or route in NOT_CRAWLED or is_file(address):
            continue
        seen.add(route)
        if route == "overview.home" or not belongs_to_another(site, route, role):
            own.append(address)
            faults += look_at(site, page, address, f"{role}-zh-360-{route}")
        else:
            page.goto(site.url + address)
        for link in list_links(page):
            if link.startswith("#") and link != "#":
                continue
            if link == "#" or name_route(site, link) == "missing":
                faults.append(f"{role} {route} leads nowhere: {link}")
            elif link.startswith("/"):
                waiting.append(link)
    return own, faults


def look_at(site: Site, page: Page, address: str, name: str) -> list[str]:
    """Open a page and give what is wrong with it."""
    answer = page.goto(site.url + address)
    if answer is None or answer.status != 200:
        return [f"{name} answers {answer and answer.status}"]
    take_picture(page, name)
    faults = find_barriers(page)
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wider > 0:
        faults.append(f"is {wider} px wider than the screen")
    if page.locator("h1").count() != 1:
        faults.append("has not exactly one heading of the first level")
    return [f"{name} {fault}" for fault in faults]


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_is_without_barriers_and_dead_ends(serve_town, browse, role):
    site = serve_town("living")
    page = sign_in_at(browse(viewport=NARROW), site, role)
    own, faults = crawl(site, page, role)
    page = sign_in_at(browse(english=True, viewport=WIDE), site, role)
    for address in own:
        faults += look_at(site, page, address, f"{role}-en-1440-{name_route(site, address)}")

    assert faults == []
