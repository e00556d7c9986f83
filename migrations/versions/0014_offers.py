"""Offers of providers: drafts, published versions, their readers, fees apart, and what was reported free."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
OWN = f"provider_id = {ME}"
AM_PROVIDER = f"(SELECT kind FROM organisation WHERE id = {ME}) = 'provider'"
# A scalar subquery, not EXISTS: asked by index for each row that is read, where PostgreSQL would otherwise gather
# everything published to the organisation before it shows the first page.
PUBLISHED_TO_ME = (
    "(SELECT true FROM offer_reader AS r WHERE r.offer_id = {0}.{1} "
    f"AND r.number = {{0}}.number AND r.youth_office_id = {ME})"
)
SEES_OFFER = "EXISTS (SELECT FROM offer WHERE offer.id = offer_id)"
"""Asked under the offer's own policy."""
UNITS = "('places', 'fachleistungsstunde_per_week')"


def upgrade() -> None:
    _offer()
    _draft()
    _version()
    _reader()
    _fee()
    _capacity()
    _walls()


def _offer() -> None:
    conditions = {
        "state": "state IN ('draft', 'published', 'withdrawn')",
        "setting": "setting IN ('ambulatory', 'part_residential', 'residential', 'group')",
        "valid_from": "(number = 0) = (valid_from IS NULL)",
        "number": "number >= 0 AND (state = 'withdrawn' OR (number = 0) = (state = 'draft'))",
        "capacity_unit": f"capacity_unit IN {UNITS}",
        "capacity_free": "capacity_free BETWEEN 0 AND coalesce(capacity_total, 0)",
        "capacity_is_whole": "num_nulls(capacity_unit, capacity_total, capacity_as_of) IN (0, 3)",
    }
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("to_all_providers", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("service_kinds", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("setting", sa.String(60), nullable=False),
        sa.Column("region_ids", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("languages", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("has_protection_concept", sa.Boolean(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("capacity_unit", sa.String(60), nullable=True),
        sa.Column("capacity_total", sa.Numeric(8, 2), nullable=True),
        sa.Column("capacity_free", sa.Numeric(8, 2), nullable=False),
        sa.Column("capacity_as_of", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_offer_{name}")) for name, text in conditions.items()),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_offer_provider_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("id", "provider_id", name="uq_offer_provider"),
    )
    op.create_index("ix_offer_provider_id", "offer", ["provider_id", "title", "id"])
    op.create_index("ix_offer_title", "offer", ["title", "id"])


def _part_columns() -> tuple[sa.Column[UUID], sa.Column[UUID]]:
    return sa.Column("offer_id", sa.Uuid(), nullable=False), sa.Column("provider_id", sa.Uuid(), nullable=False)


def _of_own_offer(table: str) -> sa.ForeignKeyConstraint:
    """Whoever adds a part names the provider of the offer, and the policies let nobody name another's."""
    return sa.ForeignKeyConstraint(
        ["offer_id", "provider_id"],
        ["offer.id", "offer.provider_id"],
        name=op.f(f"fk_{table}_offer_id_provider_id_offer"),
    )


def _of_version(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["offer_id", "number"],
        ["offer_version.offer_id", "offer_version.number"],
        name=op.f(f"fk_{table}_offer_id_number_offer_version"),
    )


def _draft() -> None:
    op.create_table(
        "offer_draft",
        *_part_columns(),
        sa.Column("content", pg.JSONB(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        _of_own_offer("offer_draft"),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_offer_draft")),
    )


def _version() -> None:
    op.create_table(
        "offer_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_part_columns(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", pg.JSONB(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("to_all_providers", sa.Boolean(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_offer_version_number")),
        _of_own_offer("offer_version"),
        sa.ForeignKeyConstraint(["published_by"], ["account.id"], name=op.f("fk_offer_version_published_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_version")),
        sa.UniqueConstraint("offer_id", "number", name="uq_offer_version_number"),
    )


def _reader() -> None:
    op.create_table(
        "offer_reader",
        *_part_columns(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        _of_own_offer("offer_reader"),
        _of_version("offer_reader"),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_offer_reader_youth_office_id_organisation")
        ),
        sa.PrimaryKeyConstraint("offer_id", "number", "youth_office_id", name=op.f("pk_offer_reader")),
    )
    op.create_index("ix_offer_reader_youth_office_id", "offer_reader", ["youth_office_id", "offer_id", "number"])


def _fee() -> None:
    op.create_table(
        "offer_fee",
        *_part_columns(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rate_cents", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint("rate_cents >= 0", name=op.f("ck_offer_fee_rate_cents")),
        sa.CheckConstraint(
            "unit IN ('fachleistungsstunde', 'day', 'week', 'month', 'case')", name=op.f("ck_offer_fee_unit")
        ),
        _of_own_offer("offer_fee"),
        _of_version("offer_fee"),
        sa.PrimaryKeyConstraint("offer_id", "number", name=op.f("pk_offer_fee")),
    )


def _capacity() -> None:
    op.create_table(
        "offer_capacity",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_part_columns(),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("total", sa.Numeric(8, 2), nullable=False),
        sa.Column("free", sa.Numeric(8, 2), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("free BETWEEN 0 AND total", name=op.f("ck_offer_capacity_free")),
        sa.CheckConstraint(f"unit IN {UNITS}", name=op.f("ck_offer_capacity_unit")),
        _of_own_offer("offer_capacity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_capacity")),
    )
    op.create_index("ix_offer_capacity_offer_id", "offer_capacity", ["offer_id", "as_of", "id"])


def _walls() -> None:
    """Rights, rows, and what never changes again."""
    to_me = PUBLISHED_TO_ME.format("offer", "id")
    protect("offer", see=f"{OWN} OR (number > 0 AND ({to_me} OR (to_all_providers AND {AM_PROVIDER})))", write=OWN)
    # Who reads an offer must not change it, not even to call it its own.
    op.execute(f"CREATE POLICY change ON offer AS RESTRICTIVE FOR UPDATE TO handschlag_api USING ({OWN})")
    protect("offer_draft", see=OWN, rights="SELECT, INSERT, UPDATE, DELETE")
    protect("offer_reader", see=f"{OWN} OR youth_office_id = {ME}", write=OWN, rights="SELECT, INSERT")
    to_me = PUBLISHED_TO_ME.format("offer_version", "offer_id")
    protect(
        "offer_version",
        see=f"{OWN} OR ({SEES_OFFER} AND ({to_me} OR (to_all_providers AND {AM_PROVIDER})))",
        write=OWN,
        rights="SELECT, INSERT",
    )
    # Other providers are no readers: whatever is published to all of them, its fee is not.
    to_me = PUBLISHED_TO_ME.format("offer_fee", "offer_id")
    protect("offer_fee", see=f"{OWN} OR ({SEES_OFFER} AND {to_me})", write=OWN, rights="SELECT, INSERT")
    protect("offer_capacity", see=f"{OWN} OR {SEES_OFFER}", write=OWN, rights="SELECT, INSERT")
    for table in ("offer_version", "offer_reader", "offer_fee"):
        _fix(table, "offer_version_fixed")
    _fix("offer_capacity", "offer_capacity_fixed")


def _fix(table: str, constraint: str) -> None:
    op.execute(
        f"CREATE TRIGGER fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('{constraint}')"
    )


def downgrade() -> None:
    # Policies ask tables that go before their own.
    for table in ("offer", "offer_version", "offer_fee", "offer_capacity"):
        op.execute(f"DROP POLICY see ON {table}")
    for table in ("offer_capacity", "offer_fee", "offer_reader", "offer_version", "offer_draft", "offer"):
        op.drop_table(table)
