"""Cases of endangerment: reports, children, the file nobody changes, and alarms about them."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

MINE = "youth_office_id = (SELECT current_organisation())"
OFFICE = "organisation_id = (SELECT current_organisation())"
TEXT, CODE, INSTANT, UUID = sa.Text(), sa.String(60), sa.DateTime(timezone=True), sa.Uuid()
NO, INT, DAY, BYTES, JSON = sa.Boolean(), sa.Integer(), sa.Date(), sa.LargeBinary(), pg.JSONB()
CODED = "{0} ~ '^[a-z0-9_]{{1,60}}$'"
OF_OWN_NOTIFICATION = (
    "EXISTS (SELECT FROM jugendamt_notification AS n WHERE n.id = notification_id "
    "AND (SELECT current_organisation()) IN (n.youth_office_id, n.provider_id) "
    "AND organisation_id IN (n.youth_office_id, n.provider_id))"
)
OLD_CODES = "alarm_code IN ('A-J-NEW', 'A-J-UNASSIGNED', 'A-P-NOACK')"

# Two persons stand behind what one of them wrote: whatever asks, one person cannot be both.
FOUR_EYES = """
CREATE FUNCTION protection_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM protection_entry WHERE id = NEW.entry_id AND recorded_by = NEW.account_id) THEN
    RAISE EXCEPTION 'who wrote an entry does not sign it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'protection_four_eyes';
  END IF;
  RETURN NEW;
END $$
"""
# A case leaves its first check only by an entry that somebody else signed.
SECOND_PAIR = """
CREATE FUNCTION protection_second_pair() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM protection_entry AS e JOIN protection_signature AS s ON s.entry_id = e.id
     WHERE e.case_id = NEW.id AND e.kind = ANY (TG_ARGV[0]::text[]) AND s.account_id <> e.recorded_by
  ) THEN
    RAISE EXCEPTION 'two persons must stand behind this step'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'protection_four_eyes';
  END IF;
  RETURN NEW;
