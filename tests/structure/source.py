"""The project's own files, as the structure tests look at them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "voucher"
TESTS = ROOT / "tests"


def list_modules(*folders: Path) -> list[Path]:
    """Give every Python file below the folders, migrations' generated versions left out."""
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*.py")
        if "__pycache__" not in path.parts
    )


@cache
def parse(path: Path) -> ast.Module:
    """Give the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def walk_functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function of a file, nested ones too."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def place(path: Path, line: int | None = None) -> str:
    """Name a file as a person would, with a line when there is one."""
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"
