"""Standards of quality, and forms with their published versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OFFICE = "youth_office_id = (SELECT current_organisation())"
SHARED = f"is_shared OR {OFFICE}"

# What was agreed on or published stays as it is, whoever asks: the refusal stands in the database itself.
FIXED = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on %: this row is fixed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_ARGV[0];
END $$
"""
ADOPTED = """
CREATE FUNCTION refuse_adopted_standard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM standard_adoption WHERE standard_id = OLD.id) THEN
    RAISE EXCEPTION '% on standard: it is adopted', TG_OP
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'standard_adopted';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$
"""


def upgrade() -> None:
    op.execute(FIXED)
    _standard()
    _form()
    _form_version()


def _standard() -> None:
    op.create_table(
        "standard",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("dimension", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("service_kinds", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("dimension IN ('structure', 'process', 'outcome')", name=op.f("ck_standard_dimension")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_standard_youth_office_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard")),
        sa.UniqueConstraint("youth_office_id", "code", name="uq_standard_code"),
    )
    op.create_index("ix_standard_youth_office_id", "standard", ["youth_office_id", "id"])
    protect("standard", see=SHARED, write=OFFICE)
    op.create_table(
        "standard_adoption",
        sa.Column("standard_id", sa.Uuid(), nullable=False),
        sa.Column("adopted_by", sa.Uuid(), nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standard.id"], name=op.f("fk_standard_adoption_standard_id_standard")
        ),
        sa.PrimaryKeyConstraint("standard_id", "adopted_by", name=op.f("pk_standard_adoption")),
    )
    # Ids only, and whoever owns the standard must learn of every adoption: open to read.
    protect("standard_adoption", see="true", rights="SELECT, INSERT")
    op.execute(ADOPTED)
    op.execute(
        "CREATE TRIGGER adopted BEFORE UPDATE OR DELETE ON standard "
        "FOR EACH ROW EXECUTE FUNCTION refuse_adopted_standard()"
    )
    op.execute(
        "CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON standard_adoption "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('standard_adopted')"
    )


def _form() -> None:
    op.create_table(
        "form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("latest_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_form_youth_office_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("youth_office_id", "code", name="uq_form_code"),
    )
    op.create_index("ix_form_youth_office_id", "form", ["youth_office_id", "id"])
    protect("form", see=SHARED, write=OFFICE)


def _form_version() -> None:
    op.create_table(
        "form_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("form_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("schema", pg.JSON(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_form_version_number")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_version_form_id_form")),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_form_version_published_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        sa.UniqueConstraint("form_id", "number", name="uq_form_version_number"),
    )
    protect(
        "form_version",
        see="EXISTS (SELECT FROM form WHERE form.id = form_id)",
        write="EXISTS (SELECT FROM form WHERE form.id = form_id AND form.youth_office_id = current_organisation())",
        rights="SELECT, INSERT",
    )
    op.execute(
        "CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON form_version "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('form_version_published')"
    )


def downgrade() -> None:
    for table in ("form_version", "form", "standard_adoption", "standard"):
        op.drop_table(table)
    for function in ("refuse_adopted_standard()", "refuse_change()"):
        op.execute(f"DROP FUNCTION {function}")
