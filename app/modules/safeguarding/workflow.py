"""The life of a notification. Deadlines never move it: only the act itself does."""

from app.core.workflow import Row, Workflow
from app.modules.safeguarding.models import NotificationState as S
from app.modules.safeguarding.schemas import AcknowledgeNotification
from app.policy import OrganisationKind
from app.policy import Permission as P

NOTIFICATION = Workflow(
    "jugendamt_notification",
    "Mitteilung an das Jugendamt",
    S,
    S.RECEIVED,
    [
        Row(
            "acknowledge",
            "Eingang bestätigen und übernehmen",
            frozenset({S.RECEIVED}),
            S.ACKNOWLEDGED,
            P.SAFEGUARDING_ACKNOWLEDGE,
            frozenset({OrganisationKind.YOUTH_OFFICE}),
            (),
            "§ 8a Abs. 1 SGB VIII",
            AcknowledgeNotification,
        ),
        *(
            Row("give_feedback", "Rückmeldung geben", frozenset({state}), state, None, law="§ 64 Abs. 4 SGB VIII")
            for state in S
        ),
    ],
)
