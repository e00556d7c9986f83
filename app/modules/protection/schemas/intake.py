"""Reports and cases as the API takes and shows them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import WHOLE, Day, Flag, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.law.protection import Urgency
from app.modules.protection.codes import (
    CaseState,
    Channel,
    DangerKind,
    DangerPerson,
    EntryKind,
    ReporterKind,
    Result,
)

BirthYear = Annotated[int, Field(ge=1990, le=2100), WHOLE]
Month = Annotated[int, Field(ge=1, le=12), WHOLE]
Texts = Annotated[list[Word], Field(max_length=50)]


class ChildIn(In):
    """A child the report is about."""

    pseudonym: Word = Field(title="Pseudonym des Kindes", examples=["Kind K-2"])
    birth_year: BirthYear | None = Field(None, title="Geburtsjahr (notfalls geschätzt)")
    birth_month: Month | None = Field(None, title="Geburtsmonat")
    born_on: Day | None = Field(None, title="Geburtstag (für die Volljährigkeit)")
    earlier_id: Id | None = Field(None, title="dasselbe Kind in einem früheren Verfahren")


class ReportIn(In):
    """What somebody tells the office; an oral report is written down at once, in their words."""

    case_id: Id | None = Field(None, title="bestehender Fall (weitere Meldung zum selben Kind)")
    reporter: ReporterKind = Field(title="Wer meldet", examples=["citizen"])
    identity: Prose | None = Field(None, title="Name und Erreichbarkeit (wird versiegelt)")
    channel: Channel = Field(title="Weg", examples=["telephone"])
    received_at: Instant | None = Field(None, title="eingegangen am (sonst jetzt)")
    content: Prose = Field(title="Inhalt der Meldung, möglichst wörtlich", examples=["Das Kind weint seit Stunden."])
    children: list[ChildIn] = Field(
        title="Kinder (leer: noch unbekannt)", max_length=20, examples=[[{"pseudonym": "Kind K-2"}]]
    )
    whereabouts: Word | None = Field(title="Wo die Kinder sind (leer: unbekannt)", examples=["zu Hause"])
    urgency_claim: Urgency = Field(title="Dringlichkeit nach der Meldung", examples=["same_day"])
    is_acute: Flag = Field(False, title="akute Gefahr")
    procedure_explained: Flag = Field(title="Verfahren erläutert", examples=[True])
    wants_feedback: Flag = Field(title="Rückmeldung gewünscht", examples=[False])


class DutyOut(Out):
    """Something that must be done until an instant."""

    kind: str = Field(title="Was", max_length=60)
    title: str = Field(title="Bezeichnung", max_length=200)
    started_at: Instant = Field(title="läuft seit")
    due_at: Instant = Field(title="fällig am")
    met_at: Instant | None = Field(title="erledigt am")
    level: int | None = Field(title="erreichte Eskalationsstufe")
    source: str = Field(title="Quelle der Frist", max_length=200)


class ChildOut(Out):
    """A child of the case."""

    id: Id
    pseudonym: str = Field(title="Pseudonym", max_length=200)
    birth_year: int | None = Field(title="Geburtsjahr")
    birth_month: int | None = Field(title="Geburtsmonat")
    born_on: Day | None = Field(title="Geburtstag")
    result: Result | None = Field(title="Ergebnis der Einschätzung")
    kinds: list[DangerKind] = Field(title="Art der Gefährdung", max_length=4)
    danger_person: DangerPerson | None = Field(title="von wem die Gefahr ausgeht")
    assessed_at: Instant | None = Field(title="eingeschätzt am")
    closed_at: Instant | None = Field(title="Verfahren abgeschlossen am")


class CaseSummary(Out):
    """A case in a list: nothing of what was told."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    state: CaseState = Field(title="Stand")
    urgency: Urgency = Field(title="Dringlichkeit")
    is_acute: bool = Field(title="akute Gefahr")
    received_at: Instant = Field(title="eingegangen am")
    caseworker_id: Id | None = Field(title="fallführende Fachkraft")
    second_id: Id | None = Field(title="zweite Fachkraft")
    substitute_id: Id | None = Field(title="Vertretung")
    predecessor_id: Id | None = Field(title="früheres Verfahren")
    version: int = Field(title="Fassung", ge=1)


