"""The benchmark of issuing in small: everybody's pages pass the same gate, or no figure counts."""

import json
import subprocess
import sys

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
        codes = [voucher.qr_text for voucher in vouchers]
        (folder / "sheets.json").write_text(json.dumps(describe_sheets(vouchers)))
        peer = [sys.executable, FOLDER_OF_PEERS / "obvious.py", folder / "sheets.json"]
        subprocess.run([*peer, folder / "obvious.pdf"], check=True, capture_output=True)

        check_pages(issued.files[0], codes)
        check_pages(folder / "obvious.pdf", codes)
        with pytest.raises(AssertionError, match="cannot be read back"):
            check_pages(issued.files[0], codes[1:])
        return issued.vouchers, len(codes)

    assert run_once(18, try_out) == (18, 9)
