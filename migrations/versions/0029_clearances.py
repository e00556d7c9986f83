"""The register of § 72a: certificates that were looked at, and activities that were assessed."""

import sqlalchemy as sa
from alembic import op

from migrations.support import OWN, protect

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

INSTANT, TEXT, UUID = sa.DateTime(timezone=True), sa.Text(), sa.Uuid()
STATES = ("requested", "inspected_ok", "inspected_blocked", "renewal_due", "expired", "deletion_due")


def upgrade() -> None:
    table = "clearance_check"
    op.create_table(
        table,
        sa.Column("id", UUID, nullable=False),
        sa.Column("organisation_id", UUID, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("engagement", sa.String(60), nullable=False),
        sa.Column("activity", TEXT, nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("certificate_date", sa.Date(), nullable=True),
        sa.Column("sealed_findings", sa.LargeBinary(), nullable=True),
        sa.Column("inspected_by", UUID, nullable=True),
        sa.Column("renew_by", sa.Date(), nullable=True),
        sa.Column("last_activity_on", sa.Date(), nullable=True),
        sa.Column("delete_by", sa.Date(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN {STATES}", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("engagement IN ('staff', 'volunteer')", name=op.f(f"ck_{table}_engagement")),
        sa.CheckConstraint(
            "num_nonnulls(certificate_date, sealed_findings, inspected_by, renew_by) IN (0, 4)",
            name=op.f(f"ck_{table}_inspected"),
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'deletion_due') OR certificate_date IS NOT NULL",
            name=op.f(f"ck_{table}_looked_at"),
        ),
        sa.CheckConstraint("(state = 'deletion_due') = (delete_by IS NOT NULL)", name=op.f(f"ck_{table}_deletion")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("uq_clearance_check_person", table, ["organisation_id", "person", "activity"], unique=True)
    protect(table, see=OWN)
    op.execute(f"GRANT DELETE ON {table} TO handschlag_system")
    _activities()


def _activities() -> None:
    table = "activity_assessment"
    op.create_table(
        table,
        sa.Column("id", UUID, nullable=False),
        sa.Column("organisation_id", UUID, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("activity", "contact_kind", "intensity", "duration", "reasons")
        ),
        sa.Column("certificate_required", sa.Boolean(), nullable=False),
        sa.Column("created_by", UUID, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{table}_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_activity_assessment_organisation_id", table, ["organisation_id", "activity", "id"])
    protect(table, see=OWN, rights="SELECT, INSERT")


def downgrade() -> None:
    op.drop_table("activity_assessment")
    op.drop_table("clearance_check")
