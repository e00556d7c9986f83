"""A signature tells the name of who signed, as it was on that day."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement_signature", sa.Column("name", sa.Text()))
    op.execute("ALTER TABLE agreement_signature DISABLE TRIGGER USER")
    op.execute("UPDATE agreement_signature AS s SET name = a.name FROM account AS a WHERE a.id = s.account_id")
    op.execute("ALTER TABLE agreement_signature ENABLE TRIGGER USER")
    op.alter_column("agreement_signature", "name", nullable=False)


def downgrade() -> None:
    op.drop_column("agreement_signature", "name")
