"""Appeals against a level, and a proposal that is rejected."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STANDING = sa.text("state <> 'withdrawn'")
LEVEL_STATES = "state IN ('proposed', 'confirmed', 'replaced', 'rejected')"


def upgrade() -> None:
    _let_levels_be_rejected()
    op.create_table(
        "appeals",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("care_level_id", BIG_KEY, nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("appellant", sa.String(length=50), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("late_reason", sa.String(length=200), nullable=True),
        sa.Column("appealed_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("assessment_id", BIG_KEY, nullable=True),
        sa.Column("assessed_by", sa.Integer(), nullable=True),
        sa.Column("assessed_at", Instant(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("new_level_id", BIG_KEY, nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closing_reason", sa.String(length=500), nullable=True),
        *_list_checks(),
        *_list_references(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index(
        "uq_appeals_standing",
        "appeals",
        ["care_level_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_index("uq_appeals_assessment_id", "appeals", ["assessment_id"], unique=True)


def _let_levels_be_rejected() -> None:
    with op.batch_alter_table("care_levels") as levels:
        levels.add_column(sa.Column("rejected_by", sa.Integer(), nullable=True))
        levels.add_column(sa.Column("rejected_at", Instant(), nullable=True))
        levels.add_column(sa.Column("rejection_reason", sa.String(length=200), nullable=True))
        levels.create_foreign_key(
            op.f("fk_care_levels_rejected_by_accounts"), "accounts", ["rejected_by"], ["id"]
        )
        levels.drop_constraint(op.f("ck_care_levels_state_known"), type_="check")
        levels.create_check_constraint(op.f("ck_care_levels_state_known"), LEVEL_STATES)
        levels.create_check_constraint(
            op.f("ck_care_levels_rejected_by_another"), "rejected_by <> graded_by"
        )
        levels.create_check_constraint(
            op.f("ck_care_levels_rejected_why"),
            "(state = 'rejected') = (rejected_at IS NOT NULL AND rejected_by IS NOT NULL"
            " AND rejection_reason IS NOT NULL)",
        )


def _list_checks() -> list[sa.CheckConstraint]:
    checks = {
        "state_known": "state IN ('registered', 'assessed', 'decided', 'withdrawn')",
        "relation_known": "relation IN ('own', 'spouse', 'child', 'relative', 'other')",
        "outcome_known": "outcome IN ('upheld', 'changed')",
        "due_after_appeal": "appealed_date <= due_date",
        "assessed_first": "(state IN ('assessed', 'decided')) <= (assessment_id IS NOT NULL"
        " AND assessed_by IS NOT NULL AND assessed_at IS NOT NULL)",
        "closed_why": "(state IN ('decided', 'withdrawn')) = (closed_at IS NOT NULL"
        " AND closed_by IS NOT NULL AND closing_reason IS NOT NULL)",
        "decided_how": "(state = 'decided') = (outcome IS NOT NULL)",
        "new_level_when_changed": "new_level_id IS NULL"
        " OR (outcome IS NOT NULL AND outcome = 'changed')",
        "two_approvers": "state <> 'decided' OR closed_by <> confirmed_by",
        "two_people": "state <> 'decided' OR closed_by <> assessed_by",
    }
    return [
        sa.CheckConstraint(law, name=op.f(f"ck_appeals_{name}")) for name, law in checks.items()
    ]


def _list_references() -> list[sa.ForeignKeyConstraint]:
    references = {
        "care_level_id": "care_levels",
        "confirmed_by": "accounts",
        "registered_by": "accounts",
        "assessment_id": "assessments",
        "assessed_by": "accounts",
        "new_level_id": "care_levels",
        "closed_by": "accounts",
    }
    return [
        sa.ForeignKeyConstraint(
            [column], [f"{table}.id"], name=op.f(f"fk_appeals_{column}_{table}")
        )
        for column, table in references.items()
    ]
