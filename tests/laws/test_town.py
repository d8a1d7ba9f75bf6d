"""The town itself: what the rigs stand on is sound."""

from sqlalchemy import select

from tests.laws.town import issue_and_hand_over, list_codes
from voucher.db import db
from voucher.upkeep.checks import run_checks
from voucher.vouchers.models import Voucher


def test_the_town_issues_every_kind_and_breaks_no_law(stage):
    issue_and_hand_over(stage.town)

    kinds = set(db.session.scalars(select(Voucher.kind)))
    assert (kinds, len(list_codes())) == ({"amount", "count", "discount"}, 12)
    assert run_checks()["breaches"] == []
