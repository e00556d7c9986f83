"""Help plans: draft, confirmed versions, statements, grades, self-assessments, meetings and their minutes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

Column = sa.Column
ME = "(SELECT current_organisation())"
OFFICE = f"youth_office_id = {ME}"
MADE = f"{OFFICE} OR attends_help(help_id, created_at)"
NOW = f"{OFFICE} OR attends_help(help_id, changed_at)"
"""A row that changes is shown to a provider as long as it may learn what is new."""
PERSPECTIVES = "'return_home', 'other_family', 'permanent_placement', 'independent_living', 'adoption_check', 'open'"
STATUSES = "'proposed', 'agreed', 'in_progress', 'reached', 'partly_reached', 'not_reached', 'dropped', 'replaced'"
OWED = "fk_report_expectation_meeting_id_help_plan_meeting"
"""A report that is owed before a meeting names it."""
ROLES = (
    "'child', 'young_person', 'mother', 'father', 'guardian', 'provider', 'school', 'day_care', "
    "'guardian_ad_litem', 'interpreter', 'youth_office', 'other'"
)
HASH = "content_hash ~ '^[0-9a-f]{64}$'"


def upgrade() -> None:
    _plan()
    _draft()
    _version()
    _statement()
    _grade()
    _self_assessment()
    _meeting()
    _minutes()
    _task()
    op.create_foreign_key(op.f(OWED), "report_expectation", "help_plan_meeting", ["meeting_id"], ["id"])


def downgrade() -> None:
    op.drop_constraint(op.f(OWED), "report_expectation", type_="foreignkey")
    for name in ("task", "minutes", "meeting", "self_assessment", "grade", "statement", "version", "draft"):
        op.drop_table(f"help_plan_{name}")
    op.drop_table("help_plan")


def _plan() -> None:
    _table(
        "help_plan",
        Column("id", sa.Uuid(), primary_key=True),
        *_place("help_plan"),
        Column("informed_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        Column("number", sa.Text(), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("latest_number", sa.Integer(), nullable=False),
        Column("opened_at", sa.DateTime(timezone=True)),
        Column("confirmed_at", sa.DateTime(timezone=True)),
        Column("needs_perspective", sa.Boolean(), nullable=False),
        Column("perspective", sa.String(60)),
        Column("perspective_until", sa.Date()),
        Column("review_due_on", sa.Date(), nullable=False),
        Column("reviewed_at", sa.DateTime(timezone=True)),
        Column("review_stage", sa.String(60), nullable=False),
        Column("end_reason", sa.Text()),
        Column("outcome", sa.String(60)),
        *_stateful(),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_help_plan_number"),
        state="state IN ('draft', 'team_decision', 'in_consultation', 'active', 'under_review', 'ended')",
        perspective=f"perspective IN ({PERSPECTIVES})",
        outcome=f"outcome IN ({PERSPECTIVES})",
        review_stage="review_stage IN ('running', 'reminded', 'due', 'team_lead', 'office_head')",
        latest_number="latest_number >= 0",
        confirmed="(latest_number = 0) = (confirmed_at IS NULL)",
        end_reason="(state = 'ended') = (end_reason IS NOT NULL)",
        perspective_confirmed="latest_number > 0 OR perspective IS NULL",
    )
    op.create_index(
        "uq_help_plan_open", "help_plan", ["help_id"], unique=True, postgresql_where=sa.text("state <> 'ended'")
    )
    op.create_index("ix_help_plan_help_id", "help_plan", ["help_id", "created_at"])
    op.create_index("ix_help_plan_youth_office_id", "help_plan", ["youth_office_id", "review_due_on", "id"])
    protect(
        "help_plan",
        see=f"{OFFICE} OR (opened_at IS NOT NULL AND attends_help(help_id, changed_at))",
        write=OFFICE,
    )


def _draft() -> None:
    name = "help_plan_draft"
    _table(
        name,
        Column("plan_id", sa.Uuid(), primary_key=True),
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("content", pg.JSONB(), nullable=False),
        Column("decision", pg.JSONB()),
        *_belongs(name, plan_id="help_plan", youth_office_id="organisation"),
    )
    protect(name, see=OFFICE)


def _version() -> None:
    name = "help_plan_version"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_part(name),
        Column("number", sa.Integer(), nullable=False),
        Column("document", pg.JSONB(), nullable=False),
        Column("content_hash", sa.Text(), nullable=False),
        Column("review_due_on", sa.Date(), nullable=False),
        Column("confirmed_by", sa.Uuid(), nullable=False),
        *_belongs(name, confirmed_by="account"),
        sa.UniqueConstraint("plan_id", "number", name=f"uq_{name}_number"),
        number="number >= 1",
        hash=HASH,
    )
    _kept(name, write=OFFICE)


def _statement() -> None:
    name = "help_plan_statement"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_part(name),
        Column("number", sa.Integer(), nullable=False),
        Column("text", sa.Text(), nullable=False),
        Column("made_by", sa.Uuid(), nullable=False),
        *_belongs(name, made_by="account"),
    )
    op.create_index(f"ix_{name}_plan_id", name, ["plan_id", "number", "id"])
    _kept(name, see=f"{MADE} OR provider_id = {ME}", write=f"provider_id = {ME} AND attends_help(help_id, created_at)")


def _grade() -> None:
    name = "help_plan_grade"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_part(name),
        Column("number", sa.Integer(), nullable=False),
        Column("goal_key", sa.Text(), nullable=False),
        Column("side", sa.String(60), nullable=False),
        Column("grade", sa.Integer(), nullable=False),
        Column("text", sa.Text()),
        Column("status", sa.String(60)),
        Column("graded_by", sa.Uuid(), nullable=False),
        *_belongs(name, graded_by="account"),
        side="side IN ('provider', 'family', 'youth_office')",
        status=f"status IN ({STATUSES})",
        grade="grade BETWEEN -2 AND 2",
        status_side="status IS NULL OR side = 'youth_office'",
    )
    op.create_index(f"ix_{name}_plan_id", name, ["plan_id", "id"])
    _kept(name, write=f"{OFFICE} OR (side = 'provider' AND attends_help(help_id, created_at))")


def _self_assessment() -> None:
    name = "help_plan_self_assessment"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_part(name),
        Column("form_number", sa.Integer(), nullable=False),
        Column("content", pg.JSONB(), nullable=False),
        Column("answered_on", sa.Date(), nullable=False),
        Column("mode", sa.String(60), nullable=False),
        Column("with_whom", sa.Text()),
        Column("entered_by", sa.Uuid(), nullable=False),
        *_belongs(name, entered_by="account"),
        mode="mode IN ('alone', 'together', 'on_behalf')",
    )
    op.create_index(f"ix_{name}_plan_id", name, ["plan_id", "answered_on", "id"])
    _kept(name, write=MADE)


def _meeting() -> None:
    name = "help_plan_meeting"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_place(name),
        Column("informed_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("kind", sa.String(60), nullable=False),
        Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        Column("place", sa.Text()),
        Column("agenda", pg.ARRAY(sa.Text()), nullable=False),
        Column("participants", pg.JSONB(), nullable=False),
        Column("reason", sa.Text()),
        Column("minutes_number", sa.Integer(), nullable=False),
        *_stateful(),
        state="state IN ('scheduled', 'held', 'cancelled')",
        kind="kind IN ('initial', 'review', 'crisis', 'closing')",
        reason="state <> 'cancelled' OR reason IS NOT NULL",
        minutes="minutes_number = 0 OR state = 'held'",
    )
    op.create_index(f"ix_{name}_help_id", name, ["help_id", "starts_at"])
    op.create_index(f"ix_{name}_youth_office_id", name, ["youth_office_id", "starts_at", "id"])
    protect(name, see=NOW, write=OFFICE)


def _minutes() -> None:
    name = "help_plan_minutes"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_made(name),
        Column("meeting_id", sa.Uuid(), nullable=False),
        Column("number", sa.Integer(), nullable=False),
        Column("content", pg.JSONB(), nullable=False),
        Column("content_hash", sa.Text(), nullable=False),
        Column("correction", sa.Text()),
        Column("written_by", sa.Uuid(), nullable=False),
        *_belongs(name, meeting_id="help_plan_meeting", written_by="account"),
        sa.UniqueConstraint("meeting_id", "number", name=f"uq_{name}_number"),
        number="number >= 1",
        correction="(number = 1) = (correction IS NULL)",
        hash=HASH,
    )
    _kept(name, write=OFFICE)


def _task() -> None:
    name = "help_plan_task"
    _table(
        name,
        Column("id", sa.Uuid(), primary_key=True),
        *_place(name),
        Column("informed_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        Column("plan_id", sa.Uuid()),
        Column("meeting_id", sa.Uuid()),
        Column("goal_key", sa.Text()),
        Column("what", sa.Text(), nullable=False),
        Column("who", sa.Text(), nullable=False),
        Column("role", sa.String(60)),
        Column("until", sa.Date()),
        Column("state", sa.String(60), nullable=False),
        Column("note", sa.Text()),
        *_stateful(),
        *_belongs(name, plan_id="help_plan", meeting_id="help_plan_meeting"),
        state="state IN ('open', 'done', 'dropped')",
        role=f"role IN ({ROLES})",
        origin="(plan_id IS NULL) <> (meeting_id IS NULL)",
        goal="goal_key IS NULL OR plan_id IS NOT NULL",
    )
    for index, columns in {
        "plan_id": ["plan_id"],
        "meeting_id": ["meeting_id"],
        "help_id": ["help_id", "until"],
        "youth_office_id": ["youth_office_id", "state", "until", "id"],
    }.items():
        op.create_index(f"ix_{name}_{index}", name, columns)
    protect(name, see=NOW, write=f"{OFFICE} OR (role = 'provider' AND attends_help(help_id, changed_at))")


def _table(name: str, *parts: sa.schema.SchemaItem, **checks: str) -> None:
    told = [sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}")) for check, condition in checks.items()]
    op.create_table(name, *parts, *told)


def _place(table: str) -> list[sa.schema.SchemaItem]:
    """Whose case and which help."""
    return [
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("provider_id", sa.Uuid(), nullable=False),
        Column("help_id", sa.Uuid(), nullable=False),
        *_belongs(table, youth_office_id="organisation", provider_id="organisation", help_id="help"),
    ]


def _made(table: str) -> list[sa.schema.SchemaItem]:
    """Whose case, which help, and when it was written down."""
    return [
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("provider_id", sa.Uuid(), nullable=False),
        Column("help_id", sa.Uuid(), nullable=False),
        Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_belongs(table, help_id="help"),
    ]


def _part(table: str) -> list[sa.schema.SchemaItem]:
    return [*_made(table), Column("plan_id", sa.Uuid(), nullable=False), *_belongs(table, plan_id="help_plan")]


def _stateful() -> list[sa.schema.SchemaItem]:
    return [
        Column("created_at", sa.DateTime(timezone=True), nullable=False),
        Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        Column("version", sa.Integer(), nullable=False),
    ]


def _belongs(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    ]


def _kept(table: str, *, write: str, see: str = MADE) -> None:
    """What is written down stays as it is."""
    protect(table, see=see, write=write, rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )
