"""Agreements live: sets, amendments, schiedsstelle, joining and leaving, reviews, publication, versions kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BEFORE = (
    "state IN ('draft', 'in_negotiation', 'awaiting_signatures', 'signed', 'in_force', 'notice_given', "
    "'terminated', 'expired', 'withdrawn')"
)
STATES = (
    "state IN ('draft', 'in_negotiation', 'before_schiedsstelle', 'awaiting_signatures', 'signed', 'in_force', "
    "'under_amendment', 'notice_given', 'continuing', 'superseded', 'terminated', 'expired', 'withdrawn')"
)
NEGOTIATED = "state IN ('draft', 'in_negotiation', 'before_schiedsstelle', 'awaiting_signatures')"
NOTICE_BEFORE = {
    "notice": "(state IN ('notice_given', 'terminated')) = (ends_on IS NOT NULL)",
    "notice_reason": "(ends_on IS NULL) = (notice_reason IS NULL)",
}
NOTICE = {
    "end": "state NOT IN ('notice_given', 'terminated', 'superseded') OR ends_on IS NOT NULL",
    "notice_reason": "state NOT IN ('notice_given', 'terminated') OR notice_reason IS NOT NULL",
}


def upgrade() -> None:
    _checks({"state": BEFORE, **NOTICE_BEFORE}, {"state": STATES, **NOTICE})
    for column in (
        sa.Column("set_id", sa.Uuid(), nullable=True),
        sa.Column("amends_id", sa.Uuid(), nullable=True),
        sa.Column("amendment_kinds", pg.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("amendment_reason", sa.Text(), nullable=True),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("schiedsstelle", pg.JSONB(), nullable=True),
        sa.Column("next_review_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("agreement", column)
    op.execute("UPDATE agreement SET set_id = id")
    op.alter_column("agreement", "set_id", nullable=False)
    op.alter_column("agreement", "amendment_kinds", server_default=None)
    op.create_foreign_key(op.f("fk_agreement_amends_id_agreement"), "agreement", "agreement", ["amends_id"], ["id"])
    op.create_index("ix_agreement_set_id", "agreement", ["set_id"])
    op.create_index(
        "uq_agreement_amends_id", "agreement", ["amends_id"], unique=True, postgresql_where=sa.text(NEGOTIATED)
    )
    for name in ("joined_on", "leaves_on"):
        op.add_column("agreement_party", sa.Column(name, sa.Date(), nullable=True))
    op.execute("GRANT UPDATE (joined_on, leaves_on) ON agreement_party TO handschlag_api, handschlag_system")
    _leave()
    _review()
    op.add_column("agreement_version", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agreement_version", sa.Column("note", sa.Text(), nullable=True))
    _fix("(OLD.offered_at IS NOT NULL OR OLD.closed_at IS NOT NULL)")


def downgrade() -> None:
    _fix("(OLD.offered_at IS NOT NULL)")
    op.drop_column("agreement_version", "note")
    op.drop_column("agreement_version", "closed_at")
    op.drop_table("agreement_review")
    op.drop_table("agreement_leave")
    op.execute("REVOKE UPDATE (joined_on, leaves_on) ON agreement_party FROM handschlag_api, handschlag_system")
    for name in ("leaves_on", "joined_on"):
        op.drop_column("agreement_party", name)
    for index in ("uq_agreement_amends_id", "ix_agreement_set_id"):
        op.drop_index(index, "agreement")
    for name in (
        "published_at",
        "next_review_on",
        "schiedsstelle",
        "called_at",
        "amendment_reason",
        "amendment_kinds",
        "amends_id",
        "set_id",
    ):
        op.drop_column("agreement", name)
    _checks({"state": STATES, **NOTICE}, {"state": BEFORE, **NOTICE_BEFORE})


def _checks(old: dict[str, str], new: dict[str, str]) -> None:
    for name in old:
        op.drop_constraint(op.f(f"ck_agreement_{name}"), "agreement", type_="check")
    for name, condition in new.items():
        op.create_check_constraint(op.f(f"ck_agreement_{name}"), "agreement", condition)


def _leave() -> None:
    organisations = ("provider_id", "youth_office_id", "declared_by")
    op.create_table(
        "agreement_leave",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_leave_agreement_id_agreement")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["organisation.id"], name=op.f(f"fk_agreement_leave_{column}_organisation")
            )
            for column in organisations
        ),
        sa.PrimaryKeyConstraint("agreement_id", "provider_id", name=op.f("pk_agreement_leave")),
    )
    protect("agreement_leave", see=PARTY, rights="SELECT, INSERT")


def _review() -> None:
    op.create_table(
        "agreement_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_review_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_agreement_review_recorded_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_review")),
    )
    op.create_index("ix_agreement_review_agreement_id", "agreement_review", ["agreement_id"])
    seen = "EXISTS (SELECT FROM agreement WHERE agreement.id = agreement_id)"
    protect("agreement_review", see=seen, rights="SELECT, INSERT")


def _fix(condition: str) -> None:
    op.execute("DROP TRIGGER fixed_update ON agreement_version")
    op.execute(
        "CREATE TRIGGER fixed_update BEFORE UPDATE OR DELETE ON agreement_version FOR EACH ROW "
        f"WHEN {condition} EXECUTE FUNCTION refuse_change('agreement_version_fixed')"
    )
