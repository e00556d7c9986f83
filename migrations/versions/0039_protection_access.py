"""Who reads a case in an emergency, and what was entrusted to one professional."""

import sqlalchemy as sa
from alembic import op

from migrations.support import protect

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

Column, INSTANT = sa.Column, sa.DateTime(timezone=True)
OFFICE = "youth_office_id = (SELECT current_organisation())"
GROUNDS = "'consent', 'court', 'successor', 'assessment', 'secrecy'"
# The file of a case that is erased takes along what was entrusted and who read it in an emergency.
ERASED = ("confidential_release", "confidential_note", "emergency_access")


def upgrade() -> None:
    _table(
        "confidential_note",
        {"case_id": "endangerment_case", "owner_id": "account"},
        Column("case_id", sa.Uuid(), nullable=False),
        Column("owner_id", sa.Uuid(), nullable=False),
        Column("entrusted_by", sa.Text(), nullable=False),
        Column("shows_danger", sa.Boolean(), nullable=False),
        Column("sealed_content", sa.LargeBinary(), nullable=False),
        Column("created_at", INSTANT, nullable=False),
    )
    op.create_index(op.f("ix_confidential_note_case_id"), "confidential_note", ["case_id"])
    _table(
        "confidential_release",
        {"note_id": "confidential_note", "to_account_id": "account"},
        Column("note_id", sa.Uuid(), nullable=False),
        Column("ground", sa.String(60), nullable=False),
        Column("to_account_id", sa.Uuid()),
        Column("recipient", sa.Text()),
        Column("reason", sa.Text(), nullable=False),
        Column("released_at", INSTANT, nullable=False),
        ground=f"ground IN ({GROUNDS})",
        recipient="num_nonnulls(to_account_id, recipient) = 1",
    )
    op.create_index(op.f("ix_confidential_release_note_id"), "confidential_release", ["note_id"])
    _table(
        "emergency_access",
        {"case_id": "endangerment_case", "account_id": "account"},
        Column("case_id", sa.Uuid(), nullable=False),
        Column("number", sa.Text(), nullable=False),
        Column("account_id", sa.Uuid(), nullable=False),
        Column("reason", sa.Text(), nullable=False),
        Column("opened_at", INSTANT, nullable=False),
        Column("ends_at", INSTANT, nullable=False),
        Column("reviewed_at", INSTANT),
        Column("reviewed_by", sa.Uuid()),
        Column("finding", sa.Text()),
        reason="char_length(reason) >= 20",
        period="ends_at > opened_at",
        reviewed="num_nonnulls(reviewed_at, reviewed_by, finding) IN (0, 3)",
        reviewer="reviewed_by <> account_id",
    )
    op.create_index("ix_emergency_access_case_id", "emergency_access", ["case_id", "account_id", "ends_at"])
    op.create_index("ix_emergency_access_youth_office_id", "emergency_access", ["youth_office_id", "opened_at", "id"])
    for table in ("confidential_note", "confidential_release"):
        protect(table, see=OFFICE, rights="SELECT, INSERT")
        op.execute(
            f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('protection_fixed')"
        )
    protect("emergency_access", see=OFFICE)
    facts = "(OLD.case_id, OLD.number, OLD.account_id, OLD.reason, OLD.opened_at, OLD.ends_at)"
    op.execute(
        "CREATE TRIGGER fixed BEFORE UPDATE ON emergency_access FOR EACH ROW "
        f"WHEN ({facts} IS DISTINCT FROM {facts.replace('OLD', 'NEW')} OR OLD.reviewed_at IS NOT NULL) "
        "EXECUTE FUNCTION refuse_change('protection_fixed')"
    )
    for table in ERASED:
        op.execute(f"GRANT DELETE ON {table} TO handschlag_system")


def _table(name: str, refers: dict[str, str], *columns: sa.Column[object], **checks: str) -> None:
    op.create_table(
        name,
        Column("id", sa.Uuid(), nullable=False),
        Column("youth_office_id", sa.Uuid(), nullable=False),
        *columns,
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{name}_{column}_{target}"))
            for column, target in {"youth_office_id": "organisation", **refers}.items()
        ],
        *[sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}")) for check, condition in checks.items()],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def downgrade() -> None:
    for table in ERASED:
        op.drop_table(table)
