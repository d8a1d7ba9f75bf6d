"""Delivery rounds: the paper of one community of a run on its way to the door."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rounds",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("printed_at", Instant(), nullable=True),
        sa.Column("released_at", Instant(), nullable=True),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL)",
            name=op.f("ck_rounds_released_by_somebody"),
        ),
        sa.CheckConstraint(
            "released_at IS NULL OR printed_at IS NOT NULL",
            name=op.f("ck_rounds_printed_first"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_rounds_closed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["issue_runs.id"], name=op.f("fk_rounds_run_id_issue_runs")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_rounds_community_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["released_by"], ["accounts.id"], name=op.f("fk_rounds_released_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["accounts.id"], name=op.f("fk_rounds_closed_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("run_id", "community_id", name=op.f("uq_rounds_run_id_community_id")),
    )
    # What was written before has its rounds too; none of it was ever released.
    op.execute(
        "INSERT INTO rounds (run_id, community_id, printed_at)"
        " SELECT DISTINCT vouchers.run_id, vouchers.community_id, issue_runs.printed_at"
        " FROM vouchers JOIN issue_runs ON issue_runs.id = vouchers.run_id"
        " ORDER BY vouchers.run_id, vouchers.community_id"
    )
