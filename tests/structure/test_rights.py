"""
Who may open what, written down to be read: a change of rights is a change of `rights.txt`.

To write it anew after a change that is meant: `python -m tests.structure.test_rights`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from tests.conftest import make_home
from voucher.access import Actor, Role
from voucher.app import create_app
from voucher.config import Home

RECORD = Path(__file__).parent / "rights.txt"
TILL = Actor(key="device:1", name="S0001", channel="till", shop_id=1, device_id=1)
ROLES = [role for role in Role if role is not Role.CONSOLE]


def make_actor(role: Role) -> Actor:
    return Actor(key="account:1", name="somebody", channel="web", role=role, account_id=1)


def list_rights(app: Flask) -> list[str]:
    """Give a line a route: methods, address, the action's name, who may."""
    lines = []
    for rule in app.url_map.iter_rules():
        action = app.view_functions[rule.endpoint].action  # type: ignore[attr-defined]
        who = [str(role) for role in ROLES if action.allows(make_actor(role))]
        who += ["till"] * action.allows(TILL)
        shown = "everybody" if action.is_public else " ".join(who) or "nobody"
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        grave = " (password again)" if action.is_grave else ""
        lines.append(f"{methods:<5}{rule.rule}  {action.name}{grave}: {shown}")
    return sorted(lines, key=lambda line: line.split(maxsplit=2)[1])


@pytest.fixture
def site(home: Home, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{migrated_sqlite}")
    return create_app(home)


def test_the_rights_are_those_written_down(site):
    assert list_rights(site) == RECORD.read_text(encoding="utf-8").splitlines()


def write_record() -> None:
    with TemporaryDirectory() as folder:
        app = create_app(make_home(Path(folder) / "home"))
        RECORD.write_text("\n".join(list_rights(app)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_record()
