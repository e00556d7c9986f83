"""The register of § 72a as the API shows and takes it: what the law does not let be stored is no field."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue

from app.core.pages import PageQuery
from app.core.types import Day, Flag, Id, In, Instant, Key, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.clearances.models import ClearanceState, Engagement

EXAMPLE: dict[str, JsonValue] = {"person": "P-0042", "engagement": "staff", "activity": "Familienhilfe"}


class ClearanceCreate(In):
    """A certificate is asked for; the person stands under a number, not a name (§ 72a Abs. 5 SGB VIII)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    person: Key = Field(title="Personalnummer oder Kürzel (kein Name)")
    engagement: Engagement = Field(title="Beschäftigung")
    activity: Word = Field(title="Tätigkeit, deretwegen eingesehen wird")


class InspectClearance(In):
    """The certificate was looked at and excludes nothing."""

    action: Literal["inspect"]
    certificate_date: Day = Field(title="Datum des Führungszeugnisses")


class BlockClearance(In):
    """The certificate was looked at and excludes the activity."""

    action: Literal["block"]
    certificate_date: Day = Field(title="Datum des Führungszeugnisses")
    listed_offence: Flag = Field(title="rechtskräftige Verurteilung wegen einer in § 72a Abs. 1 genannten Straftat")
    other_offence: Flag = Field(title="andere Verurteilung, die ungeeignet erscheinen lässt")


class EndActivity(In):
    """The activity has ended, or was never taken up: the entry will be deleted."""

    action: Literal["end_activity"]
    last_activity_on: Day | None = Field(None, title="letzter Tag der Tätigkeit (leer: nicht aufgenommen)")


ClearanceAction = Annotated[InspectClearance | BlockClearance | EndActivity, Field(discriminator="action")]


class ClearanceOut(Out):
    """An entry: that a certificate was looked at, of what date, and whether somebody may be deployed."""

    id: Id
    person: str = Field(title="Personalnummer oder Kürzel", max_length=100)
    engagement: Engagement = Field(title="Beschäftigung")
    activity: str = Field(title="Tätigkeit", max_length=200)
    state: ClearanceState = Field(title="Stand")
    may_start: bool = Field(title="darf neu eingesetzt werden")
    certificate_date: Day | None = Field(title="Datum des Führungszeugnisses")
    renew_by: Day | None = Field(title="neue Vorlage bis")
    last_activity_on: Day | None = Field(title="letzter Tag der Tätigkeit")
    delete_by: Day | None = Field(title="gelöscht spätestens am")
    created_at: Instant = Field(title="angefordert am")
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=10)
    version: int = Field(title="Fassung", ge=1)


class ClearanceFullOut(ClearanceOut):
    """An entry with its two findings, for whoever keeps the register."""

    listed_offence: bool | None = Field(title="Verurteilung wegen einer in § 72a Abs. 1 genannten Straftat")
    other_offence: bool | None = Field(title="andere Verurteilung, die ungeeignet erscheinen lässt")


class ClearanceQuery(PageQuery):
    """Filters of the register."""

    state: ClearanceState | None = None
    engagement: Engagement | None = None
    renew_before: Day | None = None
    sort: Literal["person", "-person"] = "person"


class ActivityCreate(In):
    """Whether an activity of volunteers needs a certificate (§ 72a Abs. 4: kind, intensity, duration of contact)."""

    activity: Word = Field(title="Tätigkeit", examples=["Hausaufgabenhilfe"])
    contact_kind: Word = Field(title="Art des Kontakts", examples=["einzeln, ohne Aufsicht"])
    intensity: Word = Field(title="Intensität", examples=["vertraut"])
    duration: Word = Field(title="Dauer", examples=["wöchentlich, ein Jahr"])
    certificate_required: Flag = Field(title="Führungszeugnis nötig")
    reasons: Prose = Field(title="Gründe", examples=["Einzelkontakt über längere Zeit"])


class ActivityOut(Out):
    """An assessed activity; what changes is assessed anew."""

    id: Id
    activity: str = Field(title="Tätigkeit", max_length=200)
    contact_kind: str = Field(title="Art des Kontakts", max_length=200)
    intensity: str = Field(title="Intensität", max_length=200)
    duration: str = Field(title="Dauer", max_length=200)
    certificate_required: bool = Field(title="Führungszeugnis nötig")
    reasons: str = Field(title="Gründe", max_length=10_000)
    created_at: Instant = Field(title="beurteilt am")


class ActivityQuery(PageQuery):
    """Filters of the assessed activities."""

    certificate_required: bool | None = None
    sort: Literal["activity", "-activity"] = "activity"
