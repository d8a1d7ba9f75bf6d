"""The first tables."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "budget_totals",
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("approved_fen", sa.BigInteger(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "committed_fen BETWEEN 0 AND approved_fen", name=op.f("ck_budget_totals_within_budget")
        ),
        sa.PrimaryKeyConstraint("programme", "period_from", name=op.f("pk_budget_totals")),
    )
    op.create_table(
        "chunks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job", sa.String(length=30), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.Column("leased_until", Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('new', 'doing', 'done')", name=op.f("ck_chunks_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunks")),
        sa.UniqueConstraint(
            "job", "subject_id", "part", name=op.f("uq_chunks_job_subject_id_part")
        ),
    )
    op.create_table(
        "divisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (level = 'district')", name=op.f("ck_divisions_parent_stated")
        ),
        sa.CheckConstraint(
            "level IN ('district', 'street', 'community')", name=op.f("ck_divisions_level_known")
        ),
        sa.CheckConstraint("id BETWEEN 1 AND 65535", name=op.f("ck_divisions_fits_the_token")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["divisions.id"], name=op.f("fk_divisions_parent_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["divisions.id"], name=op.f("fk_divisions_successor_id_divisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_divisions")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("divisions", schema=None) as batch_op:
        batch_op.create_index(
            "uq_divisions_code_present",
            ["code"],
            unique=True,
            sqlite_where=sa.text("to_date IS NULL"),
            postgresql_where=sa.text("to_date IS NULL"),
        )

    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("actor_key", sa.String(length=60), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("ix_events_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("district_code", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('live', 'demo', 'test')", name=op.f("ck_installation_kind_known")
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("actor_key", sa.String(length=60), nullable=False),
        sa.Column("route", sa.String(length=60), nullable=False),
        sa.Column("client_key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replies")),
        sa.UniqueConstraint(
            "actor_key", "route", "client_key", name=op.f("uq_replies_actor_key_route_client_key")
        ),
    )
    op.create_table(
        "scheme_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("scheme", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_used_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('instrument', 'programme')", name=op.f("ck_scheme_versions_kind_known")
        ),
        sa.CheckConstraint(
            "id BETWEEN 1 AND 65535", name=op.f("ck_scheme_versions_fits_the_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_versions")),
        sa.UniqueConstraint("scheme", "version", name=op.f("uq_scheme_versions_scheme_version")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "serial_counters",
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period_from", name=op.f("pk_serial_counters")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("division_id", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("first_password_expires_at", Instant(), nullable=True),
        sa.Column("missed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", Instant(), nullable=True),
        sa.Column("session_mark", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "(role = 'console') = (password_hash IS NULL)",
            name=op.f("ck_accounts_console_no_password"),
        ),
        sa.CheckConstraint(
            "role IN ('worker', 'assessor', 'approver', 'finance', 'auditor', 'desk', 'admin', 'console')",
            name=op.f("ck_accounts_role_known"),
        ),
        sa.ForeignKeyConstraint(
            ["division_id"], ["divisions.id"], name=op.f("fk_accounts_division_id_divisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
        sa.UniqueConstraint("session_mark", name=op.f("uq_accounts_session_mark")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=30), nullable=False),
        sa.Column(
            "subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("decision", sa.String(length=30), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('same_person', 'late_reversal', 'used_after_death', 'void_of_departed')",
            name=op.f("ck_cases_kind_known"),
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_cases_decided_whole")
        ),
        sa.CheckConstraint("decided_by <> opened_by", name=op.f("ck_cases_two_people")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_cases_community_id_divisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("kind", "question", name=op.f("uq_cases_kind_question")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index("ix_cases_subject", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("posting", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "posting IN ('approve', 'cancel', 'redeem', 'reverse', 'void', 'lapse', 'pay', 'split')",
            name=op.f("ck_ledger_transactions_posting_known"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_ledger_transactions_event_id_events")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transactions")),
        sa.UniqueConstraint("posting", "subject_id", name="uq_ledger_transactions_subject_once"),
    )
    with op.batch_alter_table("ledger_transactions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_transactions_subject", ["posting", "subject_id"], unique=False
        )

    op.create_table(
        "residents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("sex", sa.String(length=6), nullable=False),
        sa.Column("born_date", sa.Date(), nullable=False),
        sa.Column("id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_index", sa.String(length=32), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.String(length=32), nullable=True),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("situation", sa.JSON(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("departed_date", sa.Date(), nullable=True),
        sa.Column("departure", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            "departure IN ('died', 'moved_out')", name=op.f("ck_residents_departure_known")
        ),
        sa.CheckConstraint("sex IN ('male', 'female')", name=op.f("ck_residents_sex_known")),
        sa.CheckConstraint(
            "(departed_date IS NULL) = (departure IS NULL)",
            name=op.f("ck_residents_departure_whole"),
        ),
        sa.CheckConstraint(
            "(phone_sealed IS NULL) = (phone_index IS NULL)", name=op.f("ck_residents_phone_whole")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_residents_community_id_divisions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_residents")),
        sa.UniqueConstraint("public_id", name=op.f("uq_residents_public_id")),
    )
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.create_index("ix_residents_community_id", ["community_id"], unique=False)
        batch_op.create_index(
            "ix_residents_twin", ["name", "born_date", "phone_index"], unique=False
        )
        batch_op.create_index(
            "uq_residents_id_index_present",
            ["id_index"],
            unique=True,
            sqlite_where=sa.text("departed_date IS NULL"),
            postgresql_where=sa.text("departed_date IS NULL"),
        )

    op.create_table(
        "seals",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sealed_at", Instant(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_seals_event_id_events")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals")),
        sa.UniqueConstraint("event_id", name=op.f("uq_seals_event_id")),
    )
    op.create_table(
        "assessments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=20), nullable=False),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scheme_version_id", sa.Integer(), nullable=False),
        sa.Column("assessed_date", sa.Date(), nullable=False),
        sa.Column("assessor_1", sa.String(length=50), nullable=False),
        sa.Column("assessor_2", sa.String(length=50), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("diagnoses_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("coma", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column(
            "superseded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint("assessor_1 <> assessor_2", name=op.f("ck_assessments_two_assessors")),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["accounts.id"], name=op.f("fk_assessments_recorded_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_assessments_resident_id_residents")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_assessments_scheme_version_id_scheme_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by"],
            ["assessments.id"],
            name=op.f("fk_assessments_superseded_by_assessments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assessments_public_id")),
    )
    with op.batch_alter_table("assessments", schema=None) as batch_op:
        batch_op.create_index(
            "uq_assessments_present",
            ["resident_id", "scheme_version_id", "assessed_date"],
            unique=True,
            sqlite_where=sa.text("superseded_by IS NULL"),
            postgresql_where=sa.text("superseded_by IS NULL"),
        )

    op.create_table(
        "budgets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (approved_by IS NULL)",
            name=op.f("ck_budgets_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'replaced')", name=op.f("ck_budgets_state_known")
        ),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_budgets_amount_not_negative")),
        sa.CheckConstraint("approved_by <> set_by", name=op.f("ck_budgets_two_people")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["accounts.id"], name=op.f("fk_budgets_approved_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["accounts.id"], name=op.f("fk_budgets_set_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
    )
    op.create_table(
        "issue_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("scheme_version_id", sa.Integer(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column("printed_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("first_serial", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'approved', 'issued', 'closed', 'cancelled')",
            name=op.f("ck_issue_runs_state_known"),
        ),
        sa.CheckConstraint("approved_by <> made_by", name=op.f("ck_issue_runs_two_people")),
        sa.CheckConstraint("period_from < period_to", name=op.f("ck_issue_runs_period_ordered")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["accounts.id"], name=op.f("fk_issue_runs_approved_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_issue_runs_community_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_issue_runs_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_issue_runs_scheme_version_id_scheme_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_runs")),
        sa.UniqueConstraint(
            "programme",
            "period_from",
            "number",
            name=op.f("uq_issue_runs_programme_period_from_number"),
        ),
    )
    op.create_table(
        "resident_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=500), nullable=True),
        sa.Column("after", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_resident_changes_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["residents.id"],
            name=op.f("fk_resident_changes_resident_id_residents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_changes")),
    )
    with op.batch_alter_table("resident_changes", schema=None) as batch_op:
        batch_op.create_index("ix_resident_changes_resident_id", ["resident_id"], unique=False)

    op.create_table(
        "shops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("registration", sa.String(length=12), nullable=False),
        sa.Column("licence", sa.String(length=30), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=50), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("hours", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (approved_by IS NULL)",
            name=op.f("ck_shops_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "registration IN ('registered', 'filed')", name=op.f("ck_shops_registration_known")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'suspended')", name=op.f("ck_shops_state_known")
        ),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_shops_two_people")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["accounts.id"], name=op.f("fk_shops_approved_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_shops_community_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["accounts.id"], name=op.f("fk_shops_proposed_by_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shops")),
        sa.UniqueConstraint("code", name=op.f("uq_shops_code")),
        sa.UniqueConstraint("licence", name=op.f("uq_shops_licence")),
    )
    op.create_table(
        "care_levels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scale", sa.String(length=60), nullable=False),
        sa.Column("scheme_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "assessment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("graded_by", sa.Integer(), nullable=False),
        sa.Column("graded_at", Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') <= (confirmed_at IS NOT NULL)",
            name=op.f("ck_care_levels_confirmed_when"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'replaced')",
            name=op.f("ck_care_levels_state_known"),
        ),
        sa.CheckConstraint("confirmed_by <> graded_by", name=op.f("ck_care_levels_two_people")),
        sa.CheckConstraint("from_date < to_date", name=op.f("ck_care_levels_period_ordered")),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_care_levels_assessment_id_assessments"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["accounts.id"], name=op.f("fk_care_levels_confirmed_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["graded_by"], ["accounts.id"], name=op.f("fk_care_levels_graded_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_care_levels_resident_id_residents")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_care_levels_scheme_version_id_scheme_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_levels")),
    )
    with op.batch_alter_table("care_levels", schema=None) as batch_op:
        batch_op.create_index(
            "uq_care_levels_open",
            ["resident_id", "scale"],
            unique=True,
            sqlite_where=sa.text("state = 'confirmed' AND to_date IS NULL"),
            postgresql_where=sa.text("state = 'confirmed' AND to_date IS NULL"),
        )
        batch_op.create_index(
            "uq_care_levels_proposal",
            ["resident_id", "scale"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )

    op.create_table(
        "devices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", Instant(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("enrolled_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("suspended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "state = 'suspended' OR (state = 'waiting') = (token_hash IS NULL)",
            name=op.f("ck_devices_token_when_enrolled"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'enrolled', 'suspended')", name=op.f("ck_devices_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["enrolled_by"], ["accounts.id"], name=op.f("fk_devices_enrolled_by_accounts")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_devices_shop_id_shops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_devices_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=30), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(account IN ('payable', 'paid')) = (shop_id IS NOT NULL)",
            name=op.f("ck_ledger_entries_shop_of_payable"),
        ),
        sa.CheckConstraint(
            "account IN ('fund', 'committed', 'payable', 'paid', 'lapsed', 'void', 'released', 'disputed', 'adjust')",
            name=op.f("ck_ledger_entries_account_known"),
        ),
        sa.CheckConstraint(
            "amount_fen <> 0 OR uses <> 0", name=op.f("ck_ledger_entries_not_empty")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["divisions.id"],
            name=op.f("fk_ledger_entries_community_id_divisions"),
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_ledger_entries_shop_id_shops")
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name=op.f("fk_ledger_entries_transaction_id_ledger_transactions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entries_shop_id", ["shop_id", "account"], unique=False)
        batch_op.create_index("ix_ledger_entries_transaction_id", ["transaction_id"], unique=False)

    op.create_table(
        "print_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("vouchers", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_print_files_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_print_files_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["issue_runs.id"], name=op.f("fk_print_files_run_id_issue_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_files")),
    )
    with op.batch_alter_table("print_files", schema=None) as batch_op:
        batch_op.create_index("ix_print_files_run_id", ["run_id"], unique=False)

    op.create_table(
        "settlements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("through_date", sa.Date(), nullable=False),
        sa.Column("cut_at", Instant(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_tail", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", Instant(), nullable=True),
        sa.Column("paid_by", sa.Integer(), nullable=True),
        sa.Column("paid_at", Instant(), nullable=True),
        sa.Column("bank_ref", sa.String(length=60), nullable=True),
        sa.CheckConstraint(
            "(state = 'made') = (approved_by IS NULL)",
            name=op.f("ck_settlements_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'paid') = (bank_ref IS NOT NULL)",
            name=op.f("ck_settlements_paid_with_reference"),
        ),
        sa.CheckConstraint(
            "state IN ('made', 'approved', 'paid')", name=op.f("ck_settlements_state_known")
        ),
        sa.CheckConstraint("approved_by <> made_by", name=op.f("ck_settlements_two_people")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["accounts.id"], name=op.f("fk_settlements_approved_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_settlements_made_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["paid_by"], ["accounts.id"], name=op.f("fk_settlements_paid_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_settlements_shop_id_shops")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlements")),
        sa.UniqueConstraint("bank_ref", name=op.f("uq_settlements_bank_ref")),
        sa.UniqueConstraint(
            "shop_id", "through_date", name=op.f("uq_settlements_shop_id_through_date")
        ),
    )
    op.create_table(
        "shop_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.String(length=32), nullable=False),
        sa.Column("number_tail", sa.String(length=4), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=True),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (from_date IS NULL)",
            name=op.f("ck_shop_accounts_paid_once_approved"),
        ),
        sa.CheckConstraint("approved_by <> proposed_by", name=op.f("ck_shop_accounts_two_people")),
        sa.CheckConstraint("from_date <= to_date", name=op.f("ck_shop_accounts_period_ordered")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["accounts.id"], name=op.f("fk_shop_accounts_approved_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["accounts.id"], name=op.f("fk_shop_accounts_proposed_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_shop_accounts_shop_id_shops")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_accounts")),
    )
    with op.batch_alter_table("shop_accounts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_shop_accounts_shop_id_present",
            ["shop_id"],
            unique=True,
            sqlite_where=sa.text("to_date IS NULL AND approved_by IS NOT NULL"),
            postgresql_where=sa.text("to_date IS NULL AND approved_by IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_shop_accounts_shop_id_waiting",
            ["shop_id"],
            unique=True,
            sqlite_where=sa.text("to_date IS NULL AND approved_by IS NULL"),
            postgresql_where=sa.text("to_date IS NULL AND approved_by IS NULL"),
        )

    op.create_table(
        "shop_services",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.CheckConstraint("from_date <= to_date", name=op.f("ck_shop_services_period_ordered")),
        sa.CheckConstraint("price_fen > 0", name=op.f("ck_shop_services_price_positive")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_shop_services_shop_id_shops")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_services")),
    )
    with op.batch_alter_table("shop_services", schema=None) as batch_op:
        batch_op.create_index(
            "uq_shop_services_present",
            ["shop_id", "service"],
            unique=True,
            sqlite_where=sa.text("to_date IS NULL"),
            postgresql_where=sa.text("to_date IS NULL"),
        )

    op.create_table(
        "vouchers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.String(length=60), nullable=False),
        sa.Column("scheme_version_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("held_reason", sa.String(length=200), nullable=True),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column(
            "replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("unit_fen", sa.BigInteger(), nullable=False),
        sa.Column("uses_total", sa.Integer(), nullable=False),
        sa.Column("balance_uses", sa.Integer(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_fen", sa.BigInteger(), nullable=False),
        sa.Column("void_fen", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'count' OR balance_fen = balance_uses * unit_fen",
            name=op.f("ck_vouchers_uses_worth"),
        ),
        sa.CheckConstraint(
            "kind IN ('amount', 'count', 'discount')", name=op.f("ck_vouchers_kind_known")
        ),
        sa.CheckConstraint(
            "state IN ('inactive', 'active') OR (balance_fen = 0 AND balance_uses = 0)",
            name=op.f("ck_vouchers_nothing_left_at_the_end"),
        ),
        sa.CheckConstraint(
            "state IN ('inactive', 'active', 'used', 'void', 'lapsed')",
            name=op.f("ck_vouchers_state_known"),
        ),
        sa.CheckConstraint(
            "balance_uses BETWEEN 0 AND uses_total", name=op.f("ck_vouchers_uses_within_total")
        ),
        sa.CheckConstraint(
            "redeemed_fen + balance_fen + void_fen + lapsed_fen + released_fen = committed_fen",
            name=op.f("ck_vouchers_every_fen_somewhere"),
        ),
        sa.CheckConstraint(
            "redeemed_fen >= 0 AND balance_fen >= 0 AND void_fen >= 0 AND lapsed_fen >= 0 AND released_fen >= 0 AND committed_fen > 0",
            name=op.f("ck_vouchers_no_part_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_vouchers_community_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["vouchers.id"], name=op.f("fk_vouchers_replaces_id_vouchers")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_vouchers_resident_id_residents")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["issue_runs.id"], name=op.f("fk_vouchers_run_id_issue_runs")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_version_id"],
            ["scheme_versions.id"],
            name=op.f("fk_vouchers_scheme_version_id_scheme_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vouchers")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_vouchers_replaces_id")),
        sa.UniqueConstraint("serial", name=op.f("uq_vouchers_serial")),
    )
    with op.batch_alter_table("vouchers", schema=None) as batch_op:
        batch_op.create_index("ix_vouchers_run_id", ["run_id", "community_id"], unique=False)
        batch_op.create_index(
            "uq_vouchers_one_a_period",
            ["resident_id", "programme", "period_from", "item"],
            unique=True,
            sqlite_where=sa.text("state <> 'void'"),
            postgresql_where=sa.text("state <> 'void'"),
        )

    op.create_table(
        "attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempted_at", Instant(), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_attempts_device_id_devices")
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_attempts_shop_id_shops")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["vouchers.id"], name=op.f("fk_attempts_voucher_id_vouchers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index("ix_attempts_device_id", ["device_id", "attempted_at"], unique=False)

    op.create_table(
        "prints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(length=13), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("died_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "(state = 'dead') = (died_at IS NOT NULL)", name=op.f("ck_prints_died_when")
        ),
        sa.CheckConstraint("state IN ('live', 'dead')", name=op.f("ck_prints_state_known")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["vouchers.id"], name=op.f("fk_prints_voucher_id_vouchers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prints")),
        sa.UniqueConstraint("code", name=op.f("uq_prints_code")),
        sa.UniqueConstraint("voucher_id", "number", name=op.f("uq_prints_voucher_id_number")),
    )
    with op.batch_alter_table("prints", schema=None) as batch_op:
        batch_op.create_index(
            "uq_prints_voucher_id_live",
            ["voucher_id"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "run_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "resident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column(
            "care_level_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("level", sa.String(length=12), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("unit_fen", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("committed_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('amount', 'count', 'discount')", name=op.f("ck_run_lines_kind_known")
        ),
        sa.CheckConstraint("committed_fen > 0", name=op.f("ck_run_lines_worth_something")),
        sa.ForeignKeyConstraint(
            ["care_level_id"],
            ["care_levels.id"],
            name=op.f("fk_run_lines_care_level_id_care_levels"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["divisions.id"], name=op.f("fk_run_lines_community_id_divisions")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["residents.id"], name=op.f("fk_run_lines_resident_id_residents")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["issue_runs.id"], name=op.f("fk_run_lines_run_id_issue_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_lines")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_run_lines_run_id_position")),
        sa.UniqueConstraint(
            "run_id", "resident_id", "item", name=op.f("uq_run_lines_run_id_resident_id_item")
        ),
    )
    op.create_table(
        "handovers",
        sa.Column("print_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handed_over_at", Instant(), nullable=False),
        sa.Column("handed_over_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_handovers_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["handed_over_by"], ["accounts.id"], name=op.f("fk_handovers_handed_over_by_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["print_id"], ["prints.id"], name=op.f("fk_handovers_print_id_prints")
        ),
        sa.PrimaryKeyConstraint("print_id", name=op.f("pk_handovers")),
    )
    op.create_table(
        "redemptions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("print_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_key", sa.String(length=255), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("service", sa.String(length=30), nullable=True),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("own_fen", sa.BigInteger(), nullable=False),
        sa.Column("other_payer_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.Column("balance_uses", sa.Integer(), nullable=False),
        sa.Column("redeemed_at", Instant(), nullable=False),
        sa.CheckConstraint("mode IN ('scanned', 'typed')", name=op.f("ck_redemptions_mode_known")),
        sa.CheckConstraint(
            "amount_fen > 0 OR released_fen > 0", name=op.f("ck_redemptions_takes_something")
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND own_fen >= 0 AND other_payer_fen >= 0 AND released_fen >= 0",
            name=op.f("ck_redemptions_no_part_negative"),
        ),
        sa.CheckConstraint(
            "price_fen = amount_fen + own_fen + other_payer_fen",
            name=op.f("ck_redemptions_price_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_redemptions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_redemptions_device_id_devices")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_redemptions_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["print_id"], ["prints.id"], name=op.f("fk_redemptions_print_id_prints")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shops.id"], name=op.f("fk_redemptions_shop_id_shops")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["vouchers.id"], name=op.f("fk_redemptions_voucher_id_vouchers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemptions")),
        sa.UniqueConstraint("receipt", name=op.f("uq_redemptions_receipt")),
    )
    with op.batch_alter_table("redemptions", schema=None) as batch_op:
        batch_op.create_index("ix_redemptions_redeemed_at", ["redeemed_at"], unique=False)
        batch_op.create_index("ix_redemptions_voucher_id", ["voucher_id"], unique=False)

    op.create_table(
        "reversals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "redemption_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("approved_by", sa.String(length=60), nullable=True),
        sa.Column("reversed_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "NOT is_late OR approved_by IS NOT NULL", name=op.f("ck_reversals_late_needs_two")
        ),
        sa.CheckConstraint("approved_by <> asked_by", name=op.f("ck_reversals_two_people")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_reversals_event_id_events")
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"],
            ["redemptions.id"],
            name=op.f("fk_reversals_redemption_id_redemptions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversals")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_reversals_redemption_id")),
    )
    op.create_table(
        "settlement_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column(
            "redemption_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "reversal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(redemption_id IS NULL) <> (reversal_id IS NULL)",
            name=op.f("ck_settlement_lines_one_subject"),
        ),
        sa.CheckConstraint(
            "(reversal_id IS NULL) = (amount_fen >= 0)",
            name=op.f("ck_settlement_lines_sign_of_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"],
            ["redemptions.id"],
            name=op.f("fk_settlement_lines_redemption_id_redemptions"),
        ),
        sa.ForeignKeyConstraint(
            ["reversal_id"],
            ["reversals.id"],
            name=op.f("fk_settlement_lines_reversal_id_reversals"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["settlements.id"],
            name=op.f("fk_settlement_lines_settlement_id_settlements"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_lines")),
        sa.UniqueConstraint("redemption_id", name=op.f("uq_settlement_lines_redemption_id")),
        sa.UniqueConstraint("reversal_id", name=op.f("uq_settlement_lines_reversal_id")),
    )
    with op.batch_alter_table("settlement_lines", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_lines_settlement_id", ["settlement_id"], unique=False)
    make_append_only()


# Rows of these tables are facts: a correction is a new row, never a change (I05).
APPEND_ONLY = (
    "events",
    "seals",
    "replies",
    "resident_changes",
    "scheme_versions",
    "ledger_transactions",
    "ledger_entries",
    "handovers",
    "redemptions",
    "reversals",
    "attempts",
    "settlement_lines",
    "print_files",
)


def make_append_only() -> None:
    """Let the database itself refuse to change or remove a fact."""
    if op.get_bind().dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for deed in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, 'append_only {table}'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'append_only %', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
