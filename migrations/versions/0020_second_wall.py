"""What the rooms forbid, the database forbids too: payment without the office, a rewritten alarm, a second login."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TOLD = (
    "id, youth_office_id, provider_id, number, help_id, urgency, is_acute, acute_reason, perceived_at, received_at, "
    "child_pseudonym, child_birth_year, whereabouts, observation, assessment, indications, measures_taken, "
    "parents_informed, parents_reason, child_involved, child_reason, isef_consulted_on, contact, created_by, created_at"
)
OFFICE_ACTS = """
CREATE FUNCTION office_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'handschlag_api' AND NEW.youth_office_id IS DISTINCT FROM current_organisation() THEN
    RAISE EXCEPTION 'only the youth office takes this step' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.add_column("invoice_finding", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.execute(OFFICE_ACTS)
    op.execute(
        "CREATE TRIGGER office_approves BEFORE UPDATE ON invoice FOR EACH ROW "
        "WHEN (OLD.state <> 'approved' AND NEW.state = 'approved') EXECUTE FUNCTION office_acts()"
    )
    op.execute(
        "CREATE TRIGGER office_acknowledges BEFORE UPDATE ON jugendamt_notification FOR EACH ROW "
        "WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION office_acts()"
    )
    old, new = (", ".join(f"{row}.{name.strip()}" for name in TOLD.split(",")) for row in ("OLD", "NEW"))
    op.execute(
        "CREATE TRIGGER fixed_update BEFORE UPDATE ON jugendamt_notification FOR EACH ROW "
        f"WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION refuse_change('jugendamt_notification_fixed')"
    )
    op.execute(
        "CREATE TRIGGER own_entry BEFORE UPDATE ON organisation FOR EACH ROW "
        "WHEN (current_user = 'handschlag_api' AND OLD.id IS DISTINCT FROM current_organisation()) "
        "EXECUTE FUNCTION refuse_change('organisation')"
    )
    op.create_index("uq_account_login_any_case", "account", [sa.text("lower(login)")], unique=True)


def downgrade() -> None:
    op.drop_index("uq_account_login_any_case", "account")
    op.execute("DROP TRIGGER own_entry ON organisation")
    op.execute("DROP TRIGGER fixed_update ON jugendamt_notification")
    op.execute("DROP TRIGGER office_acknowledges ON jugendamt_notification")
    op.execute("DROP TRIGGER office_approves ON invoice")
    op.execute("DROP FUNCTION office_acts")
    op.drop_column("invoice_finding", "closed_at")
