"""Signatures under proofs of service, and their withdrawals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

MINE = "provider_id = (SELECT current_organisation())"


def upgrade() -> None:
    _signature()
    _withdrawal()


def _signature() -> None:
    table = "proof_signature"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("signed_as", sa.String(60), nullable=False),
        sa.Column("way", sa.String(60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("record_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "signed_as IN ('professional', 'guardian', 'young_adult', 'young_person')",
            name=op.f(f"ck_{table}_signed_as"),
        ),
        sa.CheckConstraint(
            "way IN ('digital', 'paper_scanned', 'paper_flagged', 'refused', 'unavailable')",
            name=op.f(f"ck_{table}_way"),
        ),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f(f"ck_{table}_month")),
        sa.CheckConstraint("cardinality(record_ids) > 0", name=op.f(f"ck_{table}_records")),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f(f"ck_{table}_hash")),
        sa.CheckConstraint(
            "num_nonnulls(reason, evidence) = CASE WHEN way IN ('refused', 'unavailable') THEN 2 ELSE 0 END",
            name=op.f(f"ck_{table}_unsigned"),
        ),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f(f"fk_{table}_help_id_help")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_help_id", table, ["help_id", "provider_id", "month"])
    for side in ("youth_office_id", "provider_id"):
        op.create_index(f"ix_{table}_{side}", table, [side, "recorded_at", "id"])
    protect(table, see=PARTY, write=MINE, rights="SELECT, INSERT")


def _withdrawal() -> None:
    table = "proof_withdrawal"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["proof_signature.id"], name=op.f(f"fk_{table}_signature_id_proof_signature")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("signature_id", name=f"uq_{table}_signature_id"),
    )
    protect(table, see=PARTY, write=MINE, rights="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("proof_withdrawal")
    op.drop_table("proof_signature")
