"""What of retention waits for somebody: files to decide on, copies to erase, persons to answer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from app.core.worklist import Asked, Source, end_of, waiting
from app.law.retention import REVIEW_DAYS
from app.modules.retention.models import (
    ErasureRequest,
    ErasureRequestState,
    RetentionReview,
    RetentionState,
    SubjectRequest,
    SubjectRequestState,
)
from app.modules.retention.queries import own
from app.policy import Permission


def _work(asked: Asked) -> Sequence[Select[*tuple[Any, ...]]]:
    actor = asked.actor
    rows: list[Select[*tuple[Any, ...]]] = []
    if actor.may(Permission.RETENTION_READ):
        of = RetentionReview
        place: dict[str, Any] = {"subject": of, "path": "/v1/retention-reviews/", "help_id": of.help_id}
        decide_by = end_of(of.kept_until + REVIEW_DAYS)
        for kind, state, permission in (
            ("retention_to_decide", RetentionState.DUE, Permission.RETENTION_DECIDE),
            ("retention_to_approve", RetentionState.PROPOSED, Permission.RETENTION_APPROVE),
        ):
            told = waiting(kind, due_at=decide_by, me=actor.may(permission), **place)
            rows.append(own(actor, of).with_only_columns(*told).where(of.state == state, asked.mine(of.help_id)))
    if actor.may(Permission.ERASURES_READ):
        request = ErasureRequest
        erase = waiting(
            "copy_to_erase",
            subject=request,
            path="/v1/erasure-requests/",
            due_at=end_of(request.due_on),
            me=actor.may(Permission.ERASURES_CONFIRM),
            help_id=request.help_id,
        )
        wanted = own(actor, request).with_only_columns(*erase).where(request.state == ErasureRequestState.ASKED)
        rows.append(wanted.where(asked.mine(request.help_id)))
    if actor.may(Permission.SUBJECT_REQUESTS_ANSWER):
        asked_for = SubjectRequest
        answer = waiting(
            "subject_to_answer",
            subject=asked_for,
            path="/v1/subject-requests/",
            due_at=end_of(asked_for.due_on),
            me=True,
            help_id=asked_for.help_id,
        )
        open_ = select(*answer).where(
            asked_for.youth_office_id == actor.organisation_id, asked_for.state == SubjectRequestState.OPEN
        )
        rows.append(open_.where(asked.mine(asked_for.help_id)))
    return rows


WORK = Source(
    {
        "retention_to_decide": "Über Aufbewahrung oder Löschung entscheiden",
        "retention_to_approve": "Löschung als zweite Person prüfen",
        "copy_to_erase": "Eigene Unterlagen löschen und bestätigen",
        "subject_to_answer": "Antrag einer betroffenen Person beantworten",
    },
    _work,
)
