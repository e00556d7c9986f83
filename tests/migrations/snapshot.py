"""The database's structure as text, the same on every version of PostgreSQL (a dump is not)."""

from sqlalchemy import Connection, text

_PARTS = {
    "column": """
        SELECT table_name || '.' || column_name || ' ' || data_type
               || coalesce('(' || character_maximum_length || ')', '')
               || CASE data_type WHEN 'numeric' THEN '(' || numeric_precision || ',' || numeric_scale || ')' ELSE '' END
               || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END
               || coalesce(' DEFAULT ' || column_default, '') || coalesce(' GENERATED ' || generation_expression, '')
          FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraint": """
        SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0""",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": """
        SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
         WHERE NOT tgisinternal AND relnamespace = 'public'::regnamespace""",
    "function": """
        SELECT proname || '(' || pg_get_function_identity_arguments(p.oid) || ') '
               || CASE WHEN prosecdef THEN 'SECURITY DEFINER ' ELSE '' END
               || md5(coalesce(prosrc, '') || coalesce(pg_get_function_sqlbody(p.oid), ''))
          FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
           AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')""",
    "wall": """
        SELECT relname || ' enabled=' || relrowsecurity || ' forced=' || relforcerowsecurity
          FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'""",
    "policy": """
        SELECT tablename || ' ' || policyname || ' ' || cmd || ' ' || array_to_string(roles, ',')
               || coalesce(' USING ' || qual, '') || coalesce(' CHECK ' || with_check, '')
          FROM pg_policies WHERE schemaname = 'public'""",
    "grant": """
        SELECT table_name || ' ' || grantee || ' ' || string_agg(privilege_type, ',' ORDER BY privilege_type)
          FROM information_schema.role_table_grants
         WHERE table_schema = 'public' AND grantee LIKE 'handschlag\\_%' GROUP BY table_name, grantee""",
}


def describe(connection: Connection) -> str:
    """One line per thing, sorted."""
    lines = []
    for kind, query in _PARTS.items():
        lines += sorted(f"{kind}: {' '.join(str(row).split())}" for row in connection.scalars(text(query)))
    return "\n".join(lines) + "\n"
