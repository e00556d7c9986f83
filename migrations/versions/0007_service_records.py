"""Service records: written once, corrected by reversal, locked onto an invoice."""

import sqlalchemy as sa
from alembic import op

from migrations.support import PARTY, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ACTIVITIES = (
    "direct_contact",
    "collateral_contact",
    "help_plan_meeting",
    "documentation",
    "report_writing",
    "preparation",
    "case_consultation",
    "supervision",
    "team_meeting",
    "travel",
    "no_show",
    "group_session",
    "co_work",
    "other_place",
    "standby_absence",
    "cross_case",
    "case_independent",
    "admin",
)
FIXED = """
CREATE FUNCTION service_record_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE'
     OR (to_jsonb(NEW) - '{reversed_at,reversed_by,reversal_reason,invoice_id}'::text[])
        <> (to_jsonb(OLD) - '{reversed_at,reversed_by,reversal_reason,invoice_id}'::text[])
     OR (OLD.reversed_at IS NOT NULL AND NEW.reversed_at IS DISTINCT FROM OLD.reversed_at) THEN
    RAISE EXCEPTION 'service records are fixed' USING ERRCODE = 'restrict_violation',
      CONSTRAINT = 'service_record_fixed';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    one_of = ", ".join(f"'{activity}'" for activity in ACTIVITIES)
    op.create_table(
        "service_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("activity", sa.String(60), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("staff", sa.Integer(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
        sa.Column("notice_hours", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_by", sa.Uuid(), nullable=True),
        sa.Column("reversal_reason", sa.Text(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(f"activity IN ({one_of})", name=op.f("ck_service_record_activity")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_service_record_period")),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name=op.f("ck_service_record_minutes")),
        sa.CheckConstraint(
            "(activity = 'group_session') = (participants IS NOT NULL)", name=op.f("ck_service_record_group")
        ),
        sa.CheckConstraint("participants >= 1 AND staff >= 1", name=op.f("ck_service_record_heads")),
        sa.CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name=op.f("ck_service_record_reversed")),
        sa.CheckConstraint("reversed_at IS NULL OR invoice_id IS NULL", name=op.f("ck_service_record_billed")),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f("fk_service_record_help_id_help")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
        sa.UniqueConstraint("provider_id", "external_id", name="uq_service_record_external_id"),
    )
    op.create_index("ix_service_record_provider_id", "service_record", ["provider_id", "service_on", "id"])
    op.create_index("ix_service_record_youth_office_id", "service_record", ["youth_office_id", "service_on", "id"])
    op.create_index("ix_service_record_help_id", "service_record", ["help_id", "service_on", "id"])
    op.create_index(
        "ix_service_record_invoice_id",
        "service_record",
        ["invoice_id"],
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )
    op.execute(FIXED)
    op.execute(
        "CREATE TRIGGER fixed BEFORE UPDATE OR DELETE ON service_record FOR EACH ROW "
        "EXECUTE FUNCTION service_record_fixed()"
    )
    protect("service_record", see=PARTY)


def downgrade() -> None:
    op.drop_table("service_record")
    op.execute("DROP FUNCTION service_record_fixed()")
