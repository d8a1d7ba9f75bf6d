"""
A real browser on the real site, in a town that an office made: pages as people meet them.

Set VOUCHER_PICTURES to a folder and `take_picture` leaves its pictures there to be looked at.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from sqlalchemy import update
from werkzeug.serving import make_server

from tests.accounts.factories import PASSWORD, hurry
from tests.doors.town import build_town
from voucher import clock
from voucher.access import Role
from voucher.accounts.models import Account
from voucher.accounts.queries import get_actor
from voucher.app import create_app
from voucher.config import Home, load_home
from voucher.db import db, transaction
from voucher.upkeep.tasks.working import work_once

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parent / "data" / "vendor" / "axe.min.js"
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
# Who reads a page: in Chinese on a phone, in English at a desk. For parametrize.
READERS = "english, viewport"
BOTH_READERS = ((False, NARROW), (True, WIDE))
# A busy machine is waited for: no test is about speed.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True, slots=True)
class Site:
    """A site being served. `work` does what `voucher worker` does once."""

    url: str
    app: Flask
    home: Home

    def work(self) -> None:
        with self.app.app_context():
            work_once(actor=get_actor(name="console", channel="test"))
            db.session.remove()

    def set_clock(self, instant: str) -> None:
        clock.set_clock(self.home, datetime.fromisoformat(instant))


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give the town's home at each stage: founded, funded, drafted, issued, given, living."""
    return build_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def serve_town(
    stages: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Site]]:
    """Give what serves a copy of the town at a stage; every account's password is PASSWORD."""
    monkeypatch.setenv("VOUCHER_PRINTOUTS", str(tmp_path / "printouts"))
    stops: list[Callable[[], None]] = []

    def serve(stage: str) -> Site:
        folder = shutil.copytree(stages[stage], tmp_path / "home")
        if (printed := stages[stage] / "printouts").exists():
            shutil.copytree(printed, tmp_path / "printouts", dirs_exist_ok=True)
        site, stop = start_site(load_home(folder))
        stops.append(stop)
        return site

    yield serve
    for stop in stops:
        stop()


def start_site(home: Home) -> tuple[Site, Callable[[], None]]:
    """Serve a home on a port of its own; give the site and what stops it."""
    app = create_app(home)
    hurry(app)
    with app.app_context():
        let_everybody_in()
        db.session.remove()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()

    return Site(f"http://127.0.0.1:{server.server_port}", app, home), stop


def let_everybody_in() -> None:
    """Give every account PASSWORD as a password of its own."""
    with transaction():
        db.session.execute(
            update(Account)
            .where(Account.role != Role.CONSOLE)
            .values(
                password_hash=hash_password(PASSWORD),
                must_change_password=False,
                first_password_expires_at=None,
            )
        )


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Give Debian's Chromium, without a window and without a camera."""
    with launch(playwright) as browser:
        yield browser


@contextmanager
def launch(playwright: Playwright, *, camera: Path | None = None) -> Iterator[Browser]:
    """Start Chromium; with a film (y4m or mjpeg) it has a camera that shows it."""
    arguments = [*QUIET]
    if camera is not None:
        arguments += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=arguments)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def open_browser(
    browser: Browser, *, english: bool = False, viewport: dict[str, int] | None = None
) -> Iterator[BrowserContext]:
    """
    Give a person's browser: cookies of its own, a language, a size of screen.

    A fault in a script or a breach of the content policy on any of its pages fails the test.
    """
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    size = viewport or WIDE
    context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    context.on("weberror", lambda fault: faults.append(str(fault.error)))
    context.on("console", lambda said: _note_breach(said.type, said.text, faults))
    if english:
        english_please = {"name": "language", "value": "en", "domain": "127.0.0.1", "path": "/"}
        context.add_cookies([english_please])  # type: ignore[list-item]
    yield context
    context.close()
    assert faults == []


def _note_breach(kind: str, text: str, faults: list[str]) -> None:
    # An answer of 4xx is an answer; the browser reports it as an error all the same.
    if kind == "error" and "Failed to load resource" not in text:
        faults.append(text)


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Give what opens a person's browser, as open_browser does; all are closed at the end."""
    opened = []

    def open_one(
        *, english: bool = False, viewport: dict[str, int] | None = None
    ) -> BrowserContext:
        manager = open_browser(chromium, english=english, viewport=viewport)
        opened.append(manager)
        return manager.__enter__()

    yield open_one
    for manager in opened:
        manager.__exit__(None, None, None)


def sign_in_at(context: BrowserContext, site: Site, name: str) -> Page:
    """Sign in as a person does, and give the page that follows."""
    page = context.new_page()
    page.goto(f"{site.url}/sign-in")
    page.get_by_label("账号").or_(page.get_by_label("Account")).fill(name)
    page.get_by_label("密码").or_(page.get_by_label("Password")).fill(PASSWORD)
    page.locator("main button").click()
    page.wait_for_url(f"{site.url}/")
    return page


def find_barriers(page: Page) -> list[str]:
    """Run axe-core on a page as it stands; give what it finds, with the element."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]}"
        for one in found
        for node in one["nodes"]
    ]


def take_picture(page: Page, name: str) -> None:
    """Leave a picture of the whole page where VOUCHER_PICTURES says, if it says anything."""
    if folder := os.environ.get("VOUCHER_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
