"""A case of endangerment goes to the youth office that has become competent (§ 8a Abs. 6 SGB VIII)."""

import sqlalchemy as sa
from alembic import op

from migrations.support import protect

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

Column, INSTANT = sa.Column, sa.DateTime(timezone=True)
TABLE = "protection_transfer"
BOTH = (
    "youth_office_id = (SELECT current_organisation()) "
    "OR receiving_office_id = (SELECT current_organisation()) AND sent_at IS NOT NULL"
)
STATES = "'prepared', 'told', 'sent', 'discussed', 'accepted', 'rejected', 'withdrawn'"
REPORTERS = "'provider', 'secrecy_holder', 'citizen', 'police', 'court', 'anonymous', 'self'"
REFERS = {
    "youth_office_id": "organisation",
    "receiving_office_id": "organisation",
    "case_id": "endangerment_case",
    "receiving_case_id": "endangerment_case",
}


def upgrade() -> None:
    checks = {
        "state": f"state IN ({STATES})",
        "another_office": "receiving_office_id <> youth_office_id",
        "sent": "receiving_case_id IS NULL OR sent_at IS NOT NULL",
        "answered": "(state IN ('accepted', 'rejected')) = (answered_at IS NOT NULL)",
        "rejected": "(state = 'rejected') = (rejection IS NOT NULL)",
    }
    op.create_table(
        TABLE,
        Column("id", sa.Uuid(), nullable=False),
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("receiving_office_id", sa.Uuid(), nullable=False),
        Column("case_id", sa.Uuid(), nullable=False),
        Column("receiving_case_id", sa.Uuid()),
        Column("number", sa.Text(), nullable=False),
        Column("state", sa.String(60), nullable=False),
        Column("reason", sa.Text(), nullable=False),
        Column("is_acute", sa.Boolean(), nullable=False),
        *[Column(f"{act}_at", INSTANT) for act in ("told", "sent", "discussed", "answered")],
        Column("rejection", sa.Text()),
        Column("created_at", INSTANT, nullable=False),
        Column("changed_at", INSTANT, nullable=False),
        Column("version", sa.Integer(), nullable=False),
        *[sa.CheckConstraint(condition, name=op.f(f"ck_{TABLE}_{name}")) for name, condition in checks.items()],
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{TABLE}_{column}_{target}"))
            for column, target in REFERS.items()
        ],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_case_id", TABLE, ["case_id"])
    op.create_index(f"ix_{TABLE}_receiving_case_id", TABLE, ["receiving_case_id"])
    op.create_index(f"ix_{TABLE}_youth_office_id", TABLE, ["youth_office_id", "created_at", "id"])
    is_open = sa.text("state IN ('prepared', 'told', 'sent', 'discussed')")
    op.create_index(f"uq_{TABLE}_open", TABLE, ["case_id"], unique=True, postgresql_where=is_open)
    protect(TABLE, see=BOTH)
    op.execute(f"GRANT DELETE ON {TABLE} TO handschlag_system")
    op.add_column("endangerment_report", Column("sealed_dossier", sa.LargeBinary()))
    _reporters(f"{REPORTERS}, 'youth_office'")
    op.create_check_constraint(
        op.f("ck_endangerment_report_dossier"),
        "endangerment_report",
        "sealed_dossier IS NULL OR reporter = 'youth_office'",
    )


def _reporters(codes: str) -> None:
    name = op.f("ck_endangerment_report_reporter")
    op.drop_constraint(name, "endangerment_report", type_="check")
    op.create_check_constraint(name, "endangerment_report", f"reporter IN ({codes})")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_endangerment_report_dossier"), "endangerment_report", type_="check")
    _reporters(REPORTERS)
    op.drop_column("endangerment_report", "sealed_dossier")
    op.drop_table(TABLE)
