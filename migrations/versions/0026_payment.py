"""Invoices up to their payment: questions, cuts, objections, corrections and credit notes."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import PARTY, protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

PROVIDER = "provider_id = (SELECT current_organisation())"
OFFICE = "youth_office_id = (SELECT current_organisation())"
STATES = (
    "state IN ('draft', 'submitted', 'checking', 'queried', 'returned', 'partly_approved', 'objected', 'approved', "
    "'ordered', 'paid', 'replaced', 'credited', 'discarded')"
)
PARTNERS = (
    "organisation_id = (SELECT current_organisation()) OR EXISTS (SELECT FROM invoice "
    "WHERE invoice.provider_id = organisation_id OR invoice.youth_office_id = organisation_id)"
)
"""Oneself, and whoever there is an invoice with: which invoices there are is told by their own wall."""
OLD_STATES = "state IN ('draft', 'submitted', 'returned', 'approved', 'discarded')"
INVOICE_CHECKS = {
    "state": STATES,
    "kind": "kind IN ('invoice', 'credit_note', 'correction')",
    "corrects": "(kind = 'invoice') = (corrects_id IS NULL)",
    "decided": "state NOT IN ('approved', 'partly_approved', 'ordered', 'paid') OR approved_cents IS NOT NULL",
    "partly": "state <> 'partly_approved' OR approved_cents < total_cents",
    "approved": "(approved_cents IS NULL) = (payable_cents IS NULL)",
    "payable": "payable_cents IS NULL OR payable_cents = CASE WHEN kind <> 'credit_note' THEN approved_cents "
    "WHEN payable_cents = 0 THEN 0 ELSE -approved_cents END",
    "paid": "state <> 'paid' OR paid_on IS NOT NULL",
}
NEW_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "corrects_id": sa.Uuid(),
    "correction_reason": sa.Text(),
    "approved_cents": sa.BigInteger(),
    "payable_cents": sa.BigInteger(),
    "approved_by": sa.Uuid(),
    "objection_until": sa.Date(),
    "objection": sa.Text(),
    "objection_reply": sa.Text(),
    "paid_on": sa.Date(),
    "payment_reference": sa.Text(),
}
APPROVED = """
CREATE FUNCTION invoice_approved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted uuid := CASE TG_TABLE_NAME WHEN 'invoice' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'invoice_id')::uuid END;
BEGIN
  IF EXISTS (
    SELECT FROM invoice WHERE id = wanted AND approved_cents <> total_cents - (
      SELECT coalesce(sum(cents), 0) FROM invoice_cut WHERE invoice_id = wanted AND withdrawn_at IS NULL)
  ) OR EXISTS (
    SELECT FROM invoice_cut JOIN invoice_line AS line USING (invoice_id, place)
    WHERE invoice_id = wanted AND withdrawn_at IS NULL
    GROUP BY line.id HAVING sum(cents) > line.amount_cents
  ) THEN
    RAISE EXCEPTION 'approved sum of invoice %', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_approved';
  END IF;
  RETURN NULL;
END $$
"""
OFFICE_DECIDES = (
    "CREATE TRIGGER office_approves BEFORE UPDATE ON invoice FOR EACH ROW WHEN ("
    "NEW.approved_cents IS NOT NULL AND OLD.approved_cents IS DISTINCT FROM NEW.approved_cents "
    "OR OLD.payable_cents IS DISTINCT FROM NEW.payable_cents AND NEW.payable_cents IS NOT NULL "
    "OR OLD.paid_on IS DISTINCT FROM NEW.paid_on "
    "OR OLD.state <> NEW.state AND (NEW.state IN ('partly_approved', 'ordered', 'paid') "
    "OR NEW.state = 'approved' AND OLD.state <> 'partly_approved')) EXECUTE FUNCTION office_acts()"
)
RUN_TOTAL = """
CREATE FUNCTION payment_run_total() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted uuid := CASE TG_TABLE_NAME WHEN 'payment_run' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'run_id')::uuid END;
BEGIN
  IF (SELECT total_cents FROM payment_run WHERE id = wanted)
     <> (SELECT coalesce(sum(amount_cents), 0) FROM payment_item WHERE run_id = wanted)
  OR EXISTS (
    SELECT FROM payment_item JOIN invoice ON invoice.id = invoice_id
    WHERE run_id = wanted AND released_at IS NULL AND amount_cents <> payable_cents
  ) THEN
    RAISE EXCEPTION 'total of payment run %', wanted
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_run_total';
  END IF;
  RETURN NULL;
