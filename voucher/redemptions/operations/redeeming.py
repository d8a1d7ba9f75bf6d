"""One use of a voucher at a shop."""

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, update

from voucher.access import Actor
from voucher.audit.operations import record_event
from voucher.db import count_changed, db
from voucher.ledger.operations import post_entries
from voucher.ledger.rules import LedgerAccount, Posting, Pot, move_money
from voucher.periods import local_date
from voucher.redemptions.models import Redemption
from voucher.redemptions.operations.attempting import guard_typing, record_attempt
from voucher.redemptions.queries.paper import (
    Found,
    Read,
    Reader,
    find_voucher_of_print,
    get_found,
    guess_mode,
    read_code,
    was_used_here,
)
from voucher.redemptions.rules.taking import (
    ROUTE,
    Claim,
    Mode,
    RedemptionRefused,
    Seen,
    Taking,
    check_service,
    check_voucher,
    judge_claim,
)
from voucher.refusals import N_
from voucher.replies import check_client_key, find_reply, fingerprint_of, store_reply
from voucher.schemes.queries import get_programme_version
from voucher.shops.queries import get_published_price
from voucher.vouchers.models import Print, Voucher
from voucher.vouchers.rules import PrintState, VoucherState

TRIES = 5
_RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def attempt_redemption(
    *, actor: Actor, text: str, reader: Reader, claim: Claim, client_key: str, now: datetime
) -> dict[str, Any] | RedemptionRefused:
    """
    Read a code and redeem it; a refusal is kept as an attempt and given back, not raised.

    So one transaction holds either the whole redemption or nothing but the refused attempt.

    :raises BadInput: key_format, key_reused, or a fault of the claim; then nothing is kept.
    """
    read: Read | None = None
    try:
        read = read_code(text=text, reader=reader)
        return redeem_voucher(actor=actor, read=read, claim=claim, client_key=client_key, now=now)
    except RedemptionRefused as refusal:
        record_attempt(
            actor=actor,
            voucher_id=find_voucher_of_print(print_code=read.print_code) if read else None,
            mode=read.mode if read else guess_mode(text),
            reason=refusal.word,
            now=now,
        )
        return refusal


def redeem_voucher(
    *, actor: Actor, read: Read, claim: Claim, client_key: str, now: datetime
) -> dict[str, Any]:
    """
    Take one use of a voucher for the actor's shop, or answer what this very attempt got before.

    Give the body every door shows: parts of the price in fen, what is left, the receipt.

    :raises BadInput: key_format, key_reused, or a fault of the claim.
    :raises RedemptionRefused: the voucher's or the shop's reason; nothing was written.
    """
    attempt = {
        "actor_key": actor.key,
        "route": ROUTE,
        "client_key": check_client_key(client_key),
        "fingerprint": fingerprint_of(
            {"print": read.print_code, "shop": actor.shop_id, **asdict(claim)}
        ),
    }
    if (earlier := find_reply(**attempt)) is not None:
        return earlier
    if read.mode is Mode.TYPED:
        guard_typing(actor=actor, now=now)
    for _ in range(TRIES):
        # The voucher first, then the answer: had a twin of this attempt changed what is read here,
        # its answer would be there too.
        found = get_found(print_code=read.print_code)
        if (earlier := find_reply(**attempt)) is not None:
            return earlier
        taking = judge_use(actor=actor, found=found, claim=claim, now=now)
        if _take(found.seen, taking):
            body = _record(actor, found, read.mode, claim, client_key, taking, now)
            store_reply(**attempt, body=body, now=now)
            return body
    # Only somebody else's uses of the same voucher can bring us here, time after time.
    raise RedemptionRefused("busy", N_("这张券正在别处使用，请稍后重试"))


