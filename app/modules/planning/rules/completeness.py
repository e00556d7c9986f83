"""What must be in a plan before it is confirmed; each gap with its place. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.problems import FieldError
from app.law.planning import ALWAYS_OUTSIDE_FAMILY, MAYBE_OUTSIDE_FAMILY
from app.law.service_kinds import ServiceKind
from app.modules.planning.codes import ELSEWHERE, PARENTAL, YOUNG, HelpPlanRole, PerspectiveKind, ResourceKind
from app.modules.planning.content import CORE, HelpPlanContent, HelpPlanPerspective
from app.modules.planning.rules.texts import fingerprint


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan is judged against: its help, its decision, the day, and what was confirmed before."""

    service_kind: ServiceKind
    today: date
    decision_hash: str | None
    latest_number: int
    latest_review: date  # no review may be put off beyond it
    review_due: date
    may_postpone: bool  # the first confirmation, or a review meeting was held since the last one
    former: PerspectiveKind | None = None
    former_until: date | None = None


_TEXTS: dict[str, tuple[str, str]] = {
    "need": ("Der Bedarf fehlt (§ 36 Abs. 2 SGB VIII).", "The need is missing."),
    "services": ("Die notwendigen Leistungen fehlen.", "The necessary services are missing."),
    "intensity": ("Umfang und Intensität fehlen.", "The intensity is missing."),
    "goals": ("Der Plan nennt kein Ziel.", "The plan names no goal."),
    "duties": ("Wer übernimmt was?", "Who takes on what?"),
}


def missing(content: HelpPlanContent, situation: Situation) -> list[FieldError]:
    """Everything that stands against confirming this text, with pointers into it.

    Law: SGB VIII § 36 Abs. 1 and 2 (participation, need, kind, services, review), § 8 (children take part), § 37c
    (perspective outside the family).
    """
    found = [*_parts(content), *_resources(content), *_decision(content, situation)]
    return [*found, *_heard(content, situation), *_perspective(content, situation), *_review(content, situation)]


def needs_perspective(service_kind: ServiceKind, outside_family: bool | None) -> bool:
    """Whether a help takes place outside the family, so that its plan states a perspective.

    Law: SGB VIII § 37c Abs. 1.
    """
    return service_kind in ALWAYS_OUTSIDE_FAMILY or (service_kind in MAYBE_OUTSIDE_FAMILY and bool(outside_family))


def _parts(content: HelpPlanContent) -> Iterator[FieldError]:
    for name, (de, en) in _TEXTS.items():
        if not getattr(content, name):
            yield FieldError(f"/{name}", "missing", de, en)


def _resources(content: HelpPlanContent) -> Iterator[FieldError]:
    considered = {resource.kind for resource in content.resources}
    for kind in ResourceKind:
        if kind not in considered:
            de = f"Noch nicht betrachtet: {kind.title_de} (oder warum es keine gibt)."
            yield FieldError("/resources", f"{kind.value}_not_considered", de, f"Not considered: {kind.value}.")


def _decision(content: HelpPlanContent, situation: Situation) -> Iterator[FieldError]:
    if situation.decision_hash is None:
        de, en = "Die Entscheidung mehrerer Fachkräfte fehlt (§ 36 Abs. 2 SGB VIII).", "No team decision is recorded."
        yield FieldError("/decision", "missing", de, en)
    elif situation.decision_hash != core_hash(content):
        de = "Bedarf, Leistungen oder Umfang sind nicht mehr, wie das Team entschieden hat."
        yield FieldError("/decision", "decided_otherwise", de, "The team decided on something else.")


def core_hash(content: HelpPlanContent) -> str:
    """What the team's decision binds: need, services and intensity."""
    return fingerprint(content.model_dump(mode="json", include=set(CORE)))


