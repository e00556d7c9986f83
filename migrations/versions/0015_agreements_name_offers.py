"""Agreements name offers: two agreements of a kind may hold at once for two offers of a provider."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NAME = "ex_agreement_coverage_overlap"
OFFER = "coalesce(offer_id, '00000000-0000-0000-0000-000000000000'::uuid)"


def upgrade() -> None:
    op.add_column("agreement_coverage", sa.Column("offer_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_agreement_coverage_offer_id_offer"), "agreement_coverage", "offer", ["offer_id"], ["id"]
    )
    _exclude(OFFER)


def downgrade() -> None:
    _exclude()
    op.drop_column("agreement_coverage", "offer_id")


def _exclude(*more: str) -> None:
    """Alembic's own operation takes no expressions."""
    op.drop_constraint(NAME, "agreement_coverage")
    equal = ["youth_office_id", "provider_id", "kind", "coalesce(service_kind, '')", *more]
    same = ", ".join(f"({each}) WITH =" for each in equal)
    op.execute(f"ALTER TABLE agreement_coverage ADD CONSTRAINT {NAME} EXCLUDE USING gist ({same}, period WITH &&)")
