"""Official statistics: records, and the deliveries they leave in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

OFFICE = "youth_office_id = (SELECT current_organisation())"
INSTANT = sa.DateTime(timezone=True)
# What was released is what was delivered: only the number of the person goes.
RELEASED = """
CREATE FUNCTION statistics_record_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - '{person_key,version}'::text[] <> to_jsonb(OLD) - '{person_key,version}'::text[]
     OR NEW.person_key IS NOT NULL THEN
    RAISE EXCEPTION 'a released record is fixed'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'statistics_record_released';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    _table(
        "statistics_release",
        sa.Column("survey", sa.String(60), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("unit_key", sa.Text(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=False),
        sa.Column("delivered_on", sa.Date()),
        sa.ForeignKeyConstraint(
            ["released_by"], ["account.id"], name=op.f("fk_statistics_release_released_by_account")
        ),
        survey="survey IN ('kwg', 'vsm')",
        state="state IN ('released', 'delivered')",
        period="first <= last",
        records="records > 0",
        delivered="(state = 'delivered') = (delivered_on IS NOT NULL)",
    )
    op.create_index("ix_statistics_release_youth_office_id", "statistics_release", ["youth_office_id", "first", "id"])
    _table(
        "statistics_record",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("survey", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("person_key", sa.Text()),
        sa.Column("derived", pg.JSONB(), nullable=False),
        sa.Column("answers", pg.JSONB()),
        sa.Column("completed_by", sa.Uuid()),
        sa.Column("release_id", sa.Uuid()),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["endangerment_case.id"],
            name=op.f("fk_statistics_record_case_id_endangerment_case"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["statistics_release.id"], name=op.f("fk_statistics_record_release_id_statistics_release")
        ),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_statistics_record_number"),
        survey="survey IN ('kwg', 'vsm')",
        state="state IN ('draft', 'complete', 'released', 'withdrawn')",
        answers="state NOT IN ('complete', 'released') OR answers IS NOT NULL",
        release="(state = 'released') = (release_id IS NOT NULL)",
        anonymous="state <> 'released' OR num_nonnulls(case_id, subject_id, completed_by) = 0",
    )
    op.create_index(
        "uq_statistics_record_subject",
        "statistics_record",
        ["survey", "subject_id"],
        unique=True,
        postgresql_where=sa.text("subject_id IS NOT NULL AND state <> 'withdrawn'"),
    )
    op.create_index(
        "ix_statistics_record_youth_office_id",
        "statistics_record",
        ["youth_office_id", "survey", "completed_on", "id"],
    )
    op.create_index("ix_statistics_record_case_id", "statistics_record", ["case_id"])
    op.create_index("ix_statistics_record_release_id", "statistics_record", ["release_id", "id"])
    for table in ("statistics_release", "statistics_record"):
        protect(table, see=OFFICE)
    op.execute(RELEASED)
    op.execute(
        "CREATE TRIGGER released BEFORE UPDATE ON statistics_record FOR EACH ROW WHEN (OLD.state = 'released') "
        "EXECUTE FUNCTION statistics_record_released()"
    )


def _table(name: str, *parts: sa.schema.SchemaItem, **checks: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        *parts,
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f(f"fk_{name}_youth_office_id_organisation")
        ),
        *[sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}")) for check, condition in checks.items()],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def downgrade() -> None:
    op.drop_table("statistics_record")
    op.drop_table("statistics_release")
    op.execute("DROP FUNCTION statistics_record_released()")
