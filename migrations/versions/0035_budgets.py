"""Budgets of youth offices, and the alerts that a share of one was reached."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SERVICE_KINDS = (
    "service_kind IN ('section_18_3', 'section_20', 'section_27_2', 'section_28', 'section_29', 'section_30', "
    "'section_31', 'section_32', 'section_33', 'section_34', 'section_35', 'section_35a', 'section_41')"
)
OFFICE = "youth_office_id = (SELECT current_organisation())"


def upgrade() -> None:
    _budget()
    _alert()


def _budget() -> None:
    table = "budget"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid()),
        sa.Column("service_kind", sa.String(60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("planned_cents", sa.BigInteger(), nullable=False),
        sa.Column("percents", pg.ARRAY(sa.Integer()), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(SERVICE_KINDS, name=op.f(f"ck_{table}_service_kind")),
        sa.CheckConstraint("planned_cents > 0", name=op.f(f"ck_{table}_planned")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f(f"ck_{table}_year")),
        sa.CheckConstraint("cardinality(percents) BETWEEN 1 AND 10", name=op.f(f"ck_{table}_percents")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f(f"fk_{table}_youth_office_id_organisation")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f(f"fk_{table}_region_id_region")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "youth_office_id",
            "year",
            "service_kind",
            "region_id",
            name=f"uq_{table}_once",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "id"])
    op.create_index(f"ix_{table}_region_id", table, ["region_id"])
    protect(
        table,
        see=OFFICE,
        rights="SELECT, INSERT, UPDATE (version, planned_cents, percents, set_by, set_at)",
    )


def _alert() -> None:
    table = "budget_alert"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("budget_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("planned_cents", sa.BigInteger(), nullable=False),
        sa.Column("committed_cents", sa.BigInteger(), nullable=False),
        sa.Column("forecast_cents", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_by", sa.Uuid()),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("percent BETWEEN 1 AND 200", name=op.f(f"ck_{table}_percent")),
        sa.CheckConstraint("num_nulls(seen_by, seen_at) IN (0, 2)", name=op.f(f"ck_{table}_seen")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f(f"fk_{table}_youth_office_id_organisation")
        ),
        sa.ForeignKeyConstraint(["budget_id"], ["budget.id"], name=op.f(f"fk_{table}_budget_id_budget")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("budget_id", "planned_cents", "percent", name=f"uq_{table}_once"),
    )
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "raised_at", "id"])
    op.create_index(f"ix_{table}_unseen", table, ["youth_office_id"], postgresql_where=sa.text("seen_at IS NULL"))
    protect(table, see=OFFICE, rights="SELECT, UPDATE (seen_by, seen_at)")
    op.execute(f"GRANT INSERT ON {table} TO handschlag_system")


def downgrade() -> None:
    op.drop_table("budget_alert")
    op.drop_table("budget")
