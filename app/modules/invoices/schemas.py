"""Invoices as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import MAX_CENTS, WHOLE, Day, Hours, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.agreements import ActivityCategory, BillingUnit, ServiceKind
from app.modules.invoices.models import InvoiceKind, InvoiceState, Severity
from app.policy import Role

Month = Annotated[
    str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", max_length=7, title="Monat", examples=["2026-02"])
]

Place = Annotated[int, Field(ge=1, le=50_000), WHOLE]
"""The number of a line."""


class InvoiceCreate(In):
    """Charge a youth office for everything recorded in a month and not billed yet."""

    youth_office_id: Id = Field(title="Jugendamt")
    month: Month


class SubmitInvoice(In):
    """The provider submits."""

    action: Literal["submit"]


class WithdrawInvoice(In):
    """The provider takes the invoice back before anybody looks at it."""

    action: Literal["withdraw"]


class StartCheck(In):
    """Wirtschaftliche Jugendhilfe begins to check."""

    action: Literal["start_check"]


class Question(In):
    """Something the youth office wants to know."""

    place: Place | None = Field(None, title="Position")
    finding_id: Id | None = Field(None, title="Befund")
    question: Prose = Field(title="Frage", examples=["Wer nahm am 5. Februar am Gespräch teil?"])


class QueryInvoice(In):
    """Wirtschaftliche Jugendhilfe asks the provider."""

    action: Literal["query"]
    questions: list[Question] = Field(title="Rückfragen", min_length=1, max_length=100)


class Answered(In):
    """The provider's answer to one question."""

    question_id: Id = Field(title="Rückfrage")
    answer: Prose = Field(title="Antwort")


class AnswerQuestions(In):
    """The provider answers every open question."""

    action: Literal["answer"]
    answers: list[Answered] = Field(title="Antworten", min_length=1, max_length=100)


class ResumeCheck(In):
    """Wirtschaftliche Jugendhilfe goes on without an answer; the open questions are closed."""

    action: Literal["resume"]


class ApproveInvoice(In):
    """Wirtschaftliche Jugendhilfe finds the invoice right."""

    action: Literal["approve"]


class ApprovePartly(In):
    """Wirtschaftliche Jugendhilfe finds the invoice right but for its cuts."""

    action: Literal["approve_partly"]
    reply: Prose | None = Field(None, title="Antwort auf den Widerspruch")


class ReturnInvoice(In):
    """Wirtschaftliche Jugendhilfe gives the invoice back."""

    action: Literal["return"]
    reason: Prose = Field(title="Beanstandung")


class AcceptCuts(In):
    """The provider accepts the cuts; what is left is paid."""

    action: Literal["accept_cuts"]


class ObjectToCuts(In):
    """The provider objects to the cuts (Widerspruch)."""

    action: Literal["object"]
    reason: Prose = Field(title="Begründung des Widerspruchs")


class DiscardInvoice(In):
    """The provider gives the invoice up; its records are free again."""

    action: Literal["discard"]


InvoiceAction = Annotated[
    SubmitInvoice
    | WithdrawInvoice
    | StartCheck
    | QueryInvoice
    | AnswerQuestions
    | ResumeCheck
    | ApproveInvoice
    | ApprovePartly
    | ReturnInvoice
    | AcceptCuts
    | ObjectToCuts
    | DiscardInvoice,
    Field(discriminator="action"),
]


class CutCreate(In):
    """Pay less of a line than was charged."""

    place: Place = Field(title="Position")
    cents: Annotated[int, Field(ge=1, le=MAX_CENTS), WHOLE] = Field(title="Kürzung (Cent)")
    reason: Prose = Field(title="Begründung", examples=["Nur eine Fachkraft war bewilligt."])
    finding_id: Id | None = Field(None, title="Befund, aus dem die Kürzung folgt")


class Correction(In):
    """Why an invoice is replaced, and which of its records were wrong."""

    reason: Prose = Field(title="Grund der Korrektur")
    reverse_record_ids: list[Id] = Field([], title="Einträge, die dabei storniert werden", max_length=10_000)


class Credit(In):
    """Why an invoice is taken back."""

    reason: Prose = Field(title="Grund der Gutschrift")


class Override(In):
    """Why a blocking finding is accepted."""

    reason: Word = Field(title="Begründung")


class StepOut(Out):
    """One step of the calculation."""

    rule: str = Field(title="Regel", max_length=60)
    text_de: str = Field(title="Erklärung", max_length=1000)
    before: str = Field(title="vorher", max_length=60)
    after: str = Field(title="nachher", max_length=60)


