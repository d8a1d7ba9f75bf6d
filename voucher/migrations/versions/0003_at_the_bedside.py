"""Assessments kept from the bedside: drafts, signatures, the chosen options."""

import sqlalchemy as sa
from alembic import op
from voucher.db import BigKey, Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_WORK = sa.text("state IN ('open', 'signed')")


def upgrade() -> None:
    # An imported assessment has neither.
    op.add_column("assessments", sa.Column("options", sa.JSON(), nullable=True))
    op.add_column("assessments", sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True))
    op.create_table(
        "assessment_drafts",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("resident_id", BigKey, nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_key", sa.String(length=64), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("assessed_date", sa.Date(), nullable=True),
        sa.Column("assessor_1", sa.String(length=50), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("assessment_id", BigKey, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'signed', 'confirmed', 'dropped')",
            name=op.f("ck_assessment_drafts_state_known"),
        ),
        sa.CheckConstraint("confirmed_by <> account_id", name=op.f("ck_assessment_drafts_two_people")),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL AND assessment_id IS NOT NULL)",
            name=op.f("ck_assessment_drafts_confirmed_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_assessment_drafts_resident_id_residents")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_assessment_drafts_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["accounts.id"], name=op.f("fk_assessment_drafts_confirmed_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_assessment_drafts_assessment_id_assessments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_drafts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assessment_drafts_public_id")),
    )
    op.create_index(
        "uq_assessment_drafts_at_work",
        "assessment_drafts",
        ["resident_id", "account_id", "scheme"],
        unique=True,
        sqlite_where=AT_WORK,
        postgresql_where=AT_WORK,
    )
    op.create_index("ix_assessment_drafts_state", "assessment_drafts", ["state", "resident_id"])
    op.create_index(
        "ix_assessment_drafts_assessment_id", "assessment_drafts", ["assessment_id"]
    )
