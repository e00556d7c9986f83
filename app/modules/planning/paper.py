"""A confirmed help plan, and the minutes of a meeting, on paper."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.core import documents
from app.core.problems import NotFound
from app.law.calendars import BERLIN
from app.law.service_kinds import ServiceKind
from app.modules import organisations
from app.modules.planning import queries
from app.modules.planning.changes import told
from app.modules.planning.codes import GradingSide, SelfAssessmentMode
from app.modules.planning.content import HelpPlanContent, HelpPlanGoal, HelpPlanParticipant, HelpPlanTask
from app.modules.planning.forms import form
from app.modules.planning.models import HelpPlanMeeting, HelpPlanMinutes, HelpPlanMinutesAssent, HelpPlanVersion
from app.policy import Actor

Json = dict[str, Any]
COMPLAINT = (
    "Deine und Ihre Rechte: Wer mit der Hilfe, dem Träger oder dem Jugendamt nicht einverstanden ist, kann sich an "
    "eine Ombudsstelle wenden. Sie ist unabhängig, berät, vermittelt und kostet nichts (§ 9a SGB VIII). Kinder und "
    "Jugendliche werden auch ohne ihre Eltern beraten (§ 8 Abs. 3 SGB VIII). Beratung gibt es so, dass man sie "
    "versteht (§ 10a SGB VIII)."
).replace("§ ", "§\N{NO-BREAK SPACE}")
"""The independent way to complain, printed on everything that is handed out."""
GOAL_FACTS = ("level", "owner", "life_area", "indicator", "baseline", "target", "due_on", "status", "status_reason")


def print_version(db: Session, version: HelpPlanVersion) -> tuple[bytes, str]:
    """A confirmed version as PDF, with its name."""
    names = _names(db, version.youth_office_id, [UUID(one["provider_id"]) for one in version.document["statements"]])
    office, number = names[version.youth_office_id], version.document["help_plan"]
    content = HelpPlanContent.model_validate(version.document["content"])
    title = f"Hilfeplan {number}, {version.number}. Fassung"
    paper: Json = {
        "head": _head(office, f"{number} · {version.number}", version.created_at, title),
        "kind": "Hilfeplan nach § 36 SGB VIII",
        "banner": None,
        "facts": _facts(version, content),
        "parts": _parts(version.document, content, names),
        "signatures": [_signature(one) for one in content.participants] + [_of_office(office)],
        "rights": [COMPLAINT, *([content.complaint_contact] if content.complaint_contact else [])],
        "proof": f"SHA-256 des Textes: {version.content_hash}",
    }
    pdf = documents.render("help_plan", paper, title=title, made_at=version.created_at)
    return pdf, f"{number}-{version.number}"


def print_minutes(db: Session, meeting_id: UUID, actor: Actor) -> tuple[bytes, str]:
    """The newest writing of a meeting's minutes as PDF, with its name.

    Raises:
        NotFound: nothing is written yet, or the actor takes no part.
    """
    written = queries.minutes_of(db, meeting_id, actor)
    if not written:
        raise NotFound
    meeting, minutes = queries.get_meeting(db, meeting_id, actor), written[-1]
    office = _names(db, meeting.youth_office_id, [])[meeting.youth_office_id]
    when = meeting.starts_at.astimezone(BERLIN)
    title = f"{meeting.kind.title_de} am {when:%d.%m.%Y}"
    participants = [HelpPlanParticipant.model_validate(one) for one in meeting.participants]
    said = [one for one in queries.assents_of(db, meeting_id, actor) if one.number == minutes.number]
    paper: Json = {
        "head": _head(office, f"Protokoll {minutes.number}", minutes.created_at, title),
        "kind": "Protokoll eines Hilfeplangesprächs (§ 36 SGB VIII)",
        "banner": f"Berichtigung: {minutes.correction}" if minutes.correction else None,
        "facts": [["Termin", f"{when:%d.%m.%Y, %H:%M} Uhr"], ["Ort", meeting.place or "–"]],
        "parts": _of_minutes(meeting, minutes, participants, said),
        "signatures": [_signature(one) for one in participants if one.attended] + [_of_office(office)],
        "rights": [COMPLAINT],
        "proof": f"SHA-256 des Textes: {minutes.content_hash}",
    }
    pdf = documents.render("help_plan", paper, title=title, made_at=minutes.created_at)
    return pdf, f"Hilfeplangespraech-{when:%Y-%m-%d}-Protokoll"


def _names(db: Session, office_id: UUID, others: list[UUID]) -> dict[UUID, str]:
    known = organisations.organisations_by_id(db, [office_id, *others])
    return {id_: organisation.name for id_, organisation in known.items()}


def _head(office: str, number: str, made_at: Any, title: str) -> Json:
    return {
        "organisation": office,
        "below": "Hilfeplanung (§ 36 SGB VIII)",
        "number": number,
        "lines": [told(made_at.astimezone(BERLIN).date())],
        "running": title,
        "foot": f"{office} · {number}",
        "watermark": None,
    }


def _facts(version: HelpPlanVersion, content: HelpPlanContent) -> list[list[str]]:
    document = version.document
    rows = [
        ["Hilfe", f"{document['help']}, {ServiceKind(document['service_kind']).title_de}"],
        ["Familie", document["pseudonym"]],
        ["Umfang und Intensität", content.intensity or "–"],
        ["Bestätigt am", told(version.created_at.astimezone(BERLIN).date())],
        ["Nächste Überprüfung", told(version.review_due_on)],
    ]
    return [*rows, *([["Verständigung", content.language_support]] if content.language_support else [])]


def _parts(document: Json, content: HelpPlanContent, names: dict[UUID, str]) -> list[Json]:
    decision = document["decision"] or {"professionals": [], "reasons": None}
    partners = [[one.kind.title_de, one.function, one.agreed or "–"] for one in content.partners]
    groups = [
        [one.text, "gewählt" if one.is_chosen else "nicht gewählt", one.reason or "–"] for one in content.group_offers
    ]
    said = [_entry(names[UUID(one["provider_id"])], text=one["text"]) for one in document["statements"]]
    parts = [
        _part("Bedarf", text=content.need),
        _part("Notwendige Leistungen", lines=content.services),
        _part(
            "Was zuerst betrachtet wurde",
            (2, 3, 3),
            ("Wessen Kräfte", "Was da ist", "Warum das allein nicht reicht"),
            [[one.kind.title_de, one.text, one.why_not_enough] for one in content.resources],
        ),
        _part("Gruppenangebote", (3, 2, 3), ("Angebot", "Entscheidung", "Warum"), groups),
        _part("Ziele", entries=[_goal(goal) for goal in content.goals]),
        _attained(document.get("attainment"), content),
        _part("Wer übernimmt was", (1, 2), ("Wer", "Was"), [[one.function, one.text] for one in content.duties]),
        _part("Schule, Kita und andere", (1, 1, 2), ("Art", "Funktion", "Verabredet"), partners),
        _part("Perspektive (§ 37c SGB VIII)", entries=_perspective(content)),
        _part("Beteiligte, mit eigenen Worten", entries=[_voice(one) for one in content.participants]),
        _part("Wie es mir geht", entries=_own_view(document.get("self_assessment"))),
        _part("Stellungnahme des Trägers", entries=said),
        _part(
            "Entscheidung im Team (§ 36 Abs. 2 SGB VIII)",
            text=decision["reasons"],
            lines=[one["function"] for one in decision["professionals"]],
        ),
    ]
    return [part for part in parts if part["text"] or part["lines"] or part["rows"] or part["entries"]]


def _of_minutes(
    meeting: HelpPlanMeeting,
    minutes: HelpPlanMinutes,
    participants: Sequence[HelpPlanParticipant],
    said: Sequence[HelpPlanMinutesAssent],
) -> list[Json]:
    content = minutes.content
    agreed = [HelpPlanTask.model_validate(one) for one in content["agreements"]]
    parts = [
        _part("Beteiligte", entries=[_voice(one) for one in participants]),
        _part("Tagesordnung", lines=content["agenda"] or meeting.agenda),
        _part("Was besprochen wurde", text=content["text"]),
        _part("Vereinbart", (3, 2, 1), ("Was", "Wer", "Bis"), [_task(one) for one in agreed]),
        _part("Zum Protokoll", (2, 1, 3, 1), ("Wer", "Einverstanden", "Womit nicht", "Am"), _assents(said)),
    ]
    return [part for part in parts if part["text"] or part["lines"] or part["rows"] or part["entries"]]


def _assents(said: Sequence[HelpPlanMinutesAssent]) -> list[list[str]]:
    """Each person's last word on the minutes."""
    last = {(one.role, one.label, one.function): one for one in said}
    return [
        [one.label or one.function or one.role.title_de, one.consents.title_de, one.dissent or "–", told(one.said_on)]
        for one in last.values()
    ]


