"""What a password, a name and a session must be. Pure."""

import base64
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from passlib.exc import TokenError
from passlib.totp import TOTP
from zxcvbn import zxcvbn

from voucher.refusals import N_, BadInput

# NIST SP 800-63B-4, as ASVS 5.0 6.2 quotes it: 15 characters where the password stands alone.
PASSWORD_MIN = 15
PASSWORD_MAX = 128
PASSWORD_SCORE = 3
NAME_MAX = 40
CONTEXT_WORDS = ("voucher", "vouchers", "养老服务券", "民政局", "yanglao", "minzheng")

FIRST_PASSWORD_LIFE = timedelta(days=7)
# After the first sign-in there is this long left to choose a password of one's own.
FIRST_PASSWORD_GRACE = timedelta(hours=1)
MISSES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)

# Threat T12: a desk left alone. Money sooner than the rest; a working day in all.
SESSION_IDLE = timedelta(minutes=30)
SESSION_IDLE_OF = {"finance": timedelta(minutes=15)}
SESSION_LIFE = timedelta(hours=8)

# Whom live homes let in by password and code alone (ASVS 5.0, 6.3.3).
SECOND_FACTOR_ROLES = frozenset({"finance", "approver", "admin", "auditor"})
# RFC 6238: six digits, every 30 seconds; one step more on either side, for clocks that differ.
CODE_SECONDS = 30
SECRET_BYTES = 20
# How long a right password waits for its code.
HALF_WAY_LIFE = timedelta(minutes=5)

ROLE_TITLES = {
    "worker": N_("社区工作者"),
    "assessor": N_("评估员"),
    "approver": N_("街道审核"),
    "finance": N_("区财务"),
    "auditor": N_("审计"),
    "desk": N_("信息中心"),
    "admin": N_("管理员"),
    "console": N_("命令行"),
}
STATE_TITLES = {"active": N_("正常"), "stopped": N_("已停用"), "locked": N_("暂停登录")}

# How long a password counts as just given, for what is grave (ASVS 5.0, 7.5.3).
FRESH_FOR = timedelta(minutes=15)

# Without the letters and digits that are taken for each other when copied from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def make_first_password() -> str:
    """Make a password of 20 letters by chance (99 bits), in five groups."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(5))


def check_account_name(name: str) -> str:
    """
    Give the name as it is stored: 1 to 40 letters, digits, dots, dashes or underscores.

    :raises BadInput: name_format.
    """
    tidy = normalize_name(name)
    allowed = all(letter.isalnum() or letter in ".-_" for letter in tidy)
    if not (1 <= len(tidy) <= NAME_MAX and allowed):
        raise BadInput(
            "name_format",
            N_("账号名须为 1 至 %(most)s 个字母、数字、汉字、点、短横或下划线"),
            most=NAME_MAX,
        )
    return tidy


def check_password(password: str, *, account_name: str) -> str:
    """
    Give a new password as it is hashed: any characters, 15 to 128 of them, not easily guessed.

    :raises BadInput: password_length, password_weak.
    """
    tidy = normalize_password(password)
    if not PASSWORD_MIN <= len(tidy) <= PASSWORD_MAX:
        raise BadInput(
            "password_length",
            N_("密码须为 %(least)s 至 %(most)s 个字符，可以是几个词连成的一句话"),
            least=PASSWORD_MIN,
            most=PASSWORD_MAX,
        )
    # The estimator reads 72 characters; what is longer than that is not weak for its length.
    guess = zxcvbn(tidy[:72], user_inputs=[*CONTEXT_WORDS, account_name])
    if guess["score"] < PASSWORD_SCORE:
        raise BadInput("password_weak", N_("这个密码太容易猜到，请换一句别人想不到的话"))
    return tidy


def normalize_name(name: str) -> str:
    """Give one form to the same name, however wide or large it was typed."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def normalize_password(password: str) -> str:
    """Give one form to the same characters typed on different machines."""
    return unicodedata.normalize("NFKD", password)


@dataclass(frozen=True, slots=True)
class Session:
    """When somebody signed in, and when he was last seen."""

    began_at: datetime
    seen_at: datetime

    def is_over(self, now: datetime, *, role: str) -> bool:
        """Tell whether it was idle too long for its role, or open for a working day."""
        idle = SESSION_IDLE_OF.get(role, SESSION_IDLE)
        return now - self.seen_at >= idle or now - self.began_at >= SESSION_LIFE


def is_fresh(given_at: datetime | None, now: datetime) -> bool:
    """Tell whether a password was given lately enough for a grave deed."""
    return given_at is not None and timedelta() <= now - given_at < FRESH_FOR


def describe_state(*, is_active: bool, locked_until: datetime | None, now: datetime) -> str:
    """Give the state of an account, a key of STATE_TITLES."""
    if not is_active:
        return "stopped"
    return "locked" if locked_until is not None and now < locked_until else "active"


def needs_second_factor(role: str, *, is_rehearsal: bool) -> bool:
    """Tell whether an account of this role must have a second factor before anything else."""
    return role in SECOND_FACTOR_ROLES and not is_rehearsal


def make_secret() -> str:
    """Make the secret of a second factor, as authenticator apps read it (base32)."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def make_secret_address(secret: str, *, account_name: str, issuer: str) -> str:
    """Give what the QR of a second factor says (otpauth://)."""
    return str(TOTP(secret).to_uri(label=account_name, issuer=issuer))


def find_step(secret: str, code: str, *, now: datetime, last: int | None) -> int | None:
    """
    Give the time step a code stands for, or None when it is wrong or not later than `last`.

    Digits of every width are read, and spaces left out.
    """
    digits = "".join(unicodedata.normalize("NFKC", code).split())
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        match = TOTP(secret).match(
            digits, time=int(now.timestamp()), window=CODE_SECONDS, last_counter=last
        )
    except TokenError:
        return None
    return int(match.counter)
