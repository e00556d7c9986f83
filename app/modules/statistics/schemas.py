"""Statistics as the API shows and takes them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Out
from app.core.workflow import AllowedAction
from app.modules.statistics.codes import FindingWeight, StatisticsRecordState, StatisticsReleaseState, Survey
from app.modules.statistics.contents import KwgAnswers, VsmAnswers

CalendarYear = Annotated[int, Field(ge=1900, le=2999)]
"""A year in a query, where everything is written as text."""


class CompleteKwg(In):
    """The caseworker adds what the procedure does not know; said again, it takes the place of what was said before."""

    action: Literal["complete_kwg"]
    answers: KwgAnswers = Field(title="Angaben zur Gefährdungseinschätzung")


class CompleteVsm(In):
    """The same for an Inobhutnahme."""

    action: Literal["complete_vsm"]
    answers: VsmAnswers = Field(title="Angaben zur Inobhutnahme")


StatisticsRecordAction = Annotated[CompleteKwg | CompleteVsm, Field(discriminator="action")]


class ConfirmDelivery(In):
    """The statistical office has taken the file: the numbers of the persons are deleted."""

    action: Literal["confirm_delivery"]
    delivered_on: Day = Field(title="übermittelt am")


class StatisticsFindingOut(Out):
    """A rule of plausibility that a record breaks."""

    code: str = Field(title="Regel", max_length=20)
    weight: FindingWeight = Field(title="Gewicht")
    field: str = Field(title="Angabe", max_length=60)
    text_de: str = Field(title="Befund", max_length=200)


class StatisticsRuleOut(StatisticsFindingOut):
    """A rule of plausibility."""

    survey: Survey = Field(title="Erhebung")


class StatisticsRecordOut(Out):
    """A record: what the procedure says by itself, what was added, and what does not fit."""

    id: Id
    number: str = Field(title="Nummer", max_length=20)
    survey: Survey = Field(title="Erhebung")
    state: StatisticsRecordState = Field(title="Stand")
    completed_on: Day = Field(title="abgeschlossen am", description="once released, the last day of its month")
    case_id: Id | None = Field(title="Gefährdungsfall (nur für dessen Fachkräfte, bis zur Freigabe)")
    derived: dict[str, Any] = Field(title="aus dem Verfahren")
    answers: dict[str, Any] | None = Field(title="ergänzt")
    findings: list[StatisticsFindingOut] = Field(title="Plausibilität", max_length=50)
    release_id: Id | None = Field(title="Lieferung")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=10)


class StatisticsRecordQuery(PageQuery):
    """Filters of records."""

    survey: Survey | None = None
    state: StatisticsRecordState | None = None
    year: CalendarYear | None = None
    sort: Literal["completed_on", "-completed_on"] = "completed_on"


class StatisticsReleaseCreate(In):
    """Release what is complete of a period, to be delivered."""

    survey: Survey = Field(title="Erhebung")
    first: Day = Field(title="vom")
    last: Day = Field(title="bis")
    unit_key: str = Field(
        title="Kenn-Nummer der Berichtsstelle", pattern=r"^[0-9]{1,17}$", max_length=17, examples=["05158016000000001"]
    )
    leaves_drafts: Flag = Field(False, title="unvollständige Datensätze zurücklassen (Nachlieferung)")


class StatisticsReleaseOut(Out):
    """A delivery to the statistical office."""

    id: Id
    survey: Survey = Field(title="Erhebung")
    first: Day = Field(title="vom")
    last: Day = Field(title="bis")
    state: StatisticsReleaseState = Field(title="Stand")
    unit_key: str = Field(title="Kenn-Nummer der Berichtsstelle", max_length=17)
    records: int = Field(title="Datensätze")
    sha256: str = Field(title="Prüfsumme der Datei bei der Freigabe", max_length=64)
    released_by: Id = Field(title="freigegeben von")
    created_at: Instant = Field(title="freigegeben")
    delivered_on: Day | None = Field(title="übermittelt am")
    version: int = Field(title="Fassung", ge=1)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=10)


class StatisticsReleaseQuery(PageQuery):
    """Filters of deliveries."""

    survey: Survey | None = None
    state: StatisticsReleaseState | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class CountOut(Out):
    """How often one value came up."""

    value: str = Field(title="Wert", max_length=60)
    title: str = Field(title="Bezeichnung", max_length=200)
    count: int | None = Field(title="Anzahl (leer: zu klein, um genannt zu werden)")


class BreakdownOut(Out):
    """The numbers by one trait."""

    field: str = Field(title="Merkmal", max_length=60)
    title: str = Field(title="Bezeichnung", max_length=200)
    counts: list[CountOut] = Field(title="Anzahlen", max_length=50)


class ProtectionNumbersOut(Out):
    """What a year shows, as numbers only."""

    survey: Survey = Field(title="Erhebung")
    year: int = Field(title="Jahr")
    total: int | None = Field(title="Anzahl insgesamt (leer: sie verriete eine kleine)")
    breakdowns: list[BreakdownOut] = Field(title="nach Merkmalen", max_length=20)


class ProtectionNumbersQuery(In):
    """Of which survey and year."""

    survey: Survey = Survey.KWG
    year: Annotated[CalendarYear | None, Field(description="the present one unless given")] = None
