"""Committees: bodies, memberships, papers and their way, meetings, minutes, follow-ups."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OFFICE = "youth_office_id = (SELECT current_organisation())"
PUBLIC = f"{OFFICE} OR is_public"
RELEASED = f"{OFFICE} OR (is_public AND released_at IS NOT NULL)"
OF_PAPER = f"{OFFICE} OR (is_public AND EXISTS (SELECT FROM paper AS p WHERE p.id = paper_id))"
"""What is public, anybody may read who may log in: councils publish it anyway. Names and minutes stay in the office."""
PAPER_FIXED = (
    "id youth_office_id number kind is_public subject draft_decision reasons financial_effects agreement_id "
    "related_paper_id annexes author_id signature released_at released_by created_at"
)
MEETING_FIXED = "id body_id youth_office_id title place is_public starts_at ends_at created_at"
FOLLOW_UP_FIXED = "id paper_id consultation_id youth_office_id text due_on created_at"
TABLES = (
    "committee_body",
    "committee_membership",
    "committee_meeting",
    "committee_attendance",
    "committee_minutes",
    "paper",
    "paper_consultation",
    "paper_follow_up",
)


def upgrade() -> None:
    _body()
    _membership()
    _meeting()
    _attendance()
    _paper()
    _consultation()
    _follow_up()
    _walls()


def _body() -> None:
    kinds = "'jugendhilfeausschuss', 'unterausschuss', 'ag78', 'steuerungsgruppe', 'fachausschuss', 'vertretung'"
    _table(
        "committee_body",
        _column("youth_office_id", sa.Uuid()),
        _column("kind", sa.String(60)),
        _column("name", sa.Text()),
        _column("is_public", sa.Boolean()),
        _column("dissolved_on", sa.Date(), nullable=True),
        *_changing(),
        *_checks("committee_body", kind=f"kind IN ({kinds})"),
        *_belongs("committee_body", youth_office_id="organisation"),
        sa.UniqueConstraint("youth_office_id", "name", name="uq_committee_body_name"),
    )
    op.create_index("ix_committee_body_changed_at", "committee_body", ["youth_office_id", "changed_at"])


def _membership() -> None:
    table = "committee_membership"
    _table(
        table,
        _column("body_id", sa.Uuid()),
        _column("youth_office_id", sa.Uuid()),
        _column("name", sa.Text()),
        _column("function", sa.String(60)),
        _column("has_vote", sa.Boolean()),
        _column("on_behalf_of", sa.Text(), nullable=True),
        _column("valid_from", sa.Date()),
        _column("valid_to", sa.Date(), nullable=True),
        sa.Column("period", pg.DATERANGE(), sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True)),
        *_changing(),
        *_checks(
            table,
            function="function IN ('chair', 'deputy_chair', 'member', 'advisory_member')",
            period="valid_to >= valid_from",
            advisory="function <> 'advisory_member' OR NOT has_vote",
        ),
        *_belongs(table, body_id="committee_body", youth_office_id="organisation"),
        pg.ExcludeConstraint(
            ("body_id", "="), ("name", "="), ("period", "&&"), name="ex_committee_membership_person", using="gist"
        ),
        pg.ExcludeConstraint(
            ("body_id", "="),
            ("period", "&&"),
            name="ex_committee_membership_chair",
            using="gist",
            where=sa.text("function = 'chair'"),
        ),
    )
    op.create_index("ix_committee_membership_body_id", table, ["body_id", "name", "id"])


def _meeting() -> None:
    table = "committee_meeting"
    _table(
        table,
        _column("body_id", sa.Uuid()),
        _column("youth_office_id", sa.Uuid()),
        _column("state", sa.String(60)),
        _column("title", sa.Text()),
        _column("place", sa.Text(), nullable=True),
        _column("is_public", sa.Boolean()),
        _column("starts_at", sa.DateTime(timezone=True)),
        _column("ends_at", sa.DateTime(timezone=True), nullable=True),
        _column("cancellation_reason", sa.Text(), nullable=True),
        *_changing(),
        *_checks(
            table,
            state="state IN ('scheduled', 'invited', 'held', 'minuted', 'cancelled')",
            time="ends_at > starts_at",
            cancellation="(state = 'cancelled') = (cancellation_reason IS NOT NULL)",
        ),
        *_belongs(table, body_id="committee_body", youth_office_id="organisation"),
    )
    op.create_index("ix_committee_meeting_youth_office_id", table, ["youth_office_id", "starts_at", "id"])
    op.create_index("ix_committee_meeting_body_id", table, ["body_id", "starts_at"])
    op.create_index("ix_committee_meeting_public", table, ["changed_at", "id"], postgresql_where=sa.text("is_public"))


def _attendance() -> None:
    table = "committee_attendance"
    op.create_table(
        table,
        _column("meeting_id", sa.Uuid()),
        _column("membership_id", sa.Uuid()),
        _column("youth_office_id", sa.Uuid()),
        _column("is_present", sa.Boolean()),
        *_belongs(
            table,
            meeting_id="committee_meeting",
            membership_id="committee_membership",
            youth_office_id="organisation",
        ),
        sa.PrimaryKeyConstraint("meeting_id", "membership_id", name=op.f(f"pk_{table}")),
    )
    table = "committee_minutes"
    op.create_table(
        table,
        _column("meeting_id", sa.Uuid()),
        _column("youth_office_id", sa.Uuid()),
        _column("text", sa.Text()),
        _column("written_by", sa.Uuid()),
        _column("written_at", sa.DateTime(timezone=True)),
        *_belongs(table, meeting_id="committee_meeting", youth_office_id="organisation"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f(f"pk_{table}")),
    )


def _paper() -> None:
    _table(
        "paper",
        _column("youth_office_id", sa.Uuid()),
        _column("number", sa.Text()),
        _column("kind", sa.String(60)),
        _column("state", sa.String(60)),
        _column("is_public", sa.Boolean()),
        _column("subject", sa.Text()),
        _column("draft_decision", sa.Text()),
        _column("reasons", sa.Text()),
        _column("financial_effects", sa.Text(), nullable=True),
        _column("agreement_id", sa.Uuid(), nullable=True),
        _column("related_paper_id", sa.Uuid(), nullable=True),
        _column("annexes", pg.JSONB()),
        _column("author_id", sa.Uuid()),
        _column("signature", sa.Text(), nullable=True),
        _column("released_at", sa.DateTime(timezone=True), nullable=True),
        _column("released_by", sa.Uuid(), nullable=True),
        _column("decision_text", sa.Text(), nullable=True),
        _column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _column("withdrawal_reason", sa.Text(), nullable=True),
        *_changing(),
        *_checks(
            "paper",
            kind="kind IN ('mitteilungsvorlage', 'beschlussvorlage', 'antrag')",
            state="state IN ('draft', 'released', 'decided', 'noted', 'rejected', 'withdrawn')",
            released="state IN ('draft', 'withdrawn') OR released_at IS NOT NULL",
            draft="state <> 'draft' OR released_at IS NULL",
            signature="num_nonnulls(signature, released_at, released_by) IN (0, 3)",
            ended="(ended_at IS NULL) = (state IN ('draft', 'released'))",
            withdrawal="(state = 'withdrawn') = (withdrawal_reason IS NOT NULL)",
            related="related_paper_id <> id",
        ),
        *_belongs(
            "paper",
            youth_office_id="organisation",
            agreement_id="agreement",
            related_paper_id="paper",
            author_id="account",
        ),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_paper_number"),
    )
    op.create_index("ix_paper_created_at", "paper", ["youth_office_id", "created_at", "id"])
    op.create_index("ix_paper_agreement_id", "paper", ["agreement_id"])
    public = sa.text("is_public AND released_at IS NOT NULL")
    op.create_index("ix_paper_public", "paper", ["changed_at", "id"], postgresql_where=public)


def _consultation() -> None:
    table = "paper_consultation"
    states = "'planned', 'adopted', 'adopted_amended', 'noted', 'deferred', 'rejected', 'dropped'"
    _table(
        table,
        _column("paper_id", sa.Uuid()),
        _column("youth_office_id", sa.Uuid()),
        _column("body_id", sa.Uuid()),
        _column("position", sa.Integer()),
        _column("round", sa.Integer()),
        _column("competence", sa.String(60)),
        _column("is_public", sa.Boolean()),
        _column("meeting_id", sa.Uuid(), nullable=True),
        _column("agenda_number", sa.Integer(), nullable=True),
        _column("state", sa.String(60)),
        _column("decision_text", sa.Text(), nullable=True),
        _column("amendment_text", sa.Text(), nullable=True),
        _column("reason", sa.Text(), nullable=True),
        _column("votes_yes", sa.Integer(), nullable=True),
        _column("votes_no", sa.Integer(), nullable=True),
        _column("votes_abstain", sa.Integer(), nullable=True),
        _column("is_unanimous", sa.Boolean(), nullable=True),
        _column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        _column("recorded_by", sa.Uuid(), nullable=True),
        *_changing(),
        *_checks(
            table,
            competence="competence IN ('note', 'consult', 'recommend', 'decide')",
            state=f"state IN ({states})",
            position="position >= 1 AND round >= 1",
            agenda="(meeting_id IS NULL) = (agenda_number IS NULL)",
            recorded="(recorded_at IS NULL) = (state IN ('planned', 'dropped'))",
            recorder="(recorded_at IS NULL) = (recorded_by IS NULL)",
            meeting="recorded_at IS NULL OR meeting_id IS NOT NULL",
            decision="(decision_text IS NULL) = (state IN ('planned', 'deferred', 'dropped'))",
            amendment="(amendment_text IS NULL) = (state <> 'adopted_amended')",
            votes="num_nonnulls(votes_yes, votes_no, votes_abstain) IN (0, 3)",
            counts="least(votes_yes, votes_no, votes_abstain) >= 0",
        ),
        *_belongs(
            table,
            paper_id="paper",
            youth_office_id="organisation",
            body_id="committee_body",
            meeting_id="committee_meeting",
        ),
        sa.UniqueConstraint("paper_id", "position", "round", name="uq_paper_consultation_position"),
        sa.UniqueConstraint("meeting_id", "agenda_number", name="uq_paper_consultation_agenda"),
    )
    op.create_index("ix_paper_consultation_body_id", table, ["body_id"])
    op.create_index("ix_paper_consultation_youth_office_id", table, ["youth_office_id", "changed_at", "id"])


def _follow_up() -> None:
    table = "paper_follow_up"
    _table(
        table,
        _column("paper_id", sa.Uuid()),
        _column("consultation_id", sa.Uuid()),
        _column("youth_office_id", sa.Uuid()),
        _column("text", sa.Text()),
        _column("due_on", sa.Date()),
        _column("state", sa.String(60)),
        _column("note", sa.Text(), nullable=True),
        _column("done_at", sa.DateTime(timezone=True), nullable=True),
        _column("done_by", sa.Uuid(), nullable=True),
        *_changing(),
        *_checks(
            table,
            state="state IN ('open', 'overdue', 'done')",
            answer="num_nonnulls(note, done_at, done_by) IN (0, 3)",
            done="(state = 'done') = (done_at IS NOT NULL)",
        ),
        *_belongs(table, paper_id="paper", consultation_id="paper_consultation", youth_office_id="organisation"),
        sa.UniqueConstraint("consultation_id", name="uq_paper_follow_up_consultation_id"),
    )
    op.create_index(op.f("ix_paper_follow_up_paper_id"), table, ["paper_id"])
    op.create_index("ix_paper_follow_up_youth_office_id", table, ["youth_office_id", "due_on", "id"])


def _walls() -> None:
    protect("committee_body", see=PUBLIC, write=OFFICE)
    protect("committee_membership", see=OFFICE)
    protect("committee_meeting", see=PUBLIC, write=OFFICE)
    protect("committee_attendance", see=OFFICE, rights="SELECT, INSERT")
    protect("committee_minutes", see=OFFICE, rights="SELECT, INSERT")
    protect("paper", see=RELEASED, write=OFFICE)
    protect("paper_consultation", see=OF_PAPER, write=OFFICE)
    protect("paper_follow_up", see=OFFICE)
    over = "OLD.state IN ('decided', 'noted', 'rejected', 'withdrawn')"
    _fix_row("paper", f"{over} OR (OLD.released_at IS NOT NULL AND {_differs(PAPER_FIXED)})")
    _fix_row("paper_consultation", "OLD.state <> 'planned'")
    held = f"OLD.state IN ('minuted', 'cancelled') OR (OLD.state = 'held' AND {_differs(MEETING_FIXED)})"
    _fix_row("committee_meeting", held)
    _fix_row("paper_follow_up", f"OLD.state = 'done' OR {_differs(FOLLOW_UP_FIXED)}")
    for table in ("paper", "paper_consultation", "committee_meeting", "paper_follow_up"):
        _fix(table, "DELETE OR TRUNCATE")
    for table in (
        "committee_body",
        "committee_meeting",
        "paper_consultation",
    ):  # of what others read none is made theirs
        op.execute(
            f"CREATE TRIGGER keeps_office BEFORE UPDATE ON {table} FOR EACH ROW "
            "WHEN (OLD.youth_office_id IS DISTINCT FROM NEW.youth_office_id) EXECUTE FUNCTION refuse_change('office')"
        )
    for table in ("committee_attendance", "committee_minutes"):
        _fix(table, "UPDATE OR DELETE OR TRUNCATE")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    key = sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
    op.create_table(name, _column("id", sa.Uuid()), *parts, key)


def _column(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _changing() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        _column("created_at", sa.DateTime(timezone=True)),
        _column("changed_at", sa.DateTime(timezone=True)),
        _column("version", sa.Integer()),
    )


def _checks(table: str, **conditions: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in conditions.items()]


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