END $$
"""
ITEM_FACTS = (
    "id, run_id, youth_office_id, provider_id, invoice_id, place, amount_cents, creditor_name, iban, is_new_account"
)
CUT_FACTS = "id, youth_office_id, provider_id, invoice_id, place, finding_id, cents, reason, made_by, made_at"


def upgrade() -> None:
    _invoice()
    _cut()
    _question()
    op.execute(APPROVED)
    for table, acts in (
        ("invoice", "INSERT OR UPDATE OF approved_cents, total_cents"),
        ("invoice_cut", "INSERT OR UPDATE"),
    ):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER approved AFTER {acts} ON {table} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION invoice_approved()"
        )
    op.execute("DROP TRIGGER office_approves ON invoice")
    op.execute(OFFICE_DECIDES)
    _billing_details()
    _xrechnung()
    _xrechnung_import()
    _payment_run()
    _payment_item()
    op.execute(RUN_TOTAL)
    for table, acts in (("payment_run", "INSERT OR UPDATE OF total_cents"), ("payment_item", "INSERT OR UPDATE")):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER total AFTER {acts} ON {table} DEFERRABLE INITIALLY DEFERRED "
            "FOR EACH ROW EXECUTE FUNCTION payment_run_total()"
        )


def _invoice() -> None:
    op.add_column("invoice", sa.Column("kind", sa.String(60), nullable=False, server_default="invoice"))
    op.alter_column("invoice", "kind", server_default=None)
    for name, type_ in NEW_COLUMNS.items():
        op.add_column("invoice", sa.Column(name, type_, nullable=True))
    op.execute("ALTER TABLE invoice NO FORCE ROW LEVEL SECURITY")  # the migration is no organisation
    op.execute("UPDATE invoice SET approved_cents = total_cents, payable_cents = total_cents WHERE state = 'approved'")
    op.execute("ALTER TABLE invoice FORCE ROW LEVEL SECURITY")
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.drop_constraint(op.f("ck_invoice_state"), "invoice", type_="check")
    for name, condition in INVOICE_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_invoice_{name}"), "invoice", condition)
    op.create_foreign_key(op.f("fk_invoice_corrects_id_invoice"), "invoice", "invoice", ["corrects_id"], ["id"])
    op.create_index(
        "uq_invoice_corrects",
        "invoice",
        ["corrects_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NOT NULL AND state <> 'discarded'"),
    )


def _part(table: str, *columns: sa.Column[object], checks: dict[str, str]) -> None:
    """A table of what belongs to a line or a finding of an invoice."""
    references = {"invoice_id": "invoice", "finding_id": "invoice_finding"}
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        *columns,
        *[sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}")) for name, condition in checks.items()],
        *[
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in references.items()
        ],
        sa.ForeignKeyConstraint(
            ["invoice_id", "place"],
            ["invoice_line.invoice_id", "invoice_line.place"],
            name=f"fk_{table}_place_invoice_line",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_invoice_id", table, ["invoice_id"])


def _cut() -> None:
    _part(
        "invoice_cut",
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        checks={"cents": "cents > 0", "withdrawn": "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)"},
    )
    protect("invoice_cut", see=PARTY)
    op.execute(
        "CREATE TRIGGER office_cuts BEFORE INSERT OR UPDATE ON invoice_cut FOR EACH ROW EXECUTE FUNCTION office_acts()"
    )
    old, new = (", ".join(f"{row}.{name.strip()}" for name in CUT_FACTS.split(",")) for row in ("OLD", "NEW"))
    op.execute(
        f"CREATE TRIGGER fixed_update BEFORE UPDATE ON invoice_cut FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}) "
        "OR OLD.withdrawn_at IS NOT NULL) EXECUTE FUNCTION refuse_change('invoice_cut_fixed')"
    )


def _question() -> None:
    _part(
        "invoice_question",
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        checks={
            "answer": "(answer IS NULL) = (answered_by IS NULL)",
            "closed": "answer IS NULL OR closed_at IS NOT NULL",
        },
    )
    protect("invoice_question", see=PARTY)


def _checks(table: str, checks: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}")) for name, condition in checks.items()]


def _references(table: str, references: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
        for column, target in references.items()
    ]


def _billing_details() -> None:
    table = "billing_details"
    words = ("legal_name", "street", "postcode", "city", "contact_name", "contact_phone", "contact_email", "vat_id")
    checks = {
        "address_scheme": "address_scheme IN ('EM', '0204', '9930', '0088')",
        "iban": "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'",
        "iban_changed": "(iban IS NULL) = (iban_changed_at IS NULL)",
        "address": "(address IS NULL) = (address_scheme IS NULL)",
    }
    op.create_table(
        table,
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=True) for name in (*words, "tax_number", "iban", "account_holder")],
        sa.Column("address_scheme", sa.String(60), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("iban_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(table, checks),
        *_references(table, {"organisation_id": "organisation"}),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f(f"pk_{table}")),
    )
    protect(table, see=PARTNERS, write="organisation_id = (SELECT current_organisation())")


def _xrechnung() -> None:
    table = "xrechnung"
    op.create_table(
        table,
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        *_checks(table, {"sha256": "sha256 ~ '^[0-9a-f]{64}$'"}),
        *_references(table, {"invoice_id": "invoice"}),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f(f"pk_{table}")),
    )
    protect(table, see=PARTY, write=PROVIDER, rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('xrechnung_fixed')"
    )


def _xrechnung_import() -> None:
    table = "xrechnung_import"
    checks = {
        "state": "state IN ('accepted', 'refused')",
        "accepted": "(state = 'accepted') = (invoice_id IS NOT NULL)",
        "buyer": "invoice_id IS NULL OR youth_office_id IS NOT NULL",
        "sha256": "sha256 ~ '^[0-9a-f]{64}$'",
    }
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=True),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("findings", pg.JSONB(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        *_checks(table, checks),
        *_references(
            table, {"provider_id": "organisation", "youth_office_id": "organisation", "invoice_id": "invoice"}
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_provider_id", table, ["provider_id", "id"])
    op.create_index(
        f"uq_{table}_invoice_id",
        table,
        ["invoice_id"],
        unique=True,
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )
    protect(table, see=f"{PROVIDER} OR ({OFFICE} AND invoice_id IS NOT NULL)", write=PROVIDER, rights="SELECT, INSERT")
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('xrechnung_fixed')"
    )


def _payment_run() -> None:
    table = "payment_run"
    checks = {
        "state": "state IN ('draft', 'ordered', 'executed', 'cancelled')",
        "four_eyes": "ordered_by <> created_by",
        "ordered": "(ordered_by IS NULL) = (ordered_at IS NULL)",
        "orderer": "state NOT IN ('ordered', 'executed') OR ordered_by IS NOT NULL",
        "executed": "(state = 'executed') = (executed_on IS NOT NULL)",
        "reference": "(executed_on IS NULL) = (reference IS NULL)",
    }
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("execute_on", sa.Date(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("debtor_name", sa.Text(), nullable=False),
        sa.Column("debtor_iban", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("ordered_by", sa.Uuid(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_checks(table, checks),
        *_references(table, {"youth_office_id": "organisation"}),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("youth_office_id", "number", name=f"uq_{table}_number"),
    )
    op.create_index(f"ix_{table}_office_state", table, ["youth_office_id", "state"])
    op.create_index(f"ix_{table}_youth_office_id", table, ["youth_office_id", "id"])
    protect(table, see=OFFICE)


def _payment_item() -> None:
    table = "payment_item"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("creditor_name", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("is_new_account", sa.Boolean(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        *_checks(table, {"amount": "amount_cents <> 0"}),
        *_references(
            table,
            {
                "run_id": "payment_run",
                "youth_office_id": "organisation",
                "provider_id": "organisation",
                "invoice_id": "invoice",
            },
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("run_id", "place", name=f"uq_{table}_place"),
    )
    live = sa.text("released_at IS NULL")
    op.create_index(f"uq_{table}_live", table, ["invoice_id"], unique=True, postgresql_where=live)
    op.create_index(f"ix_{table}_account", table, ["youth_office_id", "provider_id", "iban"])
    protect(table, see=OFFICE)
    old, new = (", ".join(f"{row}.{name.strip()}" for name in ITEM_FACTS.split(",")) for row in ("OLD", "NEW"))
    op.execute(
        f"CREATE TRIGGER fixed_update BEFORE UPDATE ON {table} FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new}) "
        f"OR OLD.released_at IS NOT NULL) EXECUTE FUNCTION refuse_change('{table}_fixed')"
    )


def downgrade() -> None:
    for table in ("payment_item", "payment_run"):
        op.drop_table(table)
    op.execute("DROP FUNCTION payment_run_total()")
    for table in ("xrechnung_import", "xrechnung", "billing_details"):
        op.drop_table(table)
    op.execute("DROP TRIGGER office_approves ON invoice")
    op.execute("DROP TRIGGER approved ON invoice")
    op.drop_table("invoice_question")
    op.drop_table("invoice_cut")
    op.execute("DROP FUNCTION invoice_approved()")
    op.drop_index("uq_invoice_corrects", "invoice")
    for name in INVOICE_CHECKS:
        op.drop_constraint(op.f(f"ck_invoice_{name}"), "invoice", type_="check")
    for name in ("kind", *NEW_COLUMNS):
        op.drop_column("invoice", name)
    op.create_check_constraint(op.f("ck_invoice_state"), "invoice", OLD_STATES)
    op.execute(
        "CREATE TRIGGER office_approves BEFORE UPDATE ON invoice FOR EACH ROW "
        "WHEN (OLD.state <> 'approved' AND NEW.state = 'approved') EXECUTE FUNCTION office_acts()"
    )
