"""Settlement runs as the API shows and takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Hours, Id, In, Instant, Out, Word
from app.core.workflow import AllowedAction
from app.modules.agreements import ActivityCategory, BillingTerms, ServiceKind
from app.modules.invoices import Month
from app.modules.settlement.models import SettlementMode, SettlementOutcome, SettlementRunState

Digest = Annotated[str, Field(max_length=64, examples=["9f86d081884c7d659a2feaa0c55ad015"])]


class SettlementRunCreate(In):
    """Settle a month."""

    month: Month
    mode: SettlementMode = Field(
        SettlementMode.PREVIEW, title="Art des Laufs", description="A youth office previews, a provider may draft."
    )
    counterpart_id: Id | None = Field(
        None,
        title="Nur für dieses Jugendamt oder diesen Träger",
        description="The other side: of a provider a youth office, of a youth office a provider. Absent: all.",
    )


class CancelSettlementRun(In):
    """Stop after the part that is being settled; what is drafted stays."""

    action: Literal["cancel"]


class SettlementProgress(Out):
    """How far a run is, and what came of it so far."""

    parts: int = Field(title="Teile (je Jugendamt und Träger)")
    parts_settled: int = Field(title="davon bearbeitet")
    records: int = Field(title="Einträge")
    records_settled: int = Field(title="davon bearbeitet (Einträge)")
    percent: int = Field(title="Fortschritt in Prozent der Einträge", ge=0, le=100)
    lines: int = Field(title="Positionen")
    total_cents: int = Field(title="Summe in Cent")
    problems: int = Field(title="Einträge ohne Abrechnung")
    refused: int = Field(title="Teile, die nicht abrechenbar sind")


class SettlementRunOut(Out):
    """A run over a month."""

    id: Id
    month: str = Field(title="Monat", max_length=7)
    mode: SettlementMode = Field(title="Art des Laufs")
    counterpart_id: Id | None = Field(title="Nur für dieses Jugendamt oder diesen Träger")
    state: SettlementRunState = Field(title="Stand")
    progress: SettlementProgress = Field(title="Fortschritt")
    digest: Digest | None = Field(
        title="Prüfsumme aller Positionen",
        description="SHA-256; a preview and the run of the same records under the same terms have the same.",
    )
    failure: str | None = Field(title="Warum der Lauf abgebrochen ist", max_length=500)
    created_by: Id = Field(title="angelegt von")
    created_at: Instant = Field(title="angelegt")
    changed_at: Instant = Field(title="zuletzt geändert")
    version: int = Field(title="Version")
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=10)


class SettlementPartOut(Out):
    """One office's and one provider's month within a run."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    outcome: SettlementOutcome = Field(title="Ergebnis")
    records: int = Field(title="Einträge")
    lines: int | None = Field(title="Positionen")
    total_cents: int | None = Field(title="Summe in Cent")
    digest: Digest | None = Field(title="Prüfsumme der Positionen")
    invoice_id: Id | None = Field(title="Rechnungsentwurf")
    replaced_drafts: int = Field(title="ersetzte ältere Entwürfe")
    problems: int = Field(title="Einträge ohne Abrechnung")
    reason_de: str | None = Field(title="warum nicht abrechenbar", max_length=1000)
    settled_at: Instant | None = Field(title="bearbeitet")


class SettlementProblemOut(Out):
    """A record that was not settled, and why."""

    id: Id
    youth_office_id: Id = Field(title="Jugendamt")
    provider_id: Id = Field(title="Träger")
    help_id: Id = Field(title="Hilfe")
    record_id: Id = Field(title="Eintrag")
    service_on: Day = Field(title="Tag der Leistung")
    minutes: int = Field(title="Minuten")
    rule: str = Field(title="Regel", max_length=60)
    text_de: str = Field(title="warum", max_length=1000)


class SettlementRunQuery(PageQuery):
    """Filters of runs."""

    month: Month | None = None
    mode: SettlementMode | None = None
    state: SettlementRunState | None = None
    sort: Literal["created_at", "-created_at", "month", "-month"] = "-created_at"


