"""Preflights, kept with the run: what was read back, what was found, who signed for it."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_preflights()
    _create_files()
    _create_findings()
    _create_downloads()


def _create_preflights() -> None:
    op.create_table(
        "preflights",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("event_id", BIG_KEY, nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("degraded", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)",
            name=op.f("ck_preflights_released_by_somebody"),
        ),
        sa.CheckConstraint(
            "released_at IS NULL OR findings = 0", name=op.f("ck_preflights_released_without_fault")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["issue_runs.id"], name=op.f("fk_preflights_run_id_issue_runs")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_preflights_community_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_preflights_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_preflights_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["accounts.id"], name=op.f("fk_preflights_released_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preflights")),
    )
    op.create_index("ix_preflights_run_id", "preflights", ["run_id", "community_id"])


def _create_files() -> None:
    op.create_table(
        "preflight_files",
        sa.Column("preflight_id", BIG_KEY, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("pages_read", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["preflight_id"],
            ["preflights.id"],
            name=op.f("fk_preflight_files_preflight_id_preflights"),
        ),
        sa.PrimaryKeyConstraint("preflight_id", "name", name=op.f("pk_preflight_files")),
    )


def _create_findings() -> None:
    op.create_table(
        "preflight_findings",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("preflight_id", BIG_KEY, nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("word", sa.String(length=30), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["preflight_id"],
            ["preflights.id"],
            name=op.f("fk_preflight_findings_preflight_id_preflights"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preflight_findings")),
    )
    op.create_index("ix_preflight_findings_preflight_id", "preflight_findings", ["preflight_id"])


def _create_downloads() -> None:
    op.create_table(
        "print_downloads",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("file_id", BIG_KEY, nullable=False),
        sa.Column("event_id", BIG_KEY, nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["print_files.id"], name=op.f("fk_print_downloads_file_id_print_files")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_print_downloads_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["accounts.id"], name=op.f("fk_print_downloads_taken_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_downloads")),
    )
    op.create_index("ix_print_downloads_file_id", "print_downloads", ["file_id"])
