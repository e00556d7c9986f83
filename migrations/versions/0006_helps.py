"""Helps in the individual case and the hours granted for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


SERVICE_KINDS = (
    "section_18_3",
    "section_20",
    "section_27_2",
    "section_28",
    "section_29",
    "section_30",
    "section_31",
    "section_32",
    "section_33",
    "section_34",
    "section_35",
    "section_35a",
    "section_41",
)


def _one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    _help()
    _help_grant()


def _help() -> None:
    ends = ("planned", "aborted_by_family", "aborted_by_provider", "aborted_by_youth_office")
    op.create_table(
        "help",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("service_kind", sa.String(60), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("caseworker_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("service_kind", *SERVICE_KINDS), name=op.f("ck_help_service_kind")),
        sa.CheckConstraint(_one_of("state", "requested", "active", "ended", "withdrawn"), name=op.f("ck_help_state")),
        sa.CheckConstraint(
            _one_of("end_reason", *ends, "moved", "transfer_other_help", "age"), name=op.f("ck_help_end_reason")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_help_period")),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_help_ended")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_help_youth_office_id_organisation")
        ),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_help_provider_id_organisation")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_help_agreement_id_agreement")),
        sa.ForeignKeyConstraint(["caseworker_id"], ["account.id"], name=op.f("fk_help_caseworker_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help")),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_help_number"),
    )
    op.create_index("ix_help_youth_office_id", "help", ["youth_office_id", "id"])
    op.create_index("ix_help_provider_id", "help", ["provider_id", "id"])
    op.create_index(op.f("ix_help_agreement_id"), "help", ["agreement_id"])
    op.create_index(op.f("ix_help_caseworker_id"), "help", ["caseworker_id"])
    protect("help", see=PARTY)


def _help_grant() -> None:
    op.create_table(
        "help_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("hours_per_week", sa.Numeric(6, 2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("period", pg.DATERANGE(), sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True)),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_help_grant_period")),
        sa.CheckConstraint("hours_per_week > 0 AND hours_per_week <= 168", name=op.f("ck_help_grant_hours")),
        sa.CheckConstraint("released_by IS DISTINCT FROM prepared_by", name=op.f("ck_help_grant_four_eyes")),
        sa.CheckConstraint("(released_by IS NULL) = (released_at IS NULL)", name=op.f("ck_help_grant_released")),
        sa.ForeignKeyConstraint(["help_id"], ["help.id"], name=op.f("fk_help_grant_help_id_help")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_grant")),
        pg.ExcludeConstraint(("help_id", "="), ("period", "&&"), name="ex_help_grant_overlap", using="gist"),
    )
    op.create_index("ix_help_grant_help_id", "help_grant", ["help_id", "valid_from"])
    op.create_index("ix_help_grant_youth_office_id", "help_grant", ["youth_office_id", "id"])
    protect("help_grant", see=PARTY)


def downgrade() -> None:
    op.drop_table("help_grant")
    op.drop_table("help")
