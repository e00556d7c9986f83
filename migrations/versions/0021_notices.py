"""Notices between a youth office and a provider about a help, and the messages on them."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

OFFICE = "youth_office_id = (SELECT current_organisation())"
PROVIDER = "provider_id = (SELECT current_organisation())"
KINDS = (
    "change_of_professional",
    "change_of_caseworker",
    "interruption",
    "absence",
    "contact_loss",
    "special_incident",
    "request_for_information",
    "change_of_need",
    "appointment_change",
    "other",
)
STATES = ("sent", "acknowledged", "answered", "closed", "withdrawn")
TOLD = (
    "youth_office_id, provider_id, help_id, number, kind, direction, details, text, told_late, corrects_id, sent_by, "
    "acknowledge_by, answer_by, created_at"
)
"""What was told once; of a notice only its way changes."""
WRITTEN_ONCE = ("acknowledged_at", "acknowledged_by", "answered_at", "answered_by", "answer", "withdrawn_because")


def upgrade() -> None:
    _notice()
    _message()


def _party_columns() -> tuple[sa.Column[UUID], sa.Column[UUID]]:
    return (
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
    )


def _notice() -> None:
    table = "notice"
    due = "CASE WHEN state = 'sent' THEN acknowledge_by ELSE coalesce(answer_by, acknowledge_by) END"
    waits = "state = 'sent' OR (state = 'acknowledged' AND answer_by IS NOT NULL)"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *_party_columns(),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("direction", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("details", pg.JSONB(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("told_late", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), sa.Computed(due, persisted=True), nullable=False),
        sa.Column("is_waiting", sa.Boolean(), sa.Computed(waits, persisted=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(),
        *(
            sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"))
            for name, to in {
                "youth_office_id": "organisation",
                "provider_id": "organisation",
                "help_id": "help",
                "corrects_id": "notice",
                "sent_by": "account",
            }.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_notice_number"),
        sa.UniqueConstraint("corrects_id", name="uq_notice_corrects_id"),
    )
    _indexes(table)
    protect(table, see=PARTY, write=f"{OFFICE} OR ({PROVIDER} AND attends_help(help_id, created_at))")
    overwrites = [f"(OLD.{name} IS NOT NULL AND OLD.{name} IS DISTINCT FROM NEW.{name})" for name in WRITTEN_ONCE]
    overwrites += [f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in TOLD.split(", ")]
    op.execute(
        f"CREATE TRIGGER keeps_word BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({' OR '.join(overwrites)}) EXECUTE FUNCTION refuse_change('notice_fixed')"
    )


def _checks() -> list[sa.CheckConstraint]:
    conditions = {
        "kind": f"kind IN {KINDS}",
        "direction": "direction IN ('to_youth_office', 'to_provider')",
        "state": f"state IN {STATES}",
        "acknowledged": "(acknowledged_at IS NULL) = (state IN ('sent', 'withdrawn'))",
        "acknowledger": "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)",
        "answered": "answered_at IS NOT NULL OR state <> 'answered'",
        "asked": "answered_at IS NULL OR (state IN ('answered', 'closed') AND answer_by IS NOT NULL)",
        "answerer": "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
        "withdrawn": "(withdrawn_because IS NULL) = (state <> 'withdrawn')",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_notice_{name}")) for name, text in conditions.items()]


def _indexes(table: str) -> None:
    op.create_index("ix_notice_youth_office_id", table, ["youth_office_id", "created_at", "id"])
    op.create_index("ix_notice_provider_id", table, ["provider_id", "created_at", "id"])
    op.create_index("ix_notice_help_id", table, ["help_id", "created_at"])
    waiting = sa.text("is_waiting")
    for name, side in {"office": "youth_office_id", "provider": "provider_id"}.items():
        columns = [side, "direction", "due_at", "id"]
        op.create_index(f"ix_notice_{name}_waiting", table, columns, postgresql_where=waiting)


def _message() -> None:
    table = "notice_message"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        *_party_columns(),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f(f"fk_{table}_notice_id_notice")),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f(f"fk_{table}_author_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_notice_message_notice_id", table, ["notice_id", "id"])
    own = "organisation_id = (SELECT current_organisation()) AND EXISTS (SELECT FROM notice AS n WHERE n.id = notice_id"
    write = f"{own} AND (n.youth_office_id, n.provider_id) = ({table}.youth_office_id, {table}.provider_id))"
    protect(table, see=PARTY, write=write, rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def downgrade() -> None:
    op.drop_table("notice_message")
    op.drop_table("notice")
