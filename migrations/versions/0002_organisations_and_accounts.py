"""Organisations, and the accounts of people and programs that act for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# A youth office opens the first account of a provider; from then on the provider's accounts are its own.
HAS_ACCOUNT = """
CREATE FUNCTION organisation_has_account(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp RETURN EXISTS (SELECT FROM account WHERE organisation_id = wanted)
"""


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("land", sa.Text(), nullable=False),
        sa.Column("official_key", sa.Text(), nullable=True),
        sa.Column("leitweg_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('youth_office', 'provider')", name=op.f("ck_organisation_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("kind", "name", name="uq_organisation_kind_name"),
    )
    protect("organisation", see=None)
    op.create_table(
        "region",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_region_youth_office_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("youth_office_id", "name", name="uq_region_name"),
    )
    protect("region", see="true", write="youth_office_id = (SELECT current_organisation())", rights="SELECT, INSERT")
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("tokens_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'machine')", name=op.f("ck_account_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_index(op.f("ix_account_organisation_id"), "account", ["organisation_id", "id"])
    op.execute(HAS_ACCOUNT)
    protect("account", see=OWN, write=f"({OWN}) OR NOT organisation_has_account(organisation_id)")
    # The actor is found before its organisation is known: by the owner, in the one statement that sets both.
    op.execute("ALTER TABLE account NO FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.execute("DROP POLICY see ON account")
    op.execute("DROP FUNCTION organisation_has_account(uuid)")
    op.drop_table("account")
    op.drop_table("region")
    op.drop_table("organisation")
