"""Paper counted back: refused, moved, dead, spoilt; boxes lost; who counted and who closes."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("rounds") as rounds:
        rounds.add_column(sa.Column("counted_at", Instant(), nullable=True))
        rounds.add_column(sa.Column("counted_by", sa.Integer(), nullable=True))
        rounds.create_foreign_key(
            op.f("fk_rounds_counted_by_accounts"), "accounts", ["counted_by"], ["id"]
        )
        rounds.create_check_constraint(
            op.f("ck_rounds_counted_by_somebody"), "(counted_at IS NULL) = (counted_by IS NULL)"
        )
        rounds.create_check_constraint(op.f("ck_rounds_two_people"), "closed_by <> counted_by")
    _add_outcomes()
    _add_losses()


def _add_outcomes() -> None:
    op.create_table(
        "paper_outcomes",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("print_id", BIG_KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("event_id", BIG_KEY, nullable=False),
        sa.Column("counted_at", Instant(), nullable=False),
        sa.Column("counted_by", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('refused', 'moved', 'dead', 'spoilt', 'withdrawn')",
            name=op.f("ck_paper_outcomes_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_paper_outcomes_round_id_rounds")
        ),
        sa.ForeignKeyConstraint(
            ["print_id"], ["prints.id"], name=op.f("fk_paper_outcomes_print_id_prints")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_paper_outcomes_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["counted_by"], ["accounts.id"], name=op.f("fk_paper_outcomes_counted_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_outcomes")),
        sa.UniqueConstraint("print_id", "number", name=op.f("uq_paper_outcomes_print_id_number")),
    )
    op.create_index("ix_paper_outcomes_round_id", "paper_outcomes", ["round_id"])
    _keep_for_ever()


def _add_losses() -> None:
    op.create_table(
        "box_losses",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("first_serial", sa.String(length=20), nullable=False),
        sa.Column("last_serial", sa.String(length=20), nullable=False),
        sa.Column("with_delivered", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('voided', 'declined')", name=op.f("ck_box_losses_decision_known")
        ),
        sa.CheckConstraint("first_serial <= last_serial", name=op.f("ck_box_losses_range_ordered")),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)"
            " AND (decision IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_box_losses_decided_whole"),
        ),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_box_losses_two_people")),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_box_losses_round_id_rounds")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["accounts.id"], name=op.f("fk_box_losses_asked_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["accounts.id"], name=op.f("fk_box_losses_decided_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_losses")),
    )
    op.create_index("ix_box_losses_round_id", "box_losses", ["round_id"])


def _keep_for_ever() -> None:
    """Let the database itself refuse to change or remove an outcome."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER paper_outcomes_no_{deed.lower()} BEFORE {deed} ON paper_outcomes"
                " BEGIN SELECT RAISE(ABORT, 'append_only paper_outcomes'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER paper_outcomes_append_only"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON paper_outcomes"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
