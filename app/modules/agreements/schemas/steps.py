"""The steps of an agreement's life, each with what belongs to it."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.types import Day, Flag, Id, In, Prose, Word
from app.modules.agreements.models import AmendmentKind
from app.modules.agreements.schemas.text import ContentHash, ReviewResult


class OpenNegotiation(In):
    """The written call to negotiate; six weeks later the Schiedsstelle can be called (§ 78g Abs. 2)."""

    action: Literal["open_negotiation"]


class KeepVersion(In):
    """Keep the text as a version of its own; the next one begins as its copy."""

    action: Literal["keep_version"]
    note: Word = Field(title="Anlass", examples=["Stand nach der 3. Verhandlungsrunde"])


class OfferForSignature(In):
    """The text is fixed and laid before the parties."""

    action: Literal["offer_for_signature"]


class ReopenAgreement(In):
    """Back to negotiation: the next version of the text begins, signatures stay under the old one."""

    action: Literal["reopen"]


class SignAgreement(In):
    """A party's signature under exactly the text that its hash names."""

    action: Literal["sign"]
    function: Word = Field(title="Funktion der unterzeichnenden Person", examples=["Leitung des Jugendamts"])
    content_hash: ContentHash


class WithdrawAgreement(In):
    """Nothing came of it."""

    action: Literal["withdraw"]


class CallSchiedsstelle(In):
    """One side has called the Schiedsstelle."""

    action: Literal["call_schiedsstelle"]
    board: Word = Field(title="Schiedsstelle", examples=["Schiedsstelle nach § 78g SGB VIII beim Landesjugendamt"])
    applied_on: Day = Field(title="Eingang des Antrags bei der Schiedsstelle")
    issues: Prose = Field(title="Streitpunkte")


class SettleSchiedsstelle(In):
    """The parties negotiate again; the application is withdrawn."""

    action: Literal["settle"]


class RecordAward(In):
    """The Schiedsstelle has decided, and the text says what it decided.

    It holds without signatures once every other party has confirmed that (`confirm_award`); nobody enters one alone.
    """

    action: Literal["record_award"]
    reference: Word = Field(title="Aktenzeichen", examples=["SchSt 12/2026"])
    decided_on: Day = Field(title="entschieden am")
    content_hash: ContentHash


class ConfirmAward(In):
    """A party confirms that the text says what the Schiedsstelle decided; with the last one it is concluded."""

    action: Literal["confirm_award"]
    content_hash: ContentHash


class DisputeAward(In):
    """What was entered is not what the Schiedsstelle decided, or it has not decided; the reason stays with both."""

    action: Literal["dispute_award"]
    reason: Prose = Field(title="Begründung")


class InviteParty(In):
    """A further provider may join: before signature it negotiates with the others, later it accedes."""

    action: Literal["invite_party"]
    provider_id: Id = Field(title="Träger")


class RemoveParty(In):
    """A provider no longer takes part in the negotiation; the text names it no more."""

    action: Literal["remove_party"]
    provider_id: Id = Field(title="Träger")
    reason: Prose = Field(title="Begründung (lesen nur Jugendamt und Träger)")


class Accede(In):
    """A provider joins an agreement in force by signing its text."""

    action: Literal["accede"]
    function: Word = Field(title="Funktion der unterzeichnenden Person", examples=["Geschäftsführung"])
    content_hash: ContentHash
    joined_on: Day | None = Field(None, title="gilt für den Träger ab (leer: heute, frühestens mit der Vereinbarung)")


class Notice(In):
    """What every notice says."""

    last_day: Day = Field(title="letzter Tag")
    reason: Prose = Field(title="Begründung")
    is_extraordinary: Flag = Field(False, title="ohne Einhaltung der Frist (§ 59 SGB X)")
    is_adaptation_tried: Flag = Field(False, title="Anpassung wurde vorher versucht (§ 59 Abs. 1 SGB X)")


class TerminateAgreement(Notice):
    """Notice: the agreement holds until its last day."""

    action: Literal["terminate"]


class LeaveAgreement(Notice):
    """One provider leaves, the others go on; the reason stays between it and the youth office."""

    action: Literal["leave"]
    provider_id: Id | None = Field(None, title="Träger (nur für das Jugendamt; leer: der eigene)")


class AmendAgreement(In):
    """Begin an amendment: a successor with its own text, negotiated and signed like the first."""

    action: Literal["amend"]
    valid_from: Day = Field(title="Änderung gilt ab")
    kinds: list[AmendmentKind] = Field(title="worum es geht", min_length=1, max_length=len(AmendmentKind))
    reason: Prose = Field(title="Anlass")


class RecordReview(In):
    """The parties have looked at the agreement again, as they had agreed."""

    action: Literal["record_review"]
    result: ReviewResult = Field(title="Ergebnis")
    note: Prose = Field(title="Protokoll")
    next_review_on: Day | None = Field(None, title="nächste Überprüfung (leer: wie vereinbart)")


class PublishAgreement(In):
    """Show the agreement to the members of the committee, without prices."""

    action: Literal["publish"]


class UnpublishAgreement(In):
    """No longer show it."""

    action: Literal["unpublish"]


AgreementAction = Annotated[
    OpenNegotiation
    | KeepVersion
    | OfferForSignature
    | ReopenAgreement
    | SignAgreement
    | WithdrawAgreement
    | CallSchiedsstelle
    | SettleSchiedsstelle
    | RecordAward
    | ConfirmAward
    | DisputeAward
    | InviteParty
    | RemoveParty
    | Accede
    | TerminateAgreement
    | LeaveAgreement
    | AmendAgreement
    | RecordReview
    | PublishAgreement
    | UnpublishAgreement,
    Field(discriminator="action"),
]