def _heard(content: HelpPlanContent, situation: Situation) -> Iterator[FieldError]:
    """The young person's word, and the parents'; or why not. Somebody of age needs no parents (§ 41)."""
    groups: Mapping[str, frozenset[HelpPlanRole]] = {"child": YOUNG, "parents": PARENTAL}
    for name, roles in groups.items():
        if name == "parents" and situation.service_kind is ServiceKind.SECTION_41:
            continue
        named = [(place, one) for place, one in enumerate(content.participants) if one.role in roles]
        if not named:
            de = "Das Kind oder der junge Mensch" if name == "child" else "Eltern oder Vormund"
            de = f"{de} kommt nicht vor (§§ 8, 36 Abs. 1 SGB VIII); wer nicht gehört wurde, steht mit Grund da."
            yield FieldError("/participants", f"{name}_missing", de, f"Nobody speaks as {name}.")
        for place, one in named:
            if not one.own_words and one.missing_reason is None:
                de = f"{one.role.title_de}: eigene Worte fehlen, oder der Grund, warum es keine gibt."
                yield FieldError(
                    f"/participants/{place}/own_words", "not_heard", de, "Own words, or why there are none."
                )


def _perspective(content: HelpPlanContent, situation: Situation) -> Iterator[FieldError]:
    if situation.service_kind in MAYBE_OUTSIDE_FAMILY and content.outside_family is None:
        de = "Findet die Hilfe außerhalb der eigenen Familie statt?"
        yield FieldError("/outside_family", "missing", de, "Does the help take place outside the family?")
    if not needs_perspective(situation.service_kind, content.outside_family):
        return
    if content.perspective is None:
        de = "Bei Hilfe außerhalb der Familie steht die Perspektive im Plan (§ 37c SGB VIII)."
        yield FieldError("/perspective", "missing", de, "Outside the family the plan states the perspective.")
        return
    yield from _stated(content.perspective, situation)


def _stated(stated: HelpPlanPerspective, situation: Situation) -> Iterator[FieldError]:
    wanted = ["reasons"]
    if stated.kind is PerspectiveKind.RETURN_HOME:
        wanted += ["conditions", "services_for_parents", "until", "progress"]
    elif situation.latest_number:
        wanted += ["progress"]
    if stated.kind in ELSEWHERE:
        wanted += ["adoption_check"]
    if stated.kind is PerspectiveKind.OPEN:
        wanted += ["next_steps"]
    for name in wanted:
        if not getattr(stated, name):
            title = HelpPlanPerspective.model_fields[name].title
            yield FieldError(f"/perspective/{name}", "missing", f"Zur Perspektive fehlt: {title}.", f"Missing: {name}.")
    if stated.kind is PerspectiveKind.RETURN_HOME:
        yield from _reachable(stated, situation)


def _reachable(stated: HelpPlanPerspective, situation: Situation) -> Iterator[FieldError]:
    """A return that did not come about in its time gives way to another perspective (§ 37c Abs. 2 SGB VIII)."""
    if stated.until and stated.until < situation.today:
        de = "Der vertretbare Zeitraum ist schon vorbei."
        yield FieldError("/perspective/until", "past", de, "The justifiable period is over already.")
    former = situation.former_until
    if situation.former is PerspectiveKind.RETURN_HOME and former and former < situation.today:
        de = "Die Rückkehr kam im vertretbaren Zeitraum nicht zustande; eine andere Perspektive ist zu benennen."
        yield FieldError("/perspective/kind", "not_reached", de, "The return failed; another perspective is needed.")


def _review(content: HelpPlanContent, situation: Situation) -> Iterator[FieldError]:
    day = content.next_review_on
    if day is None:
        return
    if day <= situation.today:
        yield FieldError("/next_review_on", "past", "Dieser Tag ist nicht mehr voraus.", "This day is not ahead.")
    elif day > situation.latest_review:
        de = f"Die nächste Überprüfung liegt spätestens am {situation.latest_review:%d.%m.%Y}."
        yield FieldError("/next_review_on", "too_late", de, f"At the latest on {situation.latest_review}.")
    elif day > situation.review_due and not situation.may_postpone:
        de = f"Die Überprüfung ist am {situation.review_due:%d.%m.%Y} fällig; später erst nach einem Gespräch."
        yield FieldError("/next_review_on", "review_open", de, "A review is due; hold it first.")


def as_json(content: HelpPlanContent) -> dict[str, Any]:
    """The text as it is kept."""
    return content.model_dump(mode="json")
