"""`/v1/concerns`, `/v1/isef-consultations`, `/v1/indicators`."""

from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Query
from sqlalchemy.orm import Session

from app.core.deadlines import Deadline
from app.core.http import CurrentActor, Db, Expected, Now, Process, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.concerns import queries, rules
from app.modules.concerns.codes import AgeBand, ConcernDuty
from app.modules.concerns.errors import ConcernIncomplete
from app.modules.concerns.indicators import CATALOGUE
from app.modules.concerns.models import ConcernEntry, IsefConsultation, ProviderConcern
from app.modules.concerns.schemas.answers import (
    ConcernDutyOut,
    ConcernEntryOut,
    ConcernEntryReceipt,
    ConcernFeedbackOut,
    ConcernFiredOut,
    ConcernOut,
    ConcernQuery,
    ConcernReceipt,
    ConcernSummary,
    ConsultationAnswer,
    ConsultationQuery,
    EntryQuery,
    IndicatorOut,
    IndicatorQuery,
    IsefConsultationOut,
    IsefConsultationReceipt,
)
from app.modules.concerns.schemas.recording import ConcernCreate, EntryBody, PeopleChange
from app.modules.concerns.schemas.steps import ConcernAction
from app.modules.concerns.service import consulting, recording, steps, telling
from app.modules.concerns.workflow import CONCERN
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(tags=["concerns"])
PATH, ASKED = "/concerns", "/isef-consultations"
K = TypeVar("K", bound=IsefConsultationReceipt)


def _summary(concern: ProviderConcern, duties: list[Deadline], now: datetime) -> dict[str, Any]:
    due = next((duty.due_at for duty in duties if duty.met_at is None), None)
    known = {name: getattr(concern, name) for name in ConcernSummary.model_fields if hasattr(concern, name)}
    return {**known, "due_at": due, "is_overdue": due is not None and due < now}


def _receipt(db: Session, concern: ProviderConcern, actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        **_summary(concern, queries.duties_of(db, [concern.id]), now),
        "consultation_ids": queries.consultations_of(db, concern.id),
        "notification_ids": [one.notification_id for one in queries.notifications_of(db, concern.id)],
        "allowed_actions": CONCERN.allowed(concern, actor),
    }


def _full(db: Session, concern: ProviderConcern, actor: Actor, now: datetime) -> ConcernOut:
    known = {name: getattr(concern, name) for name in ConcernOut.model_fields if hasattr(concern, name)}
    feedback = None
    if concern.feedback_at is not None:
        feedback = ConcernFeedbackOut(
            indications_confirmed=bool(concern.feedback_confirmed),
            ja_acted=bool(concern.feedback_acted),
            ja_still_active=bool(concern.feedback_still_active),
            received_at=concern.feedback_at,
        )
    duties = _duties(db, concern, now)
    return ConcernOut.model_validate(
        {**known, **_receipt(db, concern, actor, now), "feedback": feedback, "duties": duties}
    )


def _duties(db: Session, concern: ProviderConcern, now: datetime) -> list[ConcernDutyOut]:
    deadlines = queries.duties_of(db, [concern.id])
    fired = defaultdict(list)
    for firing in queries.firings_of(db, deadlines):
        fired[firing.deadline_id].append(ConcernFiredOut.model_validate(firing))
    return [
        ConcernDutyOut(
            duty=ConcernDuty(one.kind),
            alarm_code=rules.TERMS[ConcernDuty(one.kind)].alarm,
            due_at=one.due_at,
            met_at=one.met_at,
            is_overdue=one.met_at is None and one.due_at < now,
            fired=fired[one.id],
            source=one.source,
        )
        for one in deadlines
    ]


def _entry(entry: ConcernEntry, kernel: Process) -> ConcernEntryOut:
    said = {name: getattr(entry, name) for name in ConcernEntryReceipt.model_fields}
    return ConcernEntryOut(**said, content=recording.opened(entry, kernel.sealer))