def _part(
    title: str,
    columns: Sequence[int] = (),
    head: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
    *,
    text: str | None = None,
    lines: Sequence[str] = (),
    entries: Sequence[Json] = (),
) -> Json:
    table = {"columns": list(columns), "head": list(head), "rows": [list(row) for row in rows]}
    return {"title": title, "text": text, "lines": list(lines), "entries": list(entries), **table}


def _entry(title: str, rows: Sequence[Sequence[str]] = (), text: str | None = None) -> Json:
    return {"title": title, "text": text, "rows": [list(row) for row in rows]}


def _titled(model: BaseModel, names: Sequence[str]) -> list[list[str]]:
    """What a model says, with its titles; nothing where it says nothing."""
    fields = type(model).model_fields
    values = {name: getattr(model, name) for name in names}
    return [[_upper(fields[name].title or name), told(value)] for name, value in values.items() if value is not None]


def _upper(title: str) -> str:
    return title[:1].upper() + title[1:]


def _goal(goal: HelpPlanGoal) -> Json:
    done = [f"{what} ({who}{', bis ' + until if until != '–' else ''})" for what, who, until in map(_task, goal.tasks)]
    rows = [*_titled(goal, GOAL_FACTS), *(["Wer tut was bis wann", line] for line in done)]
    return _entry(f"«{goal.text}»", rows)


