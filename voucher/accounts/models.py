"""Tables of accounts."""

from datetime import datetime

from flask_security import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, synonym

from voucher.access import Role
from voucher.db import Instant, Model, one_of


class Account(Model, UserMixin):
    """Somebody who signs in, what they may do, and where (null: the whole district)."""

    __tablename__ = "accounts"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("(role = 'console') = (password_hash IS NULL)", name="console_no_password"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    division_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    first_password_expires_at: Mapped[datetime | None] = mapped_column(Instant)
    missed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    # Sealed with the account's id as row name; the counter is the last code's time step, so that
    # no code counts twice.
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)
    session_mark: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)

    # The names Flask-Security knows these columns by.
    fs_uniquifier: Mapped[str] = synonym("session_mark")
    active: Mapped[bool] = synonym("is_active")
    password: Mapped[str | None] = synonym("password_hash")

    @property
    def has_second_factor(self) -> bool:
        """Tell whether signing in asks for a code."""
        return self.totp_sealed is not None
