"""What is most urgent fires first after a standstill."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deadline", sa.Column("precedence", sa.SmallInteger(), nullable=False, server_default="9"))


def downgrade() -> None:
    op.drop_column("deadline", "precedence")