def _consultation(consultation: IsefConsultation, kind: type[K], now: datetime) -> K:
    known = {name: getattr(consultation, name) for name in kind.model_fields if hasattr(consultation, name)}
    late = consultation.answered_at is None and consultation.answer_by < now
    return kind.model_validate({**known, "is_overdue": late})


@router.get("/indicators", summary="Katalog der Anhaltspunkte nach Alter")
@needs(Permission.STANDARDS_READ)
def list_indicators(query: Annotated[IndicatorQuery, Query()]) -> list[IndicatorOut]:
    """Signs a professional can name, by age and area (§ 8a SGB VIII): prompts for looking, no score is computed.

    Signs of acute danger are kept apart from risk factors and from what protects. Anything else is told in words.
    """
    return [
        IndicatorOut(
            code=indicator,
            title_de=indicator.title_de,
            group=about.group,
            age_bands=[band for band in AgeBand if band in about.ages],
            weight=about.weight,
        )
        for indicator, about in CATALOGUE.items()
        if query.age_band in (None, *about.ages)
        and query.group in (None, about.group)
        and query.weight in (None, about.weight)
    ]


@router.post(PATH, status_code=201, summary="Anhaltspunkte festhalten")
@needs(Permission.CONCERNS_WRITE)
def record_concern(body: ConcernCreate, db: Db, actor: CurrentActor, now: Now, kernel: Process) -> ConcernReceipt:
    """Write down signs of danger to a child: facts apart from what one makes of them (§ 8a Abs. 4 SGB VIII).

    The lead is informed on the same day; reminders and alarms of the provider's own line begin. The youth office sees
    nothing of it. In acute danger `danger` notifies it in the same call, without waiting for any step.
    """
    concern = recording.record(db, body, kernel.sealer, actor=actor, at=now)
    if body.danger is not None:
        steps.take(db, concern, body.danger, kernel.sealer, actor=actor, at=now)
    return ConcernReceipt.model_validate(_receipt(db, concern, actor, now))


