"""What the pages need: second factor, shop PIN, kept uploads, who asked for a job."""

import sqlalchemy as sa
from alembic import op
from voucher.db import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CASE_KINDS = ("same_person", "late_reversal", "used_after_death", "void_of_departed", "replacement")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("accounts", sa.Column("totp_counter", sa.BigInteger(), nullable=True))
    op.add_column("shops", sa.Column("pin_hash", sa.String(length=200), nullable=True))
    op.add_column(
        "devices", sa.Column("pin_misses", sa.Integer(), server_default="0", nullable=False)
    )
    with op.batch_alter_table("chunks") as chunks:
        chunks.add_column(sa.Column("asked_by", sa.Integer(), nullable=True))
        chunks.create_foreign_key(
            op.f("fk_chunks_asked_by_accounts"), "accounts", ["asked_by"], ["id"]
        )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_uploads_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    op.create_index("ix_residents_phone_index", "residents", ["phone_index"])
    op.create_index("ix_residents_name_key", "residents", ["name_key"])
    op.create_index("ix_redemptions_shop_id", "redemptions", ["shop_id", "redeemed_at"])
    op.create_index("ix_vouchers_resident_id", "vouchers", ["resident_id"])
    known = ", ".join(f"'{kind}'" for kind in CASE_KINDS)
    with op.batch_alter_table("cases") as cases:
        cases.drop_constraint(op.f("ck_cases_kind_known"), type_="check")
        cases.create_check_constraint(op.f("ck_cases_kind_known"), f"kind IN ({known})")
