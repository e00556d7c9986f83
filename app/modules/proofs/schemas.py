"""Proofs of service as the API shows them, and signatures as it takes them."""

from typing import Annotated, Literal

from pydantic import Field

from app.core.pages import PageQuery
from app.core.types import CodeList, Count, Day, Id, In, Instant, Out, Prose
from app.modules.agreements import ActivityCategory
from app.modules.proofs.models import SignatureWay, SignedAs

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", max_length=64)]


class ProofState(CodeList):
    """Whether the family has confirmed what was recorded."""

    OPEN = "open", "nicht bestätigt"
    SIGNED = "signed", "bestätigt"
    EXCUSED = "excused", "ohne Bestätigung, mit Grund"
    OUTDATED = "outdated", "seither geändert: die Unterschrift deckt den Nachweis nicht mehr"


class ProofOfServiceOut(Out):
    """What one provider recorded for a help in a month, and whether the family has confirmed it."""

    help_id: Id = Field(title="Hilfe")
    provider_id: Id = Field(title="Träger")
    month: str = Field(title="Monat", max_length=7)
    records: Count = Field(title="Einträge")
    minutes: int = Field(title="Minuten", ge=1)
    state: ProofState = Field(title="Stand")
    signed_on: Day | None = Field(title="zuletzt bestätigt am")


class ProofSum(Out):
    """The minutes of one activity."""

    activity: ActivityCategory = Field(title="Leistung")
    records: Count = Field(title="Einträge")
    minutes: int = Field(title="Minuten", ge=1)


class ProofEntry(Out):
    """One record as it stands on the proof, with what it means where that is not plain."""

    record_id: Id = Field(title="Eintrag")
    service_on: Day = Field(title="Tag")
    starts_at: Instant = Field(title="Beginn")
    ends_at: Instant = Field(title="Ende")
    activity: ActivityCategory = Field(title="Leistung")
    worker: str = Field(title="Fachkraft (Kennung des Trägers)", max_length=200)
    minutes: int = Field(title="Minuten", ge=1)
    meaning: str | None = Field(title="Was der Eintrag bedeutet", max_length=300)


class ProofOfServiceDetail(ProofOfServiceOut):
    """A proof with its entries, its sums, and the checksum that a signature names."""

    content_hash: str = Field(title="Prüfsumme (SHA-256)", max_length=64)
    sums: list[ProofSum] = Field(title="Summen je Leistung", max_length=20)
    entries: list[ProofEntry] = Field(title="Einträge", max_length=10_000)


class ProofQuery(PageQuery):
    """Filters of the proofs of a help."""

    provider_id: Id | None = None
    state: ProofState | None = None
    sort: Literal["month", "-month", "minutes", "-minutes"] = "-month"


class ProofWhose(In):
    """Whose proof is meant where several providers work in the help in that month; a provider reads its own."""

    provider_id: Id | None = None


class ProofSignatureCreate(In):
    """A signature under a proof as it stands now, or why there is none."""

    signed_as: SignedAs = Field(title="unterschrieben als")
    way: SignatureWay = Field(title="Art der Unterschrift, oder warum es keine gibt")
    signed_on: Day = Field(title="unterschrieben (oder darum gebeten) am")
    content_hash: Hash = Field(title="Prüfsumme des unterschriebenen Leistungsnachweises (SHA-256)")
    reason: Prose | None = Field(None, title="Warum nicht unterschrieben wurde")
    evidence: Prose | None = Field(None, title="Was die Leistung statt einer Unterschrift belegt")


class ProofWithdrawalCreate(In):
    """Why a signature was recorded wrongly."""

    reason: Prose = Field(title="Grund")


class ProofSignatureOut(Out):
    """Who signed as what, when, under which hash; and whether that is still what is recorded."""

    id: Id
    help_id: Id = Field(title="Hilfe")
    provider_id: Id = Field(title="Träger")
    youth_office_id: Id = Field(title="Jugendamt")
    month: str = Field(title="Monat", max_length=7)
    signed_as: SignedAs = Field(title="unterschrieben als")
    way: SignatureWay = Field(title="Art der Unterschrift, oder warum es keine gibt")
    signed_on: Day = Field(title="unterschrieben (oder darum gebeten) am")
    reason: str | None = Field(title="Warum nicht unterschrieben wurde", max_length=10_000)
    evidence: str | None = Field(title="Was die Leistung statt einer Unterschrift belegt", max_length=10_000)
    content_hash: str = Field(title="Prüfsumme (SHA-256)", max_length=64)
    record_ids: list[Id] = Field(title="Einträge", max_length=10_000)
    covers: bool = Field(title="deckt, was jetzt erfasst ist")
    recorded_by: Id = Field(title="festgehalten von")
    recorded_at: Instant = Field(title="festgehalten am")
    withdrawn_by: Id | None = Field(title="zurückgenommen von")
    withdrawn_at: Instant | None = Field(title="zurückgenommen am")
    withdrawal_reason: str | None = Field(title="Grund der Rücknahme", max_length=10_000)


class ProofSignatureQuery(PageQuery):
    """Filters of the signatures under a proof."""

    provider_id: Id | None = None
    signed_as: SignedAs | None = None
    sort: Literal["recorded_at", "-recorded_at"] = "-recorded_at"
