"""Reports as the API shows and takes them."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Key, Out, Prose
from app.core.validation import FieldValueError
from app.core.workflow import AllowedAction
from app.modules.reports.models import ReportKind, ReportState

Content = Annotated[dict[str, Any], Field(title="Inhalt nach dem Vordruck", max_length=1000)]
EXAMPLE = {"ziele": [{"ziel": "Regelmäßiger Schulbesuch", "bewertung": "teilweise erreicht"}]}


class ReportCreate(In):
    """A report as a provider, or its software, pushes it."""

    help_id: Id = Field(title="Hilfe")
    kind: ReportKind = Field(title="Art des Berichts")
    period_from: Day = Field(title="Berichtszeitraum ab", examples=["2026-02-01"])
    period_to: Day = Field(title="Berichtszeitraum bis einschließlich", examples=["2026-07-31"])
    content: Content = Field(examples=[EXAMPLE])
    external_id: Key | None = Field(None, title="Kennung in der Software des Trägers")
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


class SubmitReport(In):
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


class SubmissionOut(Out):
    """One submission; its content stands under `/v1/reports/{id}/contents/{number}`."""

    number: int = Field(title="Nummer der Abgabe", ge=1)
    content_hash: str = Field(title="Prüfsumme (SHA-256) des Inhalts", max_length=64)
    created_by: Id = Field(title="von")
    created_at: Instant = Field(title="wann")


class SubmissionContentOut(SubmissionOut):
    """One submission with what it says."""

    content: dict[str, Any] = Field(title="Inhalt nach dem Vordruck")


class ReportFullOut(ReportOut):
    """A report with what it says: for the provider what it is writing, else the last submission."""

    content: dict[str, Any] | None = Field(title="Inhalt nach dem Vordruck (nach dem Verwerfen: keiner)")
    form: FormLink = Field(title="Vordruck")
    submissions: list[SubmissionOut] = Field(title="Abgaben, älteste zuerst", max_length=1000)
    remarks: list[RemarkOut] = Field(title="Anmerkungen, älteste zuerst", max_length=1000)


class ReportQuery(PageQuery):
    """Filters of reports."""

    help_id: Id | None = None
    state: ReportState | None = None
    kind: ReportKind | None = None
    provider_id: Id | None = None
    sort: Literal["number", "-number", "period_to", "-period_to", "created_at", "-created_at"] = "-created_at"
