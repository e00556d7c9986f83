"""Simulations: what past months would have cost under other terms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, protect

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

Column, CODE = sa.Column, sa.String(60)
TABLES = ("billing_simulation", "simulation_part", "simulation_row")


SERVICE_KINDS = (
    "service_kind IN ('section_18_3', 'section_20', 'section_27_2', 'section_28', 'section_29', 'section_30', "
    "'section_31', 'section_32', 'section_33', 'section_34', 'section_35', 'section_35a', 'section_41')"
)
ACTIVITIES = (
    "activity IN ('direct_contact', 'collateral_contact', 'help_plan_meeting', 'documentation', 'report_writing', "
    "'preparation', 'case_consultation', 'supervision', 'team_meeting', 'travel', 'no_show', 'group_session', "
    "'co_work', 'other_place', 'standby_absence', 'cross_case', 'case_independent', 'admin', 'presence_day', "
    "'flat_rate')"
)


def upgrade() -> None:
    _table(
        "billing_simulation",
        {"counterpart_id": "organisation", "created_by": "account"},
        Column("title", sa.Text(), nullable=False),
        Column("first", sa.Date(), nullable=False),
        Column("last", sa.Date(), nullable=False),
        Column("counterpart_id", sa.Uuid()),
        Column("agreement_number", sa.Text()),
        Column("terms", pg.JSONB(), nullable=False),
        Column("terms_source", sa.Text(), nullable=False),
        Column("state", CODE, nullable=False),
        Column("created_by", sa.Uuid(), nullable=False),
        Column("failure", sa.Text()),
        Column("version", sa.Integer(), nullable=False),
        Column("created_at", sa.DateTime(timezone=True), nullable=False),
        Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        state="state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
        months="extract(day from first) = 1 AND extract(day from last) = 1",
        period="first <= last",
        failure="(state = 'failed') = (failure IS NOT NULL)",
    )
    op.create_index("ix_billing_simulation_organisation_id", "billing_simulation", ["organisation_id", "id"])
    _table(
        "simulation_part",
        {"simulation_id": "billing_simulation", "youth_office_id": "organisation", "provider_id": "organisation"},
        Column("simulation_id", sa.Uuid(), nullable=False),
        Column("place", sa.Integer(), nullable=False),
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("provider_id", sa.Uuid(), nullable=False),
        Column("month", sa.Date(), nullable=False),
        Column("records", sa.Integer(), nullable=False),
        Column("settled_at", sa.DateTime(timezone=True)),
    )
    op.create_unique_constraint("uq_simulation_part_place", "simulation_part", ["simulation_id", "place"])
    _table(
        "simulation_row",
        {"simulation_id": "billing_simulation", "part_id": "simulation_part"},
        Column("simulation_id", sa.Uuid(), nullable=False),
        Column("part_id", sa.Uuid(), nullable=False),
        Column("month", sa.Date(), nullable=False),
        Column("service_kind", CODE),
        Column("activity", CODE),
        Column("before_cents", sa.BigInteger(), nullable=False),
        Column("after_cents", sa.BigInteger(), nullable=False),
        Column("before_units", sa.Numeric(12, 2), nullable=False),
        Column("after_units", sa.Numeric(12, 2), nullable=False),
        Column("unpriced", sa.Integer(), nullable=False),
        Column("reason_de", sa.Text()),
        kind="(service_kind IS NULL) = (reason_de IS NOT NULL)",
        activity_known="(service_kind IS NULL) = (activity IS NULL)",
        unpriced="(unpriced > 0) = (reason_de IS NOT NULL)",
        service_kind=SERVICE_KINDS,
        activity=ACTIVITIES,
    )
    op.create_index("ix_simulation_row_simulation_id", "simulation_row", ["simulation_id", "month", "id"])
    for table in TABLES:
        protect(table, see=OWN)


def _table(name: str, refers: dict[str, str], *columns: sa.Column[object], **checks: str) -> None:
    op.create_table(
        name,
        Column("id", sa.Uuid(), nullable=False),
        Column("organisation_id", sa.Uuid(), nullable=False),
        *columns,
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}_{target}"))
            for column, target in {"organisation_id": "organisation", **refers}.items()
        ],
        *[sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}")) for check, condition in checks.items()],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
