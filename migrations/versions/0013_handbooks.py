"""Quality handbooks: versions, comments, roll-out by district, evaluations; standards say what is observed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
OFFICE = f"youth_office_id = {ME}"
SHARED = f"{OFFICE} OR (is_shared AND opened_at IS NOT NULL)"
OF_HANDBOOK = "EXISTS (SELECT FROM handbook AS h WHERE h.id = handbook_id)"
OPENED = f"{OFFICE} OR ((state = 'in_consultation' OR released_at IS NOT NULL) AND {OF_HANDBOOK})"
"""A draft is the office's own; others read a text in consultation, and whatever was released."""
SAYS = (
    f"{OFFICE} OR (organisation_id = {ME} AND verdict IS NULL "
    "AND EXISTS (SELECT FROM handbook_version AS v WHERE v.id = version_id))"
)
VERSION_FIXED = (
    "id handbook_id youth_office_id number content content_hash change_note comments_until invited_ids created_at "
    "released_at released_by"
)
COMMENT_FIXED = (
    "id handbook_id version_id version_number youth_office_id organisation_id account_id content_hash pointer text "
    "created_at"
)
AREAS = "quality_area IN ('development', 'goal_attainment', 'structure', 'satisfaction', 'sustainability')"


def upgrade() -> None:
    _standard()
    _handbook()
    _version()
    _comment()
    _rollout()
    _evaluation()


