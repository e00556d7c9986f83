"""What participants say to minutes; files whose time is over, holds, copies to erase, and what persons ask for."""

import sqlalchemy as sa
from alembic import op

from migrations.support import PARTY, protect

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

Column = sa.Column
ME = "(SELECT current_organisation())"
OFFICE = f"youth_office_id = {ME}"
ROLES = (
    "'child', 'young_person', 'mother', 'father', 'guardian', 'provider', 'school', 'day_care', "
    "'guardian_ad_litem', 'interpreter', 'youth_office', 'other'"
)


ERASED = (
    *(f"help_plan_{table}" for table in ("draft", "version", "statement", "grade", "self_assessment", "task")),
    *("help_plan_minutes_assent", "help_plan_minutes", "help_plan_meeting", "help_plan"),
    *("report_remark", "report_content", "report_draft", "report", "report_expectation", "notice_message", "notice"),
    *("help_partner", "help_group_offer", "help_person_identity"),
    *("protection_signature", "protection_entry", "custody_measure", "protection_child", "endangerment_report"),
    *("endangerment_case", "concern_entry", "concern_notification", "isef_consultation", "provider_concern"),
)
"""Whose rows the service takes out when their time is over; requests never do."""
EMPTIED = ("person_disclosure", "proof_signature", "proof_withdrawal")
"""Whose words it takes out."""
ERASING = "CURRENT_USER = 'handschlag_system' AND current_setting('handschlag.erasing', true) = 'on'"
REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {erasing}RAISE EXCEPTION '% on %: this row is fixed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_ARGV[0];
END $$
"""
RECORD = """
CREATE OR REPLACE FUNCTION service_record_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {erasing}IF TG_OP <> 'UPDATE'
     OR (to_jsonb(NEW) - '{{reversed_at,reversed_by,reversal_reason,invoice_id}}'::text[])
        <> (to_jsonb(OLD) - '{{reversed_at,reversed_by,reversal_reason,invoice_id}}'::text[])
     OR (OLD.reversed_at IS NOT NULL AND NEW.reversed_at IS DISTINCT FROM OLD.reversed_at) THEN
    RAISE EXCEPTION 'service records are fixed' USING ERRCODE = 'restrict_violation',
      CONSTRAINT = 'service_record_fixed';
  END IF;
  RETURN NEW;
