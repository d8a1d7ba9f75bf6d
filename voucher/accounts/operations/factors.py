"""The second factor: offered, proved by its owner with a code, learned by nobody else."""

import secrets
from datetime import datetime

from sqlalchemy import update

from voucher.access import Actor
from voucher.accounts import rules
from voucher.accounts.models import Account
from voucher.accounts.operations.recording import record_account_event
from voucher.db import count_changed, db
from voucher.refusals import N_, BadInput, Refusal
from voucher.sealing import seal, unseal

_COLUMN = "accounts.totp"
# An offered secret travels in the page until a code proves it; it opens for its account alone.
_OFFERED = "accounts.totp_offered"


def offer_secret(*, actor: Actor) -> tuple[str, str]:
    """Make a secret for one's own second factor; give it, and the sealed text a page carries."""
    secret = rules.make_secret()
    return secret, seal(secret, column=_OFFERED, row=str(actor.account_id)).hex()


def reopen_offer(*, actor: Actor, offered: str) -> str:
    """
    Give the secret of an offer that a page sent back.

    :raises BadInput: offer_damaged.
    """
    try:
        return unseal(bytes.fromhex(offered), column=_OFFERED, row=str(actor.account_id))
    except (ValueError, Refusal):
        raise BadInput("offer_damaged", N_("页面已失效，请重新打开后再设置")) from None


def set_up_second_factor(*, actor: Actor, offered: str, code: str, now: datetime) -> Account:
    """
    Keep an offered secret once a code proves that its owner has it; other sessions end.

    :raises BadInput: offer_damaged, code_wrong. :raises Refusal: second_factor_exists.
    """
    secret = reopen_offer(actor=actor, offered=offered)
    step = rules.find_step(secret, code, now=now, last=None)
    if step is None:
        raise BadInput("code_wrong", N_("验证码不正确，请输入手机上此刻显示的六位数字"))
    is_new = update(Account).where(Account.id == actor.account_id, Account.totp_sealed.is_(None))
    sealed = seal(secret, column=_COLUMN, row=str(actor.account_id))
    mark = secrets.token_urlsafe(32)
    if count_changed(is_new.values(totp_sealed=sealed, totp_counter=step, session_mark=mark)) != 1:
        raise Refusal("second_factor_exists", N_("这个账号已设有两步验证"))
    record_account_event(actor, "accounts.set_up_second_factor", actor.account_id, now)
    return db.session.get_one(Account, actor.account_id)


def open_secret(account: Account) -> str:
    """Give the secret of an account's second factor: to look at a code with, never to show."""
    if account.totp_sealed is None:
        raise AssertionError("asked for a code where there is no second factor")
    return unseal(account.totp_sealed, column=_COLUMN, row=str(account.id))
