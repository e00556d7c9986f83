"""A provider's concerns with their sealed entries, consultations, and the register of insoweit erfahrene Fachkräfte."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
PROVIDER = f"provider_id = {ME}"
ENDED = "('closed_no_concern', 'closed_averted', 'closed_handed_over', 'withdrawn_error')"
STATES = (
    "noticed",
    "team_review",
    "isef_requested",
    "isef_done",
    "parents_involved",
    "plan_active",
    "plan_review",
    "ja_notified",
    "ja_acknowledged",
    "monitoring",
    "closed_no_concern",
    "closed_averted",
    "closed_handed_over",
    "withdrawn_error",
)
KINDS = (
    "record_indication",
    "second_opinion",
    "note",
    "help_offer",
    "people",
    "correction",
    "inform_lead",
    "assess_no_weighty",
    "assess_monitor",
    "request_isef",
    "record_consultation",
    "involve_family",
    "skip_family_involvement",
    "agree_protection_plan",
    "review_plan",
    "danger_averted",
    "declare_immediate_danger",
    "notify_ja",
    "supplement",
    "ja_ack",
    "receive_feedback",
    "new_indication",
    "handover_complete",
    "reopen",
    "withdraw_entry_error",
)
RATINGS = ("not_weighty", "unclear", "weighty", "not_avertable")
TOLD = (
    "id, youth_office_id, provider_id, number, help_id, urgency, is_acute, acute_reason, perceived_at, received_at, "
    "child_pseudonym, child_birth_year, whereabouts, observation, assessment, indications, measures_taken, "
    "parents_informed, parents_reason, child_involved, child_reason, isef_consulted_on, contact, created_by, created_at"
)
ASKED = (
    "id, provider_id, concern_id, isef_id, isef_account_id, isef_organisation_id, pseudonym, age_bands, question, "
    "facts, is_urgent, agreement_clause, requested_by, requested_at, answer_by, created_at"
)
INSTANT, TEXT, UUID = sa.DateTime(timezone=True), sa.Text(), sa.Uuid()


def upgrade() -> None:
    _profiles()
    _concerns()
    _entries()
    _consultations()
    _notifications()
    op.add_column(
        "jugendamt_notification", sa.Column("further", pg.JSONB(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.alter_column("jugendamt_notification", "further", server_default=None)
    _keep_told(f"{TOLD}, further")


def _keep_told(columns: str) -> None:
    """What a provider told stays as it was told."""
    op.execute("DROP TRIGGER fixed_update ON jugendamt_notification")
    op.execute(
        "CREATE TRIGGER fixed_update BEFORE UPDATE ON jugendamt_notification FOR EACH ROW "
        f"WHEN ({_changed(columns)}) EXECUTE FUNCTION refuse_change('jugendamt_notification_fixed')"
    )


def _changed(columns: str) -> str:
    old, new = (", ".join(f"{row}.{name.strip()}" for name in columns.split(",")) for row in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def _column(name: str, kind: Any, *, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def _checks(table: str, **conditions: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in conditions.items()]


def _links(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"))
        for name, to in targets.items()
    ]


def _profiles() -> None:
    table = "isef_profile"
    op.create_table(
        table,
        _column("id", UUID),
        _column("organisation_id", UUID),
        _column("account_id", UUID, null=True),
        *(_column(name, TEXT) for name in ("name", "qualification", "contact", "availability")),
        _column("fields", pg.ARRAY(TEXT)),
        _column("is_shared", sa.Boolean()),
        _column("valid_from", sa.Date()),
        _column("valid_to", sa.Date(), null=True),
        _column("created_at", INSTANT),
        _column("changed_at", INSTANT),
        _column("version", sa.Integer()),
        *_checks(table, period="valid_to >= valid_from"),
        *_links(table, organisation_id="organisation", account_id="account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("account_id", name="uq_isef_profile_account_id"),
    )
    op.create_index("ix_isef_profile_organisation_id", table, ["organisation_id", "name", "id"])
    protect(table, see=f"{OWN} OR is_shared", write=OWN)


def _concerns() -> None:
    table, bare = "provider_concern", sa.String(60)
    op.create_table(
        table,
        _column("id", UUID),
        _column("provider_id", UUID),
        _column("youth_office_id", UUID, null=True),
        _column("help_id", UUID, null=True),
        _column("number", TEXT),
        _column("state", bare),
        _column("children", pg.JSONB()),
        _column("is_urgent", sa.Boolean()),
        _column("is_fast_path", sa.Boolean()),
        _column("perceived_at", INSTANT),
        _column("recorded_by", UUID),
        _column("responsible_id", UUID),
        _column("member_ids", pg.ARRAY(UUID)),
        _column("excluded_ids", pg.ARRAY(UUID)),
        _column("rating", bare, null=True),
        _column("consulted_at", INSTANT, null=True),
        _column("family", bare, null=True),
        _column("family_at", INSTANT, null=True),
        _column("review_on", sa.Date(), null=True),
        _column("look_again_on", sa.Date(), null=True),
        *(_column(f"feedback_{name}", sa.Boolean(), null=True) for name in ("confirmed", "acted", "still_active")),
        _column("feedback_at", INSTANT, null=True),
        _column("previous_id", UUID, null=True),
        _column("replaced_by_id", UUID, null=True),
        _column("since", INSTANT),
        _column("closed_at", INSTANT, null=True),
        _column("created_at", INSTANT),
        _column("changed_at", INSTANT),
        _column("version", sa.Integer()),
        *_checks(
            table,
            state=f"state IN {STATES}",
            rating=f"rating IN {RATINGS}",
            family="family IN ('involved', 'skipped')",
            children="jsonb_array_length(children) BETWEEN 1 AND 10",
            family_at="(family IS NULL) = (family_at IS NULL)",
            closed=f"(closed_at IS NOT NULL) = (state IN {ENDED})",
            told="state NOT IN ('ja_notified', 'ja_acknowledged') OR is_fast_path "
            "OR (consulted_at IS NOT NULL AND family IS NOT NULL)",
            feedback="num_nonnulls(feedback_confirmed, feedback_acted, feedback_still_active, feedback_at) IN (0, 4)",
        ),
        *_links(
            table,
            provider_id="organisation",
            youth_office_id="organisation",
            help_id="help",
            responsible_id="account",
            previous_id=table,
            replaced_by_id=table,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("provider_id", "number", name="uq_provider_concern_number"),
    )
    op.create_index("ix_provider_concern_provider_id", table, ["provider_id", "created_at", "id"])
    op.create_index("ix_provider_concern_help_id", table, ["help_id"])
    op.create_index("ix_provider_concern_previous_id", table, ["previous_id"])
    protect(table, see=PROVIDER)


def _entries() -> None:
    table = "concern_entry"
    op.create_table(
        table,
        _column("id", UUID),
        _column("provider_id", UUID),
        _column("concern_id", UUID),
        _column("kind", sa.String(60)),
        _column("happened_at", INSTANT),
        _column("recorded_at", INSTANT),
        _column("recorded_by", UUID),
        _column("is_late", sa.Boolean()),
        _column("about", TEXT, null=True),
        _column("agrees", sa.Boolean(), null=True),
        _column("corrects_id", UUID, null=True),
        _column("sealed", sa.LargeBinary()),
        *_checks(
            table,
            kind=f"kind IN {KINDS}",
            correction="(kind = 'correction') = (corrects_id IS NOT NULL)",
            opinion="(kind = 'second_opinion') = (about IS NOT NULL AND agrees IS NOT NULL)",
            happened="happened_at <= recorded_at + interval '5 minutes'",
        ),
        *_links(
            table, provider_id="organisation", concern_id="provider_concern", recorded_by="account", corrects_id=table
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_concern_entry_concern_id", table, ["concern_id", "recorded_at", "id"])
    own = f"{PROVIDER} AND EXISTS (SELECT FROM provider_concern AS c WHERE c.id = concern_id AND c.{PROVIDER})"
    protect(table, see=PROVIDER, write=own, rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def _consultations() -> None:
    table = "isef_consultation"
    op.create_table(
        table,
        *(_column(name, UUID) for name in ("id", "provider_id", "concern_id", "isef_id")),
        _column("isef_account_id", UUID, null=True),
        _column("isef_organisation_id", UUID),
        _column("pseudonym", TEXT),
        _column("age_bands", pg.ARRAY(TEXT)),
        _column("question", TEXT),
        _column("facts", TEXT),
        _column("is_urgent", sa.Boolean()),
        _column("agreement_clause", TEXT, null=True),
        _column("requested_by", UUID),
        _column("requested_at", INSTANT),
        _column("answer_by", INSTANT),
        _column("answered_at", INSTANT, null=True),
        _column("answered_by", UUID, null=True),
        _column("held_at", INSTANT, null=True),
        _column("participants", pg.ARRAY(TEXT)),
        _column("rating", sa.String(60), null=True),
        _column("recommended_steps", pg.ARRAY(TEXT)),
        _column("dissent", TEXT, null=True),
        _column("created_at", INSTANT),
        _column("changed_at", INSTANT),
        _column("version", sa.Integer()),
        *_checks(
            table,
            rating=f"rating IN {RATINGS}",
            answered="num_nonnulls(answered_at, answered_by, held_at, rating) IN (0, 4)",
        ),
        *_links(table, provider_id="organisation", concern_id="provider_concern", isef_id="isef_profile"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_isef_consultation_concern_id", table, ["concern_id"])
    op.create_index("ix_isef_consultation_isef_account_id", table, ["isef_account_id", "requested_at", "id"])
    protect(table, see=f"{PROVIDER} OR isef_organisation_id = {ME}", write=f"{PROVIDER} OR isef_organisation_id = {ME}")
    op.execute(
        f"CREATE TRIGGER fixed_update BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (OLD.answered_at IS NOT NULL OR {_changed(ASKED)}) EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def _notifications() -> None:
    table = "concern_notification"
    op.create_table(
        table,
        *(_column(name, UUID) for name in ("notification_id", "concern_id", "provider_id")),
        _column("child", TEXT),
        _column("told_at", INSTANT),
        _column("acknowledged_at", INSTANT, null=True),
        *_links(
            table,
            notification_id="jugendamt_notification",
            concern_id="provider_concern",
            provider_id="organisation",
        ),
        sa.PrimaryKeyConstraint("notification_id", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_concern_notification_concern_id", table, ["concern_id", "told_at"])
    protect(table, see=PROVIDER)


def downgrade() -> None:
    _keep_told(TOLD)
    op.drop_column("jugendamt_notification", "further")
    for table in ("concern_notification", "isef_consultation", "concern_entry", "provider_concern", "isef_profile"):
        op.drop_table(table)