class SettlementPartQuery(PageQuery):
    """Filters of parts."""

    outcome: SettlementOutcome | None = None
    sort: Literal["place", "-place", "total_cents", "-total_cents"] = "place"


class SettlementProblemQuery(PageQuery):
    """Filters of problems."""

    help_id: Id | None = None
    counterpart_id: Id | None = None
    sort: Literal["service_on", "-service_on"] = "service_on"


class BillingSimulationCreate(In):
    """Suppose other terms for months that are past."""

    title: Word = Field(title="Bezeichnung", examples=["Gemeinkosten 10 statt 20 Prozent"])
    first: Month = Field(title="vom Monat", examples=["2026-01"])
    last: Month = Field(title="bis zum Monat (höchstens zwölf Monate)", examples=["2026-02"])
    terms: BillingTerms | None = Field(None, title="angenommene Abrechnungsregeln")
    terms_of_agreement_id: Id | None = Field(
        None, title="oder die Regeln dieser Vereinbarung", description="in its present text, a draft included"
    )
    only_agreement_id: Id | None = Field(None, title="nur, was unter dieser Vereinbarung geleistet wurde")
    counterpart_id: Id | None = Field(None, title="nur für dieses Jugendamt oder diesen Träger")


class SimulationProgress(Out):
    """How far a simulation is, and what came of it so far."""

    parts: int = Field(title="Teile (je Jugendamt, Träger und Monat)")
    parts_settled: int = Field(title="davon gerechnet")
    records: int = Field(title="Einträge")
    percent: int = Field(title="Fortschritt in Prozent der Teile", ge=0, le=100)
    before_cents: int = Field(title="wie vereinbart, in Cent")
    after_cents: int = Field(title="unter den angenommenen Regeln, in Cent")
    difference_cents: int = Field(title="Unterschied in Cent")
    unpriced: int = Field(title="Einträge, für die die angenommenen Regeln keinen Preis nennen")


class BillingSimulationOut(Out):
    """What past months would have cost."""

    id: Id
    title: str = Field(title="Bezeichnung", max_length=200)
    first: str = Field(title="vom Monat", max_length=7)
    last: str = Field(title="bis zum Monat", max_length=7)
    counterpart_id: Id | None = Field(title="nur für dieses Jugendamt oder diesen Träger")
    agreement_number: str | None = Field(title="nur unter dieser Vereinbarung", max_length=60)
    terms_source: str = Field(title="Herkunft der angenommenen Regeln", max_length=200)
    terms: BillingTerms = Field(title="angenommene Abrechnungsregeln")
    state: SettlementRunState = Field(title="Stand")
    progress: SimulationProgress = Field(title="Fortschritt und Ergebnis")
    failure: str | None = Field(title="Warum sie abgebrochen ist", max_length=500)
    created_at: Instant = Field(title="angelegt")
    version: int = Field(title="Version")
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=10)


class SimulationResultOut(Out):
    """One kind of help and activity in one month; or what has no price, and why."""

    id: Id
    month: Day = Field(title="Monat (sein erster Tag)")
    service_kind: ServiceKind | None = Field(title="Hilfeart")
    activity: ActivityCategory | None = Field(title="Tätigkeit")
    before_units: Hours = Field(title="Einheiten wie vereinbart")
    after_units: Hours = Field(title="Einheiten unter den angenommenen Regeln")
    before_cents: int = Field(title="wie vereinbart, in Cent")
    after_cents: int = Field(title="unter den angenommenen Regeln, in Cent")
    unpriced: int = Field(title="Einträge ohne Preis")
    reason_de: str | None = Field(title="warum ohne Preis", max_length=1000)


class BillingSimulationQuery(PageQuery):
    """Filters of simulations."""

    state: SettlementRunState | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class SimulationResultQuery(PageQuery):
    """Filters of results."""

    service_kind: ServiceKind | None = None
    activity: ActivityCategory | None = None
    unpriced: bool | None = None
    sort: Literal["month", "-month"] = "month"
