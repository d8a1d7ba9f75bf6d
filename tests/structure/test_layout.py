"""A folder is a domain word, a file is plumbing."""

import ast
import subprocess

import pytest

from tests.structure.source import PACKAGE, ROOT, list_modules, parse, place

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "printouts",
    "pyproject.toml",
    "requirements.lock",
    "setup.cfg",
    "static",
    "templates",
    "tests",
    "voucher",
}
PLUMBING = {
    "api",
    "checks",
    "cli",
    "forms",
    "models",
    "operations",
    "policy",
    "queries",
    "rules",
    "tasks",
    "views",
}
# What a domain may hold besides plumbing: data, the drawing of pages, rules of one thing alone.
EXTRA = {
    "divisions": {"sample"},
    "printouts": {"drawing", "fonts", "layouts", "proofing"},
    "reports": {"drawing"},
    "schemes": {"instruments", "programmes", "services.toml"},
    "upkeep": {"sample"},
    "vouchers": {"rounds"},
}
# Tools shared by domains: their files are named by what they hold.
TOOLS = {"workbooks"}
NOT_DOMAINS = {"migrations", "translations", "__pycache__"}


def list_domains() -> list[str]:
    return sorted(
        path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name not in NOT_DOMAINS
    )


def test_the_top_level_holds_only_what_the_layout_names():
    tracked = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True
    ).stdout.split("\n")

    assert {name.split("/")[0] for name in tracked if name} - TOP_LEVEL == set()


@pytest.mark.parametrize("domain", sorted(set(list_domains()) - TOOLS))
def test_a_domain_holds_only_plumbing_by_its_known_names(domain):
    folder = PACKAGE / domain
    allowed = PLUMBING | EXTRA.get(domain, set()) | {"__init__", "__pycache__"}

    found = {path.stem if path.suffix == ".py" else path.name for path in folder.iterdir()}

    assert found - allowed == set()


@pytest.mark.parametrize("domain", list_domains())
def test_a_domain_says_what_it_owns(domain):
    assert (PACKAGE / domain / "__init__.py").is_file()


def test_every_package_holds_a_docstring_and_nothing_else():
    for path in PACKAGE.rglob("__init__.py"):
        tree = parse(path)

        assert ast.get_docstring(tree), f"{place(path)} says nothing"
        assert len(tree.body) == 1, f"{place(path)} holds more than its docstring"


def test_every_module_says_what_it_is_for():
    silent = [place(path) for path in list_modules(PACKAGE) if not ast.get_docstring(parse(path))]

    assert silent == []


def test_a_folder_of_pages_or_assets_carries_the_name_of_a_domain():
    known = set(list_domains()) | {"vendor"}
    for parent in (ROOT / "templates", ROOT / "static"):
        assert {path.name for path in parent.iterdir() if path.is_dir()} - known == set()
