"""The ground floor: roles, audit log, events, deadlines, answers for retries, job tables."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql as pg

from migrations.support import OWN, protect

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = """
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['handschlag_api', 'handschlag_system'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    EXECUTE format('GRANT %I TO current_user', name);
  END LOOP;
END $$
"""

ORGANISATION = """
CREATE FUNCTION current_organisation() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('handschlag.organisation', true), '')::uuid
"""

CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  head audit_lane%ROWTYPE;
  fresh bigint;
BEGIN
  LOOP
    SELECT * INTO head FROM audit_lane WHERE tenant_id = NEW.tenant_id
     ORDER BY lane LIMIT 1 FOR UPDATE SKIP LOCKED;
    EXIT WHEN FOUND;
    SELECT coalesce(max(lane), 0) + 1 INTO fresh FROM audit_lane WHERE tenant_id = NEW.tenant_id;
    -- Another writer's new lane is not visible yet, and inserting the same one would wait for that writer to end.
    WHILE NOT pg_try_advisory_xact_lock(hashtextextended(NEW.tenant_id || '/' || fresh, 1)) LOOP
      fresh := fresh + 1;
    END LOOP;
    INSERT INTO audit_lane (tenant_id, lane, position, hash)
    VALUES (NEW.tenant_id, fresh, 0, decode(repeat('00', 32), 'hex'))
    ON CONFLICT DO NOTHING;
  END LOOP;
  NEW.lane := head.lane;
  NEW.position := head.position + 1;
  NEW.written_at := clock_timestamp();
  NEW.previous_hash := head.hash;
  NEW.hash := sha256(convert_to(concat_ws(E'\\x1f',
    encode(NEW.previous_hash, 'hex'), NEW.id, NEW.tenant_id, NEW.lane, NEW.position,
    (extract(epoch FROM NEW.at) * 1000000)::bigint, (extract(epoch FROM NEW.written_at) * 1000000)::bigint,
    NEW.actor_id, NEW.actor_organisation_id, NEW.action, NEW.subject_kind, NEW.subject_id,
    NEW.from_state, NEW.to_state, NEW.law, NEW.details::text), 'UTF8'));
  UPDATE audit_lane SET position = NEW.position, hash = NEW.hash WHERE tenant_id = NEW.tenant_id AND lane = NEW.lane;
  RETURN NEW;
END $$
"""

REFUSE = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def upgrade() -> None:
    op.execute(ROLES)
    op.execute("GRANT USAGE ON SCHEMA public TO handschlag_api, handschlag_system")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(ORGANISATION)
    _audit()
    _events()
    _deadlines()
    _idempotency()
    _numbers()
    _jobs()


def _audit() -> None:
    op.create_table(
        "audit_lane",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "lane", name=op.f("pk_audit_lane")),
    )
    protect("audit_lane", see="tenant_id = (SELECT current_organisation())", rights="SELECT")
    op.execute("ALTER TABLE audit_lane NO FORCE ROW LEVEL SECURITY")  # the trigger writes it as the owner
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("details", pg.JSON(), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("tenant_id", "lane", "position", name="uq_audit_entry_place"),
    )
    op.create_index(op.f("ix_audit_entry_tenant_id"), "audit_entry", ["tenant_id", "at"])
    op.create_index(op.f("ix_audit_entry_subject_id"), "audit_entry", ["subject_id"])
    op.execute(CHAIN)
    op.execute(REFUSE)
    op.execute("CREATE TRIGGER chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain()")
    op.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    )
    protect(
        "audit_entry",
        see="tenant_id = (SELECT current_organisation())",
        write="actor_organisation_id = (SELECT current_organisation())",
        rights="SELECT, INSERT",
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_organisation_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("audience", pg.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("data", pg.JSONB(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("seq", name=op.f("uq_event_seq")),
    )
    op.create_index("ix_event_subject", "event", ["subject_id", "seq"])
    op.create_index("ix_event_unpublished", "event", ["seq"], postgresql_where=sa.text("position IS NULL"))
    protect(
        "event",
        see="(SELECT current_organisation()) = ANY (audience)",
        write="actor_organisation_id = (SELECT current_organisation())",
        rights="SELECT, INSERT",
    )
    op.execute("CREATE SEQUENCE event_position")
    op.execute("GRANT USAGE ON SEQUENCE event_position TO handschlag_system")
    op.execute("GRANT UPDATE (position) ON event TO handschlag_system")
    op.create_table(
        "feed_entry",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_feed_entry_event_id_event")),
        sa.PrimaryKeyConstraint("organisation_id", "position", name=op.f("pk_feed_entry")),
    )
    op.create_index(op.f("ix_feed_entry_event_id"), "feed_entry", ["event_id"])
    protect("feed_entry", see=OWN, rights="SELECT")
    op.execute("GRANT INSERT ON feed_entry TO handschlag_system")


def _deadlines() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("steps", pg.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("next_step", sa.Integer(), nullable=False),
        sa.Column("next_fires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("met_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index(
        "ix_deadline_next", "deadline", ["next_fires_at"], postgresql_where=sa.text("next_fires_at IS NOT NULL")
    )
    op.create_index("ix_deadline_subject", "deadline", ["subject_id", "kind"])
    mine = "tenant_id = (SELECT current_organisation()) OR provider_id = (SELECT current_organisation())"
    protect("deadline", see=mine)
    op.create_table(
        "deadline_firing",
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("fires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fired_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", pg.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_firing_deadline_id_deadline")),
        sa.PrimaryKeyConstraint("deadline_id", "level", name=op.f("pk_deadline_firing")),
    )
    protect(
        "deadline_firing", see="EXISTS (SELECT FROM deadline WHERE deadline.id = deadline_id)", rights="SELECT, INSERT"
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", pg.JSONB(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"])
    protect("idempotency_key", see=OWN, rights="SELECT, INSERT, DELETE")


def _numbers() -> None:
    """Series of a tenant are counted on by both parties: a provider's act may number an office's thing."""
    op.create_table(
        "number_series",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "prefix", "year", name=op.f("pk_number_series")),
    )
    protect("number_series", see=None)


def _jobs() -> None:
    """The tables of the job library, in a schema of their own."""
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path = jobs")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("SET LOCAL search_path = public")
    for what in ("USAGE ON SCHEMA jobs", "ALL ON ALL TABLES IN SCHEMA jobs", "ALL ON ALL SEQUENCES IN SCHEMA jobs"):
        op.execute(f"GRANT {what} TO handschlag_system")
    # Requests may queue a job, and nothing else.
    op.execute("GRANT USAGE ON SCHEMA jobs TO handschlag_api")
    op.execute("GRANT SELECT, INSERT ON jobs.procrastinate_jobs, jobs.procrastinate_events TO handschlag_api")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA jobs TO handschlag_api")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    for table in (
        "number_series",
        "idempotency_key",
        "deadline_firing",
        "deadline",
        "feed_entry",
        "event",
        "audit_entry",
        "audit_lane",
    ):
        op.drop_table(table)
    op.execute("DROP SEQUENCE event_position")
    for function in ("audit_chain()", "audit_refuse()", "current_organisation()"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute("REVOKE USAGE ON SCHEMA public FROM handschlag_api, handschlag_system")