def judge_use(*, actor: Actor, found: Found, claim: Claim, now: datetime) -> Taking:
    """
    Divide the price of a use as it would be taken now; nothing is taken.

    :raises BadInput: a fault of the claim. :raises RedemptionRefused: the voucher's or the shop's.
    """
    assert actor.shop_id is not None
    today = local_date(now)
    seen = found.seen
    used_here = seen.state == VoucherState.USED and was_used_here(
        voucher_id=seen.voucher_id, shop_id=actor.shop_id
    )
    check_voucher(seen, today=today, used_here=used_here)
    programme = get_programme_version(found.scheme_version_id)
    item = next(item for item in programme.items if item.id == seen.item)
    published = get_published_price(shop_id=actor.shop_id, service=claim.service or "", day=today)
    check_service(claim=claim, services=item.services, published_fen=published)
    return judge_claim(seen=seen, claim=claim, programme=programme, published_fen=published or 0)


def _take(seen: Seen, taking: Taking) -> bool:
    """Win by compare-and-set: the voucher is as it was read, or this call changes nothing."""
    live = exists().where(Print.id == seen.print_id, Print.state == PrintState.LIVE)
    left = Voucher.balance_fen - taking.taken_fen
    take = (
        update(Voucher)
        .where(
            Voucher.id == seen.voucher_id,
            Voucher.state == VoucherState.ACTIVE,
            Voucher.held_reason.is_(None),
            Voucher.balance_fen == seen.balance_fen,
            Voucher.balance_uses == seen.balance_uses,
            live,
        )
        .values(
            balance_fen=left,
            balance_uses=Voucher.balance_uses - taking.uses,
            redeemed_fen=Voucher.redeemed_fen + taking.amount_fen,
            released_fen=Voucher.released_fen + taking.released_fen,
            state=case((left == 0, VoucherState.USED), else_=VoucherState.ACTIVE),
        )
        .execution_options(synchronize_session=False)
    )
    return count_changed(take) == 1


def _record(
    actor: Actor,
    found: Found,
    mode: Mode,
    claim: Claim,
    client_key: str,
    taking: Taking,
    now: datetime,
) -> dict[str, Any]:
    assert actor.shop_id is not None
    seen = found.seen
    receipt = f"{local_date(now):%y%m%d}-{_draw_receipt()}"
    event_id = record_event(
        actor=actor,
        action="redemptions.redeem",
        subject_kind="voucher",
        subject_id=found.serial,
        now=now,
        facts={"receipt": receipt, "shop": actor.shop_id, **asdict(taking)},
    )
    redemption = Redemption(
        receipt=receipt,
        voucher_id=seen.voucher_id,
        print_id=seen.print_id,
        shop_id=actor.shop_id,
        device_id=actor.device_id,
        account_id=actor.account_id,
        event_id=event_id,
        client_key=client_key,
        mode=mode,
        service=claim.service,
        balance_fen=seen.balance_fen - taking.taken_fen,
        balance_uses=seen.balance_uses - taking.uses,
        redeemed_at=now,
        **asdict(taking),
    )
    db.session.add(redemption)
    db.session.flush()
    _post(found, taking, redemption, now)
    return redemption.answer


def _draw_receipt() -> str:
    return "".join(secrets.choice(_RECEIPT_ALPHABET) for _ in range(8))


def _post(found: Found, taking: Taking, redemption: Redemption, now: datetime) -> None:
    pot = Pot(found.programme, found.community_id, found.seen.period_from, found.seen.item)
    entries = move_money(
        pot=pot,
        source=LedgerAccount.COMMITTED,
        target=LedgerAccount.PAYABLE,
        amount_fen=taking.amount_fen,
        uses=taking.uses,
        shop_id=redemption.shop_id,
    ) + move_money(
        pot=pot,
        source=LedgerAccount.COMMITTED,
        target=LedgerAccount.RELEASED,
        amount_fen=taking.released_fen,
    )
    post_entries(
        event_id=redemption.event_id,
        posting=Posting.REDEEM,
        subject_id=f"redemption:{redemption.id}",
        entries=entries,
        now=now,
    )
