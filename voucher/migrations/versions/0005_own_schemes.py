"""Schemes of a district's own, adopted by two people."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheme_adoptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('instrument', 'programme')", name=op.f("ck_scheme_adoptions_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'withdrawn')",
            name=op.f("ck_scheme_adoptions_state_known"),
        ),
        sa.CheckConstraint(
            "approved_by <> proposed_by", name=op.f("ck_scheme_adoptions_two_people")
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_by IS NOT NULL)",
            name=op.f("ck_scheme_adoptions_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by IS NOT NULL)",
            name=op.f("ck_scheme_adoptions_withdrawn_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["accounts.id"],
            name=op.f("fk_scheme_adoptions_approved_by_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["accounts.id"],
            name=op.f("fk_scheme_adoptions_proposed_by_accounts"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"],
            ["accounts.id"],
            name=op.f("fk_scheme_adoptions_withdrawn_by_accounts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_adoptions")),
    )
    op.create_index(
        "uq_scheme_adoptions_standing",
        "scheme_adoptions",
        ["scheme", "version"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
