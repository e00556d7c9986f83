"""Reports that are owed, discussed, countersigned, and have attachments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

PROVIDER = "provider_id = (SELECT current_organisation())"
OFFICE = "youth_office_id = (SELECT current_organisation())"
KINDS = "kind IN ('initial', 'development', 'joint_preparation', 'final')"
BY_RULE = "state <> 'cancelled' AND origin IN ('after_start', 'every_months', 'after_end')"
OF_FILE = (
    "report_id, youth_office_id, provider_id, name, media_type, size, sha256, address, sealed_key, added_by, added_at"
)


def upgrade() -> None:
    _expectation()
    _report()
    _content()
    _attachment()


def _expectation() -> None:
    table = "report_expectation"
    checks = {
        "kind": KINDS,
        "state": "state IN ('expected', 'fulfilled', 'waived', 'cancelled')",
        "origin": "origin IN ('after_start', 'before_meeting', 'every_months', 'after_end', 'request', 'return')",
        "waived": "(state = 'waived') = (waived_because IS NOT NULL)",
        "fulfilled": "state <> 'fulfilled' OR report_id IS NOT NULL",
        "meeting": "(origin = 'before_meeting') = (meeting_id IS NOT NULL)",
        "request": "(origin = 'request') = (reason IS NOT NULL)",
    }
    references = {
        "youth_office_id": "organisation",
        "provider_id": "organisation",
        "help_id": "help",
        "agreement_id": "agreement",
    }
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("help_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("origin", sa.String(60), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Uuid(), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("waived_because", sa.Text(), nullable=True),
        sa.Column("report_id", sa.Uuid(), nullable=True),
        sa.Column("overdue_level", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *[sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}")) for name, text in checks.items()],
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in references.items()
        ],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("youth_office_id", "number", name=f"uq_{table}_number"),
    )
    op.create_index(f"ix_{table}_office_state", table, ["youth_office_id", "state", "due_on"])
    op.create_index(f"ix_{table}_provider_state", table, ["provider_id", "state", "due_on"])
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "due_on", "id"])
    op.create_index(f"ix_{table}_provider_id", table, ["provider_id", "due_on", "id"])
    op.create_index(f"ix_{table}_help_id", table, ["help_id", "state", "due_on"])
    op.create_index(
        f"uq_{table}_meeting",
        table,
        ["meeting_id", "provider_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        f"uq_{table}_rule",
        table,
        ["help_id", "provider_id", "kind", "origin", "counts_from"],
        unique=True,
        postgresql_where=sa.text(BY_RULE),
    )
    protect(table, see=PARTY)


def _report() -> None:
    op.drop_constraint(op.f("ck_report_kind"), "report", type_="check")
    op.create_check_constraint(op.f("ck_report_kind"), "report", KINDS)
    op.add_column("report", sa.Column("expectation_id", sa.Uuid(), nullable=True))
    for name in ("must_be_discussed", "must_be_countersigned"):
        op.add_column("report", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.alter_column("report", name, server_default=None)
    op.create_foreign_key(
        op.f("fk_report_expectation_id_report_expectation"), "report", "report_expectation", ["expectation_id"], ["id"]
    )
    op.create_index("ix_report_expectation_id", "report", ["expectation_id"])


def _content() -> None:
    op.add_column("report_content", sa.Column("discussed_on", sa.Date(), nullable=True))
    op.add_column("report_content", sa.Column("discussed_with", pg.ARRAY(sa.Text()), nullable=True))
    op.add_column("report_content", sa.Column("not_discussed_reason", sa.Text(), nullable=True))
    for name, text in {
        "discussed": "(discussed_on IS NULL) = (discussed_with IS NULL)",
        "not_discussed": "discussed_on IS NULL OR not_discussed_reason IS NULL",
    }.items():
        op.create_check_constraint(op.f(f"ck_report_content_{name}"), "report_content", text)


def _attachment() -> None:
    table = "report_attachment"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=True),
        sa.CheckConstraint("size > 0", name=op.f(f"ck_{table}_size")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f(f"ck_{table}_sha256")),
        sa.CheckConstraint("last_number >= first_number", name=op.f(f"ck_{table}_numbers")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f(f"fk_{table}_report_id_report")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("address", name=op.f(f"uq_{table}_address")),
    )
    op.create_index(op.f(f"ix_{table}_report_id"), table, ["report_id"])
    protect(
        table,
        see=f"{PROVIDER} OR ({OFFICE} AND first_number IS NOT NULL)",
        write=PROVIDER,
        rights="SELECT, INSERT, UPDATE, DELETE",
    )
    old, new = (", ".join(f"{row}.{name.strip()}" for name in OF_FILE.split(",")) for row in ("OLD", "NEW"))
    fixed = f"EXECUTE FUNCTION refuse_change('{table}_fixed')"
    op.execute(
        f"CREATE TRIGGER fixed_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}) "
        f"OR OLD.last_number IS NOT NULL OR OLD.first_number IS DISTINCT FROM NEW.first_number "
        f"AND OLD.first_number IS NOT NULL) {fixed}"
    )
    op.execute(
        f"CREATE TRIGGER fixed_delete BEFORE DELETE ON {table} FOR EACH ROW WHEN (OLD.first_number IS NOT NULL) {fixed}"
    )


def downgrade() -> None:
    op.drop_table("report_attachment")
    for name in ("discussed_on", "discussed_with", "not_discussed_reason"):
        op.drop_column("report_content", name)
    for name in ("expectation_id", "must_be_discussed", "must_be_countersigned"):
        op.drop_column("report", name)
    op.drop_constraint(op.f("ck_report_kind"), "report", type_="check")
    op.create_check_constraint(op.f("ck_report_kind"), "report", "kind IN ('development', 'final')")
    op.drop_table("report_expectation")
