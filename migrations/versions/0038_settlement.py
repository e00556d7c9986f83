"""Settlement: a month's runs, their parts, and what could not be settled."""

import sqlalchemy as sa
from alembic import op

from migrations.support import OWN, protect

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

Column = sa.Column


def upgrade() -> None:
    _table(
        "settlement_run",
        Column("month", sa.Date(), nullable=False),
        Column("mode", sa.String(60), nullable=False),
        Column("counterpart_id", sa.Uuid()),
        Column("state", sa.String(60), nullable=False),
        Column("created_by", sa.Uuid(), nullable=False),
        Column("digest", sa.Text()),
        Column("failure", sa.Text()),
        Column("version", sa.Integer(), nullable=False),
        Column("created_at", sa.DateTime(timezone=True), nullable=False),
        Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        *_refers("settlement_run", counterpart_id="organisation", created_by="account"),
        mode="mode IN ('preview', 'draft')",
        state="state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
        month="extract(day from month) = 1",
        digest="(state = 'done') = (digest IS NOT NULL)",
        failure="(state = 'failed') = (failure IS NOT NULL)",
    )
    op.create_index("ix_settlement_run_organisation_id", "settlement_run", ["organisation_id", "id"])
    op.create_index(
        "uq_settlement_run_under_way",
        "settlement_run",
        ["organisation_id", "month"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    _table(
        "settlement_part",
        Column("run_id", sa.Uuid(), nullable=False),
        Column("place", sa.Integer(), nullable=False),
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("provider_id", sa.Uuid(), nullable=False),
        Column("outcome", sa.String(60), nullable=False),
        Column("records", sa.Integer(), nullable=False),
        Column("lines", sa.Integer()),
        Column("total_cents", sa.BigInteger()),
        Column("digest", sa.Text()),
        Column("invoice_id", sa.Uuid()),
        Column("replaced_drafts", sa.Integer(), nullable=False),
        Column("problems", sa.Integer(), nullable=False),
        Column("reason_de", sa.Text()),
        Column("settled_at", sa.DateTime(timezone=True)),
        *_refers(
            "settlement_part",
            run_id="settlement_run",
            youth_office_id="organisation",
            provider_id="organisation",
            invoice_id="invoice",
        ),
        sa.UniqueConstraint("run_id", "place", name="uq_settlement_part_place"),
        sa.UniqueConstraint("run_id", "youth_office_id", "provider_id", name="uq_settlement_part_once"),
        outcome="outcome IN ('pending', 'previewed', 'drafted', 'unchanged', 'nothing', 'refused')",
        settled="(outcome = 'pending') = (settled_at IS NULL)",
        reason="(outcome = 'refused') = (reason_de IS NOT NULL)",
        invoice="(outcome IN ('drafted', 'unchanged')) = (invoice_id IS NOT NULL)",
        result="num_nulls(lines, total_cents, digest) IN (0, 3)",
        digest="outcome NOT IN ('previewed', 'drafted', 'unchanged') OR digest IS NOT NULL",
    )
    _table(
        "settlement_problem",
        Column("run_id", sa.Uuid(), nullable=False),
        Column("part_id", sa.Uuid(), nullable=False),
        Column("youth_office_id", sa.Uuid(), nullable=False),
        Column("provider_id", sa.Uuid(), nullable=False),
        Column("help_id", sa.Uuid(), nullable=False),
        Column("record_id", sa.Uuid(), nullable=False),
        Column("service_on", sa.Date(), nullable=False),
        Column("minutes", sa.Integer(), nullable=False),
        Column("rule", sa.Text(), nullable=False),
        Column("text_de", sa.Text(), nullable=False),
        *_refers(
            "settlement_problem",
            run_id="settlement_run",
            part_id="settlement_part",
            help_id="help",
            record_id="service_record",
        ),
        sa.UniqueConstraint("part_id", "record_id", name="uq_settlement_problem_once"),
    )
    op.create_index("ix_settlement_problem_run_id", "settlement_problem", ["run_id", "id"])
    op.create_index("ix_settlement_problem_help_id", "settlement_problem", ["help_id"])
    for table in TABLES:
        protect(table, see=OWN)


TABLES = ("settlement_run", "settlement_part", "settlement_problem")


def _table(name: str, *parts: sa.schema.SchemaItem, **checks: str) -> None:
    op.create_table(
        name,
        Column("id", sa.Uuid(), nullable=False),
        Column("organisation_id", sa.Uuid(), nullable=False),
        *parts,
        *_refers(name, organisation_id="organisation"),
        *[sa.CheckConstraint(condition, name=op.f(f"ck_{name}_{check}")) for check, condition in checks.items()],
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _refers(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in columns.items()
    ]


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