END $$
"""
FUNCTIONS = ("protection_second_pair()", "protection_four_eyes()")


def upgrade() -> None:
    _case()
    _report()
    _child()
    _file()
    _custody()
    _alarm()
    _notification()


def _table(
    table: str,
    columns: Mapping[str, Any],
    *,
    optional: Iterable[str] = (),
    codes: Mapping[str, tuple[str, ...]] | None = None,
    checks: Mapping[str, str] | None = None,
    refers: Mapping[str, str] | None = None,
    key: tuple[str, ...] = ("id",),
    fixed: bool = False,
    rights: str = "SELECT, INSERT, UPDATE",
) -> None:
    """One table of the office, walled; `fixed`: rows are added and never changed."""
    told = {name: f"{name} IN ({', '.join(repr(value) for value in values)})" for name, values in (codes or {}).items()}
    op.create_table(
        table,
        *([sa.Column("id", UUID, nullable=False)] if key == ("id",) else []),
        sa.Column("youth_office_id", UUID, nullable=False),
        *[sa.Column(name, type_, nullable=name in optional) for name, type_ in columns.items()],
        *[
            sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))
            for name, text in {**told, **(checks or {})}.items()
        ],
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in {"youth_office_id": "organisation", **(refers or {})}.items()
        ],
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
    )
    protect(table, see=MINE, rights="SELECT, INSERT" if fixed else rights)
    if fixed:
        op.execute(
            f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('protection_fixed')"
        )


URGENCY = ("immediate", "same_day", "within_3_days", "within_week", "no_weighty")
STATES = (
    "received",
    "first_check",
    "not_weighty",
    "assessing",
    "contact_done",
    "assessed",
    "plan_active",
    "plan_review",
    "court_called",
    "custody_active",
    "transferred_out",
    "closed",
    "reopened",
)


def _case() -> None:
    table = "endangerment_case"
    people = ("caseworker_id", "second_id", "substitute_id")
    _table(
        table,
        {
            "number": TEXT,
            "state": CODE,
            "urgency": CODE,
            "is_acute": NO,
            "received_at": INSTANT,
            "help_id": UUID,
            **dict.fromkeys(people, UUID),
            "excluded_ids": pg.ARRAY(UUID),
            "predecessor_id": UUID,
            "failed_attempts": INT,
            "contact_at": INSTANT,
            "contact_skipped": NO,
            "plan_id": UUID,
            "closed_at": INSTANT,
            "created_at": INSTANT,
            "changed_at": INSTANT,
            "version": INT,
        },
        optional={"help_id", *people, "predecessor_id", "contact_at", "plan_id", "closed_at"},
        codes={"state": STATES, "urgency": URGENCY},
        checks={
            "two_persons": "caseworker_id <> second_id",
            "assigned": "state IN ('received', 'reopened', 'transferred_out') "
            "OR caseworker_id IS NOT NULL AND second_id IS NOT NULL",
            "closed": "(state = 'closed') = (closed_at IS NOT NULL)",
        },
        refers={"help_id": "help", **dict.fromkeys(people, "account"), "predecessor_id": table},
    )
    op.create_unique_constraint(f"uq_{table}_number", table, ["youth_office_id", "number"])
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "received_at", "id"])
    op.create_index(f"ix_{table}_state", table, ["youth_office_id", "state"])
    op.create_index(f"ix_{table}_help_id", table, ["help_id"])


def _report() -> None:
    table = "endangerment_report"
    _table(
        table,
        {
            "case_id": UUID,
            "reporter": CODE,
            "channel": CODE,
            "sealed_identity": BYTES,
            "content": TEXT,
            "whereabouts": TEXT,
            "urgency_claim": CODE,
            "is_acute": NO,
            "received_at": INSTANT,
            "recorded_at": INSTANT,
            "recorded_by": UUID,
            "is_late_entry": NO,
            "procedure_explained": NO,
            "wants_feedback": NO,
            "notification_id": UUID,
        },
        optional={"sealed_identity", "whereabouts", "notification_id"},
        codes={
            "reporter": ("provider", "secrecy_holder", "citizen", "police", "court", "anonymous", "self"),
            "channel": ("portal", "telephone", "in_person", "letter", "email", "other"),
            "urgency_claim": URGENCY,
        },
        checks={
            "provider": "(reporter = 'provider') = (notification_id IS NOT NULL)",
            "anonymous": "reporter <> 'anonymous' OR sealed_identity IS NULL AND NOT wants_feedback",
        },
        refers={"case_id": "endangerment_case", "notification_id": "jugendamt_notification"},
        fixed=True,
    )
    op.create_index(f"ix_{table}_case_id", table, ["case_id", "recorded_at"])
    op.create_unique_constraint(f"uq_{table}_notification", table, ["notification_id"])


def _child() -> None:
    table = "protection_child"
    _table(
        table,
        {
            "case_id": UUID,
            "pseudonym": TEXT,
            "statistics_key": TEXT,
            "birth_year": INT,
            "birth_month": INT,
            "born_on": DAY,
            "result": CODE,
            "kinds": pg.ARRAY(TEXT),
            "danger_person": CODE,
            "assessed_at": INSTANT,
            "closed_at": INSTANT,
            "version": INT,
        },
        optional={"birth_year", "birth_month", "born_on", "result", "danger_person", "assessed_at", "closed_at"},
        codes={
            "result": ("acute", "latent", "no_but_need", "none"),
            "danger_person": ("mother", "father", "step_parent", "relative", "foster_parent", "other", "unknown"),
        },
        checks={
            "assessed": "(result IS NULL) = (assessed_at IS NULL)",
            "closed": "closed_at IS NULL OR result IS NOT NULL",
            "danger": "(coalesce(result, 'none') IN ('acute', 'latent')) "
            "= (cardinality(kinds) > 0 AND danger_person IS NOT NULL)",
            "birth_month": "birth_month BETWEEN 1 AND 12",
            "statistics_key": "statistics_key ~ '^[0-9A-Z]{20}$'",
        },
        refers={"case_id": "endangerment_case"},
    )
    op.create_unique_constraint(f"uq_{table}_pseudonym", table, ["case_id", "pseudonym"])


def _file() -> None:
    for function in (FOUR_EYES, SECOND_PAIR):
        op.execute(function)
    table = "protection_entry"
    _table(
        table,
        {
            "case_id": UUID,
            "kind": CODE,
            "happened_at": INSTANT,
            "recorded_at": INSTANT,
            "recorded_by": UUID,
            "is_late": NO,
            "content": JSON,
            "corrects_id": UUID,
        },
        optional={"corrects_id"},
        checks={
            "kind": CODED.format("kind"),
            "correction": "(kind = 'correction') = (corrects_id IS NOT NULL)",
            "happened": "happened_at <= recorded_at + interval '5 minutes'",
        },
        refers={"case_id": "endangerment_case", "corrects_id": table},
        fixed=True,
    )
    op.create_index(f"ix_{table}_case_id", table, ["case_id", "recorded_at", "id"])
    table = "protection_signature"
    _table(
        table,
        {
            "entry_id": UUID,
            "account_id": UUID,
            "case_id": UUID,
            "is_lead": NO,
            "dissent": TEXT,
            "signed_at": INSTANT,
        },
        optional={"dissent"},
        refers={"entry_id": "protection_entry", "account_id": "account", "case_id": "endangerment_case"},
        key=("entry_id", "account_id"),
        fixed=True,
    )
    op.create_index(op.f(f"ix_{table}_case_id"), table, ["case_id"])
    op.execute(
        f"CREATE TRIGGER four_eyes BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION protection_four_eyes()"
    )
    op.create_foreign_key(
        op.f("fk_endangerment_case_plan_id_protection_entry"),
        "endangerment_case",
        "protection_entry",
        ["plan_id"],
        ["id"],
    )
    _needs_two("OLD.state = 'first_check' AND NEW.state = 'assessing'", "weighty", "propose_weighty")
    _needs_two("OLD.state = 'first_check' AND NEW.state = 'not_weighty'", "not_weighty", "propose_not_weighty")
    _needs_two("OLD.state = 'contact_done' AND NEW.state = 'assessed'", "assessed", "assess")
    _needs_two("OLD.state <> 'closed' AND NEW.state = 'closed'", "closed", "propose_closing")


def _needs_two(move: str, name: str, kind: str) -> None:
    """A case moves like this only where somebody signed what another wrote."""
    op.execute(
        f"CREATE TRIGGER two_{name} BEFORE UPDATE OF state ON endangerment_case FOR EACH ROW "
        f"WHEN ({move}) EXECUTE FUNCTION protection_second_pair('{{{kind}}}')"
    )


def _custody() -> None:
    table = "custody_measure"
    later = (
        "liberty_must_end_at",
        "liberty_ordered_at",
        "liberty_ended_at",
        "child_informed_at",
        "parents_informed_at",
        "objected_at",
        "court_called_at",
        "court_decided_at",
        "ended_at",
    )
    _table(
        table,
        {
            "case_id": UUID,
            "child_id": UUID,
            "number": TEXT,
            "state": CODE,
            "ground": CODE,
            "started_at": INSTANT,
            "placement": CODE,
            "sealed_address": BYTES,
            **dict.fromkeys(("is_address_secret", "police", "force", "liberty"), NO),
            **dict.fromkeys(later, INSTANT),
            "court_outcome": CODE,
            "end_reason": CODE,
            "created_at": INSTANT,
            "changed_at": INSTANT,
            "version": INT,
        },
        optional={"sealed_address", *later, "court_outcome", "end_reason"},
        checks={
            **{name: CODED.format(name) for name in ("court_outcome", "ground", "placement")},
            "state": "state IN ('started', 'parents_informed', 'objection', 'no_objection', 'unreachable', "
            "'court_pending', 'help_planning', 'ended')",
            "end_reason": "end_reason IN ('handover', 'help_decision')",
            "ended": "(state = 'ended') = (ended_at IS NOT NULL AND end_reason IS NOT NULL)",
            "liberty": "liberty = (liberty_must_end_at IS NOT NULL)",
            "period": "ended_at >= started_at",
        },
        refers={"case_id": "endangerment_case", "child_id": "protection_child"},
    )
    op.create_unique_constraint(f"uq_{table}_number", table, ["youth_office_id", "number"])
    op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    op.create_index(
        f"uq_{table}_running", table, ["child_id"], unique=True, postgresql_where=sa.text("state <> 'ended'")
    )


FEEDBACK = ("indications_confirmed", "has_acted", "still_active")


def _notification() -> None:
    table = "jugendamt_notification"
    op.add_column(table, sa.Column("feedback_at", INSTANT, nullable=True))
    for name in FEEDBACK:
        op.add_column(table, sa.Column(name, NO, nullable=True))
    op.create_check_constraint(
        op.f(f"ck_{table}_feedback"), table, f"num_nonnulls(feedback_at, {', '.join(FEEDBACK)}) IN (0, 4)"
    )


def _alarm() -> None:
    op.alter_column("alarm", "notification_id", nullable=True)
    op.add_column("alarm", sa.Column("case_id", UUID, nullable=True))
    op.add_column("alarm", sa.Column("deadline_id", UUID, nullable=True))
    op.create_index("ix_alarm_case_id", "alarm", ["case_id"])
    op.create_check_constraint(op.f("ck_alarm_subject"), "alarm", "num_nonnulls(notification_id, case_id) = 1")
    op.drop_constraint(op.f("ck_alarm_alarm_code"), "alarm", type_="check")
    # The catalogue of alarms grows with the rooms; the database holds their form.
    op.create_check_constraint(op.f("ck_alarm_alarm_code"), "alarm", "alarm_code ~ '^A-[A-Z]-[0-9A-Z]+$'")
    of_own_case = f"{OF_OWN_NOTIFICATION} OR case_id IS NOT NULL AND {OFFICE}"
    op.execute(f"ALTER POLICY see ON alarm WITH CHECK ({of_own_case})")


def downgrade() -> None:
    for name in ("feedback_at", *FEEDBACK):
        op.drop_column("jugendamt_notification", name)
    op.execute("DELETE FROM alarm WHERE case_id IS NOT NULL")
    op.execute(f"ALTER POLICY see ON alarm WITH CHECK ({OF_OWN_NOTIFICATION})")
    op.drop_constraint(op.f("ck_alarm_subject"), "alarm", type_="check")
    op.drop_constraint(op.f("ck_alarm_alarm_code"), "alarm", type_="check")
    op.create_check_constraint(op.f("ck_alarm_alarm_code"), "alarm", OLD_CODES)
    op.drop_column("alarm", "deadline_id")
    op.drop_column("alarm", "case_id")
    op.alter_column("alarm", "notification_id", nullable=False)
    op.drop_constraint(op.f("fk_endangerment_case_plan_id_protection_entry"), "endangerment_case", type_="foreignkey")
    for table in (
        "custody_measure",
        "protection_signature",
        "protection_entry",
        "protection_child",
        "endangerment_report",
        "endangerment_case",
    ):
        op.drop_table(table)
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
