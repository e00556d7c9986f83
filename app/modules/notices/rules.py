"""What each kind of notice means: who may send it, until when it is acknowledged and answered. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.deadlines import Step
from app.core.problems import FieldError, Text
from app.core.workflow import Guard, Move
from app.law.calendars import end_of_day, legal_date
from app.law.periods import Period, Unit, due_at
from app.law.planning import (
    CONTACT_LOSS_TARGET,
    INCIDENT_ACKNOWLEDGEMENT,
    INCIDENT_ESCALATION,
    INCIDENT_TARGET,
    NOTICE_ACKNOWLEDGEMENT,
    NOTICE_ANSWER,
    NOTICE_ESCALATION,
    QUICK_ACKNOWLEDGEMENT,
)
from app.modules.notices.models import Notice, NoticeKind, NoticeState
from app.modules.notices.schemas import (
    Absence,
    AuthorityInformed,
    ContactLoss,
    Interruption,
    NoticeCreate,
    RequestForInformation,
    SpecialIncident,
)
from app.policy import Actor, OrganisationKind, Role

CLOCK_SKEW = timedelta(minutes=5)
"""How far the sender's clock may be ahead of ours."""
OFFICE, PROVIDER = frozenset({OrganisationKind.YOUTH_OFFICE}), frozenset({OrganisationKind.PROVIDER})
EVERY_KIND = frozenset(
    {
        Role.CASEWORKER,
        Role.TEAM_LEAD,
        Role.OFFICE_SYNC,
        Role.PROVIDER_PROFESSIONAL,
        Role.PROVIDER_LEAD,
        Role.PROVIDER_SYNC,
    }
)
"""Who works with cases. Office head and provider management know of special incidents only (access matrix, C15)."""
ENDED = frozenset({NoticeState.CLOSED, NoticeState.WITHDRAWN})
LINE: Mapping[OrganisationKind, tuple[Role, Role]] = {
    OrganisationKind.YOUTH_OFFICE: (Role.CASEWORKER, Role.TEAM_LEAD),
    OrganisationKind.PROVIDER: (Role.PROVIDER_LEAD, Role.PROVIDER_MANAGER),
}
"""Of each side: who is reminded when a period lapses, and who is told when it goes on lapsing."""


class Terms(NamedTuple):
    """What holds for a kind of notice."""

    senders: frozenset[OrganisationKind] = OFFICE | PROVIDER
    acknowledgement: Period = NOTICE_ACKNOWLEDGEMENT
    escalation: Period = NOTICE_ESCALATION
    answer: Period | None = None


TERMS: Mapping[NoticeKind, Terms] = {
    NoticeKind.CHANGE_OF_PROFESSIONAL: Terms(PROVIDER),
    NoticeKind.CHANGE_OF_CASEWORKER: Terms(OFFICE),
    NoticeKind.INTERRUPTION: Terms(),
    NoticeKind.ABSENCE: Terms(),
    NoticeKind.CONTACT_LOSS: Terms(PROVIDER, QUICK_ACKNOWLEDGEMENT, answer=NOTICE_ANSWER),
    NoticeKind.SPECIAL_INCIDENT: Terms(PROVIDER, INCIDENT_ACKNOWLEDGEMENT, INCIDENT_ESCALATION),
    NoticeKind.REQUEST_FOR_INFORMATION: Terms(answer=NOTICE_ANSWER),
    NoticeKind.CHANGE_OF_NEED: Terms(answer=NOTICE_ANSWER),
    NoticeKind.APPOINTMENT_CHANGE: Terms(),
    NoticeKind.OTHER: Terms(),
}


_UNITS = {
    Unit.CLOCK_HOURS: ("Stunde", "Stunden"),
    Unit.CALENDAR_DAYS: ("Tag", "Tagen"),
    Unit.WORKING_DAYS: ("Arbeitstag", "Arbeitstagen"),
}


def in_words(period: Period | None) -> str | None:
    """A period as a German reader expects it after `innerhalb von`."""
    return None if period is None else f"{period.amount} {_UNITS[period.unit][period.amount > 1]}"


def by_receiver(notice: Notice, actor: Actor) -> bool:
    """The side that was told acknowledges and answers."""
    return actor.organisation_kind is notice.receiving_side


def by_asked(notice: Notice, actor: Actor) -> bool:
    """The side that was asked answers; where nothing was asked, nobody does."""
    return notice.answer_by is not None and by_receiver(notice, actor)


def by_sender(notice: Notice, actor: Actor) -> bool:
    """The side that told takes it back."""
    return not by_receiver(notice, actor)


