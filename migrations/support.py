"""What migrations share: rights and row-level security of a table, said once per table.

Two roles without login stand behind every transaction: `handschlag_api` for requests, which sees the rows of its
organisation only, and `handschlag_system` for the worker. Neither owns a table.
"""

from alembic import op

PARTY = "youth_office_id = (SELECT current_organisation()) OR provider_id = (SELECT current_organisation())"
"""The rows of a case: its youth office and its provider see them."""
OWN = "organisation_id = (SELECT current_organisation())"
"""The rows of one organisation."""


def protect(table: str, *, see: str | None, write: str | None = None, rights: str = "SELECT, INSERT, UPDATE") -> None:
    """Grant rights on a table and wall its rows.

    Args:
        see: the condition of the rows a request may read and change; None leaves the table open to read.
        write: the condition of the rows a request may add; the same as `see` unless given.
        rights: what requests may do at all; the system's role may do the same.
    """
    op.execute(f"GRANT {rights} ON {table} TO handschlag_api, handschlag_system")
    if see is None:
        return
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY see ON {table} TO handschlag_api USING ({see}) WITH CHECK ({write or see})")
    op.execute(f"CREATE POLICY system ON {table} TO handschlag_system USING (true) WITH CHECK (true)")
