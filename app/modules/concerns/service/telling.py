"""Telling the youth office: what the file holds becomes the notification; in acute danger nothing is waited for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.sealing import Sealer
from app.core.work import by_the_service
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.law.protection import Urgency
from app.modules import safeguarding
from app.modules.concerns import queries, rules
from app.modules.concerns.codes import ConcernDuty, ConcernEntryKind, RiskRating
from app.modules.concerns.codes import ConcernState as S
from app.modules.concerns.errors import ConcernIncomplete
from app.modules.concerns.indicators import CATALOGUE, Indicator, Weight
from app.modules.concerns.models import ConcernEntry, ConcernNotification, ProviderConcern
from app.modules.concerns.schemas.steps import DeclareImmediateDanger, NotifyJa, SupplementNotification
from app.modules.concerns.service import duties, recording
from app.modules.concerns.workflow import CONCERN
from app.modules.safeguarding import JugendamtNotification, NotificationCreate, NotificationFurther
from app.policy import SYSTEM, Actor

_SIGNS = (ConcernEntryKind.RECORD_INDICATION, ConcernEntryKind.NEW_INDICATION)
_LONGEST = 10_000


def must_be_complete(concern: ProviderConcern) -> None:
    """Without acute danger: a consultation was held, and the family had its part or the reason why not is written.

    Law: § 8a Abs. 4 SGB VIII.
    """
    if missing := rules.missing_of(concern):
        raise ConcernIncomplete(missing=missing)


def note_refusal(db: Session, concern_id: UUID, missing: list[str], *, actor: Actor, at: datetime) -> None:
    """Write down that a notification was refused, and for what; the refusal itself leaves nothing (system)."""
    audit.record(
        db,
        tenant_id=actor.organisation_id,
        actor=actor,
        action="provider_concern.refuse",
        subject_kind=CONCERN.name,
        subject_id=concern_id,
        at=at,
        law="§ 8a Abs. 4 SGB VIII",
        details={"missing": missing},
    )


def tell_at_once(
    db: Session,
    concern: ProviderConcern,
    body: DeclareImmediateDanger,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Acute danger: the office is told of every child now; what is missing is a duty of tomorrow."""
    said: dict[str, Any] = {
        "urgency": Urgency.IMMEDIATE,
        "is_acute": True,
        "acute_reason": body.reason,
        "parents_informed": body.parents_informed,
        "parents_reason": body.parents_reason,
        "measures_taken": [f"{call.whom.title_de}: {call.result or 'gerufen'}"[:200] for call in body.calls],
        "whereabouts": body.whereabouts,
        "contact": body.contact,
        "further": NotificationFurther(own_risk_rating=body.danger_type),
    }
    told = [
        _notify(db, concern, {**said, "child_pseudonym": body.find_child_by or child}, sealer, body, child, actor, at)
        for child in _children(concern)
    ]
    if any(notification.missing for notification in told):
        duties.start(db, concern, ConcernDuty.WRITTEN, at)


