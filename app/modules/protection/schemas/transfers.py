"""Passing a case on to the youth office that has become competent (§ 8a Abs. 6 SGB VIII)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import Flag, Id, In, Instant, Out, Prose, Word
from app.core.workflow import AllowedAction
from app.modules.protection.codes import Involved, Result, TransferState
from app.modules.protection.schemas.intake import DutyOut
from app.modules.protection.schemas.steps import Step

Ids = Annotated[list[Id], Field(max_length=500)]


class PrepareTransfer(Step):
    """Another youth office is competent; `happened_at`: since when that is known, from which the time runs."""

    action: Literal["prepare_transfer"]
    receiving_office_id: Id = Field(title="aufnehmendes Jugendamt")
    reason: Prose = Field(title="warum das andere Jugendamt zuständig ist", examples=["Umzug der Familie"])
    is_acute: Flag = Field(title="akute Gefahr (dann sofort telefonisch)")


class AnnounceTransfer(Step):
    """The other office was told by telephone."""

    action: Literal["announce"]
    spoken_to: Word = Field(title="mit wem gesprochen")
    note: Prose | None = Field(None, title="Inhalt")


class SendTransfer(Step):
    """What the other office needs to assess the danger, and no more (§ 8a Abs. 6 Satz 1 SGB VIII)."""

    action: Literal["send"]
    summary: Prose = Field(title="gewichtige Anhaltspunkte und bisherige Einschätzung")
    identity: Prose = Field(title="Namen und Erreichbarkeit der Familie (wird versiegelt)")
    new_residence: Word | None = Field(title="wo die Kinder nun sind (leer: unbekannt)")
    entry_ids: Ids = Field(title="Einträge der Akte, die dazu nötig sind")
    note_ids: Ids = Field(title="mir Anvertrautes mit Anhaltspunkten (§ 65 Abs. 1 Satz 1 Nr. 3)")


class DiscussTransfer(Step):
    """The offices spoke with each other; parents and children take part unless that endangers the protection."""

    action: Literal["discuss"]
    family: Involved = Field(title="Beteiligung der Familie (§ 8a Abs. 6 Satz 2)")
    family_reason: Prose | None = Field(None, title="warum nicht")
    participants: Prose = Field(title="Teilnehmende")
    result: Prose = Field(title="Ergebnis")


class AcceptTransfer(In):
    """The receiving office answers for the child from now on."""

    action: Literal["accept"]


class RejectTransfer(In):
    """The receiving office is not competent."""

    action: Literal["reject"]
    reason: Prose = Field(title="warum nicht zuständig")


class WithdrawTransfer(In):
    """It was a mistake; nothing was sent yet."""

    action: Literal["withdraw"]


TransferAction = Annotated[
    AnnounceTransfer | SendTransfer | DiscussTransfer | AcceptTransfer | RejectTransfer | WithdrawTransfer,
    Field(discriminator="action"),
]


class TransferSummary(Out):
    """A case on its way; what is passed on lies with the report in the receiving office's case."""

    id: Id
    state: TransferState = Field(title="Stand")
    youth_office_id: Id = Field(title="abgebendes Jugendamt")
    receiving_office_id: Id = Field(title="aufnehmendes Jugendamt")
    number: str = Field(title="Aktenzeichen beim abgebenden Jugendamt", max_length=60)
    case_id: Id | None = Field(title="Gefährdungsfall im eigenen Jugendamt")
    is_acute: bool = Field(title="akute Gefahr")
    reason: str = Field(title="warum das andere Jugendamt zuständig ist", max_length=10_000)
    created_at: Instant = Field(title="vorbereitet am")
    told_at: Instant | None = Field(title="telefonisch angekündigt am")
    sent_at: Instant | None = Field(title="übermittelt am")
    discussed_at: Instant | None = Field(title="Übergabegespräch am")
    answered_at: Instant | None = Field(title="beantwortet am")
    rejection: str | None = Field(title="warum nicht zuständig", max_length=10_000)
    version: int = Field(title="Fassung", ge=1)


class TransferOut(TransferSummary):
    """A case on its way, with what is due and what may be done."""

    duties: list[DutyOut] = Field(title="Fristen (des abgebenden Jugendamts)", max_length=50)
    allowed_actions: list[AllowedAction] = Field(title="mögliche Schritte", max_length=20)


class TransferQuery(PageQuery):
    """Filters of transfers."""

    state: TransferState | None = None
    direction: Literal["incoming", "outgoing"] | None = None
    case_id: Annotated[Id | None, Field(description="a case of the own youth office")] = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class DossierChild(Out):
    """A child as the former office knows it."""

    pseudonym: str = Field(title="Pseudonym", max_length=200)
    result: Result | None = Field(title="Ergebnis der Einschätzung dort")
    kinds: list[Annotated[str, Field(max_length=60)]] = Field(title="Art der Gefährdung", max_length=4)
    assessed_at: Instant | None = Field(title="eingeschätzt am")


class DossierEntry(Out):
    """An entry of the former office's file."""

    title: str = Field(title="Bezeichnung", max_length=200)
    happened_at: Instant = Field(title="geschehen am")
    recorded_at: Instant = Field(title="niedergeschrieben am")
    content: dict[str, Any] = Field(title="Inhalt")


class DossierEntrusted(Out):
    """What was entrusted to the former professional."""

    entrusted_by: str = Field(title="von wem anvertraut", max_length=200)
    content: str = Field(title="Inhalt", max_length=10_000)


class Dossier(Out):
    """What another youth office passed on."""

    youth_office_id: Id = Field(title="abgebendes Jugendamt")
    number: str = Field(title="Aktenzeichen dort", max_length=60)
    identity: str = Field(title="Namen und Erreichbarkeit der Familie", max_length=10_000)
    children: list[DossierChild] = Field(title="Kinder", max_length=200)
    entries: list[DossierEntry] = Field(title="Einträge", max_length=500)
    entrusted: list[DossierEntrusted] = Field(title="Anvertrautes (§ 65 SGB VIII)", max_length=500)


class DossierOut(Out):
    """What came with a report of another youth office, if it came over Handschlag."""

    dossier: Dossier | None = Field(title="Übermittelte Unterlagen")
