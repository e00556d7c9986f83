"""Invoices: lines that never change, a total that is their sum, findings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SERVICE_KINDS = (
    "service_kind IN ('section_18_3', 'section_20', 'section_27_2', 'section_28', 'section_29', 'section_30', "
    "'section_31', 'section_32', 'section_33', 'section_34', 'section_35', 'section_35a', 'section_41')"
)
ACTIVITIES = (
    "activity IN ('direct_contact', 'collateral_contact', 'help_plan_meeting', 'documentation', 'report_writing', "
    "'preparation', 'case_consultation', 'supervision', 'team_meeting', 'travel', 'no_show', 'group_session', "
    "'co_work', 'other_place', 'standby_absence', 'cross_case', 'case_independent', 'admin')"
)
TOTAL = """
CREATE FUNCTION invoice_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted uuid := CASE TG_TABLE_NAME WHEN 'invoice' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'invoice_id')::uuid END;
BEGIN
  IF (SELECT total_cents FROM invoice WHERE id = wanted)
     <> (SELECT coalesce(sum(amount_cents), 0) FROM invoice_line WHERE invoice_id = wanted) THEN
    RAISE EXCEPTION 'total of invoice %', wanted USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_total';
  END IF;
  RETURN NULL;
END $$
"""


def _party(table: str) -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
    ]


def upgrade() -> None:
    _invoice()
    _line()
    _finding()


def _invoice() -> None:
    op.create_table(
        "invoice",
        *_party("invoice"),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'discarded')", name=op.f("ck_invoice_state")
        ),
        sa.CheckConstraint("total_cents >= 0", name=op.f("ck_invoice_total")),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_invoice_month")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_invoice_youth_office_id_organisation")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_invoice_provider_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("provider_id", "number", name="uq_invoice_number"),
    )
    op.create_index("ix_invoice_youth_office_id", "invoice", ["youth_office_id", "id"])
    op.create_index("ix_invoice_provider_id", "invoice", ["provider_id", "id"])
    protect("invoice", see=PARTY)


def _line() -> None:
    op.create_table(
        "invoice_line",
        *_party("invoice_line"),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("service_kind", sa.String(60), nullable=False),
        sa.Column("activity", sa.String(60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("terms_source", sa.Text(), nullable=False),
        sa.Column("record_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("minutes_worked", sa.Integer(), nullable=False),
        sa.Column("minutes_billable", sa.Numeric(10, 2), nullable=False),
        sa.Column("minutes_rounded", sa.Numeric(10, 2), nullable=False),
        sa.Column("unit_minutes", sa.Integer(), nullable=False),
        sa.Column("units", sa.Numeric(10, 2), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("steps", pg.JSONB(), nullable=False),
        sa.CheckConstraint(SERVICE_KINDS, name=op.f("ck_invoice_line_service_kind")),
        sa.CheckConstraint(ACTIVITIES, name=op.f("ck_invoice_line_activity")),
        sa.CheckConstraint("amount_cents >= 0 AND units >= 0", name=op.f("ck_invoice_line_amount")),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id_invoice")),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f("fk_invoice_line_help_id_help")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_line")),
        sa.UniqueConstraint("invoice_id", "place", name="uq_invoice_line_place"),
    )
    op.create_index("ix_invoice_line_help_id", "invoice_line", ["help_id"])
    protect("invoice_line", see=PARTY, rights="SELECT, INSERT")
    op.execute(
        "CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_line "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('invoice_line_fixed')"
    )
    op.execute(TOTAL)
    for table, acts in (("invoice", "INSERT OR UPDATE OF total_cents"), ("invoice_line", "INSERT")):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER total AFTER {acts} ON {table} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION invoice_total()"
        )


def _finding() -> None:
    op.create_table(
        "invoice_finding",
        *_party("invoice_finding"),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(60), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text_de", sa.Text(), nullable=False),
        sa.Column("record_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("overridden_by", sa.Uuid(), nullable=True),
        sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("severity IN ('block', 'warn')", name=op.f("ck_invoice_finding_severity")),
        sa.CheckConstraint(
            "(overridden_by IS NULL) = (override_reason IS NULL)", name=op.f("ck_invoice_finding_override")
        ),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_finding_invoice_id_invoice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_finding")),
        sa.UniqueConstraint("invoice_id", "place", name="uq_invoice_finding_place"),
    )
    protect("invoice_finding", see=PARTY)


def downgrade() -> None:
    for table in ("invoice_finding", "invoice_line", "invoice"):
        op.drop_table(table)
    op.execute("DROP FUNCTION invoice_total()")
