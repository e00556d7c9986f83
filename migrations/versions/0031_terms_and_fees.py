"""Lines of days and months beside hours, and records of days of presence; calculations of fees."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0031"
down_revision = "0024"
branch_labels = None
depends_on = None

WORKED = (
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
ME = "(SELECT current_organisation())"
OWN = f"provider_id = {ME}"
PARTNER = (
    "EXISTS (SELECT FROM agreement AS a JOIN agreement_party AS p ON p.agreement_id = a.id "
    f"WHERE a.youth_office_id = {ME} AND p.organisation_id = provider_id)"
)
"""A youth office sees the lists of the providers it has, or negotiates, agreements with."""
UNITS = "unit IN ('fachleistungsstunde', 'day', 'month')"


def upgrade() -> None:
    _activities("service_record", (*WORKED, "presence_day"))
    _activities("invoice_line", (*WORKED, "presence_day", "flat_rate"))
    of_hours = sa.text("'fachleistungsstunde'")
    op.add_column("invoice_line", sa.Column("unit", sa.String(60), nullable=False, server_default=of_hours))
    op.alter_column("invoice_line", "unit", server_default=None)
    op.create_check_constraint(op.f("ck_invoice_line_unit"), "invoice_line", UNITS)

    _staff()


def _staff() -> None:
    conditions = {
        "employment": "employment IN ('employee', 'freelancer', 'trainee')",
        "period": "valid_to >= valid_from",
        "worker": "worker = lower(worker)",
    }
    op.create_table(
        "staff_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("qualification", sa.Text(), nullable=False),
        sa.Column("employment", sa.String(60), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("period", pg.DATERANGE(), sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True)),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_staff_member_{name}")) for name, text in conditions.items()),
        pg.ExcludeConstraint(
            ("provider_id", "="), ("worker", "="), ("period", "&&"), name="ex_staff_member_overlap", using="gist"
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisation.id"], name=op.f("fk_staff_member_provider_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_member")),
    )
    op.create_index("ix_staff_member_provider_id", "staff_member", ["provider_id", "worker", "valid_from"])
    protect("staff_member", see=f"{OWN} OR {PARTNER}", write=OWN)
    # A youth office reads the list, and changes nothing on it.
    op.execute(f"CREATE POLICY change ON staff_member AS RESTRICTIVE FOR UPDATE TO handschlag_api USING ({OWN})")


def _activities(table: str, activities: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{activity}'" for activity in activities)
    op.drop_constraint(op.f(f"ck_{table}_activity"), table)
    op.create_check_constraint(op.f(f"ck_{table}_activity"), table, f"activity IN ({one_of})")


def downgrade() -> None:
    op.drop_table("staff_member")
    op.drop_constraint(op.f("ck_invoice_line_unit"), "invoice_line")
    op.drop_column("invoice_line", "unit")
    _activities("invoice_line", WORKED)
    _activities("service_record", WORKED)