def by_closer(notice: Notice, actor: Actor) -> bool:
    """The side that told closes; where no answer is expected, either."""
    return notice.answer_by is None or by_sender(notice, actor)


def _only(allowed: Callable[[Notice, Actor], bool], de: str, en: str) -> Guard:
    def guard(notice: Notice, move: Move) -> Text | None:
        return None if allowed(notice, move.actor) else Text(de, en)

    guard.__doc__ = allowed.__doc__
    return guard


RECEIVER = _only(by_receiver, "Das tut die Seite, der es mitgeteilt wurde.", "The side that was told does that.")
SENDER = _only(by_sender, "Zurückziehen kann nur, wer mitgeteilt hat.", "Only who told it takes it back.")
ASKED = _only(by_asked, "Antworten kann nur, wer gefragt wurde.", "Only who was asked answers.")
CLOSER = _only(by_closer, "Abschließen kann nur, wer mitgeteilt hat.", "Only who told it closes it.")


def knows_every_kind(actor: Actor) -> bool:
    """Whether the actor works with cases; else special incidents are all there is to know."""
    return not EVERY_KIND.isdisjoint(actor.roles)


def faults_of(body: NoticeCreate, actor: Actor, at: datetime) -> list[FieldError]:
    """What is wrong with a notice that this side would send at an instant."""
    if actor.organisation_kind not in TERMS[NoticeKind(body.kind)].senders:
        de, en = "Diese Art der Mitteilung sendet die andere Seite.", "It is the other side that sends this kind."
        return [FieldError("/kind", "wrong_side", de, en)]
    if not (knows_every_kind(actor) or isinstance(body, SpecialIncident)):
        de, en = "In dieser Rolle werden nur besondere Vorkommnisse mitgeteilt.", "This role tells of incidents only."
        return [FieldError("/kind", "wrong_role", de, en)]
    return list(_faults(body, at))


def _faults(body: NoticeCreate, at: datetime) -> Iterable[FieldError]:
    future = ("future", "Das liegt in der Zukunft.", "This lies in the future.")
    match body:
        case SpecialIncident():
            if body.occurred_at > at + CLOCK_SKEW:
                yield FieldError("/occurred_at", *future)
            if (body.authority_informed is AuthorityInformed.YES) != (body.authority_informed_at is not None):
                de, en = "Wann wurde die Behörde unterrichtet?", "When was the authority informed?"
                yield FieldError("/authority_informed_at", "missing", de, en)
            if body.authority_informed_at is not None and body.authority_informed_at > at + CLOCK_SKEW:
                yield FieldError("/authority_informed_at", *future)
        case Interruption() | Absence() if body.to_day is not None and body.to_day < body.from_day:
            yield FieldError("/to_day", "order", "Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        case ContactLoss() if max(body.missed_on) > legal_date(at):
            yield FieldError("/missed_on", *future)
        case RequestForInformation() if body.answer_until is not None and body.answer_until < legal_date(at):
            yield FieldError("/answer_until", "past", "Dieser Tag ist vorbei.", "This day is over.")


def acknowledge_by(kind: NoticeKind, at: datetime, land: str) -> datetime:
    """Until when the receiving side acknowledges a notice sent at an instant."""
    return due_at(TERMS[kind].acknowledgement, at, land)


def answer_by(body: NoticeCreate, at: datetime, land: str) -> datetime | None:
    """Until when the receiving side answers; the day asked for goes before the usual period. None: no answer needed."""
    if isinstance(body, RequestForInformation) and body.answer_until is not None:
        return end_of_day(body.answer_until)
    period = TERMS[NoticeKind(body.kind)].answer
    return None if period is None else due_at(period, at, land)


def told_late(body: NoticeCreate, at: datetime, land: str) -> bool:
    """Whether the notice comes later than its kind should.

    Law: § 47 Abs. 1 Nr. 2 SGB VIII (without delay); local policy defaults for the numbers.
    """
    match body:
        case SpecialIncident():
            return at > due_at(INCIDENT_TARGET, body.occurred_at, land)
        case ContactLoss():
            return at > due_at(CONTACT_LOSS_TARGET, end_of_day(max(body.missed_on)), land)
        case _:
            return False


def steps_of(kind: NoticeKind, due: datetime, land: str) -> list[Step]:
    """When the receiving person is reminded (level 0), and when the line above is told (level 1)."""
    return [Step(0, due), Step(1, due_at(TERMS[kind].escalation, due, land))]
