"""Lines of days and months beside hours, and records of days of presence; calculations of fees."""

import sqlalchemy as sa
from alembic import op

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
UNITS = "unit IN ('fachleistungsstunde', 'day', 'month')"


def upgrade() -> None:
    _activities("service_record", (*WORKED, "presence_day"))
    _activities("invoice_line", (*WORKED, "presence_day", "flat_rate"))
    of_hours = sa.text("'fachleistungsstunde'")
    op.add_column("invoice_line", sa.Column("unit", sa.String(60), nullable=False, server_default=of_hours))
    op.alter_column("invoice_line", "unit", server_default=None)
    op.create_check_constraint(op.f("ck_invoice_line_unit"), "invoice_line", UNITS)


def _activities(table: str, activities: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{activity}'" for activity in activities)
    op.drop_constraint(op.f(f"ck_{table}_activity"), table)
    op.create_check_constraint(op.f(f"ck_{table}_activity"), table, f"activity IN ({one_of})")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_invoice_line_unit"), "invoice_line")
    op.drop_column("invoice_line", "unit")
    _activities("invoice_line", WORKED)
    _activities("service_record", WORKED)
