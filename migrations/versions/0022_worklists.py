"""Calendar feeds, and indexes by which what waits is found in every room."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WAITING = {"help": ["state", "ends_on"], "report": ["state"], "invoice": ["state"]}
SIDES = {"office": "youth_office_id", "provider": "provider_id"}


def upgrade() -> None:
    table = "calendar_feed"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("permissions", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f(f"fk_{table}_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", name=f"uq_{table}_account_id"),
        sa.UniqueConstraint("token_hash", name=f"uq_{table}_token_hash"),
    )
    protect(table, see=OWN, rights="SELECT, INSERT, UPDATE, DELETE")
    for name, columns in WAITING.items():
        for side, column in SIDES.items():
            op.create_index(f"ix_{name}_{side}_state", name, [column, *columns])


def downgrade() -> None:
    for name in WAITING:
        for side in SIDES:
            op.drop_index(f"ix_{name}_{side}_state", name)
    op.drop_table("calendar_feed")
