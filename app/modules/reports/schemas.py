"""Reports as the API shows and takes them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Key, Out, Prose, Word
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.agreements import ReportKind
from app.modules.reports.models import ExpectationOrigin, ExpectationState, ReportState

Content = Annotated[dict[str, Any], Field(title="Inhalt nach dem Vordruck", max_length=1000)]
EXAMPLE = {"ziele": [{"ziel": "Regelmäßiger Schulbesuch", "bewertung": "teilweise erreicht"}]}


class Discussion(In):
    """Whether the report was discussed with the family before it was handed in, or why not (§ 8 Abs. 1, § 36)."""

    discussed_on: Day | None = Field(None, title="besprochen am", examples=["2026-07-20"])
    discussed_with: list[Word] = Field(
        default_factory=list,
        title="besprochen mit",
        max_length=20,
        examples=[["Mutter", "Kind"]],
        validate_default=True,
    )
    not_discussed_reason: Prose | None = Field(None, title="warum nicht besprochen (etwa zum Schutz des Kindes)")

    @field_validator("discussed_with")
    @classmethod
    def _with_a_day(cls, names: list[str], info: ValidationInfo) -> list[str]:
        if "discussed_on" in info.data and bool(names) != (info.data["discussed_on"] is not None):
            raise FieldValueError("Tag und Beteiligte gehören zusammen.", "Day and participants belong together.")
        return names

    @field_validator("not_discussed_reason")
    @classmethod
    def _instead(cls, reason: str | None, info: ValidationInfo) -> str | None:
        if reason is not None and info.data.get("discussed_on") is not None:
            raise FieldValueError("Der Bericht wurde doch besprochen.", "The report was discussed after all.")
        return reason


class ReportCreate(Discussion):
    """A report as a provider, or its software, pushes it."""

    help_id: Id = Field(title="Hilfe")
    kind: ReportKind = Field(title="Art des Berichts")
    period_from: Day = Field(title="Berichtszeitraum ab", examples=["2026-02-01"])
    period_to: Day = Field(title="Berichtszeitraum bis einschließlich", examples=["2026-07-31"])
    content: Content = Field(examples=[EXAMPLE])
    external_id: Key | None = Field(None, title="Kennung in der Software des Trägers")
    expectation_id: Id | None = Field(None, title="erfüllt diese Erwartung (leer: die älteste offene)")
    submit: Flag = Field(False, title="gleich abgeben")

    @field_validator("period_to")
    @classmethod
    def _ordered(cls, last: date, info: ValidationInfo) -> date:
        first = info.data.get("period_from")
        if first is not None and last < first:
            raise FieldValueError("Das Ende liegt vor dem Beginn.", "The end lies before the start.")
        return last


class ReportPatch(In):
    """What changes of the content: merge patch (RFC 7396), `null` takes an entry away."""

    content: Content = Field(examples=[EXAMPLE])


class SubmitReport(Discussion):
    """The provider hands the report to the youth office; from now on this content is fixed."""

    action: Literal["submit"]


class ReturnReport(In):
    """The youth office gives the report back to be revised."""

    action: Literal["return"]
    remarks: list[Prose] = Field(title="Anmerkungen: was zu überarbeiten ist", min_length=1, max_length=50)


class AcceptReport(In):
    """The youth office takes the report to the case."""

    action: Literal["accept"]


class WithdrawReport(In):
    """The provider throws a draft away; its content is deleted."""

    action: Literal["withdraw"]


ReportAction = Annotated[SubmitReport | ReturnReport | AcceptReport | WithdrawReport, Field(discriminator="action")]


class ReportOut(Out):
    """A report without what it says."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    external_id: str | None = Field(title="Kennung in der Software des Trägers", max_length=100)
    kind: ReportKind = Field(title="Art des Berichts")
    state: ReportState = Field(title="Stand")
    help_id: Id = Field(title="Hilfe")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    form_version_id: Id = Field(title="Fassung des Vordrucks")
    expectation_id: Id | None = Field(title="geschrieben für diese Erwartung")
    must_be_discussed: bool = Field(title="vor der Abgabe mit der Familie zu besprechen")
    must_be_countersigned: bool = Field(title="von der Leitung abzugeben (vier Augen)")
    period_from: Day = Field(title="Berichtszeitraum ab")
    period_to: Day = Field(title="Berichtszeitraum bis einschließlich")
    author_id: Id = Field(title="angelegt von")
    content_number: int = Field(title="Nummer der letzten Abgabe (0: noch keine)", ge=0)
    submitted_at: Instant | None = Field(title="zuletzt abgegeben am")
    submitted_by: Id | None = Field(title="zuletzt abgegeben von")
    accepted_at: Instant | None = Field(title="angenommen am")
    accepted_by: Id | None = Field(title="angenommen von")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class FormLink(Out):
    """Where the form of a report stands."""

    form_id: Id = Field(title="Vordruck")
    number: int = Field(title="Fassung", ge=1)
    path: str = Field(title="Adresse des Schemas", max_length=200)


