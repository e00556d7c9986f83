"""What must be there before a procedure ends (facts, sections 4.4 and 4.7); pure, each with its place in the case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.problems import FieldError
from app.modules.protection.codes import DANGER, CustodyEndReason, CustodyState, Reaction, ReporterKind, Result
from app.modules.protection.codes import EntryKind as K
from app.modules.protection.models import (
    CustodyMeasure,
    EndangermentCase,
    EndangermentReport,
    ProtectionChild,
    ProtectionEntry,
)

_PLANS = (K.AGREE_PLAN, K.COURT_REFRAINS)


@dataclass(frozen=True, slots=True)
class File:
    """Everything about a case that a closing looks at."""

    case: EndangermentCase
    children: Sequence[ProtectionChild]
    entries: Sequence[ProtectionEntry]
    reports: Sequence[EndangermentReport]
    custodies: Sequence[CustodyMeasure]
    adults: frozenset[UUID] = field(default_factory=frozenset)

    def of(self, *kinds: K) -> list[ProtectionEntry]:
        """The entries of these kinds, oldest first."""
        return [entry for entry in self.entries if entry.kind in kinds]


def of_closing(file: File, chosen: Iterable[UUID] | None = None) -> list[FieldError]:
    """What is missing for the children chosen (all that are open, where none is)."""
    wanted = set(chosen or ()) or {child.id for child in file.children if child.closed_at is None}
    faults = []
    if not file.children:
        faults.append(_gap("/children", "no_child", "Kein Kind ist benannt.", "No child is named."))
    if not file.of(K.RECORD_CONTACT, K.SKIP_DIRECT_IMPRESSION):
        faults.append(_gap("/contact_at", "no_contact", "Kein unmittelbarer Eindruck.", "No direct impression."))
    for place, child in enumerate(file.children):
        if child.id in wanted:
            faults += _of_child(file, child, f"/children/{place}")
    if wanted >= {child.id for child in file.children if child.closed_at is None}:
        faults += _of_case(file)
    return faults


def _of_child(file: File, child: ProtectionChild, place: str) -> list[FieldError]:
    """The guards of the results, and what a child needs besides."""
    custodies = [one for one in file.custodies if one.child_id == child.id]
    faults = [
        _gap(f"{place}/custody", "in_care", "Die Inobhutnahme läuft noch.", "The child is still in care.")
        for one in custodies
        if one.state is not CustodyState.ENDED
    ]
    if child.id in file.adults and not _named(file, child, K.MAJORITY):
        faults.append(_gap(f"{place}/majority", "majority", "Hilfe nach § 41?", "Help for young adults?"))
    offers = _named(file, child, K.HELP_OFFER)
    if child.result is None:
        faults.append(_gap(f"{place}/result", "not_assessed", "Nicht eingeschätzt.", "Not assessed."))
    elif child.result in DANGER and not _protected(file, child, custodies):
        de, en = "Gefährdet, aber ohne Schutz: Schutzplan, Gericht oder Inobhutnahme.", "In danger without protection."
        faults.append(_gap(f"{place}/protection", "unprotected", de, en))
    elif child.result is Result.NO_BUT_NEED and not offers:
        faults.append(_gap(f"{place}/help_offer", "no_offer", "Keine Hilfe angeboten.", "No help was offered."))
    handed = [one for one in custodies if one.end_reason is CustodyEndReason.HANDOVER]
    if handed and not _planned_after(file, max(one.ended_at for one in handed if one.ended_at)):
        de, en = "Nach der Herausgabe fehlt ein Schutzplan.", "No plan since the child was handed over."
        faults.append(_gap(f"{place}/plan", "no_plan", de, en))
    if any(one.liberty and one.liberty_ended_at is None for one in custodies):
        faults.append(_gap(f"{place}/liberty", "liberty", "Wann endete die Freiheitsentziehung?", "Liberty?"))
    return faults


def _protected(file: File, child: ProtectionChild, custodies: Sequence[CustodyMeasure]) -> bool:
    """Acute: care, court, a plan with daily control, or a placement the parents accept. Latent: plan or court."""
    if custodies or file.of(K.CALL_COURT):
        return True
    plans = file.of(*_PLANS)
    if child.result is Result.LATENT:
        return bool(plans)
    daily = any(_plan(entry).get("is_daily") for entry in plans)
    placed = any(e.content.get("reaction") == Reaction.ACCEPTED for e in _named(file, child, K.HELP_OFFER))
    return daily or placed


def _of_case(file: File) -> list[FieldError]:
    """What the case as a whole needs: feedback to those the law gives it, further reports looked at."""
    told = {entry.content.get("report_id") for entry in file.of(K.FEEDBACK)}
    checked = {entry.content.get("report_id") for entry in file.of(K.CHECK_REPORT)}
    first_check = min((e.recorded_at for e in file.of(K.PROPOSE_WEIGHTY)), default=None)
    faults = []
    for place, report in enumerate(file.reports):
        if wants_feedback(report) and str(report.id) not in told:
            faults.append(_gap(f"/reports/{place}/feedback", "no_feedback", "Keine Rückmeldung.", "No feedback."))
        late = first_check is not None and report.recorded_at > first_check
        if late and str(report.id) not in checked:
            faults.append(_gap(f"/reports/{place}/check", "not_checked", "Nicht geprüft.", "Not looked at."))
    return faults


def wants_feedback(report: EndangermentReport) -> bool:
    """Whether the law gives this reporter feedback, and they want it (§ 4 Abs. 4 KKG, § 64 Abs. 4 SGB VIII)."""
    return report.wants_feedback and report.reporter in {ReporterKind.PROVIDER, ReporterKind.SECRECY_HOLDER}


def _named(file: File, child: ProtectionChild, kind: K) -> list[ProtectionEntry]:
    return [entry for entry in file.of(kind) if entry.content.get("child_id") == str(child.id)]


def _plan(entry: ProtectionEntry) -> Mapping[str, Any]:
    plan: Mapping[str, Any] = entry.content.get("plan", entry.content)
    return plan


def _planned_after(file: File, instant: Any) -> bool:
    return any(entry.recorded_at >= instant for entry in file.of(*_PLANS))


def _gap(pointer: str, code: str, de: str, en: str) -> FieldError:
    return FieldError(pointer, code, de, en)
