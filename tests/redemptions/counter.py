"""A till's page in a real browser: enrolled as a clerk enrols it, and a scanner gun."""

import itertools
import time
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from sqlalchemy import func, select

from tests.browsing import Site
from tests.doors.door import Door
from tests.doors.town import SHOP, read_paper
from tests.redemptions.till_client import PIN
from voucher import clock
from voucher.accounts.queries import get_actor
from voucher.db import db, transaction
from voucher.printouts.drawing.fields import SheetVoucher
from voucher.redemptions.models import Redemption
from voucher.shops.operations.enrolling import enrol_device

GUN_SECONDS = 0.005
CODES = {"/": "Slash", ".": "Period", "-": "Minus", " ": "Space", "=": "Equal", ",": "Comma"}
SHIFT_CODES = {":": "Semicolon", "?": "Slash", "%": "Digit5", "$": "Digit4", "+": "Equal"}
SHIFT_CODES |= {"@": "Digit2", "#": "Digit3", "*": "Digit8", "&": "Digit7", "_": "Minus"}


def make_code(site: Site, shop: str = SHOP) -> str:
    """Make a one-time code, as the office does."""
    with site.app.app_context():
        with transaction():
            worker = get_actor(name="worker", channel="test")
            code = enrol_device(actor=worker, shop_code=shop, now=clock.now()).code
        db.session.remove()
    return code


def open_till(context: BrowserContext, site: Site) -> Page:
    """Enrol a browser by the address of its code, set or give the PIN; give the till's page."""
    page = context.new_page()
    page.goto(f"{site.url}/till/enrol#{make_code(site)}")
    page.locator("main form button").click()
    give_pin(page)
    page.wait_for_load_state("networkidle")
    return page


def give_pin(page: Page) -> None:
    """Set or give the shop's PIN, on its own page, which a slow answer may leave us waiting for."""
    page.wait_for_url("**/till/pin")
    for field in page.locator("main input[type=password]").all():
        field.fill(PIN)
    page.locator("main form button").click()
    page.wait_for_url("**/till/")


def read_sheets(site: Site) -> dict[str, SheetVoucher]:
    """Give what stands on the papers of the first woman, by item."""
    return read_paper(Door(site.home.path))


def count_redemptions(site: Site) -> int:
    with site.app.app_context():
        counted = db.session.scalar(select(func.count()).select_from(Redemption))
        db.session.remove()
    return counted or 0


def wait_at(page: Page, screen: str) -> None:
    """Wait until the till shows a screen."""
    expect(page.locator(f'[data-screen="{screen}"]')).to_be_visible()


def type_code(page: Page, code: str) -> None:
    """Type a code slowly enough to be a person."""
    page.locator("#typed-code").fill(code)
    page.locator("#typed-code").press("Enter")


@dataclass(frozen=True, slots=True)
class Gun:
    """A scanner gun at one page, over the browser's own input: keys and nothing else."""

    page: Page
    keys: CDPSession

    @classmethod
    def at(cls, page: Page) -> "Gun":
        return cls(page, page.context.new_cdp_session(page))

    def shoot(self, text: str, *, composing: bool = False) -> None:
        """Type a text at a gun's pace; `composing`: a Chinese input method swallows the letters."""
        syllables = itertools.count(1)
        # The keys say themselves when they were pressed: a busy machine makes no gun slow.
        began = time.time()
        for place, letter in enumerate(text):
            code, key, is_shifted = describe_key(letter)
            pressed = {"timestamp": began + place * GUN_SECONDS}
            event = {"code": code, "modifiers": 8 if is_shifted else 0, **pressed}
            if composing:
                swallowed = {"key": "Process", "windowsVirtualKeyCode": 229}
                self.keys.send(
                    "Input.dispatchKeyEvent", {"type": "rawKeyDown", **event, **swallowed}
                )
                taken = "wo" * (next(syllables) % 3 + 1)
                self.keys.send(
                    "Input.imeSetComposition",
                    {"text": taken, "selectionStart": len(taken), "selectionEnd": len(taken)},
                )
            else:
                self.keys.send(
                    "Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "text": key, **event}
                )
            self.keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, **event})
        enter = {"code": "Enter", "key": "Enter", "windowsVirtualKeyCode": 13}
        enter |= {"timestamp": began + len(text) * GUN_SECONDS}
        self.keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", **enter})
        self.keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})


def describe_key(letter: str) -> tuple[str, str, bool]:
    """Give the key of a letter: its place, its meaning, and whether shift is held."""
    if letter.isdigit():
        return f"Digit{letter}", letter, False
    if letter.isalpha():
        return f"Key{letter.upper()}", letter, letter.isupper()
    if letter in SHIFT_CODES:
        return SHIFT_CODES[letter], letter, True
    return CODES[letter], letter, False