def _attained(attained: Json | None, content: HelpPlanContent) -> Json:
    """What each side says of the goals of the version before, from -2 to +2."""
    if attained is None:
        return _part("Zielerreichung")
    sides = [attained[side.value] for side in (GradingSide.FAMILY, GradingSide.PROVIDER, GradingSide.YOUTH_OFFICE)]
    rows = [
        [f"«{goal.text}»", *(_grade(given.get(goal.key)) for given in sides)]
        for goal in content.goals
        if any(goal.key in given for given in sides)
    ]
    title = f"Zielerreichung seit der {attained['number']}. Fassung (−2 bis +2; 0: wie erwartet)"
    return _part(title, (4, 1, 1, 1), ("Ziel", "Familie", "Träger", "vereinbart"), rows)


def _grade(given: int | None) -> str:
    if given is None:
        return "–"
    return f"{given:+d}".replace("-", "−") if given else "0"


def _task(task: HelpPlanTask) -> list[str]:
    return [task.what, task.who, told(task.until) if task.until else "–"]


def _perspective(content: HelpPlanContent) -> list[Json]:
    if content.perspective is None:
        return []
    names = [name for name in type(content.perspective).model_fields if name != "kind"]
    return [_entry(content.perspective.kind.title_de, _titled(content.perspective, names))]


def _own_view(said: Json | None) -> list[Json]:
    """The young person's last self-assessment, question by question."""
    if said is None:
        return []
    questions = (form(said["form_number"]) or {})["properties"]
    how = f"{SelfAssessmentMode(said['mode']).title_de} am {told(date.fromisoformat(said['answered_on']))}"
    areas = questions["wie_geht_es"]["properties"]
    rows = [
        [areas[area]["title"], " – ".join([f"{answer['wert']} von 5", *filter(None, [answer.get("worte")])])]
        for area, answer in said["content"]["wie_geht_es"].items()
    ]
    rows += [[questions[name]["title"], text] for name, text in said["content"].items() if name != "wie_geht_es"]
    return [_entry(how, rows)]


def _voice(one: HelpPlanParticipant) -> Json:
    """What somebody said, and what the plan knows of the taking part."""
    names = [name for name in type(one).model_fields if name not in ("role", "label", "function", "own_words")]
    words = f"«{one.own_words}»" if one.own_words else None
    return _entry(_called(one), _titled(one, names), words)


def _called(one: HelpPlanParticipant) -> str:
    return ", ".join(part for part in (one.role.title_de, one.label, one.function) if part)


def _signature(one: HelpPlanParticipant) -> Json:
    return {"name": _called(one), "lines": [], "signed": None, "open": "Ort, Datum"}


def _of_office(office: str) -> Json:
    return {"name": office, "lines": ["fallführende Fachkraft"], "signed": None, "open": "Ort, Datum"}