def _standard() -> None:
    op.add_column("standard", sa.Column("quality_area", sa.String(60), nullable=True))
    op.add_column("standard", sa.Column("threshold", sa.Text(), nullable=True))
    op.add_column("standard", sa.Column("criteria", pg.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.alter_column("standard", "criteria", server_default=None)
    op.create_check_constraint(op.f("ck_standard_quality_area"), "standard", AREAS)


def _handbook() -> None:
    op.create_table(
        "handbook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("latest_number", sa.Integer(), nullable=False),
        sa.Column("released_number", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("released_number <= latest_number", name=op.f("ck_handbook_released_number")),
        sa.CheckConstraint("released_number IS NULL OR opened_at IS NOT NULL", name=op.f("ck_handbook_opened")),
        *_belongs("handbook", youth_office_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handbook")),
        sa.UniqueConstraint("youth_office_id", "code", name="uq_handbook_code"),
    )
    op.create_index("ix_handbook_youth_office_id", "handbook", ["youth_office_id", "id"])
    protect("handbook", see=SHARED, write=OFFICE)


def _version() -> None:
    op.create_table(
        "handbook_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handbook_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("content", pg.JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("change_note", sa.Text(), nullable=True),
        sa.Column("comments_until", sa.Date(), nullable=True),
        sa.Column("invited_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_version_checks(),
        *_belongs("handbook_version", handbook_id="handbook", youth_office_id="organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handbook_version")),
        sa.UniqueConstraint("handbook_id", "number", name="uq_handbook_version_number"),
    )
    op.create_index(
        "uq_handbook_version_draft",
        "handbook_version",
        ["handbook_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'in_consultation')"),
    )
    protect("handbook_version", see=OPENED, write=OFFICE)
    # What was released stays: only its state, and what belongs to the state, may still move.
    _fix_row("handbook_version", f"OLD.released_at IS NOT NULL AND ({_differs(VERSION_FIXED)})")
    _fix("handbook_version", "DELETE OR TRUNCATE")


def _version_checks() -> list[sa.CheckConstraint]:
    conditions = {
        "state": "state IN ('draft', 'in_consultation', 'released', 'superseded', 'withdrawn')",
        "number": "number >= 1",
        "hash": "content_hash ~ '^[0-9a-f]{64}$'",
        "released": "CASE WHEN state IN ('draft', 'in_consultation') THEN released_at IS NULL "
        "WHEN state IN ('released', 'superseded') THEN released_at IS NOT NULL ELSE true END",
        "releaser": "(released_at IS NULL) = (released_by IS NULL)",
        "withdrawal": "(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)",
        "consultation": "state <> 'in_consultation' OR comments_until IS NOT NULL",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_handbook_version_{name}")) for name, text in conditions.items()]


def _comment() -> None:
    op.create_table(
        "handbook_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handbook_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(60), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('adopted', 'partly_adopted', 'declined', 'noted')", name=op.f("ck_handbook_comment_verdict")
        ),
        sa.CheckConstraint(
            "num_nonnulls(verdict, answer, answered_by, answered_at) IN (0, 4)", name=op.f("ck_handbook_comment_answer")
        ),
        *_belongs(
            "handbook_comment",
            handbook_id="handbook",
            version_id="handbook_version",
            youth_office_id="organisation",
            organisation_id="organisation",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handbook_comment")),
    )
    order = ["handbook_id", "version_number", "created_at", "id"]
    op.create_index("ix_handbook_comment_handbook_id", "handbook_comment", order)
    op.create_index(op.f("ix_handbook_comment_version_id"), "handbook_comment", ["version_id"])
    protect("handbook_comment", see=f"{OFFICE} OR organisation_id = {ME}", write=SAYS)
    _fix_row("handbook_comment", f"OLD.verdict IS NOT NULL OR {_differs(COMMENT_FIXED)}")
    _fix("handbook_comment", "DELETE OR TRUNCATE")


def _rollout() -> None:
    op.create_table(
        "handbook_rollout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handbook_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("responsible_id", sa.Uuid(), nullable=False),
        sa.Column("suspension_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('none', 'pilot', 'evaluated', 'adopted', 'suspended')", name=op.f("ck_handbook_rollout_state")
        ),
        sa.CheckConstraint(
            "(state = 'suspended') = (suspension_reason IS NOT NULL)", name=op.f("ck_handbook_rollout_suspension")
        ),
        *_belongs(
            "handbook_rollout",
            handbook_id="handbook",
            youth_office_id="organisation",
            region_id="region",
            version_id="handbook_version",
            responsible_id="account",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handbook_rollout")),
        sa.UniqueConstraint("handbook_id", "region_id", name="uq_handbook_rollout_region"),
    )
    op.create_index(op.f("ix_handbook_rollout_version_id"), "handbook_rollout", ["version_id"])
    protect("handbook_rollout", see=f"{OFFICE} OR {OF_HANDBOOK}", write=OFFICE)


def _evaluation() -> None:
    op.create_table(
        "handbook_evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("handbook_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("region_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("figures", pg.JSONB(), nullable=False),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("evaluated_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_belongs(
            "handbook_evaluation",
            handbook_id="handbook",
            youth_office_id="organisation",
            region_id="region",
            version_id="handbook_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handbook_evaluation")),
    )
    op.create_index(op.f("ix_handbook_evaluation_version_id"), "handbook_evaluation", ["version_id"])
    op.create_index("ix_handbook_evaluation_handbook_id", "handbook_evaluation", ["handbook_id", "created_at", "id"])
    protect("handbook_evaluation", see=OFFICE, rights="SELECT, INSERT")
    _fix("handbook_evaluation", "UPDATE OR DELETE OR TRUNCATE")


def _belongs(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    ]


def _differs(columns: str) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns.split()) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def _fix_row(table: str, condition: str) -> None:
    op.execute(
        f"CREATE TRIGGER fixed_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({condition}) "
        f"EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def _fix(table: str, acts: str) -> None:
    op.execute(
        f"CREATE TRIGGER fixed BEFORE {acts} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def downgrade() -> None:
    tables = ("handbook_evaluation", "handbook_rollout", "handbook_comment", "handbook_version", "handbook")
    for table in tables:
        op.drop_table(table)
    op.drop_constraint(op.f("ck_standard_quality_area"), "standard")
    for column in ("criteria", "threshold", "quality_area"):
        op.drop_column("standard", column)
