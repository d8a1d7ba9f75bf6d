"""Jobs with an owner, a deadline and a next step."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Made anew rather than altered: that is the same on both databases, and nothing points here.
    op.execute("CREATE TEMPORARY TABLE kept_chunks AS SELECT * FROM chunks")
    op.drop_table("chunks")
    op.create_table(
        "chunks",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("job", sa.String(length=30), nullable=False),
        sa.Column("subject_id", BIG_KEY, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("deadline_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('new', 'doing', 'done', 'failed', 'cancelled')",
            name=op.f("ck_chunks_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["accounts.id"], name=op.f("fk_chunks_asked_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunks")),
        sa.UniqueConstraint(
            "job", "subject_id", "part", name=op.f("uq_chunks_job_subject_id_part")
        ),
    )
    # Every job so far was about a run; whoever approved it wanted it written, then and there.
    op.execute(
        "INSERT INTO chunks (id, job, subject_id, part, state, leased_until, tries, faults,"
        " asked_by, asked_at, deadline_at)"
        " SELECT kept.id, kept.job, kept.subject_id, kept.part, kept.state, kept.leased_until,"
        " kept.tries, 0, COALESCE(kept.asked_by, runs.approved_by, runs.made_by),"
        " COALESCE(runs.approved_at, runs.made_at), COALESCE(runs.approved_at, runs.made_at)"
        " FROM kept_chunks AS kept JOIN issue_runs AS runs ON runs.id = kept.subject_id"
    )
    op.execute("DROP TABLE kept_chunks")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('chunks', 'id'), max(id)) FROM chunks"
            " HAVING max(id) IS NOT NULL"
        )
    op.create_index("ix_run_lines_run_id", "run_lines", ["run_id", "community_id", "position"])