class RemarkOut(Out):
    """Why a submission was returned."""

    id: Id
    content_number: int = Field(title="Nummer der Abgabe", ge=1)
    author_id: Id = Field(title="von")
    text: str = Field(title="Anmerkung", max_length=10_000)
    at: Instant = Field(title="wann")


class AttachmentOut(Out):
    """A file beside a report; it belongs to the submissions from `first_number` to `last_number`."""

    id: Id
    name: str = Field(title="Dateiname", max_length=200)
    media_type: str = Field(title="Dateityp", max_length=100)
    size: int = Field(title="Größe (Bytes)", ge=1)
    sha256: str = Field(title="Prüfsumme (SHA-256) der Datei", max_length=64)
    added_by: Id = Field(title="hinzugefügt von")
    added_at: Instant = Field(title="hinzugefügt am")
    first_number: int | None = Field(title="gehört zu den Abgaben ab Nummer (leer: noch nicht abgegeben)", ge=1)
    last_number: int | None = Field(title="bis Nummer (leer: weiterhin)", ge=1)


class SubmissionOut(Out):
    """One submission; its content stands under `/v1/reports/{id}/contents/{number}`."""

    number: int = Field(title="Nummer der Abgabe", ge=1)
    content_hash: str = Field(title="Prüfsumme (SHA-256) des Inhalts", max_length=64)
    created_by: Id = Field(title="von")
    created_at: Instant = Field(title="wann")
    discussed_on: Day | None = Field(title="mit der Familie besprochen am")
    discussed_with: list[Word] | None = Field(title="besprochen mit", max_length=20)
    not_discussed_reason: str | None = Field(title="warum nicht besprochen", max_length=10_000)


class SubmissionContentOut(SubmissionOut):
    """One submission with what it says."""

    content: dict[str, Any] = Field(title="Inhalt nach dem Vordruck")
    attachments: list[AttachmentOut] = Field(title="Anlagen dieser Abgabe", max_length=1000)


class ReportFullOut(ReportOut):
    """A report with what it says: for the provider what it is writing, else the last submission."""

    content: dict[str, Any] | None = Field(title="Inhalt nach dem Vordruck (nach dem Verwerfen: keiner)")
    form: FormLink = Field(title="Vordruck")
    submissions: list[SubmissionOut] = Field(title="Abgaben, älteste zuerst", max_length=1000)
    remarks: list[RemarkOut] = Field(title="Anmerkungen, älteste zuerst", max_length=1000)
    attachments: list[AttachmentOut] = Field(
        title="Anlagen: die der letzten Abgabe, beim Träger die jetzigen", max_length=1000
    )


class ReportQuery(PageQuery):
    """Filters of reports."""

    help_id: Id | None = None
    state: ReportState | None = None
    kind: ReportKind | None = None
    provider_id: Id | None = None
    sort: Literal["number", "-number", "period_to", "-period_to", "created_at", "-created_at"] = "-created_at"


class ExpectationCreate(In):
    """A report the youth office asks for beyond what is agreed."""

    help_id: Id = Field(title="Hilfe")
    provider_id: Id | None = Field(None, title="Träger (leer: der Träger der Hilfe)")
    kind: ReportKind = Field(title="Art des Berichts", examples=["development"])
    due_on: Day = Field(title="fällig am", examples=["2026-07-31"])
    reason: Prose = Field(title="Anlass", examples=["Wechsel der Schule"])


class WaiveExpectation(In):
    """The youth office does without the report."""

    action: Literal["waive"]
    reason: Prose = Field(title="Begründung", examples=["Die Hilfe endet vor dem Gespräch."])


class ExpectationOut(Out):
    """A report that a provider owes: which, by when, why."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    kind: ReportKind = Field(title="Art des Berichts")
    state: ExpectationState = Field(title="Stand")
    help_id: Id = Field(title="Hilfe")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    origin: ExpectationOrigin = Field(title="Anlass")
    agreement_id: Id | None = Field(title="vereinbart in (leer: örtliche Vorgabe oder Einzelfall)")
    days: int | None = Field(title="Frist (Kalendertage)", ge=0)
    months: int | None = Field(title="Abstand (Monate)", ge=1)
    meeting_id: Id | None = Field(title="Hilfeplangespräch")
    counts_from: Day = Field(title="gerechnet von")
    due_on: Day = Field(title="fällig am")
    is_overdue: bool = Field(title="überfällig")
    overdue_level: int = Field(title="Stufe der Erinnerung (0 bis 3)", ge=0, le=3)
    reason: str | None = Field(title="Anlass der Anforderung", max_length=10_000)
    waived_because: str | None = Field(title="erlassen, weil", max_length=10_000)
    report_id: Id | None = Field(title="Bericht")
    created_at: Instant = Field(title="Angelegt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class ExpectationQuery(PageQuery):
    """Filters of expected reports."""

    state: ExpectationState | None = None
    overdue: bool | None = None
    due_before: Day | None = None
    help_id: Id | None = None
    kind: ReportKind | None = None
    provider_id: Id | None = None
    sort: Literal["due_on", "-due_on", "created_at", "-created_at"] = "due_on"