END $$
"""
YIELDS = f"""IF {ERASING} THEN
    IF TG_OP = 'UPDATE' THEN RETURN NEW; END IF;
    RETURN OLD;
  END IF;
  """
WORDS_ONLY = f"""IF {ERASING} AND TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
    RETURN NEW;
  END IF;
  """


def upgrade() -> None:
    _assent()
    _review()
    _hold()
    _erasure_request()
    _subject_request()
    for table in ERASED:
        op.execute(f"GRANT DELETE ON {table} TO handschlag_system")
    for table in EMPTIED:
        op.execute(f"GRANT UPDATE ON {table} TO handschlag_system")
    op.execute(REFUSE.format(erasing=YIELDS))
    op.execute(RECORD.format(erasing=WORDS_ONLY))


def downgrade() -> None:
    op.execute(RECORD.format(erasing=""))
    op.execute(REFUSE.format(erasing=""))
    for table in EMPTIED:
        op.execute(f"REVOKE UPDATE ON {table} FROM handschlag_system")
    for table in ("subject_request", "erasure_request", "legal_hold", "retention_review", "help_plan_minutes_assent"):
        op.drop_table(table)
    for table in ERASED:
        if table != "help_plan_minutes_assent":
            op.execute(f"REVOKE DELETE ON {table} FROM handschlag_system")


def _review() -> None:
    _table(
        "retention_review",
        Column("matter", sa.String(60), nullable=False),
        Column("subject_id", sa.Uuid(), nullable=False),
        Column("help_id", sa.Uuid()),
        Column("number", sa.Text(), nullable=False),
        Column("kept_until", sa.Date(), nullable=False),
        Column("source", sa.Text(), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("reason", sa.Text()),
        Column("archive", sa.String(60)),
        Column("proposed_by", sa.Uuid()),
        Column("decided_by", sa.Uuid()),
        Column("rows_erased", sa.Integer()),
        *_stateful(),
        *_belongs("retention_review", youth_office_id="organisation", help_id="help"),
        sa.UniqueConstraint("matter", "subject_id", name="uq_retention_review_once"),
        matter="matter IN ('help_file', 'endangerment_file', 'billing_file')",
        state="state IN ('due', 'proposed', 'erased', 'restricted', 'kept')",
        archive="archive IN ('declined', 'taken', 'not_offered')",
        subject="(matter = 'endangerment_file') = (help_id IS NULL)",
        four_eyes="decided_by IS DISTINCT FROM proposed_by OR decided_by IS NULL",
        erased="(state = 'erased') = (rows_erased IS NOT NULL)",
        decided="state <> 'erased' OR num_nulls(archive, proposed_by, decided_by) = 0",
    )
    _index("retention_review", "youth_office_id", "youth_office_id", "state", "kept_until", "id")
    _index("retention_review", "help_id", "help_id")
    protect("retention_review", see=OFFICE)


def _hold() -> None:
    _table(
        "legal_hold",
        Column("subject_id", sa.Uuid(), nullable=False),
        Column("help_id", sa.Uuid()),
        Column("number", sa.Text(), nullable=False),
        Column("reason", sa.Text(), nullable=False),
        Column("until", sa.Date()),
        Column("placed_by", sa.Uuid(), nullable=False),
        Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        Column("lifted_by", sa.Uuid()),
        Column("lifted_at", sa.DateTime(timezone=True)),
        Column("version", sa.Integer(), nullable=False),
        *_belongs("legal_hold", youth_office_id="organisation", help_id="help", placed_by="account"),
        lifted="num_nulls(lifted_by, lifted_at) IN (0, 2)",
    )
    _index("legal_hold", "subject_id", "subject_id")
    _index("legal_hold", "youth_office_id", "youth_office_id", "placed_at", "id")
    protect("legal_hold", see=OFFICE)


def _erasure_request() -> None:
    _table(
        "erasure_request",
        Column("provider_id", sa.Uuid(), nullable=False),
        Column("review_id", sa.Uuid(), nullable=False),
        Column("help_id", sa.Uuid(), nullable=False),
        Column("number", sa.Text(), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("due_on", sa.Date(), nullable=False),
        Column("erased_on", sa.Date()),
        Column("reason", sa.Text()),
        *_stateful(),
        *_belongs(
            "erasure_request",
            youth_office_id="organisation",
            provider_id="organisation",
            review_id="retention_review",
            help_id="help",
        ),
        sa.UniqueConstraint("review_id", "provider_id", name="uq_erasure_request_once"),
        state="state IN ('asked', 'confirmed', 'objected')",
        confirmed="(state = 'confirmed') = (erased_on IS NOT NULL)",
        objected="(state = 'objected') = (reason IS NOT NULL)",
    )
    for side in ("youth_office_id", "provider_id"):
        _index("erasure_request", side, side, "state", "due_on", "id")
    protect("erasure_request", see=PARTY)


def _subject_request() -> None:
    _table(
        "subject_request",
        Column("help_id", sa.Uuid(), nullable=False),
        Column("person_id", sa.Uuid(), nullable=False),
        Column("number", sa.Text(), nullable=False),
        Column("kind", sa.String(60), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("received_on", sa.Date(), nullable=False),
        Column("due_on", sa.Date(), nullable=False),
        Column("is_extended", sa.Boolean(), nullable=False),
        Column("reason", sa.Text()),
        Column("entered_by", sa.Uuid(), nullable=False),
        *_stateful(),
        *_belongs(
            "subject_request",
            youth_office_id="organisation",
            help_id="help",
            person_id="help_person",
            entered_by="account",
        ),
        kind="kind IN ('access', 'erasure', 'restriction')",
        state="state IN ('open', 'answered', 'refused')",
        reason="reason IS NOT NULL OR (state <> 'refused' AND NOT is_extended)",
    )
    _index("subject_request", "youth_office_id", "youth_office_id", "state", "due_on", "id")
    _index("subject_request", "help_id", "help_id")
    protect("subject_request", see=OFFICE)


def _table(name: str, *parts: sa.schema.SchemaItem, **checks: str) -> None:
    told = [sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}")) for check, condition in checks.items()]
    first = (Column("id", sa.Uuid(), nullable=False), Column("youth_office_id", sa.Uuid(), nullable=False))
    op.create_table(name, *first, *parts, *told, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _index(table: str, name: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{name}", table, list(columns))


def _stateful() -> list[sa.schema.SchemaItem]:
    return [
        Column("created_at", sa.DateTime(timezone=True), nullable=False),
        Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        Column("version", sa.Integer(), nullable=False),
    ]


def _assent() -> None:
    table = "help_plan_minutes_assent"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("function", sa.Text(), nullable=True),
        sa.Column("consents", sa.String(60), nullable=False),
        sa.Column("dissent", sa.Text(), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f(f"ck_{table}_role")),
        sa.CheckConstraint("consents IN ('yes', 'partly', 'no')", name=op.f(f"ck_{table}_consents")),
        sa.CheckConstraint("number >= 1", name=op.f(f"ck_{table}_number")),
        sa.CheckConstraint("consents = 'yes' OR dissent IS NOT NULL", name=op.f(f"ck_{table}_dissent")),
        *_belongs(table, meeting_id="help_plan_meeting", help_id="help", entered_by="account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_meeting_id", table, ["meeting_id", "number", "id"])
    theirs = f"role = 'provider' AND provider_id = {ME} AND attends_help(help_id, created_at)"
    see = f"{OFFICE} OR attends_help(help_id, created_at)"
    protect(table, see=see, write=f"{OFFICE} OR ({theirs})", rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def _belongs(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
        for column, other in columns.items()
    ]
