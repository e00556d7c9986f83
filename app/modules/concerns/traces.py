"""What a provider takes out of its own concerns about a help, when it says that its copy is erased."""

from app.core.erasure import PROVIDER_COPY, Traces

_MINE = "(SELECT id FROM provider_concern WHERE help_id = :id AND provider_id = :provider)"
TRACES = Traces(
    {
        PROVIDER_COPY: (
            f"UPDATE provider_concern SET previous_id = NULL WHERE previous_id IN {_MINE}",
            f"UPDATE provider_concern SET replaced_by_id = NULL WHERE replaced_by_id IN {_MINE}",
            *(
                f"DELETE FROM {table} WHERE concern_id IN {_MINE}"
                for table in ("concern_entry", "concern_notification", "isef_consultation")
            ),
            "DELETE FROM provider_concern WHERE help_id = :id AND provider_id = :provider",
        )
    }
)
