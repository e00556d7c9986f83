"""Notifications of danger to a child, and the alarms they raise."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, PARTY, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

URGENCY = "urgency IN ('immediate', 'same_day', 'within_3_days', 'within_week', 'no_weighty')"
MINE = "(SELECT current_organisation())"


def _involvement(column: str) -> str:
    return f"{column} IN ('yes', 'no', 'not_possible')"


def upgrade() -> None:
    _notification()
    _alarm()


def _notification() -> None:
    text, instant, table = sa.Text(), sa.DateTime(timezone=True), "jugendamt_notification"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", text, nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=True),
        sa.Column("caseworker_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("urgency", sa.String(60), nullable=False),
        sa.Column("is_acute", sa.Boolean(), nullable=False),
        sa.Column("acute_reason", text, nullable=True),
        sa.Column("perceived_at", instant, nullable=False),
        sa.Column("received_at", instant, nullable=False),
        sa.Column("child_pseudonym", text, nullable=False),
        sa.Column("child_birth_year", sa.Integer(), nullable=True),
        sa.Column("whereabouts", text, nullable=True),
        sa.Column("observation", text, nullable=False),
        sa.Column("assessment", text, nullable=True),
        sa.Column("indications", pg.JSONB(), nullable=False),
        sa.Column("measures_taken", pg.JSONB(), nullable=False),
        sa.Column("parents_informed", sa.String(60), nullable=True),
        sa.Column("parents_reason", text, nullable=True),
        sa.Column("child_involved", sa.String(60), nullable=True),
        sa.Column("child_reason", text, nullable=True),
        sa.Column("isef_consulted_on", sa.Date(), nullable=True),
        sa.Column("contact", text, nullable=True),
        sa.Column("missing", pg.ARRAY(text), nullable=False),
        sa.Column("duplicate_of", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", instant, nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledgement", text, nullable=True),
        sa.Column("created_at", instant, nullable=False),
        sa.Column("changed_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('received', 'acknowledged')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint(URGENCY, name=op.f(f"ck_{table}_urgency")),
        sa.CheckConstraint(_involvement("parents_informed"), name=op.f(f"ck_{table}_parents_informed")),
        sa.CheckConstraint(_involvement("child_involved"), name=op.f(f"ck_{table}_child_involved")),
        sa.CheckConstraint("NOT is_acute OR acute_reason IS NOT NULL", name=op.f(f"ck_{table}_acute")),
        sa.CheckConstraint("is_acute OR isef_consulted_on IS NOT NULL", name=op.f(f"ck_{table}_isef")),
        sa.CheckConstraint("is_acute OR parents_informed IS NOT NULL", name=op.f(f"ck_{table}_parents")),
        sa.CheckConstraint(
            "(state = 'acknowledged') = (acknowledged_at IS NOT NULL)", name=op.f(f"ck_{table}_acknowledged")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["organisation.id"], name=op.f(f"fk_{table}_{column}_organisation"))
            for column in ("youth_office_id", "provider_id")
        ),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f(f"fk_{table}_help_id_help")),
        sa.ForeignKeyConstraint(["caseworker_id"], ["account.id"], name=op.f(f"fk_{table}_caseworker_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_jugendamt_notification_number"),
    )
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "received_at", "id"])
    op.create_index(f"ix_{table}_provider_id", table, ["provider_id", "received_at", "id"])
    op.create_index(op.f(f"ix_{table}_help_id"), table, ["help_id"])
    protect(table, see=PARTY)


def _alarm() -> None:
    codes = "alarm_code IN ('A-J-NEW', 'A-J-UNASSIGNED', 'A-P-NOACK')"
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("notification_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("urgency", sa.String(60), nullable=False),
        sa.Column("alarm_code", sa.String(60), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("is_late_entry", sa.Boolean(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(URGENCY, name=op.f("ck_alarm_urgency")),
        sa.CheckConstraint(codes, name=op.f("ck_alarm_alarm_code")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_alarm_level")),
        sa.CheckConstraint("(seen_at IS NULL) = (seen_by IS NULL)", name=op.f("ck_alarm_seen")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_alarm_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["jugendamt_notification.id"],
            name=op.f("fk_alarm_notification_id_jugendamt_notification"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index("ix_alarm_organisation_id", "alarm", ["organisation_id", "raised_at", "id"])
    op.create_index("ix_alarm_notification_id", "alarm", ["notification_id"])
    op.create_index("ix_alarm_open", "alarm", ["organisation_id", "role"], postgresql_where=sa.text("seen_at IS NULL"))
    # The notification's transaction calls both sides; each sees its own alarms only.
    of_own_case = (
        "EXISTS (SELECT FROM jugendamt_notification AS n WHERE n.id = notification_id "
        f"AND {MINE} IN (n.youth_office_id, n.provider_id) "
        "AND organisation_id IN (n.youth_office_id, n.provider_id))"
    )
    protect("alarm", see=OWN, write=of_own_case)


def downgrade() -> None:
    op.drop_table("alarm")
    op.drop_table("jugendamt_notification")
