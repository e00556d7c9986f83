"""Reports: what is being written, what was submitted, why it came back."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PROVIDER = "provider_id = (SELECT current_organisation())"
OFFICE = "youth_office_id = (SELECT current_organisation())"
SUBMITTED = f"{PROVIDER} OR ({OFFICE} AND submitted_at IS NOT NULL)"
"""A youth office knows of a report once it is submitted."""


def upgrade() -> None:
    _report()
    _draft()
    _content()
    _remark()


def _party_columns() -> tuple[sa.Column[UUID], sa.Column[UUID]]:
    return (
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
    )


def _report() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_party_columns(),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("form_version_id", sa.Uuid(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("content_number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_report_checks(),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_report_youth_office_id_organisation")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_report_provider_id_organisation")),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f("fk_report_help_id_help")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_report_form_version_id_form_version")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name=op.f("fk_report_author_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_report_number"),
        sa.UniqueConstraint("provider_id", "external_id", name="uq_report_external_id"),
    )
    op.create_index("ix_report_youth_office_id", "report", ["youth_office_id", "created_at", "id"])
    op.create_index("ix_report_provider_id", "report", ["provider_id", "created_at", "id"])
    op.create_index(op.f("ix_report_help_id"), "report", ["help_id"])
    protect("report", see=SUBMITTED)


def _report_checks() -> list[sa.CheckConstraint]:
    conditions = {
        "kind": "kind IN ('development', 'final')",
        "state": "state IN ('draft', 'submitted', 'returned', 'accepted', 'withdrawn')",
        "period": "period_to >= period_from",
        "submitted": "(submitted_at IS NULL) = (state IN ('draft', 'withdrawn'))",
        "content": "(submitted_at IS NULL) = (content_number = 0)",
        "submitter": "(submitted_at IS NULL) = (submitted_by IS NULL)",
        "accepted": "(accepted_at IS NULL) = (state <> 'accepted')",
        "acceptor": "(accepted_at IS NULL) = (accepted_by IS NULL)",
        "four_eyes": "accepted_by NOT IN (author_id, submitted_by)",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_report_{name}")) for name, text in conditions.items()]


def _draft() -> None:
    """The one table of a report whose rows go: what was thrown away is not kept."""
    op.create_table(
        "report_draft",
        *_party_columns(),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("content", pg.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_draft_report_id_report")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_draft")),
    )
    protect("report_draft", see=PROVIDER, rights="SELECT, INSERT, UPDATE, DELETE")


def _content() -> None:
    op.create_table(
        "report_content",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_party_columns(),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", pg.JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_content_number")),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_report_content_hash")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_content_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_content")),
        sa.UniqueConstraint("report_id", "number", name="uq_report_content_number"),
    )
    protect("report_content", see=PARTY, write=PROVIDER, rights="SELECT, INSERT")
    _fix("report_content")


def _remark() -> None:
    op.create_table(
        "report_remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_party_columns(),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("content_number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_remark_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_remark")),
    )
    op.create_index(op.f("ix_report_remark_report_id"), "report_remark", ["report_id"])
    protect("report_remark", see=PARTY, write=OFFICE, rights="SELECT, INSERT")
    _fix("report_remark")


def _fix(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def downgrade() -> None:
    for table in ("report_remark", "report_content", "report_draft", "report"):
        op.drop_table(table)
