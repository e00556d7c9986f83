"""What participants say to the minutes of a help plan meeting."""

import sqlalchemy as sa
from alembic import op

from migrations.support import protect

revision = "0040"
down_revision = "0035"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
OFFICE = f"youth_office_id = {ME}"
ROLES = (
    "'child', 'young_person', 'mother', 'father', 'guardian', 'provider', 'school', 'day_care', "
    "'guardian_ad_litem', 'interpreter', 'youth_office', 'other'"
)


def upgrade() -> None:
    _assent()


def downgrade() -> None:
    op.drop_table("help_plan_minutes_assent")


def _assent() -> None:
    table = "help_plan_minutes_assent"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("consents", sa.String(60), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f(f"ck_{table}_role")),
        sa.CheckConstraint("consents IN ('yes', 'partly', 'no')", name=op.f(f"ck_{table}_consents")),
        sa.CheckConstraint("number >= 1", name=op.f(f"ck_{table}_number")),
        sa.CheckConstraint("consents = 'yes' OR dissent IS NOT NULL", name=op.f(f"ck_{table}_dissent")),
        *_belongs(table, meeting_id="help_plan_meeting", help_id="help", entered_by="account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_meeting_id", table, ["meeting_id", "number", "id"])
    theirs = f"role = 'provider' AND provider_id = {ME} AND attends_help(help_id, created_at)"
    see = f"{OFFICE} OR attends_help(help_id, created_at)"
    protect(table, see=see, write=f"{OFFICE} OR ({theirs})", rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def _belongs(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    ]
