"""What others may read of an office they cannot make their own, not even by raw SQL: a row keeps its office."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("standard", "form", "handbook", "handbook_version", "handbook_rollout")


def upgrade() -> None:
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER keeps_office BEFORE UPDATE ON {table} FOR EACH ROW "
            "WHEN (OLD.youth_office_id IS DISTINCT FROM NEW.youth_office_id) EXECUTE FUNCTION refuse_change('office')"
        )


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TRIGGER keeps_office ON {table}")
