"""Agreements: parties, versions, signatures, and what is in force when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from migrations.support import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ME = "(SELECT current_organisation())"
PARTIES = (
    f"youth_office_id = {ME} OR drafted_by = {ME} OR EXISTS "
    f"(SELECT FROM agreement_party AS p WHERE p.agreement_id = agreement.id AND p.organisation_id = {ME})"
)
# A party is added to an agreement one sees; asked by a function, so that the two tables' policies make no circle.
SEES = """
CREATE FUNCTION sees_agreement(wanted uuid) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM agreement WHERE id = wanted)
"""
OF_AGREEMENT = "EXISTS (SELECT FROM agreement WHERE agreement.id = agreement_id)"
OF_VERSION = "EXISTS (SELECT FROM agreement_version AS v WHERE v.id = version_id)"
KINDS = (
    "kind IN ('leistung', 'entgelt', 'qualitaetsentwicklung', 'ambulant_77', 'local_quality', "
    "'schutzauftrag_8a', 'taetigkeitsausschluss_72a')"
)
STATES = (
    "state IN ('draft', 'in_negotiation', 'awaiting_signatures', 'signed', 'in_force', 'notice_given', "
    "'terminated', 'expired', 'withdrawn')"
)
SERVICE_KINDS = (
    "service_kind IN ('section_18_3', 'section_20', 'section_27_2', 'section_28', 'section_29', 'section_30', "
    "'section_31', 'section_32', 'section_33', 'section_34', 'section_35', 'section_35a', 'section_41')"
)


def upgrade() -> None:
    _agreement()
    _party()
    _version()
    _signature()
    _coverage()
    _walls()


def _agreement() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("drafted_by", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("service_kinds", pg.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_reason", sa.Text(), nullable=True),
        sa.Column("current_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_agreement_kind")),
        sa.CheckConstraint(STATES, name=op.f("ck_agreement_state")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_agreement_period")),
        sa.CheckConstraint(
            "(state IN ('notice_given', 'terminated')) = (ends_on IS NOT NULL)", name=op.f("ck_agreement_notice")
        ),
        sa.CheckConstraint("(ends_on IS NULL) = (notice_reason IS NULL)", name=op.f("ck_agreement_notice_reason")),
        sa.ForeignKeyConstraint(
            ["youth_office_id"], ["organisation.id"], name=op.f("fk_agreement_youth_office_id_organisation")
        ),
        sa.ForeignKeyConstraint(["drafted_by"], ["organisation.id"], name=op.f("fk_agreement_drafted_by_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("youth_office_id", "number", name="uq_agreement_number"),
    )
    op.create_index("ix_agreement_youth_office_id", "agreement", ["youth_office_id", "id"])


def _party() -> None:
    op.create_table(
        "agreement_party",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_party_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agreement_party_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "organisation_id", name=op.f("pk_agreement_party")),
    )
    op.create_index("ix_agreement_party_organisation_id", "agreement_party", ["organisation_id", "agreement_id"])


def _version() -> None:
    op.create_table(
        "agreement_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", pg.JSONB(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_agreement_version_hash")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_agreement_version_number")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_version_agreement_id_agreement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_version")),
        sa.UniqueConstraint("agreement_id", "number", name="uq_agreement_version_number"),
        sa.UniqueConstraint("id", "content_hash", name="uq_agreement_version_hash"),
    )


def _signature() -> None:
    op.create_table(
        "agreement_signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "content_hash"],
            ["agreement_version.id", "agreement_version.content_hash"],
            name="fk_agreement_signature_version",
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agreement_signature_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_agreement_signature_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_signature")),
        sa.UniqueConstraint("version_id", "organisation_id", name="uq_agreement_signature_organisation_id"),
    )


def _coverage() -> None:
    organisations = ("youth_office_id", "provider_id")
    op.create_table(
        "agreement_coverage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("youth_office_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("service_kind", sa.String(60), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("period", pg.DATERANGE(), sa.Computed("daterange(valid_from, valid_to, '[]')", persisted=True)),
        sa.CheckConstraint(KINDS, name=op.f("ck_agreement_coverage_kind")),
        sa.CheckConstraint(SERVICE_KINDS, name=op.f("ck_agreement_coverage_service_kind")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_agreement_coverage_period")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_coverage_agreement_id_agreement")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_version.id"], name=op.f("fk_agreement_coverage_version_id_agreement_version")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["organisation.id"], name=op.f(f"fk_agreement_coverage_{column}_organisation")
            )
            for column in organisations
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_coverage")),
        pg.ExcludeConstraint(
            ("youth_office_id", "="),
            ("provider_id", "="),
            ("kind", "="),
            (sa.text("coalesce(service_kind, '')"), "="),
            ("period", "&&"),
            name="ex_agreement_coverage_overlap",
            using="gist",
        ),
    )
    op.create_index("ix_agreement_coverage_agreement_id", "agreement_coverage", ["agreement_id"])


def _walls() -> None:
    """Rights, rows, and what never changes again."""
    protect("agreement", see=PARTIES)
    # Ids only; who works with whom is no secret, what they agreed is. Open to read, so that no policy asks itself.
    op.execute(SEES)
    protect("agreement_party", see="true", write="sees_agreement(agreement_id)", rights="SELECT, INSERT")
    protect("agreement_version", see=OF_AGREEMENT)
    protect(
        "agreement_signature", see=OF_VERSION, write=f"organisation_id = {ME} AND {OF_VERSION}", rights="SELECT, INSERT"
    )
    protect("agreement_coverage", see=OF_AGREEMENT)
    _fix("agreement_version", "ROW WHEN (OLD.offered_at IS NOT NULL)", "UPDATE OR DELETE", "agreement_version_fixed")
    _fix("agreement_version", "STATEMENT", "TRUNCATE", "agreement_version_fixed")
    _fix("agreement_signature", "STATEMENT", "UPDATE OR DELETE OR TRUNCATE", "agreement_signature_fixed")


def _fix(table: str, each: str, acts: str, constraint: str) -> None:
    name = "fixed_" + acts.split(maxsplit=1)[0].lower()
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {acts} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change('{constraint}')"
    )


def downgrade() -> None:
    op.execute("DROP POLICY see ON agreement")
    op.execute("DROP POLICY see ON agreement_party")
    op.execute("DROP FUNCTION sees_agreement(uuid)")
    for table in ("agreement_coverage", "agreement_signature", "agreement_version", "agreement_party", "agreement"):
        op.drop_table(table)