@router.get(PATH, summary="Vorgänge suchen")
@needs(Permission.CONCERNS_WATCH)
def list_concerns(
    query: Annotated[ConcernQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[ConcernSummary]:
    """The concerns the caller works on or leads, with stand and next deadline; the management sees no more (§ 65)."""
    rows, following, total = queries.list_concerns(db, query, actor, now)
    duties = defaultdict(list)
    for duty in queries.duties_of(db, [row.id for row in rows]):
        duties[duty.subject_id].append(duty)
    items = [ConcernSummary.model_validate(_summary(row, duties[row.id], now)) for row in rows]
    return page_of(items, following, total, query)


@router.get(PATH + "/{concern_id}", summary="Vorgang lesen")
@needs(Permission.CONCERNS_READ)
def get_concern(concern_id: Id, db: Db, actor: CurrentActor, now: Now) -> ConcernOut:
    """One concern with its deadlines and the office's feedback (§ 64 Abs. 4); every reading is logged (§ 65)."""
    return _full(db, recording.read(db, concern_id, actor=actor, at=now), actor, now)


@router.post(PATH + "/{concern_id}/transitions", summary="Nächster Schritt im Vorgang")
@needs(Permission.CONCERNS_WRITE)
def move_concern(
    concern_id: Id, body: ConcernAction, db: Db, actor: CurrentActor, now: Now, expected: Expected, kernel: Process
) -> ConcernReceipt:
    """The steps of § 8a Abs. 4 SGB VIII; which there are now, and what each must say, is in `allowed_actions`.

    Some steps need a second professional, who has agreed by an entry `second_opinion`. Before `notify_ja` an insoweit
    erfahrene Fachkraft is consulted and the family involved, or the reason why not given (409 with `missing`).
    `declare_immediate_danger` notifies the youth office at once, from wherever the concern stands.
    """
    try:
        concern = steps.move(db, concern_id, body, expected, kernel.sealer, actor=actor, at=now)
    except ConcernIncomplete as refusal:
        with kernel.work.as_system() as log:  # the refused transaction ends without a trace
            telling.note_refusal(log, concern_id, refusal.members["missing"], actor=actor, at=now)
        raise
    return ConcernReceipt.model_validate(_receipt(db, concern, actor, now))


@router.get(PATH + "/{concern_id}/transitions", summary="Verlauf des Vorgangs")
@needs(Permission.CONCERNS_READ)
def list_concern_transitions(concern_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first (§ 8a Abs. 4 SGB VIII)."""
    return history(db, queries.get_concern(db, concern_id, actor).id)


@router.post(PATH + "/{concern_id}/entries", status_code=201, summary="Eintrag hinzufügen")
@needs(Permission.CONCERNS_WRITE)
def add_concern_entry(
    concern_id: Id, body: EntryBody, db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> ConcernEntryReceipt:
    """A further sign, a second opinion, a note, an offer of help, or a correction (§ 8a Abs. 4 SGB VIII).

    Entries are neither changed nor deleted; what proves wrong is put right by a further one.
    """
    entry = recording.add_entry(db, concern_id, body, kernel.sealer, actor=actor, at=now)
    return ConcernEntryReceipt.model_validate(entry)


@router.get(PATH + "/{concern_id}/entries", summary="Was wann bekannt war")
@needs(Permission.CONCERNS_READ)
def list_concern_entries(
    concern_id: Id, query: Annotated[EntryQuery, Query()], db: Db, actor: CurrentActor, now: Now, kernel: Process
) -> Page[ConcernEntryOut]:
    """The timeline: who wrote down what when, and when it happened; every reading is logged (§ 65 SGB VIII)."""
    concern = recording.read(db, concern_id, actor=actor, at=now)
    rows, following, total = queries.list_entries(db, query, concern)
    return page_of([_entry(row, kernel) for row in rows], following, total, query)


@router.post(PATH + "/{concern_id}/people", summary="Beteiligte ändern")
@needs(Permission.CONCERNS_LEAD)
def change_concern_people(
    concern_id: Id, body: PeopleChange, db: Db, actor: CurrentActor, now: Now, expected: Expected, kernel: Process
) -> ConcernReceipt:
    """Take somebody in, hand over, or shut out at once whoever is accused (§ 65, § 72a SGB VIII)."""
    concern = recording.change_people(db, concern_id, body, expected, kernel.sealer, actor=actor, at=now)
    return ConcernReceipt.model_validate(_receipt(db, concern, actor, now))


@router.get(ASKED, summary="Meine Beratungen als insoweit erfahrene Fachkraft")
@needs(Permission.CONSULTATIONS_ANSWER)
def list_isef_consultations(
    query: Annotated[ConsultationQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> Page[IsefConsultationReceipt]:
    """The consultations asked of the caller, what is due first; pseudonyms only (§ 8a Abs. 4, § 64 Abs. 2a)."""
    rows, following, total = queries.list_consultations(db, query, actor)
    return page_of([_consultation(row, IsefConsultationReceipt, now) for row in rows], following, total, query)


@router.get(ASKED + "/{isef_consultation_id}", summary="Beratung lesen")
@needs(Permission.CONSULTATIONS_ANSWER)
def get_isef_consultation(isef_consultation_id: Id, db: Db, actor: CurrentActor, now: Now) -> IsefConsultationOut:
    """Question and pseudonymised facts, and nothing else of the concern (§ 64 Abs. 2a SGB VIII)."""
    return _consultation(consulting.read(db, isef_consultation_id, actor=actor, at=now), IsefConsultationOut, now)


@router.post(ASKED + "/{isef_consultation_id}:answer", summary="Beratung festhalten")
@needs(Permission.CONSULTATIONS_ANSWER)
def answer_isef_consultation(
    isef_consultation_id: Id,
    body: ConsultationAnswer,
    db: Db,
    actor: CurrentActor,
    now: Now,
    expected: Expected,
    kernel: Process,
) -> IsefConsultationReceipt:
    """What was advised, written once; the responsibility stays with the asking team (§ 8a Abs. 4 SGB VIII)."""
    answered = consulting.answer(db, isef_consultation_id, body, expected, kernel.sealer, actor=actor, at=now)
    return _consultation(answered, IsefConsultationReceipt, now)
