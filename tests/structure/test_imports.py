"""The flow goes one way."""

import subprocess
import sys

from tests.structure.source import ROOT


def test_the_declared_import_order_holds():
    checked = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
