"""Tables of vouchers."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from voucher.db import BigKey, Instant, Model, one_of
from voucher.schemes.rules.programmes import Kind
from voucher.vouchers.rounds import Outcome
from voucher.vouchers.rules import PrintState, RunState, VoucherState

_NOT_VOID = text("state <> 'void'")
_LIVE = text("state = 'live'")


class IssueRun(Model):
    """One batch of a programme and month; number 1 is the first, later ones are supplementary."""

    __tablename__ = "issue_runs"
    __table_args__ = (
        UniqueConstraint("programme", "period_from", "number"),
        one_of("state", RunState),
        CheckConstraint("period_from < period_to", name="period_ordered"),
        CheckConstraint("approved_by <> made_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(String(60))
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_versions.id"))
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    number: Mapped[int]
    community_id: Mapped[int | None] = mapped_column(ForeignKey("divisions.id"))
    state: Mapped[str] = mapped_column(String(12))
    vouchers: Mapped[int]
    residents: Mapped[int]
    value_fen: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    printed_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    first_serial: Mapped[int | None]


class SerialCounter(Model):
    """The next running number of a month; a number once taken is never given again."""

    __tablename__ = "serial_counters"

    period_from: Mapped[date] = mapped_column(Date, primary_key=True)
    next_number: Mapped[int] = mapped_column(BigInteger)


class Round(Model):
    """
    A delivery round: the paper of one community of a run, on its way from the printer to the door.

    Made when the community's vouchers are written. Its paper is printed, released by whoever has
    seen its preflight, and counted back; the round is over when every print has an outcome. Who
    counted does not close it: what was not delivered is void then, and money moves.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("run_id", "community_id"),
        CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)", name="released_by_somebody"
        ),
        CheckConstraint("released_at IS NULL OR printed_at IS NOT NULL", name="printed_first"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),
        CheckConstraint("(counted_at IS NULL) = (counted_by IS NULL)", name="counted_by_somebody"),
        CheckConstraint("closed_by <> counted_by", name="two_people"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_runs.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"))
    printed_at: Mapped[datetime | None] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    counted_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class RunLine(Model):
    """
    One voucher a run is to write: frozen from what the resident was due when it was drafted.

    `position` counts from 1 in delivery order: street, community, address, resident.
    """

    __tablename__ = "run_lines"
    __table_args__ = (
        UniqueConstraint("run_id", "resident_id", "item"),
        UniqueConstraint("run_id", "position"),
        one_of("kind", Kind),
        CheckConstraint("committed_fen > 0", name="worth_something"),
        # Each community's lines are read by themselves.
        Index("ix_run_lines_run_id", "run_id", "community_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_runs.id"))
    position: Mapped[int]
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"))
    care_level_id: Mapped[int | None] = mapped_column(ForeignKey("care_levels.id"))
    level: Mapped[str] = mapped_column(String(12))
    item: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    is_offline: Mapped[bool]
    unit_fen: Mapped[int] = mapped_column(BigInteger)
    uses: Mapped[int]
    committed_fen: Mapped[int] = mapped_column(BigInteger)


class Voucher(Model):
    """
    A bearer right. Every fen committed at issue is redeemed, still there, void, lapsed or released.

    `unit_fen` is the face of an amount voucher, the cap a use of a count voucher, the cap of a
    discount voucher. `uses_total` counts uses of a count voucher and is 0 otherwise. The period is
    half-open, 00:00 +08:00.
    """

    __tablename__ = "vouchers"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", VoucherState),
        CheckConstraint(
            "redeemed_fen + balance_fen + void_fen + lapsed_fen + released_fen = committed_fen",
            name="every_fen_somewhere",
        ),
        CheckConstraint(
            "redeemed_fen >= 0 AND balance_fen >= 0 AND void_fen >= 0"
            " AND lapsed_fen >= 0 AND released_fen >= 0 AND committed_fen > 0",
            name="no_part_negative",
        ),
        CheckConstraint("balance_uses BETWEEN 0 AND uses_total", name="uses_within_total"),
        CheckConstraint(
            "state IN ('inactive', 'active') OR (balance_fen = 0 AND balance_uses = 0)",
            name="nothing_left_at_the_end",
        ),
        CheckConstraint(
            "kind <> 'count' OR balance_fen = balance_uses * unit_fen", name="uses_worth"
        ),
        Index(
            "uq_vouchers_one_a_period",
            "resident_id",
            "programme",
            "period_from",
            "item",
            unique=True,
            sqlite_where=_NOT_VOID,
            postgresql_where=_NOT_VOID,
        ),
        Index("ix_vouchers_run_id", "run_id", "community_id"),
        Index("ix_vouchers_resident_id", "resident_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    serial: Mapped[str] = mapped_column(String(20), unique=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("issue_runs.id"))
    resident_id: Mapped[int] = mapped_column(ForeignKey("residents.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("divisions.id"))
    programme: Mapped[str] = mapped_column(String(60))
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_versions.id"))
    level: Mapped[str] = mapped_column(String(12))
    item: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10))
    period_from: Mapped[date] = mapped_column(Date)
    period_to: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10))
    held_reason: Mapped[str | None] = mapped_column(String(200))
    is_offline: Mapped[bool]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("vouchers.id"), unique=True)
    unit_fen: Mapped[int] = mapped_column(BigInteger)
    uses_total: Mapped[int]
    balance_uses: Mapped[int]
    committed_fen: Mapped[int] = mapped_column(BigInteger)
    balance_fen: Mapped[int] = mapped_column(BigInteger)
    redeemed_fen: Mapped[int] = mapped_column(BigInteger)
    void_fen: Mapped[int] = mapped_column(BigInteger)
    lapsed_fen: Mapped[int] = mapped_column(BigInteger)
    released_fen: Mapped[int] = mapped_column(BigInteger)


