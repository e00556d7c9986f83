"""How alarms reach people: addresses, office hours, the roster of who is on call, and letters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT, TEXT, UUID = sa.DateTime(timezone=True), sa.Text(), sa.Uuid()
PROGRESS = ("pending", "sent", "parked", "no_address", "off")
URGENCY = "urgency IN ('immediate', 'same_day', 'within_3_days', 'within_week', 'no_weighty')"


def upgrade() -> None:
    _settings()
    _shifts()
    _mails()


def _of(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"))
        for name, to in targets.items()
    ]


def _settings() -> None:
    table = "alert_settings"
    op.create_table(
        table,
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("organisation_id", UUID, nullable=False),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("mail_reminders", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of(table, account_id="account", organisation_id="organisation"),
        sa.PrimaryKeyConstraint("account_id", name=op.f(f"pk_{table}")),
    )
    protect(table, see=OWN)
    table = "office_hours"
    op.create_table(
        table,
        sa.Column("organisation_id", UUID, nullable=False),
        sa.Column("week", pg.JSONB(), nullable=False),
        sa.Column("closed_on", pg.ARRAY(sa.Date()), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of(table, organisation_id="organisation"),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f(f"pk_{table}")),
    )
    protect(table, see=OWN)


def _shifts() -> None:
    table = "duty_shift"
    op.create_table(
        table,
        sa.Column("id", UUID, nullable=False),
        sa.Column("organisation_id", UUID, nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.Column("reachable", TEXT, nullable=False),
        sa.Column("created_by", UUID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("cancelled_at", INSTANT, nullable=True),
        sa.Column("cancelled_by", UUID, nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f(f"ck_{table}_period")),
        sa.CheckConstraint("(cancelled_at IS NULL) = (cancelled_by IS NULL)", name=op.f(f"ck_{table}_cancelled")),
        *_of(table, organisation_id="organisation", account_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_duty_shift_organisation_id", table, ["organisation_id", "starts_at", "id"])
    protect(table, see=OWN)


def _mails() -> None:
    table = "alert_mail"
    op.create_table(
        table,
        sa.Column("id", UUID, nullable=False),
        sa.Column("organisation_id", UUID, nullable=False),
        sa.Column("account_id", UUID, nullable=False),
        sa.Column("call_id", UUID, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("urgency", sa.String(60), nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_on_call", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.String(60), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", TEXT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.CheckConstraint(URGENCY, name=op.f(f"ck_{table}_urgency")),
        sa.CheckConstraint(f"progress IN {PROGRESS}", name=op.f(f"ck_{table}_progress")),
        sa.CheckConstraint("(progress = 'sent') = (sent_at IS NOT NULL)", name=op.f(f"ck_{table}_sent")),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f(f"ck_{table}_level")),
        *_of(table, organisation_id="organisation", account_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("call_id", "account_id", name="uq_alert_mail_call"),
    )
    op.create_index("ix_alert_mail_organisation_id", table, ["organisation_id", "created_at", "id"])
    op.create_index("ix_alert_mail_parked", table, ["organisation_id"], postgresql_where=sa.text("progress = 'parked'"))
    protect(table, see=OWN)


def downgrade() -> None:
    for table in ("alert_mail", "duty_shift", "office_hours", "alert_settings"):
        op.drop_table(table)
