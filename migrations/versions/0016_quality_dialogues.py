"""Quality dialogues: parties, assessments, confirmations, measures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
OF_DIALOGUE = "EXISTS (SELECT FROM quality_dialogue AS d WHERE d.id = dialogue_id)"
MINE = (
    f"youth_office_id = {ME} OR EXISTS "
    f"(SELECT FROM quality_dialogue_party AS p WHERE p.dialogue_id = quality_dialogue.id AND p.organisation_id = {ME})"
)
RATINGS = "rating IN ('not_met', 'rarely_met', 'partly_met', 'mostly_met', 'met')"
STATES = "state IN ('planned', 'invited', 'held', 'minuted', 'agreed', 'closed', 'cancelled')"
Column = sa.Column


def upgrade() -> None:
    op.create_table(
        "quality_dialogue",
        Column("id", sa.Uuid(), primary_key=True),
        Column("youth_office_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        Column("number", sa.Text(), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("title", sa.Text(), nullable=False),
        Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), nullable=True),
        Column("follows_id", sa.Uuid(), sa.ForeignKey("quality_dialogue.id"), nullable=True),
        Column("standard_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        Column("period_from", sa.Date(), nullable=False),
        Column("period_to", sa.Date(), nullable=False),
        Column("meeting_at", sa.DateTime(timezone=True), nullable=False),
        Column("place", sa.Text(), nullable=True),
        Column("agenda", pg.ARRAY(sa.Text()), nullable=False),
        Column("assessments_until", sa.Date(), nullable=False),
        Column("attendance", pg.JSONB(), nullable=True),
        Column("minutes", sa.Text(), nullable=True),
        Column("minutes_hash", sa.Text(), nullable=True),
        Column("cancelled_because", sa.Text(), nullable=True),
        *_stateful(),
        sa.CheckConstraint(STATES, name=op.f("ck_quality_dialogue_state")),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_quality_dialogue_period")),
        sa.CheckConstraint("(minutes IS NULL) = (minutes_hash IS NULL)", name=op.f("ck_quality_dialogue_minutes")),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_quality_dialogue_number"),
    )
    op.create_index("ix_quality_dialogue_youth_office_id", "quality_dialogue", ["youth_office_id", "meeting_at"])
    op.create_table(
        "quality_dialogue_party",
        Column("dialogue_id", sa.Uuid(), sa.ForeignKey("quality_dialogue.id"), primary_key=True),
        Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id"), primary_key=True),
        Column("place", sa.Integer(), nullable=False),
    )
    op.create_index(
        "ix_quality_dialogue_party_organisation_id", "quality_dialogue_party", ["organisation_id", "dialogue_id"]
    )
    _assessment()
    _confirmation()
    _measure()
    _walls()


def downgrade() -> None:
    for name in ("measure", "confirmation", "assessment"):
        op.drop_table(f"quality_dialogue_{name}")
    op.execute("DROP POLICY see ON quality_dialogue")
    op.execute("DROP POLICY see ON quality_dialogue_party")
    op.execute("DROP FUNCTION sees_dialogue(uuid)")
    op.drop_table("quality_dialogue_party")
    op.drop_table("quality_dialogue")


def _stateful() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        Column("created_at", sa.DateTime(timezone=True), nullable=False),
        Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        Column("version", sa.Integer(), nullable=False),
    )


def _assessment() -> None:
    op.create_table(
        "quality_dialogue_assessment",
        Column("id", sa.Uuid(), primary_key=True),
        Column("dialogue_id", sa.Uuid(), sa.ForeignKey("quality_dialogue.id"), nullable=False),
        Column("youth_office_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        Column("provider_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        Column("standard_id", sa.Uuid(), sa.ForeignKey("standard.id"), nullable=False),
        Column("by_youth_office", sa.Boolean(), nullable=False),
        Column("rating", sa.String(60), nullable=False),
        Column("text", sa.Text(), nullable=False),
        Column("evidence", sa.Text(), nullable=True),
        Column("assessed_by", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(RATINGS, name=op.f("ck_quality_dialogue_assessment_rating")),
        sa.UniqueConstraint(
            "dialogue_id", "provider_id", "standard_id", "by_youth_office", name="uq_quality_dialogue_assessment"
        ),
    )


def _confirmation() -> None:
    op.create_table(
        "quality_dialogue_confirmation",
        Column("dialogue_id", sa.Uuid(), sa.ForeignKey("quality_dialogue.id"), primary_key=True),
        Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id"), primary_key=True),
        Column("minutes_hash", sa.Text(), primary_key=True),
        Column("account_id", sa.Uuid(), sa.ForeignKey("account.id"), nullable=False),
        Column("function", sa.Text(), nullable=False),
        Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
    )


def _measure() -> None:
    op.create_table(
        "quality_dialogue_measure",
        Column("id", sa.Uuid(), primary_key=True),
        Column("dialogue_id", sa.Uuid(), sa.ForeignKey("quality_dialogue.id"), nullable=False),
        Column("youth_office_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        Column("owner_id", sa.Uuid(), sa.ForeignKey("organisation.id"), nullable=False),
        Column("standard_id", sa.Uuid(), sa.ForeignKey("standard.id"), nullable=True),
        Column("state", sa.String(60), nullable=False),
        Column("text", sa.Text(), nullable=False),
        Column("due_on", sa.Date(), nullable=False),
        Column("report", sa.Text(), nullable=True),
        Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        *_stateful(),
        sa.CheckConstraint(
            "state IN ('open', 'reported', 'done', 'dropped')", name=op.f("ck_quality_dialogue_measure_state")
        ),
    )
    for name, columns in {
        "office": ["youth_office_id", "due_on", "id"],
        "owner": ["owner_id", "due_on", "id"],
        "dialogue": ["dialogue_id"],
    }.items():
        op.create_index(f"ix_quality_dialogue_measure_{name}", "quality_dialogue_measure", columns)


def _walls() -> None:
    """Who sees which rows, and minutes that stay as all confirmed them."""
    protect("quality_dialogue", see=MINE)
    op.execute(
        "CREATE FUNCTION sees_dialogue(wanted uuid) RETURNS boolean LANGUAGE sql STABLE "
        "RETURN EXISTS (SELECT FROM quality_dialogue WHERE id = wanted)"
    )
    protect("quality_dialogue_party", see="true", write="sees_dialogue(dialogue_id)", rights="SELECT, INSERT")
    protect("quality_dialogue_assessment", see=PARTY)
    protect(
        "quality_dialogue_confirmation",
        see=OF_DIALOGUE,
        write=f"organisation_id = {ME} AND {OF_DIALOGUE}",
        rights="SELECT, INSERT",
    )
    protect(
        "quality_dialogue_measure",
        see=f"youth_office_id = {ME} OR owner_id = {ME} OR (owner_id = youth_office_id AND {OF_DIALOGUE})",
    )
    op.execute(
        "CREATE TRIGGER fixed_update BEFORE UPDATE ON quality_dialogue FOR EACH ROW "
        "WHEN (OLD.state IN ('agreed', 'closed') AND OLD.minutes IS DISTINCT FROM NEW.minutes) "
        "EXECUTE FUNCTION refuse_change('quality_dialogue_minutes_fixed')"
    )
    op.execute(
        "CREATE TRIGGER fixed_update BEFORE UPDATE OR DELETE ON quality_dialogue_confirmation FOR EACH STATEMENT "
        "EXECUTE FUNCTION refuse_change('quality_dialogue_minutes_fixed')"
    )
