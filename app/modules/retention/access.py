"""What a person is told of what is kept of it (Art. 15 GDPR, § 83 SGB X), and what is not told, each with why.

Told is what is the person's own: who it is, what it said, where it took part, who read its name. Texts that speak of
several people are named, not copied: they are inspected with a professional, who leaves out what concerns others
(§ 25 SGB X).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.core import audit, documents
from app.law import retention as law
from app.law.calendars import BERLIN
from app.modules import cases, identities, organisations, planning, reports
from app.modules.identities import DisclosureCreate, DisclosurePurpose, HelpPerson
from app.modules.retention import queries
from app.modules.retention.errors import NoAccessRequest
from app.modules.retention.models import SubjectRequest, SubjectRequestKind
from app.modules.retention.schemas import SubjectAccessOut, ToldPart, WithheldPart
from app.modules.retention.service import file_of
from app.policy import Actor

Json = dict[str, Any]
PURPOSE = (
    "Erfüllung der Aufgaben der Jugendhilfe: Hilfe zur Erziehung und ihre Abrechnung "
    "(§§ 27 ff, 36, 61 ff SGB VIII, § 67b SGB X, Art. 6 Abs. 1 Buchst. c und e DSGVO)"
)
RIGHTS = (
    "Berichtigung (Art. 16 DSGVO, § 84 SGB X), Löschung (Art. 17), Einschränkung (Art. 18), Widerspruch (Art. 21).",
    "Akteneinsicht im Verwaltungsverfahren (§ 25 SGB X); Texte, die auch andere betreffen, mit einer Fachkraft.",
    "Beschwerde bei der Datenschutzaufsicht des Landes (Art. 77 DSGVO, § 81 SGB X).",
    "Automatisierte Entscheidungen einschließlich Profiling finden nicht statt (Art. 22 DSGVO).",
)
OTHERS = "Die Angaben betreffen andere Personen und sind ihnen vorbehalten."
MIXED = "Der Text spricht von mehreren Personen; Einsicht ist mit einer Fachkraft möglich, die Fremdes auslässt."
ENTRUSTED = "Was Fachkräften anvertraut wurde, und wer eine Gefährdung gemeldet hat, wird nicht mitgeteilt."
THIRD, ENTRUSTED_LAW, MIXED_LAW = "Art. 15 Abs. 4 DSGVO", "§ 65 SGB VIII, § 83 Abs. 1 SGB X", "§ 25 Abs. 3 SGB X"


def told(db: Session, request: SubjectRequest, *, actor: Actor, at: datetime) -> SubjectAccessOut:
    """Put together what is told; that the identity was opened for it is written down.

    Raises:
        NoAccessRequest: the person asked for something else.
        DisclosureRefused: the actor does not lead this case.
    """
    if request.kind is not SubjectRequestKind.ACCESS:
        raise NoAccessRequest
    help_ = cases.get_help(db, request.help_id, actor)
    body = DisclosureCreate(purpose=DisclosurePurpose.SUBJECT_REQUEST, reason=f"Antrag vom {request.received_on}")
    known = identities.disclose(db, help_.id, request.person_id, body, actor=actor, at=at)
    persons = identities.persons_of(db, help_.id)
    person = next(one for one in persons if one.id == request.person_id)
    withheld = [part for part in _withheld(db, help_, persons, person, known.withheld) if part.count]
    audit.record(
        db,
        tenant_id=request.tenant_id,
        actor=actor,
        action="subject_request.tell",
        subject_kind="subject_request",
        subject_id=request.id,
        at=at,
        law="Art. 15 DSGVO, § 83 SGB X",
        details={"withheld": [part.law for part in withheld]},
    )
    identity = known.identity.model_dump(mode="json", exclude_none=True)
    return SubjectAccessOut(
        request_id=request.id,
        number=help_.number,
        made_at=at,
        controller=_name(db, help_.youth_office_id),
        purpose=PURPOSE,
        kept_until=file_of(db, help_).kept_until,
        is_complete=not withheld,
        told=[part for part in _told(db, help_, person, identity) if part.rows],
        withheld=withheld,
        rights=list(RIGHTS),
    )


def _told(db: Session, help_: cases.Help, person: HelpPerson, identity: Json) -> list[ToldPart]:
    words = planning.words_of(db, help_.id, person.pseudonym)
    read = [
        {"wann": one.at.isoformat(), "Funktion": one.role.title_de, "Zweck": one.purpose.title_de, "was": one.fields}
        for one in identities.disclosures_of(db, person.id)
    ]
    receivers = [{"Träger": _name(db, id_)} for id_ in cases.everybody(db, help_)]
    return [
        ToldPart(title="Wer Sie sind", rows=[identity] if identity else []),
        ToldPart(title="Ihre Rolle in der Hilfe", rows=[_role(person)]),
        ToldPart(title="Die Hilfe", rows=[_help(help_)]),
        ToldPart(title="Empfänger", rows=receivers),
        ToldPart(title="Ihre Beteiligung an der Hilfeplanung", rows=words.said),
        ToldPart(title="Ihre Selbsteinschätzungen", rows=words.own_views),
        ToldPart(title="Wer Ihre Angaben eingesehen hat", rows=read),
        ToldPart(title="Texte, die zur Hilfe vorliegen", rows=[*words.texts, *reports.listed(db, help_.id)]),
    ]


def _withheld(
    db: Session, help_: cases.Help, persons: Sequence[HelpPerson], person: HelpPerson, fields: Sequence[str]
) -> list[WithheldPart]:
    words = planning.words_of(db, help_.id, person.pseudonym)
    texts = len(words.texts) + len(reports.listed(db, help_.id))
    entrusted = queries.count_entrusted(db, help_.id)
    return [
        WithheldPart(title="Angaben zu anderen Personen der Hilfe", count=len(persons) - 1, why=OTHERS, law=THIRD),
        WithheldPart(title="Worte anderer Beteiligter", count=words.others, why=OTHERS, law=THIRD),
        WithheldPart(title="Wortlaut von Plänen, Protokollen und Berichten", count=texts, why=MIXED, law=MIXED_LAW),
        WithheldPart(title="Anvertrautes und Meldungen", count=entrusted, why=ENTRUSTED, law=ENTRUSTED_LAW),
        WithheldPart(title="geschützte Anschrift", count=len(fields), why=OTHERS, law="§ 64 Abs. 2 SGB VIII"),
    ]


def _role(person: HelpPerson) -> Json:
    return {"Rolle": person.role.title_de, "Pseudonym": person.pseudonym, "Geburtsjahr": person.birth_year}


def _help(help_: cases.Help) -> Json:
    return {
        "Nummer": help_.number,
        "Art": help_.service_kind.title_de,
        "Stand": help_.state.title_de,
        "von": help_.starts_on.isoformat(),
        "bis": (help_.ended_on or help_.ends_on).isoformat(),
    }


def _name(db: Session, organisation_id: Any) -> str:
    return organisations.get_organisation(db, organisation_id).name


def print_access(db: Session, request: SubjectRequest, *, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """The same as a letter; and the name of the file."""
    answer = told(db, request, actor=actor, at=at)
    day = f"{at.astimezone(BERLIN):%d.%m.%Y}"
    title = f"Auskunft zu {answer.number}"
    withheld = [[one.title, str(one.count), one.why, one.law] for one in answer.withheld]
    paper: Json = {
        "head": {
            "organisation": answer.controller,
            "below": "Auskunft über gespeicherte Daten",
            "number": answer.number,
            "lines": [day],
            "running": title,
            "foot": f"{answer.controller} · {answer.number}",
            "watermark": None,
        },
        "kind": "Auskunft nach Art. 15 DSGVO und § 83 SGB X",
        "banner": None,
        "facts": [
            ["Zweck und Rechtsgrundlage", answer.purpose],
            ["Aufbewahrung", f"bis {answer.kept_until:%d.%m.%Y} ({law.HELP_FILE.source})"],
        ],
        "parts": [
            *(_part(part.title, entries=list(map(_entry, count(1), part.rows))) for part in answer.told),
            _part("Was nicht mitgeteilt wird", (2, 1, 3, 2), ("Was", "Wie viele", "Warum", "Grundlage"), withheld),
        ],
        "signatures": [],
        "rights": answer.rights,
        "proof": f"Antrag vom {request.received_on:%d.%m.%Y}",
    }
    return documents.render("help_plan", paper, title=title, made_at=at), f"Auskunft-{answer.number}"


def _part(
    title: str,
    columns: Sequence[int] = (),
    head: Sequence[str] = (),
    rows: Sequence[Sequence[str]] = (),
    entries: Sequence[Json] = (),
) -> Json:
    table = {"columns": list(columns), "head": list(head), "rows": [list(row) for row in rows]}
    return {"title": title, "text": None, "lines": [], "entries": list(entries), **table}


def _entry(place: int, row: Json) -> Json:
    rows = [[name, _text(value)] for name, value in row.items() if value not in (None, "", [])]
    return {"title": f"{place}.", "text": None, "rows": rows}


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
