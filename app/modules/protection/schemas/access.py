"""Reading in an emergency, what was entrusted, and what was known when."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Flag, Id, In, Instant, Out, Prose, Word
from app.modules.protection.codes import ReleaseGround

Reason = Annotated[Prose, Field(min_length=20)]


class EmergencyAccessCreate(In):
    """Why a case must be read by somebody who is not involved."""

    reason: Reason = Field(title="Grund (mindestens 20 Zeichen)", examples=["Rettungsdienst fragt nach dem Kind."])


class EmergencyReview(In):
    """What the data-protection officer found."""

    finding: Prose = Field(title="Ergebnis der Prüfung")


class EmergencyAccessOut(Out):
    """A break-glass access."""

    id: Id
    case_id: Id = Field(title="Gefährdungsfall")
    number: str = Field(title="Aktenzeichen", max_length=60)
    account_id: Id = Field(title="wer")
    reason: str = Field(title="Grund", max_length=10_000)
    opened_at: Instant = Field(title="geöffnet am")
    ends_at: Instant = Field(title="endet am")
    reviewed_at: Instant | None = Field(title="geprüft am")
    reviewed_by: Id | None = Field(title="geprüft von")
    finding: str | None = Field(title="Ergebnis der Prüfung", max_length=10_000)


class EmergencyAccessQuery(PageQuery):
    """Filters of break-glass accesses."""

    reviewed: bool | None = None
    sort: Literal["opened_at", "-opened_at"] = "-opened_at"


class ConfidentialNoteCreate(In):
    """Something entrusted to the writer (§ 65 SGB VIII)."""

    entrusted_by: Word = Field(title="von wem anvertraut")
    content: Prose = Field(title="Inhalt (wird versiegelt)")
    shows_danger: Flag = Field(title="enthält Anhaltspunkte für eine Gefährdung")


class ConfidentialReleaseCreate(In):
    """Passing something entrusted on."""

    ground: ReleaseGround = Field(title="Grund nach § 65 Abs. 1")
    to_account_id: Id | None = Field(None, title="an wen im Jugendamt")
    recipient: Word | None = Field(None, title="an wen außerhalb")
    reason: Prose = Field(title="Begründung")


class ConfidentialReleaseOut(Out):
    """To whom something entrusted was passed on."""

    id: Id
    ground: ReleaseGround = Field(title="Grund nach § 65 Abs. 1")
    to_account_id: Id | None = Field(title="an wen im Jugendamt")
    recipient: str | None = Field(title="an wen außerhalb", max_length=200)
    reason: str = Field(title="Begründung", max_length=10_000)
    released_at: Instant = Field(title="weitergegeben am")


class ConfidentialNoteReceipt(Out):
    """Something entrusted is kept; answers are kept for retries, so it says nothing of it."""

    id: Id
    owner_id: Id = Field(title="wem anvertraut")
    created_at: Instant = Field(title="niedergeschrieben am")


class ConfidentialNoteOut(ConfidentialNoteReceipt):
    """Something entrusted, for whom it was told."""

    entrusted_by: str = Field(title="von wem anvertraut", max_length=200)
    shows_danger: bool = Field(title="enthält Anhaltspunkte für eine Gefährdung")
    content: str = Field(title="Inhalt", max_length=10_000)
    releases: list[ConfidentialReleaseOut] = Field(title="Weitergaben", max_length=500)


class TimelineMoment(Out):
    """Something the office came to know: when it happened, when it was written down, by whom."""

    known_at: Instant = Field(title="bekannt seit")
    happened_at: Instant = Field(title="geschehen am")
    by: Id = Field(title="durch")
    kind: Literal["report", "entry", "signature"] = Field(title="Art")
    title: str = Field(title="Bezeichnung", max_length=200)
    subject_id: Id = Field(title="Meldung oder Eintrag")
    is_late: bool = Field(title="verspätet niedergeschrieben")
    corrected: bool = Field(title="später berichtigt (soweit damals bekannt)")
    content: dict[str, Any] = Field(title="Inhalt")


class EmergencyReadingOut(Out):
    """Something that was read during a break-glass access."""

    at: Instant = Field(title="gelesen am")
    action: str = Field(title="was", max_length=200)
