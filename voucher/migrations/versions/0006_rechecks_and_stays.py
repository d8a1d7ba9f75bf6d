"""Assessments made again by another pair, and stays in hospital."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("to_date IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    make_draws()
    make_rechecks()
    make_stays()
    refuse_overlaps()


def make_draws() -> None:
    op.create_table(
        "recheck_draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "period_from < period_to", name=op.f("ck_recheck_draws_period_ordered")
        ),
        sa.CheckConstraint(
            "percent BETWEEN 1 AND 100", name=op.f("ck_recheck_draws_share_of_all")
        ),
        sa.CheckConstraint(
            "drawn BETWEEN 1 AND candidates", name=op.f("ck_recheck_draws_some_drawn")
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["divisions.id"], name=op.f("fk_recheck_draws_division_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_recheck_draws_made_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_draws")),
    )


def make_rechecks() -> None:
    op.create_table(
        "rechecks",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", BIG_KEY, nullable=False),
        sa.Column("first_assessor_1", sa.String(length=50), nullable=False),
        sa.Column("first_assessor_2", sa.String(length=50), nullable=False),
        sa.Column("assessed_date", sa.Date(), nullable=True),
        sa.Column("assessor_1", sa.String(length=50), nullable=True),
        sa.Column("assessor_2", sa.String(length=50), nullable=True),
        sa.Column("points", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("options", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("diagnoses_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("events", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("coma", sa.Boolean(), nullable=True),
        sa.Column("first_level", sa.String(length=12), nullable=True),
        sa.Column("level", sa.String(length=12), nullable=True),
        sa.Column("recorded_at", Instant(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "assessor_1 <> assessor_2"
            " AND assessor_1 <> first_assessor_1 AND assessor_1 <> first_assessor_2"
            " AND assessor_2 <> first_assessor_1 AND assessor_2 <> first_assessor_2",
            name=op.f("ck_rechecks_another_pair"),
        ),
        sa.CheckConstraint(
            "(recorded_at IS NULL) = (assessor_1 IS NULL)"
            " AND (recorded_at IS NULL) = (assessor_2 IS NULL)"
            " AND (recorded_at IS NULL) = (assessed_date IS NULL)"
            " AND (recorded_at IS NULL) = (diagnoses_sealed IS NULL)"
            " AND (recorded_at IS NULL) = (first_level IS NULL)"
            " AND (recorded_at IS NULL) = (level IS NULL)",
            name=op.f("ck_rechecks_recorded_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["recheck_draws.id"], name=op.f("fk_rechecks_draw_id_recheck_draws")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_rechecks_assessment_id_assessments")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_rechecks_recorded_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rechecks")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rechecks_public_id")),
        sa.UniqueConstraint("assessment_id", name=op.f("uq_rechecks_assessment_id")),
    )
    op.create_index("ix_rechecks_draw_id", "rechecks", ["draw_id"])


def make_stays() -> None:
    op.create_table(
        "stays",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("resident_id", BIG_KEY, nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("hospital_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("effect", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "effect IN ('honour', 'hold', 'stop')", name=op.f("ck_stays_effect_known")
        ),
        sa.CheckConstraint("from_date < to_date", name=op.f("ck_stays_period_ordered")),
        sa.CheckConstraint(
            "ended_at IS NULL OR to_date IS NOT NULL", name=op.f("ck_stays_ended_on_a_day")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_stays_ended_by_somebody")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_stays_withdrawn_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_stays_resident_id_residents")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_stays_recorded_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["ended_by"], ["accounts.id"], name=op.f("fk_stays_ended_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
        sa.UniqueConstraint("public_id", name=op.f("uq_stays_public_id")),
    )
    op.create_index("ix_stays_resident_id", "stays", ["resident_id", "from_date"])
    op.create_index(
        "uq_stays_open",
        "stays",
        ["resident_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def refuse_overlaps() -> None:
    """Let the database itself refuse two stays of one person at the same time."""
    if op.get_bind().dialect.name != "sqlite":
        # A range of one number makes the person comparable without any extension.
        op.execute(
            "ALTER TABLE stays ADD CONSTRAINT stays_overlap EXCLUDE USING gist"
            " (int8range(resident_id, resident_id, '[]') WITH &&,"
            " daterange(from_date, to_date) WITH &&) WHERE (withdrawn_at IS NULL)"
        )
        return
    for name, deed in (("insert", "INSERT"), ("update", "UPDATE OF from_date, to_date")):
        op.execute(
            f"CREATE TRIGGER stays_overlap_{name} BEFORE {deed} ON stays"
            " WHEN NEW.withdrawn_at IS NULL AND EXISTS (SELECT 1 FROM stays AS other"
            " WHERE other.resident_id = NEW.resident_id AND other.id IS NOT NEW.id"
            " AND other.withdrawn_at IS NULL"
            " AND (other.to_date IS NULL OR other.to_date > NEW.from_date)"
            " AND (NEW.to_date IS NULL OR other.from_date < NEW.to_date))"
            " BEGIN SELECT RAISE(ABORT, 'stays_overlap'); END"
        )
