"""The laws of redemptions, recomputed from their rows."""

import json

from sqlalchemy import and_, func, or_, select

from voucher.db import db
from voucher.laws import Breach, Check, Finding
from voucher.ledger.models import LedgerTransaction
from voucher.ledger.rules import Posting
from voucher.redemptions.models import Redemption, Reversal
from voucher.redemptions.rules.taking import ROUTE
from voucher.replies import Reply
from voucher.vouchers.models import Voucher


def check_replies() -> Finding:
    """I06: every redemption has its one stored answer, and the answer is what the row says."""
    answers: dict[int, list[dict[str, object]]] = {}
    for body in db.session.scalars(select(Reply.body).where(Reply.route == ROUTE)):
        stored = json.loads(body)
        answers.setdefault(stored["redemption"], []).append(stored)
    rows = list(db.session.scalars(select(Redemption)))
    breaches = [
        Breach("I06", f"redemption {row.id}", {"answers": len(answers.get(row.id, []))})
        for row in rows
        if answers.pop(row.id, None) != [row.answer]
    ]
    breaches += [Breach("I06", f"answer {lost}", {"redemption": None}) for lost in answers]
    return Finding(len(rows), breaches)


def check_nothing_refused_moved() -> Finding:
    """I08: ledger postings of redemptions and reversals are exactly those with a row."""
    posted = set(
        db.session.scalars(
            select(LedgerTransaction.subject_id).where(
                LedgerTransaction.posting.in_((Posting.REDEEM, Posting.REVERSE))
            )
        )
    )
    rows = {f"redemption:{found}" for found in db.session.scalars(select(Redemption.id))}
    rows |= {f"reversal:{found}" for found in db.session.scalars(select(Reversal.id))}
    breaches = [
        Breach("I08", subject, {"posted": subject in posted, "row": subject in rows})
        for subject in sorted(posted ^ rows)
    ]
    return Finding(len(rows), breaches)


def check_redeemed() -> Finding:
    """I16: what a voucher says was redeemed is the sum of its uses that were not taken back."""
    total = func.coalesce(func.sum(Redemption.amount_fen), 0)
    released = func.coalesce(func.sum(Redemption.released_fen), 0)
    sums = (
        select(Voucher.serial, Voucher.redeemed_fen, total)
        .outerjoin(
            Redemption,
            and_(
                Redemption.voucher_id == Voucher.id,
                Redemption.id.not_in(select(Reversal.redemption_id)),
            ),
        )
        .group_by(Voucher.id, Voucher.serial, Voucher.redeemed_fen, Voucher.released_fen)
        .having(or_(total != Voucher.redeemed_fen, released != Voucher.released_fen))
    )
    breaches = [
        Breach("I16", f"voucher {serial}", {"redeemed_fen": kept, "recomputed_fen": int(found)})
        for serial, kept, found in db.session.execute(sums)
    ]
    return Finding(db.session.scalar(select(func.count(Redemption.id))) or 0, breaches)


CHECKS: dict[str, Check] = {
    "I06": check_replies,
    "I08": check_nothing_refused_moved,
    "I16": check_redeemed,
}