def tell(
    db: Session,
    concern: ProviderConcern,
    body: NotifyJa | SupplementNotification,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Help does not suffice, or there is more to say: each child's notification with the required content (3.1)."""
    said: dict[str, Any] = {
        "urgency": body.urgency,
        "received_at": body.phone_call_at,
        "assessment": body.assessment,
        "parents_informed": body.parents_informed,
        "parents_reason": body.parents_reason,
        "child_involved": body.child_involved,
        "child_reason": body.child_reason,
        "measures_taken": body.measures_taken,
        "whereabouts": body.whereabouts,
        "contact": body.contact,
        "further": _further(concern, body, legal_date(at)),
    }
    if isinstance(body, SupplementNotification) and rules.missing_of(concern):  # acute: still told, still not complete
        said |= {"is_acute": True, "acute_reason": "Ergänzung zur Mitteilung wegen akuter Gefahr"}
    told = [
        _notify(db, concern, {**said, "child_pseudonym": child}, sealer, body, child, actor, at)
        for child in _children(concern)
    ]
    if not any(notification.missing for notification in told):
        duties.meet(db, concern, [ConcernDuty.WRITTEN], by=actor.id, at=at)


def _further(concern: ProviderConcern, body: NotifyJa | SupplementNotification, today: Any) -> NotificationFurther:
    rating = concern.rating or RiskRating.UNCLEAR
    return NotificationFurther(
        reasons=[reason.title_de for reason in body.reasons],
        own_risk_rating=rating.title_de,
        measures_refused=body.measures_refused,
        measures_needed=body.measures_needed,
        custodians=body.custodians,
        others=body.others,
        siblings_in_household=body.siblings_in_household,
        dangers_for_staff=body.dangers_for_staff,
        leadership_consulted_on=today,
        transport=body.transport.title_de,
        phone_recipient=body.phone_recipient,
    )


def _children(concern: ProviderConcern) -> list[str]:
    return [str(child["pseudonym"]) for child in concern.children]


def _notify(
    db: Session,
    concern: ProviderConcern,
    said: dict[str, Any],
    sealer: Sealer,
    body: DeclareImmediateDanger | NotifyJa | SupplementNotification,
    child: str,
    actor: Actor,
    at: datetime,
) -> JugendamtNotification:
    """One child's notification, by the same door as any other; the file remembers which it was."""
    signs = queries.entries_of(db, concern, _SIGNS)
    observations, indications = _signs(signs, sealer, child)
    office = recording.youth_office(db, body.youth_office_id) or concern.youth_office_id
    concern.youth_office_id = office
    notification = safeguarding.notify(
        db,
        NotificationCreate(
            **said,
            help_id=concern.help_id,
            youth_office_id=office,
            perceived_at=concern.perceived_at,
            child_birth_year=next(one.get("birth_year") for one in concern.children if one["pseudonym"] == child),
            observation="\n\n".join(observations)[:_LONGEST],
            indications=indications[-100:],
            isef_consulted_on=legal_date(concern.consulted_at) if concern.consulted_at else None,
        ),
        actor=actor,
        at=at,
    )
    db.add(
        ConcernNotification(
            notification_id=notification.id,
            concern_id=concern.id,
            provider_id=concern.provider_id,
            child=child,
            told_at=at,
        )
    )
    db.flush()
    return notification


def _signs(
    entries: Sequence[ConcernEntry], sealer: Sealer, child: str
) -> tuple[list[str], list[safeguarding.Indication]]:
    """What was observed of a child, in words and by area of the catalogue."""
    observations, indications = [], []
    for entry in entries:
        said = recording.opened(entry, sealer)
        sign = said.get("indication") or {"observation": said["observation"], "indicators": []}
        if sign.get("child") not in (None, child):
            continue
        observations.append(str(sign["observation"]))
        known = [CATALOGUE[Indicator(one)] for one in sign["indicators"]]
        indications += [
            safeguarding.Indication(
                group=group,
                fact=sign["observation"],
                observed_at=entry.happened_at,
                observed_by=sign["observed_by"],
                source=sign["source"],
            )
            for group in dict.fromkeys(about.group for about in known if about.weight is not Weight.PROTECTIVE)
        ]
    return observations, indications


def follow_notification(db: Session, notification: JugendamtNotification, move: Move) -> None:
    """The office acknowledges: once it has for every child, the concern moves on; its feedback reaches the concern
    (listens to safeguarding).
    """
    if move.action == "give_feedback":
        follow_feedback(
            db,
            notification.id,
            confirmed=bool(notification.indications_confirmed),
            acted=bool(notification.has_acted),
            still_active=bool(notification.still_active),
            at=move.at,
        )
    if move.action != "acknowledge":
        return
    with by_the_service(db):
        told = queries.concern_told_by(db, notification.id)
        if told is None:
            return
        link, concern = told
        link.acknowledged_at = move.at
        db.flush()
        open_ = [one for one in queries.notifications_of(db, concern.id) if one.acknowledged_at is None]
        if concern.state is S.JA_NOTIFIED and not open_:
            CONCERN.fire(db, concern, "ja_ack", actor=SYSTEM, at=move.at, notification=notification.number)
            for duty in rules.starts("ja_ack", concern):
                duties.start(db, concern, duty, move.at)


def follow_feedback(
    db: Session, notification_id: UUID, *, confirmed: bool, acted: bool, still_active: bool, at: datetime
) -> bool:
    """The office's feedback to a notification reaches the concern it came from; False: there is none (system).

    Three answers and nothing else: no assessment, no address, nothing of a court.

    Law: § 64 Abs. 4 SGB VIII, § 4 Abs. 4 KKG.
    """
    with by_the_service(db):
        told = queries.concern_told_by(db, notification_id)
        if told is None:
            return False
        _, concern = told
        concern.feedback_confirmed, concern.feedback_acted = confirmed, acted
        concern.feedback_still_active, concern.feedback_at = still_active, at
        if concern.state in (S.JA_ACKNOWLEDGED, S.MONITORING):
            CONCERN.fire(db, concern, "receive_feedback", actor=SYSTEM, at=at)
        duties.meet(db, concern, [ConcernDuty.FEEDBACK], by=SYSTEM.id, at=at)
    return True
