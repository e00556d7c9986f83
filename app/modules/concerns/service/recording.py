"""Writing down: signs, entries, who works on a concern; and reading, which is written down too."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.core import audit
from app.core.db import check_version
from app.core.ids import new_id
from app.core.numbers import next_number
from app.core.problems import Invalid, NotFound
from app.core.sealing import Sealer
from app.law.calendars import legal_date
from app.modules import identity, organisations
from app.modules.cases import get_help
from app.modules.concerns import queries, rules
from app.modules.concerns.codes import ENDED, ConcernEntryKind
from app.modules.concerns.errors import ConcernEnded
from app.modules.concerns.models import ConcernEntry, ProviderConcern
from app.modules.concerns.schemas.recording import (
    ConcernCreate,
    CorrectionEntry,
    EntryBody,
    IndicationEntry,
    PeopleChange,
    SecondOpinion,
)
from app.modules.concerns.service import duties
from app.modules.concerns.workflow import CONCERN
from app.policy import Actor, OrganisationKind, Role


def record(db: Session, body: ConcernCreate, sealer: Sealer, *, actor: Actor, at: datetime) -> ProviderConcern:
    """Write signs down; the times to inform the lead and to weigh them in the team begin.

    Raises:
        Invalid: an instant to come, no such help, youth office or earlier concern.

    Law: § 8a Abs. 4 SGB VIII.
    """
    faults = rules.fault_of_instant("/perceived_at", body.perceived_at, at)
    if faults:
        raise Invalid(errors=faults)
    concern = ProviderConcern(
        provider_id=actor.organisation_id,
        youth_office_id=_office(db, body, actor),
        help_id=body.help_id,
        number=next_number(db, actor.organisation_id, "KS", legal_date(at).year),
        children=[child.model_dump(mode="json") for child in body.children],
        is_urgent=body.is_urgent or body.danger is not None,
        perceived_at=body.perceived_at,
        recorded_by=actor.id,
        responsible_id=actor.id,
        member_ids=[],
        excluded_ids=[],
        previous_id=earlier(db, body.previous_id, "/previous_id", actor),
        since=at,
    )
    CONCERN.begin(db, concern, actor=actor, at=at, is_urgent=concern.is_urgent)
    content = {"indication": body.indication.model_dump(mode="json")}
    write(
        db,
        concern,
        ConcernEntryKind.RECORD_INDICATION,
        content,
        sealer,
        actor=actor,
        at=at,
        happened_at=body.perceived_at,
    )
    if body.danger is None:
        for duty in rules.starts("create", concern):
            duties.start(db, concern, duty, at)
    return concern


def write(
    db: Session,
    concern: ProviderConcern,
    kind: ConcernEntryKind,
    content: Mapping[str, Any],
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
    happened_at: datetime | None = None,
    about: str | None = None,
    agrees: bool | None = None,
    corrects_id: UUID | None = None,
) -> ConcernEntry:
    """Add an entry to the file; its text is sealed for this row alone."""
    happened_at = happened_at or at
    id_ = new_id()
    entry = ConcernEntry(
        id=id_,
        provider_id=concern.provider_id,
        concern_id=concern.id,
        kind=kind,
        happened_at=happened_at,
        recorded_at=at,
        recorded_by=actor.id,
        is_late=legal_date(happened_at) < legal_date(at),
        about=about,
        agrees=agrees,
        corrects_id=corrects_id,
        sealed=sealer.seal(json.dumps(content, ensure_ascii=False), str(id_)),
    )
    db.add(entry)
    db.flush()
    return entry


def opened(entry: ConcernEntry, sealer: Sealer) -> dict[str, Any]:
    """What an entry says."""
    return dict(json.loads(sealer.open(entry.sealed, str(entry.id))))


def add_entry(
    db: Session, concern_id: UUID, body: EntryBody, sealer: Sealer, *, actor: Actor, at: datetime
) -> ConcernEntry:
    """Add to an open concern: a further sign, a second opinion, a note, an offer of help, a correction.

    Raises:
        ConcernEnded: nothing but corrections is added to what has ended.
        Invalid: an instant to come, no such entry to correct.
    """
    concern = queries.get_concern(db, concern_id, actor, lock=True)
    if concern.state in ENDED and not isinstance(body, CorrectionEntry):
        raise ConcernEnded(state=concern.state.value)
    if faults := rules.fault_of_instant("/happened_at", body.happened_at, at):
        raise Invalid(errors=faults)
    if isinstance(body, CorrectionEntry) and not queries.has_entry(db, concern, body.corrects_id):
        raise Invalid.field("/corrects_id", "unknown", "Diesen Eintrag gibt es nicht.", "There is no such entry.")
    entry = write(
        db,
        concern,
        ConcernEntryKind(body.kind),
        content_of(body),
        sealer,
        actor=actor,
        at=at,
        happened_at=body.happened_at,
        about=body.about if isinstance(body, SecondOpinion) else None,
        agrees=body.agrees if isinstance(body, SecondOpinion) else None,
        corrects_id=body.corrects_id if isinstance(body, CorrectionEntry) else None,
    )
    if isinstance(body, IndicationEntry):
        concern.changed_at = at  # a further sign makes a new version: whoever decides has read it
    note(db, concern, "write", actor, at, entry_id=str(entry.id), kind=body.kind)
    return entry


def content_of(body: BaseModel) -> dict[str, Any]:
    """What of a body belongs into the sealed text."""
    said = body.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in said.items() if name not in {"action", "kind", "happened_at"}}


def change_people(
    db: Session,
    concern_id: UUID,
    body: PeopleChange,
    expected: int,
    sealer: Sealer,
    *,
    actor: Actor,
    at: datetime,
) -> ProviderConcern:
    """Take somebody in, hand the concern over, or shut somebody out at once (whoever is accused, or related).

    Raises:
        Invalid: no such professional here; oneself.
    """
    concern = queries.get_concern(db, concern_id, actor, lock=True)
    check_version(concern, expected)
    if body.part == "excluded":
        _shut_out(db, concern, body, actor)
    else:
        _take_in(db, concern, body, actor)
    concern.changed_at = at
    content = {"part": body.part, "account_id": str(body.account_id), "reason": body.reason}
    write(db, concern, ConcernEntryKind.PEOPLE, content, sealer, actor=actor, at=at)
    note(db, concern, "people", actor, at, part=body.part, account_id=str(body.account_id))
    return concern


def _take_in(db: Session, concern: ProviderConcern, body: PeopleChange, actor: Actor) -> None:
    unknown = Invalid.field("/account_id", "unknown", "Diese Fachkraft gibt es hier nicht.", "No such professional.")
    roles = (Role.PROVIDER_PROFESSIONAL, Role.PROVIDER_LEAD)
    if not any(identity.find_colleague(db, body.account_id, role, actor) for role in roles):
        raise unknown
    if body.account_id in concern.excluded_ids:
        raise unknown
    if body.account_id not in concern.member_ids:
        concern.member_ids = [*concern.member_ids, body.account_id]
    if body.part == "responsible":
        concern.responsible_id = body.account_id


def _shut_out(db: Session, concern: ProviderConcern, body: PeopleChange, actor: Actor) -> None:
    try:
        identity.get_account(db, body.account_id, actor)
    except NotFound:
        raise Invalid.field("/account_id", "unknown", "Diesen Zugang gibt es hier nicht.", "No such account.") from None
    if body.account_id == actor.id:
        de, en = "Sich selbst schließt niemand aus.", "Nobody shuts themselves out."
        raise Invalid.field("/account_id", "self", de, en)
    if body.account_id == concern.responsible_id:
        concern.responsible_id = actor.id  # at once: whoever is accused reads nothing from here on
    concern.member_ids = [one for one in concern.member_ids if one != body.account_id]
    if body.account_id not in concern.excluded_ids:
        concern.excluded_ids = [*concern.excluded_ids, body.account_id]


def read(db: Session, concern_id: UUID, *, actor: Actor, at: datetime) -> ProviderConcern:
    """One concern; the reading itself is written down (§ 35 SGB I, § 65 SGB VIII)."""
    concern = queries.get_concern(db, concern_id, actor)
    note(db, concern, "read", actor, at)
    return concern


def note(db: Session, concern: ProviderConcern, verb: str, actor: Actor, at: datetime, **details: Any) -> None:
    """An act that is no step, in the log."""
    audit.record(
        db,
        tenant_id=concern.tenant_id,
        actor=actor,
        action=f"{CONCERN.name}.{verb}",
        subject_kind=CONCERN.name,
        subject_id=concern.id,
        at=at,
        details=details,
    )


def lead_of(db: Session, account_id: UUID, actor: Actor) -> None:
    """Refuse whoever is no lead of the own organisation."""
    if identity.find_colleague(db, account_id, Role.PROVIDER_LEAD, actor) is None:
        raise Invalid.field("/lead_id", "unknown", "Diese Leitung gibt es hier nicht.", "There is no such lead here.")


def earlier(db: Session, concern_id: UUID | None, pointer: str, actor: Actor) -> UUID | None:
    """A concern named by another one, which the actor may read."""
    if concern_id is None:
        return None
    try:
        return queries.get_concern(db, concern_id, actor).id
    except NotFound:
        raise Invalid.field(pointer, "unknown", "Diesen Vorgang gibt es nicht.", "There is no such concern.") from None


def _office(db: Session, body: ConcernCreate, actor: Actor) -> UUID | None:
    """The office that would be told: that of the help, else the one named."""
    if body.help_id is not None:
        try:
            return get_help(db, body.help_id, actor).youth_office_id
        except NotFound:
            raise Invalid.field("/help_id", "unknown", "Diese Hilfe gibt es nicht.", "There is no such help.") from None
    return youth_office(db, body.youth_office_id)


def youth_office(db: Session, office_id: UUID | None) -> UUID | None:
    """A youth office that exists, or none."""
    if office_id is None:
        return None
    known = organisations.organisations_by_id(db, [office_id]).get(office_id)
    if known is None or known.kind is not OrganisationKind.YOUTH_OFFICE:
        de, en = "Dieses Jugendamt gibt es nicht.", "There is no such youth office."
        raise Invalid.field("/youth_office_id", "unknown", de, en)
    return office_id


def contents(entries: Iterable[ConcernEntry], sealer: Sealer) -> list[dict[str, Any]]:
    """What entries say, in their order."""
    return [opened(entry, sealer) for entry in entries]
