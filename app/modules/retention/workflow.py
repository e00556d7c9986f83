"""The lives of a review, of a request to erase, and of a person's request."""

from app.core.workflow import Row, Workflow
from app.modules.retention import rules
from app.modules.retention.models import ErasureRequestState as E
from app.modules.retention.models import RetentionState as S
from app.modules.retention.models import SubjectRequestState as Q
from app.modules.retention.schemas import (
    AnswerSubjectRequest,
    ConfirmErasure,
    EraseFile,
    ExtendSubjectRequest,
    KeepFile,
    ObjectToErasure,
    ProposeErasure,
    RefuseSubjectRequest,
    RejectErasure,
    ReopenReview,
    RestrictFile,
)
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE, PROVIDER = frozenset({OrganisationKind.YOUTH_OFFICE}), frozenset({OrganisationKind.PROVIDER})
DECIDE, APPROVE, ANSWER = P.RETENTION_DECIDE, P.RETENTION_APPROVE, P.SUBJECT_REQUESTS_ANSWER
ERASE = "Art. 17 DSGVO, § 84 Abs. 2 SGB X"
RESTRICT = "Art. 18 DSGVO, § 84 Abs. 3 SGB X"
SOON = "Art. 12 Abs. 3 DSGVO"

REVIEW = Workflow(
    "retention_review",
    "Prüfung der Aufbewahrung",
    S,
    S.DUE,
    [
        Row(
            "propose",
            "Löschung vorschlagen",
            frozenset({S.DUE}),
            S.PROPOSED,
            DECIDE,
            OFFICE,
            (rules.period_is_over, rules.nothing_blocks),
            ERASE,
            ProposeErasure,
        ),
        Row(
            "erase",
            "löschen",
            frozenset({S.PROPOSED}),
            S.ERASED,
            APPROVE,
            OFFICE,
            (rules.period_is_over, rules.nothing_blocks),
            ERASE,
            EraseFile,
            who=(rules.another_decides,),
        ),
        Row(
            "reject",
            "Vorschlag ablehnen",
            frozenset({S.PROPOSED}),
            S.DUE,
            APPROVE,
            OFFICE,
            (),
            ERASE,
            RejectErasure,
            who=(rules.another_decides,),
        ),
        Row(
            "restrict",
            "Verarbeitung einschränken",
            frozenset({S.DUE}),
            S.RESTRICTED,
            DECIDE,
            OFFICE,
            (),
            RESTRICT,
            RestrictFile,
        ),
        Row(
            "keep",
            "aufbewahren, Löschung sperren",
            frozenset({S.DUE, S.RESTRICTED}),
            S.KEPT,
            DECIDE,
            OFFICE,
            (rules.lies_ahead,),
            ERASE,
            KeepFile,
        ),
        Row(
            "reopen",
            "neu entscheiden",
            frozenset({S.RESTRICTED, S.KEPT}),
            S.DUE,
            DECIDE,
            OFFICE,
            (),
            ERASE,
            ReopenReview,
        ),
    ],
)
ERASURE = Workflow(
    "erasure_request",
    "Löschung beim Träger",
    E,
    E.ASKED,
    [
        Row(
            "confirm",
            "Löschung bestätigen",
            frozenset({E.ASKED, E.OBJECTED}),
            E.CONFIRMED,
            P.ERASURES_CONFIRM,
            PROVIDER,
            (rules.has_happened,),
            ERASE,
            ConfirmErasure,
        ),
        Row(
            "object",
            "eigene Pflicht entgegenhalten",
            frozenset({E.ASKED}),
            E.OBJECTED,
            P.ERASURES_CONFIRM,
            PROVIDER,
            (),
            "Art. 17 Abs. 3 DSGVO",
            ObjectToErasure,
        ),
    ],
)
REQUEST = Workflow(
    "subject_request",
    "Antrag einer betroffenen Person",
    Q,
    Q.OPEN,
    [
        Row(
            "extend",
            "Frist verlängern",
            frozenset({Q.OPEN}),
            Q.OPEN,
            ANSWER,
            OFFICE,
            (),
            SOON,
            ExtendSubjectRequest,
            who=(rules.extended_once,),
        ),
        Row(
            "answer",
            "als beantwortet festhalten",
            frozenset({Q.OPEN}),
            Q.ANSWERED,
            ANSWER,
            OFFICE,
            (),
            SOON,
            AnswerSubjectRequest,
        ),
        Row(
            "refuse",
            "ablehnen",
            frozenset({Q.OPEN}),
            Q.REFUSED,
            ANSWER,
            OFFICE,
            (),
            "Art. 12 Abs. 4 DSGVO",
            RefuseSubjectRequest,
        ),
    ],
)
