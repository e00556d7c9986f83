"""What is wrong with what an assessment or a measure says; pure, each fault with its place."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.core.problems import FieldError
from app.law.protection_steps import FIRST_REVIEW_DAYS, LATER_REVIEW_DAYS, PROFESSIONALS_AT_LEAST
from app.modules.protection.codes import DANGER, Ground, Involved, Place, Result
from app.modules.protection.models import CustodyMeasure, ProtectionChild
from app.modules.protection.schemas.assessment import Assess, ChildAssessment, RecordContact
from app.modules.protection.schemas.measures import Plan, TakeIntoCustody


def missing(pointer: str) -> FieldError:
    """Something that must be said."""
    return FieldError(pointer, "missing", "Diese Angabe fehlt.", "This entry is missing.")


def of_involvement(body: Any, names: Iterable[str], suffix: str = "_involved") -> list[FieldError]:
    """Whoever did not take part has a reason."""
    return [
        missing(f"/{name}_reason")
        for name in names
        if getattr(body, f"{name}{suffix}") is not Involved.YES and getattr(body, f"{name}_reason") is None
    ]


def of_contact(body: RecordContact, children: Sequence[ProtectionChild]) -> list[FieldError]:
    """Every child of the case is spoken of; a home visit is made by two, or there is a reason."""
    faults = _of_children([child.child_id for child in body.children], children)
    alone = body.place is Place.HOME_VISIT and len(set(body.professionals)) < PROFESSIONALS_AT_LEAST
    if alone and body.alone_reason is None:
        faults.append(missing("/alone_reason"))
    if not any(child.is_seen for child in body.children):
        de, en = "Kein Kind wurde gesehen: das ist ein gescheiterter Kontakt.", "No child was seen: a failed contact."
        faults.append(FieldError("/children", "nobody_seen", de, en))
    return faults


def of_assessment(
    body: Assess, children: Sequence[ProtectionChild], author: UUID, team: Iterable[UUID]
) -> list[FieldError]:
    """Several professionals, every child with its own result, involvement or the reason why not."""
    faults = _of_children([child.child_id for child in body.children], children)
    faults += of_involvement(body, ("parents", "child", "reporter"))
    named = set(body.participants) | {author}
    if len(named) < PROFESSIONALS_AT_LEAST:
        de, en = "Mehrere Fachkräfte wirken zusammen.", "Several professionals assess together."
        faults.append(FieldError("/participants", "too_few", de, en))
    known = set(team)
    for place, one in enumerate(body.participants):
        if one not in known:
            de, en = "Niemand, der hier Fälle bearbeitet.", "Nobody who works on cases here."
            faults.append(FieldError(f"/participants/{place}", "unknown", de, en))
    for place, child in enumerate(body.children):
        faults += _of_result(child, f"/children/{place}")
    return faults


def _of_result(child: ChildAssessment, place: str) -> list[FieldError]:
    """Danger has a kind and comes from somebody; where there is none, neither is said."""
    told = {"kinds": bool(child.kinds), "danger_person": child.danger_person is not None}
    if child.result in DANGER:
        return [missing(f"{place}/{name}") for name, said in told.items() if not said]
    de, en = "Das gibt es nur bei akuter oder latenter Gefährdung.", "Only where there is danger."
    return [FieldError(f"{place}/{name}", "no_danger", de, en) for name, said in told.items() if said]


def of_plan(
    plan: Plan, today: date, children: Sequence[ProtectionChild], prefix: str = "", *, first: bool = True
) -> list[FieldError]:
    """A review comes soon enough: the first within one or two weeks, later ones within four."""
    acute = any(child.result is Result.ACUTE for child in children if child.closed_at is None)
    faults = of_review(plan.review_on, today, acute=acute, first=first, pointer=f"{prefix}/review_on")
    if not any(child.result in DANGER for child in children if child.closed_at is None):
        de, en = "Kein Kind ist gefährdet.", "No child is in danger."
        faults.append(FieldError(f"{prefix}/measures", "no_danger", de, en))
    return faults


def of_review(day: date, today: date, *, acute: bool, first: bool, pointer: str) -> list[FieldError]:
    """A review lies ahead, and not too far."""
    most = FIRST_REVIEW_DAYS[acute] if first else LATER_REVIEW_DAYS
    if day < today:
        return [FieldError(pointer, "past", "Das liegt in der Vergangenheit.", "This lies in the past.")]
    if day > today + timedelta(days=most):
        de, en = f"Spätestens nach {most} Tagen.", f"After {most} days at the latest."
        return [FieldError(pointer, "too_late", de, en)]
    return []


def of_custody(
    body: TakeIntoCustody, children: Sequence[ProtectionChild], running: Sequence[CustodyMeasure]
) -> list[FieldError]:
    """The child belongs to the case, is not in care already, and its danger is acute where the ground says so."""
    known: Mapping[UUID, ProtectionChild] = {child.id: child for child in children}
    child = known.get(body.child_id)
    if child is None:
        return [_unknown("/child_id")]
    faults = []
    if child.id in {one.child_id for one in running}:
        de, en = "Dieses Kind ist schon in Obhut.", "This child is in care already."
        faults.append(FieldError("/child_id", "in_care", de, en))
    urgent = body.ground in {Ground.URGENT_NO_OBJECTION, Ground.URGENT_COURT_NOT_IN_TIME}
    if urgent and child.result is not Result.ACUTE:
        de, en = (
            "Das Kind ist nicht als akut gefährdet eingeschätzt.",
            "The child was not assessed as acutely in danger.",
        )
        faults.append(FieldError("/ground", "not_acute", de, en))
    return faults


def _of_children(named: Sequence[UUID], children: Sequence[ProtectionChild]) -> list[FieldError]:
    known = {child.id for child in children if child.closed_at is None}
    faults = [_unknown(f"/children/{place}/child_id") for place, one in enumerate(named) if one not in known]
    for place, one in enumerate(named):
        if one in named[:place]:
            de, en = "Jedes Kind nur einmal.", "Each child once."
            faults.append(FieldError(f"/children/{place}/child_id", "twice", de, en))
    if known - set(named):
        de, en = "Jedes Kind des Falls braucht eine eigene Angabe.", "Every child of the case needs its own."
        faults.append(FieldError("/children", "child_missing", de, en))
    return faults


def _unknown(pointer: str) -> FieldError:
    return FieldError(pointer, "unknown", "Dieses Kind gibt es hier nicht.", "There is no such child here.")
