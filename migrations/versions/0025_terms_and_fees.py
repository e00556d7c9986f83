"""Lines of days and months beside hours, and records of days of presence; calculations of fees."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0025"
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
    _fees()


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


def _fees() -> None:
    op.create_table(
        "fee_calculation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'offered')", name=op.f("ck_fee_calculation_state")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_fee_calculation_number")),
        sa.ForeignKeyConstraint(
            ["provider_id"], ["organisation.id"], name=op.f("fk_fee_calculation_provider_id_organisation")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_fee_calculation_created_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_calculation")),
        sa.UniqueConstraint("id", "provider_id", name="uq_fee_calculation_provider"),
    )
    op.create_index("ix_fee_calculation_provider_id", "fee_calculation", ["provider_id", "id"])
    _fee_version()
    _fee_offer()
    to_me = f"EXISTS (SELECT FROM fee_offer AS o WHERE o.youth_office_id = {ME} AND o.calculation_id = {{}})"
    protect("fee_offer", see=PARTY, write=OWN, rights="SELECT, INSERT")
    protect("fee_calculation", see=f"{OWN} OR {to_me.format('fee_calculation.id')}", write=OWN)
    op.execute(f"CREATE POLICY change ON fee_calculation AS RESTRICTIVE FOR UPDATE TO handschlag_api USING ({OWN})")
    this = "fee_version.calculation_id AND o.number = fee_version.number"
    protect("fee_version", see=f"{OWN} OR {to_me.format(this)}", write=OWN, rights="SELECT, INSERT")
    for table in ("fee_version", "fee_offer"):
        op.execute(
            f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('fee_version_fixed')"
        )


def _fee_version() -> None:
    op.create_table(
        "fee_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calculation_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("basis", pg.JSONB(), nullable=False),
        sa.Column("result", pg.JSONB(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("computed_by", sa.Uuid(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1 AND rate_cents >= 0", name=op.f("ck_fee_version_number")),
        sa.ForeignKeyConstraint(
            ["calculation_id", "provider_id"],
            ["fee_calculation.id", "fee_calculation.provider_id"],
            name=op.f("fk_fee_version_calculation_id_provider_id_fee_calculation"),
        ),
        sa.ForeignKeyConstraint(["computed_by"], ["account.id"], name=op.f("fk_fee_version_computed_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_version")),
        sa.UniqueConstraint("calculation_id", "number", name="uq_fee_version_number"),
    )


def _fee_offer() -> None:
    op.create_table(
        "fee_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("calculation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_fee_offer_agreement_id_agreement")),
        sa.ForeignKeyConstraint(
            ["calculation_id", "number"],
            ["fee_version.calculation_id", "fee_version.number"],
            name=op.f("fk_fee_offer_calculation_id_number_fee_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_offer")),
        sa.UniqueConstraint("calculation_id", "number", "agreement_id", name="uq_fee_offer_agreement"),
    )
    op.create_index("ix_fee_offer_agreement_id", "fee_offer", ["agreement_id"])
    op.create_index("ix_fee_offer_youth_office_id", "fee_offer", ["youth_office_id", "calculation_id", "number"])


def _activities(table: str, activities: tuple[str, ...]) -> None:
    one_of = ", ".join(f"'{activity}'" for activity in activities)
    op.drop_constraint(op.f(f"ck_{table}_activity"), table)
    op.create_check_constraint(op.f(f"ck_{table}_activity"), table, f"activity IN ({one_of})")


def downgrade() -> None:
    for table in ("fee_calculation", "fee_version"):  # their policies ask a table that goes before them
        op.execute(f"DROP POLICY see ON {table}")
    for table in ("fee_offer", "fee_version", "fee_calculation"):
        op.drop_table(table)
    op.drop_table("staff_member")
    op.drop_constraint(op.f("ck_invoice_line_unit"), "invoice_line")
    op.drop_column("invoice_line", "unit")
    _activities("invoice_line", WORKED)
    _activities("service_record", WORKED)
