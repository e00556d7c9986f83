"""What help planning holds of one person: its own words and opinions; and that there is more, of others."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.modules.planning.codes import YOUNG
from app.modules.planning.content import HelpPlanParticipant
from app.modules.planning.models import (
    HelpPlanMeeting,
    HelpPlanMinutes,
    HelpPlanMinutesAssent,
    HelpPlanSelfAssessment,
    HelpPlanVersion,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """What one person said and when, which texts there are, and how often others said something."""

    said: list[Json]
    own_views: list[Json]
    texts: list[Json]
    others: int


def words_of(db: Session, help_id: UUID, pseudonym: str) -> Words:
    """Everything a help's planning holds of who takes part by this pseudonym, oldest first."""
    versions = db.scalars(
        select(HelpPlanVersion).where(HelpPlanVersion.help_id == help_id).order_by(HelpPlanVersion.id)
    ).all()
    meetings = db.scalars(
        select(HelpPlanMeeting).where(HelpPlanMeeting.help_id == help_id).order_by(HelpPlanMeeting.id)
    ).all()
    minutes = db.scalars(
        select(HelpPlanMinutes).where(HelpPlanMinutes.help_id == help_id).order_by(HelpPlanMinutes.id)
    ).all()
    parts = [
        *((f"Hilfeplan, {one.number}. Fassung", one.document["content"]["participants"]) for one in versions),
        *((f"Gespräch am {one.starts_at:%d.%m.%Y}", one.participants) for one in meetings),
    ]
    said = [_told(where, one) for where, participants in parts for one in participants if one["label"] == pseudonym]
    roles = {one["role"] for _, participants in parts for one in participants if one["label"] == pseudonym}
    said += [
        {"wo": f"Protokoll {one.number}", "ist einverstanden": one.consents.title_de, "womit nicht": one.dissent}
        for one in _assents(db, help_id)
        if one.label == pseudonym
    ]
    texts = [{"Text": f"Hilfeplan, {one.number}. Fassung", "vom": f"{one.created_at:%d.%m.%Y}"} for one in versions]
    texts += [{"Text": f"Protokoll {one.number}", "vom": f"{one.created_at:%d.%m.%Y}"} for one in minutes]
    others = sum(one["label"] != pseudonym for _, participants in parts for one in participants)
    return Words(said, list(_own_views(db, help_id)) if roles & YOUNG else [], texts, others)


def _told(where: str, participant: Json) -> Json:
    one = HelpPlanParticipant.model_validate(participant)
    fields = type(one).model_fields
    names = [name for name in fields if name not in ("role", "label", "function")]
    said = {fields[name].title or name: _plain(getattr(one, name)) for name in names}
    return {"wo": where, **{name: value for name, value in said.items() if value is not None}}


def _plain(value: Any) -> Any:
    return getattr(value, "title_de", None) or (str(value) if value is not None else None)


def _assents(db: Session, help_id: UUID) -> Iterator[HelpPlanMinutesAssent]:
    of = HelpPlanMinutesAssent
    yield from db.scalars(select(of).where(of.help_id == help_id).order_by(of.id))


def _own_views(db: Session, help_id: UUID) -> Iterator[Json]:
    of = HelpPlanSelfAssessment
    for one in db.scalars(select(of).where(of.help_id == help_id).order_by(of.id)):
        yield {"am": one.answered_on.isoformat(), "wie": one.mode.title_de, "Antworten": one.content}