class CaseOut(CaseSummary):
    """A case: who works on it, what is due, what may be done."""

    help_id: Id | None = Field(title="Hilfe")
    failed_attempts: int = Field(title="gescheiterte Kontaktversuche")
    contact_at: Instant | None = Field(title="unmittelbarer Eindruck am")
    closed_at: Instant | None = Field(title="abgeschlossen am")
    children: list[ChildOut] = Field(title="Kinder", max_length=200)
    duties: list[DutyOut] = Field(title="Fristen", max_length=500)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=50)


class CaseQuery(PageQuery):
    """Filters of cases."""

    state: CaseState | None = None
    urgency: Urgency | None = None
    help_id: Id | None = None
    open: Annotated[bool | None, Field(description="not closed, not handed over, weighty")] = None
    mine: Annotated[bool | None, Field(description="the caller works on it")] = None
    sort: Annotated[Literal["urgency", "received_at", "-received_at"], Field(description="most urgent first")] = (
        "urgency"
    )


class ProtectionReportOut(Out):
    """A report as it was taken down; who told it lies sealed."""

    id: Id
    reporter: ReporterKind = Field(title="Wer meldete")
    channel: Channel = Field(title="Weg")
    has_identity: bool = Field(title="Name bekannt (versiegelt)")
    content: str = Field(title="Inhalt", max_length=10_000)
    whereabouts: str | None = Field(title="Wo die Kinder sind", max_length=200)
    urgency_claim: Urgency = Field(title="Dringlichkeit nach der Meldung")
    is_acute: bool = Field(title="akute Gefahr")
    received_at: Instant = Field(title="eingegangen am")
    recorded_at: Instant = Field(title="niedergeschrieben am")
    recorded_by: Id = Field(title="von")
    is_late_entry: bool = Field(title="verspätet niedergeschrieben")
    procedure_explained: bool = Field(title="Verfahren erläutert")
    wants_feedback: bool = Field(title="Rückmeldung gewünscht")
    notification_id: Id | None = Field(title="Mitteilung des Trägers")


class ProtectionSignatureOut(Out):
    """Another professional behind an entry."""

    account_id: Id = Field(title="Person")
    is_lead: bool = Field(title="als Leitung")
    dissent: str | None = Field(title="abweichende Einschätzung", max_length=10_000)
    signed_at: Instant = Field(title="gezeichnet am")


class EntryOut(Out):
    """An entry of the file."""

    id: Id
    kind: EntryKind = Field(title="Art")
    title: str = Field(title="Bezeichnung", max_length=200)
    happened_at: Instant = Field(title="geschehen am")
    recorded_at: Instant = Field(title="niedergeschrieben am")
    recorded_by: Id = Field(title="von")
    is_late: bool = Field(title="verspätet niedergeschrieben")
    content: dict[str, Any] = Field(title="Inhalt")
    corrects_id: Id | None = Field(title="berichtigt")
    signatures: list[ProtectionSignatureOut] = Field(title="Unterschriften", max_length=50)


class ReportReceipt(Out):
    """A report is written down, and belongs to this case."""

    id: Id
    case_id: Id = Field(title="Gefährdungsfall")
    received_at: Instant = Field(title="eingegangen am")


class ReporterOut(Out):
    """Who reported."""

    identity: str | None = Field(title="Name und Erreichbarkeit", max_length=10_000)


class EntryReceipt(Out):
    """An entry is written; answers are kept for retries, so it says nothing of its content."""

    id: Id
    kind: EntryKind = Field(title="Art")
    recorded_at: Instant = Field(title="niedergeschrieben am")
    is_late: bool = Field(title="verspätet niedergeschrieben")


class ProtectionMissingOut(Out):
    """Something that is missing before the procedure ends."""

    pointer: str = Field(title="wo im Fall", max_length=200)
    code: str = Field(title="Kennung", max_length=60)
    detail: str = Field(title="was", max_length=500)
