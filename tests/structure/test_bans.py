"""What may stand nowhere, or in one file alone."""

import ast
import re

from tests.structure.source import PACKAGE, ROOT, list_modules, parse, place, walk_functions

# The name as written, and why it is not allowed.
BANNED_CALLS = {
    "eval": "runs what it reads",
    "exec": "runs what it reads",
    "compile": "runs what it reads",
    "pickle.load": "runs what it reads",
    "pickle.loads": "runs what it reads",
    "marshal.loads": "runs what it reads",
    "yaml.load": "runs what it reads",
    "os.system": "passes through a shell",
    "render_template_string": "a template from outside is code",
    "flask.render_template_string": "a template from outside is code",
}
BANNED_IMPORTS = {"random", "pickle", "shelve", "marshal"}
TIME_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
}


def name_of(node: ast.expr) -> str:
    """Give the dotted name of what is called, or nothing."""
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


def list_calls(path):
    return [node for node in ast.walk(parse(path)) if isinstance(node, ast.Call)]


def list_imports(path):
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0], node.lineno


def test_nothing_runs_what_it_reads():
    found = [
        f"{place(path, call.lineno)} {name_of(call.func)}: {BANNED_CALLS[name_of(call.func)]}"
        for path in list_modules(PACKAGE)
        for call in list_calls(path)
        if name_of(call.func) in BANNED_CALLS
    ]

    assert found == []


def test_chance_comes_from_the_system_alone():
    found = [
        f"{place(path, line)} {module}"
        for path in list_modules(PACKAGE)
        for module, line in list_imports(path)
        if module in BANNED_IMPORTS
    ]

    assert found == []


def test_only_the_clock_asks_the_system_for_the_time():
    found = [
        f"{place(path, call.lineno)} {name_of(call.func)}"
        for path in list_modules(PACKAGE)
        if path != PACKAGE / "clock.py"
        for call in list_calls(path)
        if name_of(call.func) in TIME_CALLS
    ]

    assert found == []


def test_no_statement_is_put_together_from_text():
    found = [
        place(path, call.lineno)
        for path in list_modules(PACKAGE)
        for call in list_calls(path)
        if name_of(call.func) in {"text", "sqlalchemy.text", "exec_driver_sql"}
        and call.args
        and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]

    assert found == []


def test_nothing_is_imported_inside_a_function():
    found = [
        f"{place(path, node.lineno)} in {function.name}"
        for path in list_modules(PACKAGE)
        for function in walk_functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert found == []


def test_pages_escape_everything_and_carry_no_code_or_style_of_their_own():
    forbidden = re.compile(
        r"\|\s*safe\b|autoescape\s+false|javascript:"
        r"|\son[a-z]+\s*=|\sstyle\s*=|<style|<script(?![^>]*\ssrc=)",
        re.IGNORECASE,
    )

    found = [
        place(path, number)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]

    assert found == []


def test_pages_and_assets_name_no_other_host():
    attribute = re.compile(
        r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//|url\(\s*["']?https?://"""
    )

    found = [
        place(path)
        for folder in ("templates", "static")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".html", ".css", ".js", ".xml"}
        and attribute.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []
