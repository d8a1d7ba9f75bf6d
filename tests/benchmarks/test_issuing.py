"""The benchmark of issuing in small: everybody's pages pass the same gate, or no figure counts."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.benchmarks.issuing import (
    FOLDER_OF_PEERS,
    check_pages,
    describe_sheets,
    issue,
    run_once,
    take_vouchers,
)


def test_what_a_peer_draws_says_what_ours_says_and_a_missing_code_is_noticed():
    def try_out(town, run_id, folder):
        issued = issue(town, run_id, folder)
        vouchers = take_vouchers(town.worker, run_id, 9)
        (folder / "sheets.json").write_text(json.dumps(describe_sheets(vouchers)))
        peer = [sys.executable, FOLDER_OF_PEERS / "obvious.py", folder / "sheets.json"]
        subprocess.run([*peer, folder / "obvious.pdf"], check=True, capture_output=True)

        check_pages(issued.files[0], vouchers)
        check_pages(folder / "obvious.pdf", vouchers)
        with pytest.raises(AssertionError, match="cannot be read back"):
            check_pages(issued.files[0], vouchers[1:])
        unnamed = [replace(vouchers[0], masked_name="无**"), *vouchers[1:]]
        with pytest.raises(AssertionError, match="does not say names"):
            check_pages(issued.files[0], unnamed)
        return issued.vouchers, len(vouchers)

    assert run_once(18, try_out) == (18, 9)