class LineOut(Out):
    """A line, with every step from the records to the amount."""

    place: int = Field(title="Position", ge=1)
    help_id: Id = Field(title="Hilfe")
    service_kind: ServiceKind = Field(title="Hilfeart")
    activity: ActivityCategory = Field(title="Tätigkeit")
    first_day: Day = Field(title="erster Tag")
    last_day: Day = Field(title="letzter Tag")
    terms_source: str = Field(title="nach Vereinbarung", max_length=100)
    record_ids: list[Id] = Field(title="Einträge", max_length=50_000)
    minutes_worked: int = Field(title="Minuten laut Einträgen", ge=0)
    minutes_billable: Hours = Field(title="anrechenbare Minuten")
    minutes_rounded: Hours = Field(title="gerundete Minuten")
    unit: BillingUnit = Field(title="Einheit")
    unit_minutes: int = Field(title="Minuten je Fachleistungsstunde", ge=1)
    units: Hours = Field(title="Einheiten")
    rate_cents: int = Field(title="Entgeltsatz je Einheit (Cent)", ge=0)
    price_cents: int = Field(title="Preis je Einheit (Cent)", ge=0)
    amount_cents: int = Field(title="Betrag (Cent)", ge=0)
    steps: list[StepOut] = Field(title="Rechenweg", max_length=60_000)


class FindingOut(Out):
    """What the check found."""

    id: Id
    rule: str = Field(title="Regel", max_length=10, examples=["INV-05"])
    severity: Severity = Field(title="Gewicht")
    source: str = Field(title="Grundlage", max_length=200)
    text_de: str = Field(title="Befund", max_length=1000)
    record_ids: list[Id] = Field(title="Einträge", max_length=50_000)
    overridden_at: Instant | None = Field(title="hingenommen am")
    override_reason: str | None = Field(title="Begründung", max_length=200)


class CutOut(Out):
    """What is not paid of a line."""

    id: Id
    place: int = Field(title="Position", ge=1)
    finding_id: Id | None = Field(title="Befund")
    cents: int = Field(title="Kürzung (Cent)", ge=1)
    reason: str = Field(title="Begründung", max_length=10_000)
    made_at: Instant = Field(title="gekürzt am")


class QuestionOut(Out):
    """A question of the youth office and its answer."""

    id: Id
    place: int | None = Field(title="Position", ge=1)
    finding_id: Id | None = Field(title="Befund")
    question: str = Field(title="Frage", max_length=10_000)
    asked_at: Instant = Field(title="gefragt am")
    answer: str | None = Field(title="Antwort", max_length=10_000)
    closed_at: Instant | None = Field(title="erledigt am")


class InvoiceSummary(Out):
    """An invoice in a list."""

    id: Id
    number: str = Field(title="Nummer", max_length=35)
    kind: InvoiceKind = Field(title="Art")
    corrects_id: Id | None = Field(title="berichtigte oder stornierte Rechnung")
    state: InvoiceState = Field(title="Stand")
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    month: Day = Field(title="Monat (erster Tag)")
    total_cents: int = Field(title="Summe (Cent)", ge=0)
    approved_cents: int | None = Field(title="freigegeben (Cent)", ge=0)
    payable_cents: int | None = Field(title="zu zahlen (Cent); negativ: zu verrechnen")
    paid_on: Day | None = Field(title="bezahlt am")
    created_at: Instant = Field(title="erstellt am")
    submitted_at: Instant | None = Field(title="eingereicht am")
    approved_at: Instant | None = Field(title="freigegeben am")
    version: int = Field(title="Fassung", ge=1)


class InvoiceOut(InvoiceSummary):
    """An invoice with lines and findings."""

    return_reason: str | None = Field(title="Beanstandung", max_length=10_000)
    correction_reason: str | None = Field(title="Grund der Korrektur oder Gutschrift", max_length=10_000)
    objection_until: Day | None = Field(title="Widerspruch möglich bis")
    objection: str | None = Field(title="Widerspruch", max_length=10_000)
    objection_reply: str | None = Field(title="Antwort auf den Widerspruch", max_length=10_000)
    payment_reference: str | None = Field(title="Beleg der Kasse", max_length=200)
    lines: list[LineOut] = Field(title="Positionen", max_length=50_000)
    findings: list[FindingOut] = Field(title="Befunde", max_length=10_000)
    cuts: list[CutOut] = Field(title="Kürzungen", max_length=10_000)
    questions: list[QuestionOut] = Field(title="Rückfragen", max_length=10_000)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class ExplanationOut(Out):
    """An invoice told in German."""

    number: str = Field(title="Nummer", max_length=35)
    total_cents: int = Field(title="Summe (Cent)", ge=0)
    text: str = Field(title="Erklärung", max_length=10_000_000)


class InvoiceQuery(PageQuery):
    """Filters of invoices."""

    state: InvoiceState | None = None
    kind: InvoiceKind | None = None
    month: Month | None = None
    youth_office_id: Id | None = None
    provider_id: Id | None = None
    sort: Literal["created_at", "-created_at", "month", "-month"] = "-created_at"


class CheckRuleOut(Out):
    """A rule of the check of invoices."""

    rule: str = Field(title="Regel", max_length=10, examples=["INV-05"])
    title_de: str = Field(title="Titel", max_length=100)
    severity: Severity = Field(title="Gewicht")
    source: str = Field(title="Grundlage", max_length=200)
    overriders: list[Role] = Field(title="wer den Befund hinnehmen darf (leer: niemand)", max_length=len(Role))
    description: str = Field(title="was geprüft wird (englisch)", max_length=500)
