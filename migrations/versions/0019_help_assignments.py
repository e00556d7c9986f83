"""Who takes part in a help, and from when to when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What concerns everybody in a help, a provider reads if it was made until 30 days after its part in the help ended
# (it still owes the closing report); afterwards it keeps what it has and learns nothing new.
ATTENDS = """
CREATE FUNCTION attends_help(wanted uuid, made_at timestamptz) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM help_assignment AS a
    WHERE a.help_id = wanted AND a.provider_id = (SELECT current_organisation())
    AND (made_at AT TIME ZONE 'Europe/Berlin')::date <= a.valid_to + 30
)
"""


def upgrade() -> None:
    table = "help_assignment"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("period", pg.DATERANGE(), sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True)),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f(f"ck_{table}_period")),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f(f"fk_{table}_help_id_help")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        pg.ExcludeConstraint(
            ("help_id", "="), ("provider_id", "="), ("period", "&&"), name=f"ex_{table}_overlap", using="gist"
        ),
    )
    op.create_index(f"ix_{table}_help_id", table, ["help_id", "provider_id"])
    op.create_index(f"ix_{table}_provider_id", table, ["provider_id", "valid_to"])
    protect(table, see=PARTY)
    op.execute(
        f"INSERT INTO {table} (id, youth_office_id, provider_id, help_id, valid_from, valid_to) "
        "SELECT gen_random_uuid(), youth_office_id, provider_id, id, starts_on, coalesce(ended_on, ends_on) FROM help"
    )
    op.execute(ATTENDS)


def downgrade() -> None:
    op.execute("DROP FUNCTION attends_help")
    op.drop_table("help_assignment")