class Print(Model):
    """One paper copy of a voucher. `code` is the print id as 13 Crockford characters."""

    __tablename__ = "prints"
    __table_args__ = (
        UniqueConstraint("voucher_id", "number"),
        one_of("state", PrintState),
        CheckConstraint("(state = 'dead') = (died_at IS NOT NULL)", name="died_when"),
        Index(
            "uq_prints_voucher_id_live",
            "voucher_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("vouchers.id"))
    code: Mapped[str] = mapped_column(String(13), unique=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(5))
    kid: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
    died_at: Mapped[datetime | None] = mapped_column(Instant)


class Handover(Model):
    """A print given and signed for."""

    __tablename__ = "handovers"

    print_id: Mapped[int] = mapped_column(ForeignKey("prints.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    handed_over_at: Mapped[datetime] = mapped_column(Instant)
    handed_over_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


class PaperOutcome(Model):
    """
    What became of a print that came back. The last number counts; a correction is a new row.

    Of two who count the same paper at once, the second finds the number taken.
    """

    __tablename__ = "paper_outcomes"
    __table_args__ = (
        UniqueConstraint("print_id", "number"),
        one_of("outcome", Outcome),
        Index("ix_paper_outcomes_round_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    print_id: Mapped[int] = mapped_column(ForeignKey("prints.id"))
    number: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    counted_at: Mapped[datetime] = mapped_column(Instant)
    counted_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))


class BoxLoss(Model):
    """
    A range of serials of one round that was lost: held at once, void when a second person agrees.

    `vouchers` and `value_fen` are what was held.
    """

    __tablename__ = "box_losses"
    __table_args__ = (
        one_of("decision", ("voided", "declined")),
        CheckConstraint("first_serial <= last_serial", name="range_ordered"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)",
            name="decided_whole",
        ),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        Index("ix_box_losses_round_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    first_serial: Mapped[str] = mapped_column(String(20))
    last_serial: Mapped[str] = mapped_column(String(20))
    with_delivered: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    vouchers: Mapped[int]
    value_fen: Mapped[int] = mapped_column(BigInteger)
    asked_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
