"""Thresholds of a grant's consumption, and the alerts that they were reached."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

OFFICE = "youth_office_id = (SELECT current_organisation())"
SEEN = "office_seen_by, office_seen_at, provider_seen_by, provider_seen_at"


def upgrade() -> None:
    _threshold()
    _alert()


def _threshold() -> None:
    table = "grant_threshold"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("percents", pg.ARRAY(sa.Integer()), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cardinality(percents) BETWEEN 1 AND 10", name=op.f(f"ck_{table}_percents")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f(f"fk_{table}_youth_office_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "id"])
    protect(table, see=OFFICE, rights="SELECT, INSERT")


def _alert() -> None:
    table = "grant_alert"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("hours_approved", sa.Numeric(10, 2), nullable=False),
        sa.Column("hours_used", sa.Numeric(10, 2), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office_seen_by", sa.Uuid()),
        sa.Column("office_seen_at", sa.DateTime(timezone=True)),
        sa.Column("provider_seen_by", sa.Uuid()),
        sa.Column("provider_seen_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("percent BETWEEN 1 AND 200", name=op.f(f"ck_{table}_percent")),
        *(
            sa.CheckConstraint(
                f"num_nulls({side}_seen_by, {side}_seen_at) IN (0, 2)", name=op.f(f"ck_{table}_{side}_seen")
            )
            for side in ("office", "provider")
        ),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f(f"fk_{table}_help_id_help")),
        sa.ForeignKeyConstraint(["grant_id"], ["help_grant.id"], name=op.f(f"fk_{table}_grant_id_help_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("grant_id", "percent", name=f"uq_{table}_once"),
    )
    for side in ("youth_office_id", "provider_id"):
        op.create_index(f"ix_{table}_{side}", table, [side, "raised_at", "id"])
    op.create_index(f"ix_{table}_help_id", table, ["help_id"])
    protect(table, see=PARTY, rights=f"SELECT, UPDATE ({SEEN})")
    op.execute(f"GRANT INSERT ON {table} TO handschlag_system")


def downgrade() -> None:
    op.drop_table("grant_alert")
    op.drop_table("grant_threshold")
