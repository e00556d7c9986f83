"""Help arrangements: phases, grants of each, partners, identifying data apart, handover to another youth office."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

OFFICE = "youth_office_id = (SELECT current_organisation())"
ASSIGNED = "(SELECT help_id FROM help_assignment WHERE provider_id = (SELECT current_organisation()))"
TAKES_PART = f"{OFFICE} OR id IN {ASSIGNED}"
BOTH_OFFICES = f"{OFFICE} OR receiving_office_id = (SELECT current_organisation())"

SERVICE_KINDS = (
    "section_18_3",
    "section_20",
    "section_27_2",
    "section_28",
    "section_29",
    "section_30",
    "section_31",
    "section_32",
    "section_33",
    "section_34",
    "section_35",
    "section_35a",
    "section_41",
)
SETTINGS = ("ambulatory", "day_group", "residential", "flexible_housing", "parent_work", "group_offer")
UNITS = ("hours_per_week", "days_per_week", "overnights_per_week")
AMOUNT = "amount > 0 AND amount <= CASE unit WHEN 'hours_per_week' THEN 168 ELSE 7 END"
IMPORTED = "num_nulls(source_system, external_id, import_hash) IN (0, 3)"
ROLES = (
    "planner",
    "caseworker",
    "team_lead",
    "office_head",
    "finance_officer",
    "office_admin",
    "data_protection_officer",
    "committee_clerk",
    "committee_member",
    "office_sync",
    "provider_professional",
    "provider_lead",
    "provider_manager",
    "provider_billing",
    "provider_admin",
    "provider_sync",
)
SEALED = ("first_name", "last_name", "birth_date", "address", "phone", "email", "aktenzeichen")


def upgrade() -> None:
    _help()
    _help_phase()
    _help_grant()
    _help_assignment()
    _help_partner()
    _help_group_offer()
    _help_handover()
    _identities()


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(repr(value) for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _period() -> sa.Column[Any]:
    return sa.Column("period", pg.DATERANGE(), sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True))


def _as_system(sql: str) -> None:
    """Touch rows that are walled off from the owner too."""
    op.execute("SET LOCAL ROLE handschlag_system")
    op.execute(sql)
    op.execute("RESET ROLE")


def _policy(table: str, see: str, write: str = OFFICE) -> None:
    """Who takes part reads; the youth office writes."""
    op.execute(f"DROP POLICY see ON {table}")
    op.execute(f"CREATE POLICY see ON {table} TO handschlag_api USING ({see}) WITH CHECK ({write})")


def _help() -> None:
    op.add_column("help", _uuid("handed_over_from", nullable=True))
    for column in ("source_system", "external_id", "import_hash"):
        op.add_column("help", sa.Column(column, sa.Text()))
    op.alter_column("help", "agreement_id", nullable=True)
    op.create_foreign_key(op.f("fk_help_handed_over_from_help"), "help", "help", ["handed_over_from"], ["id"])
    op.create_index(op.f("ix_help_handed_over_from"), "help", ["handed_over_from"])
    op.create_unique_constraint("uq_help_external_id", "help", ["youth_office_id", "source_system", "external_id"])
    op.create_check_constraint(
        op.f("ck_help_agreement"), "help", "agreement_id IS NOT NULL OR state IN ('requested', 'withdrawn')"
    )
    op.create_check_constraint(op.f("ck_help_imported"), "help", IMPORTED)
    _policy("help", TAKES_PART)


def _help_phase() -> None:
    table = "help_phase"
    op.create_table(
        table,
        _uuid("id"),
        _uuid("youth_office_id"),
        _uuid("provider_id"),
        _uuid("help_id"),
        _uuid("agreement_id", nullable=True),
        _uuid("offer_id", nullable=True),
        sa.Column("service_kind", sa.String(60), nullable=False),
        sa.Column("setting", sa.String(60), nullable=False),
        sa.Column("place", sa.Text()),
        sa.Column("amount", sa.Numeric(6, 2), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("combined", sa.Boolean(), nullable=False),
        sa.Column("change_reason", sa.Text()),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        _period(),
        _instant("created_at"),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        _one_of(table, "service_kind", *SERVICE_KINDS),
        _one_of(table, "setting", *SETTINGS),
        _one_of(table, "unit", *UNITS),
        _one_of(table, "state", "agreed", "ended", "cancelled"),
        _check(table, "period", "valid_to >= valid_from"),
        _check(table, "amount", AMOUNT),
        _to(table, "help_id", "help"),
        _to(table, "agreement_id", "agreement"),
        _to(table, "offer_id", "offer"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        pg.ExcludeConstraint(
            ("help_id", "="),
            ("provider_id", "="),
            ("setting", "="),
            ("period", "&&"),
            name="ex_help_phase_overlap",
            using="gist",
            where=sa.text("state <> 'cancelled'"),
        ),
    )
    op.create_index(op.f("ix_help_phase_agreement_id"), table, ["agreement_id"])
    op.create_index(op.f("ix_help_phase_offer_id"), table, ["offer_id"])
    op.create_index("ix_help_phase_help_id", table, ["help_id", "valid_from"])
    op.create_index("ix_help_phase_provider_id", table, ["provider_id", "valid_to"])
    protect(table, see=f"{PARTY} OR attends_help(help_id, changed_at)", write=OFFICE)
    _as_system(
        f"""
        INSERT INTO {table} (id, youth_office_id, provider_id, help_id, agreement_id, service_kind, setting, amount,
               unit, combined, state, valid_from, valid_to, created_at, changed_at, version)
        SELECT gen_random_uuid(), help.youth_office_id, help.provider_id, help.id, agreement_id, service_kind,
               CASE service_kind WHEN 'section_29' THEN 'group_offer' WHEN 'section_32' THEN 'day_group'
                    WHEN 'section_33' THEN 'residential' WHEN 'section_34' THEN 'residential' ELSE 'ambulatory' END,
               coalesce((SELECT hours_per_week FROM help_grant AS g WHERE g.help_id = help.id
                          ORDER BY valid_from LIMIT 1), 1), 'hours_per_week', false,
               CASE state WHEN 'ended' THEN 'ended' WHEN 'withdrawn' THEN 'cancelled' ELSE 'agreed' END,
               starts_on, coalesce(ended_on, ends_on), created_at, changed_at, 1
          FROM help
        """
    )


def _help_grant() -> None:
    table = "help_grant"
    op.execute("ALTER TABLE help_grant DROP CONSTRAINT ck_help_grant_hours")
    op.execute("ALTER TABLE help_grant DROP CONSTRAINT ck_help_grant_released")
    op.execute("ALTER TABLE help_grant DROP CONSTRAINT ex_help_grant_overlap")
    op.alter_column(table, "hours_per_week", new_column_name="amount")
    op.add_column(table, _uuid("phase_id", nullable=True))
    for column, type_ in (("state", sa.String(60)), ("unit", sa.String(60)), ("version", sa.Integer())):
        op.add_column(table, sa.Column(column, type_))
    for column in ("created_at", "changed_at"):
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True)))
    for column in ("source_system", "external_id", "import_hash"):
        op.add_column(table, sa.Column(column, sa.Text()))
    _as_system(
        """
        UPDATE help_grant AS g SET unit = 'hours_per_week', version = 1, created_at = prepared_at,
               changed_at = coalesce(released_at, prepared_at),
               phase_id = (SELECT p.id FROM help_phase AS p WHERE p.help_id = g.help_id LIMIT 1),
               state = CASE WHEN released_at IS NOT NULL THEN 'released'
                            WHEN (SELECT state FROM help WHERE id = g.help_id) = 'withdrawn' THEN 'withdrawn'
                            ELSE 'prepared' END
        """
    )
    for column in ("phase_id", "state", "unit", "version", "created_at", "changed_at"):
        op.alter_column(table, column, nullable=False)
    op.create_foreign_key(op.f("fk_help_grant_phase_id_help_phase"), table, "help_phase", ["phase_id"], ["id"])
    op.create_unique_constraint("uq_help_grant_external_id", table, ["youth_office_id", "source_system", "external_id"])
    states = "state IN ('prepared', 'released', 'superseded', 'withdrawn')"
    op.create_check_constraint(op.f("ck_help_grant_state"), table, states)
    units = ", ".join(repr(unit) for unit in UNITS)
    op.create_check_constraint(op.f("ck_help_grant_unit"), table, f"unit IN ({units})")
    op.create_check_constraint(op.f("ck_help_grant_amount"), table, AMOUNT)
    op.create_check_constraint(op.f("ck_help_grant_imported"), table, IMPORTED)
    released = "CASE WHEN state IN ('released', 'superseded') THEN 0 ELSE 2 END"
    op.create_check_constraint(
        op.f("ck_help_grant_released"), table, f"num_nulls(released_by, released_at) = {released}"
    )
    for name, state in (("ex_help_grant_overlap", "released"), ("ex_help_grant_prepared", "prepared")):
        op.create_exclude_constraint(
            name, table, ("phase_id", "="), ("period", "&&"), using="gist", where=sa.text(f"state = '{state}'")
        )
    op.create_index("ix_help_grant_phase_id", table, ["phase_id"])
    _policy(table, PARTY)


def _help_assignment() -> None:
    """A provider reads its part; only the youth office makes, changes and ends it."""
    op.execute("GRANT DELETE ON help_assignment TO handschlag_api, handschlag_system")
    op.execute("DROP POLICY see ON help_assignment")
    op.execute(f"CREATE POLICY see ON help_assignment FOR SELECT TO handschlag_api USING ({PARTY})")
    for act, check in (("INSERT", "WITH CHECK"), ("UPDATE", "USING"), ("DELETE", "USING")):
        op.execute(f"CREATE POLICY {act} ON help_assignment FOR {act} TO handschlag_api {check} ({OFFICE})")


def _help_partner() -> None:
    table = "help_partner"
    op.create_table(
        table,
        _uuid("id"),
        _uuid("youth_office_id"),
        _uuid("help_id"),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("institution", sa.Text(), nullable=False),
        sa.Column("contact_function", sa.Text()),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        _instant("created_at"),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        _one_of(table, "kind", "school", "day_care", "training", "health", "association", "other"),
        _check(table, "period", "valid_to >= valid_from"),
        _to(table, "help_id", "help"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_help_partner_help_id", table, ["help_id", "valid_from"])
    protect(table, see=f"{OFFICE} OR attends_help(help_id, changed_at)", write=OFFICE)


def _help_group_offer() -> None:
    table = "help_group_offer"
    op.create_table(
        table,
        _uuid("id"),
        _uuid("youth_office_id"),
        _uuid("help_id"),
        _uuid("offer_id", nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("considered_on", sa.Date(), nullable=False),
        _uuid("created_by"),
        _instant("created_at"),
        _to(table, "help_id", "help"),
        _to(table, "offer_id", "offer"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_help_group_offer_help_id", table, ["help_id", "considered_on"])
    op.create_index(op.f("ix_help_group_offer_offer_id"), table, ["offer_id"])
    see = f"{OFFICE} OR attends_help(help_id, created_at)"
    protect(table, see=see, write=OFFICE, rights="SELECT, INSERT")


def _help_handover() -> None:
    table = "help_handover"
    op.create_table(
        table,
        _uuid("id"),
        _uuid("youth_office_id"),
        _uuid("receiving_office_id"),
        _uuid("help_id"),
        sa.Column("help_number", sa.Text(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(60), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("handed", pg.JSONB(), nullable=False),
        _uuid("offered_by"),
        sa.Column("takes_over_on", sa.Date()),
        _uuid("new_help_id", nullable=True),
        sa.Column("new_help_number", sa.Text()),
        sa.Column("decline_reason", sa.Text()),
        _instant("created_at"),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        _one_of(table, "state", "offered", "accepted", "completed", "declined", "withdrawn"),
        _one_of(table, "reason", "parents_moved", "custody_changed", "foster_care", "young_adult", "other"),
        _check(table, "another_office", "receiving_office_id <> youth_office_id"),
        _check(
            table,
            "accepted",
            "num_nulls(takes_over_on, new_help_id, new_help_number) IN (0, 3)"
            " AND (state NOT IN ('accepted', 'completed') OR new_help_id IS NOT NULL)",
        ),
        _to(table, "youth_office_id", "organisation"),
        _to(table, "receiving_office_id", "organisation"),
        _to(table, "help_id", "help"),
        _to(table, "new_help_id", "help"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_help_handover_help_id", table, ["help_id"])
    op.create_index("ix_help_handover_new_help_id", table, ["new_help_id"])
    op.create_index("ix_help_handover_youth_office_id", table, ["youth_office_id", "id"])
    op.create_index("ix_help_handover_receiving_office_id", table, ["receiving_office_id", "id"])
    is_open = sa.text("state IN ('offered', 'accepted')")
    op.create_index("uq_help_handover_open", table, ["help_id"], unique=True, postgresql_where=is_open)
    protect(table, see=BOTH_OFFICES)


def _identities() -> None:
    table = "help_person"
    op.create_table(
        table,
        _uuid("id"),
        _uuid("youth_office_id"),
        _uuid("help_id"),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("birth_year", sa.Integer()),
        sa.Column("has_identity", sa.Boolean(), nullable=False),
        _instant("created_at"),
        _instant("changed_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        _one_of(table, "role", "child", "young_person", "mother", "father", "guardian", "sibling", "other"),
        _check(table, "birth_year", "birth_year BETWEEN 1900 AND 2100"),
        _to(table, "help_id", "help"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("help_id", "pseudonym", name="uq_help_person_pseudonym"),
    )
    protect(table, see=f"{OFFICE} OR attends_help(help_id, created_at)", write=OFFICE)
    table = "help_person_identity"
    op.create_table(
        table,
        _uuid("person_id"),
        _uuid("youth_office_id"),
        _uuid("help_id"),
        *(sa.Column(name, sa.LargeBinary()) for name in SEALED),
        sa.Column("is_address_protected", sa.Boolean(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["help_person.id"], name=op.f(f"fk_{table}_person_id_help_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_help_person_identity_key_id", table, ["key_id", "person_id"])
    protect(table, see=f"{OFFICE} OR help_id IN {ASSIGNED}", write=OFFICE)
    table = "person_disclosure"
    op.create_table(
        table,
        _uuid("id"),
        _uuid("youth_office_id"),
        _uuid("help_id"),
        _uuid("person_id"),
        _uuid("account_id"),
        _uuid("organisation_id"),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("purpose", sa.String(60), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("fields", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_break_glass", sa.Boolean(), nullable=False),
        _instant("at"),
        _one_of(table, "role", *ROLES),
        _one_of(
            table,
            "purpose",
            "planning",
            "safeguarding",
            "billing_address",
            "court",
            "contact",
            "statistics",
            "subject_request",
        ),
        _to(table, "person_id", "help_person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_person_disclosure_help_id", table, ["help_id", "at", "id"])
    op.create_index(op.f("ix_person_disclosure_person_id"), table, ["person_id"])
    mine = "organisation_id = (SELECT current_organisation())"
    protect(table, see=OFFICE, write=mine, rights="SELECT, INSERT")


def downgrade() -> None:
    for table in ("person_disclosure", "help_person_identity", "help_person", "help_handover", "help_group_offer"):
        op.drop_table(table)
    op.drop_table("help_partner")
    for act in ("INSERT", "UPDATE", "DELETE"):
        op.execute(f"DROP POLICY {act} ON help_assignment")
    op.execute("REVOKE DELETE ON help_assignment FROM handschlag_api, handschlag_system")
    _policy("help_assignment", PARTY, PARTY)
    _policy("help_grant", PARTY, PARTY)
    _policy("help", PARTY, PARTY)
    _help_grant_as_before()
    op.drop_table("help_phase")
    op.execute("DELETE FROM help WHERE agreement_id IS NULL")
    for name in ("ck_help_imported", "ck_help_agreement", "uq_help_external_id"):
        op.execute(f"ALTER TABLE help DROP CONSTRAINT {name}")
    op.alter_column("help", "agreement_id", nullable=False)
    for column in ("handed_over_from", "source_system", "external_id", "import_hash"):
        op.drop_column("help", column)


def _help_grant_as_before() -> None:
    """Only what the old table could hold stays: hours of one provider at a time."""
    table = "help_grant"
    op.execute("DELETE FROM help_grant WHERE state IN ('superseded', 'withdrawn') OR unit <> 'hours_per_week'")
    op.execute(
        "DELETE FROM help_grant AS g WHERE EXISTS (SELECT FROM help_grant AS o WHERE o.help_id = g.help_id"
        " AND o.period && g.period AND (o.prepared_at, o.id) < (g.prepared_at, g.id))"
    )
    for name in ("ex_help_grant_overlap", "ex_help_grant_prepared", "uq_help_grant_external_id"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name in ("state", "unit", "amount", "imported", "released"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_help_grant_{name}")
    columns = ("phase_id", "state", "unit", "version", "created_at", "changed_at")
    for column in (*columns, "source_system", "external_id", "import_hash"):
        op.drop_column(table, column)
    op.alter_column(table, "amount", new_column_name="hours_per_week")
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT ck_help_grant_hours CHECK (hours_per_week > 0 AND hours_per_week <= 168),"
        " ADD CONSTRAINT ck_help_grant_released CHECK ((released_by IS NULL) = (released_at IS NULL)),"
        " ADD CONSTRAINT ex_help_grant_overlap EXCLUDE USING gist (help_id WITH =, period WITH &&)"
    )
