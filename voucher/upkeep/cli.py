"""Commands that keep an installation."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from voucher.access import ANYONE
from voucher.config import find_home_path, load_home
from voucher.console import command


@command("serve", action=ANYONE, needs_home=False)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(*, host: str, port: int) -> dict[str, Any]:
    """打开网站 · Serve the site until it is stopped."""
    load_home(find_home_path())
    # No access log: the address of a voucher's page holds its token.
    arguments = ["--workers=2", "--threads=4", f"--bind={host}:{port}", "voucher.app:open_site()"]
    gunicorn = Path(sys.executable).with_name("gunicorn")
    os.execv(gunicorn, [str(gunicorn), *arguments])  # noqa: S606 - no shell, our own words


commands = [serve]
