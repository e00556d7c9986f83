"""Negotiations: points, positions, proposals, comments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
OF_AGREEMENT = "EXISTS (SELECT FROM agreement WHERE agreement.id = agreement_id)"
SAID = f"(organisation_id = {ME} OR youth_office_id = {ME} OR organisation_id = youth_office_id)"
OF_POINT = "EXISTS (SELECT FROM negotiation_point AS p WHERE p.id = point_id)"


def upgrade() -> None:
    _table(
        "negotiation_point",
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("raised_by", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("parties", pg.ARRAY(sa.Uuid()), nullable=False),
        *_stateful(),
        sa.CheckConstraint("state IN ('open', 'settled', 'dropped')", name=op.f("ck_negotiation_point_state")),
        sa.UniqueConstraint("agreement_id", "number", name="uq_negotiation_point_number"),
    )
    _table(
        "negotiation_position",
        sa.Column("point_id", sa.Uuid(), sa.ForeignKey("negotiation_point.id"), nullable=False),
        *_said(),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_negotiation_position_point_id", "negotiation_position", ["point_id"])
    _table(
        "negotiation_proposal",
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("answered_by", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("point_id", sa.Uuid(), sa.ForeignKey("negotiation_point.id"), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("patch", pg.JSONB(), nullable=False),
        sa.Column("text_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        *_stateful(),
        sa.CheckConstraint(
            "state IN ('proposed', 'accepted', 'rejected', 'withdrawn')", name=op.f("ck_negotiation_proposal_state")
        ),
        sa.UniqueConstraint("agreement_id", "number", name="uq_negotiation_proposal_number"),
    )
    _table(
        "negotiation_comment",
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), nullable=False),
        *_said(),
        sa.Column("text_number", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_negotiation_comment_agreement_id", "negotiation_comment", ["agreement_id", "written_at"])
    _walls()


def downgrade() -> None:
    for table in ("negotiation_comment", "negotiation_proposal", "negotiation_position", "negotiation_point"):
        op.drop_table(table)


def _table(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _said() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("youth_office_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
    )


def _stateful() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def _walls() -> None:
    """What a provider says is between it and the youth office; what the youth office says, all parties read."""
    protect("negotiation_point", see=OF_AGREEMENT)
    mine = f"organisation_id = {ME}"
    protect(
        "negotiation_position", see=f"{SAID} AND {OF_POINT}", write=f"{mine} AND {OF_POINT}", rights="SELECT, INSERT"
    )
    protect("negotiation_proposal", see=f"organisation_id = {ME} OR answered_by = {ME} OR youth_office_id = {ME}")
    protect(
        "negotiation_comment",
        see=f"{SAID} AND {OF_AGREEMENT}",
        write=f"{mine} AND {OF_AGREEMENT}",
        rights="SELECT, INSERT",
    )
