"""What an agreement says about itself: who signed, for whom and until when it holds, what it is the basis of. Pure."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from app.law.calendars import BERLIN, in_utc, legal_date
from app.law.periods import Period, Unit, due_at
from app.law.service_kinds import ServiceKind
from app.law.sources import derived
from app.modules.agreements.document import AgreementInForce
from app.modules.agreements.models import Agreement, AgreementKind
from app.modules.agreements.schemas import EntryRule

K = AgreementKind
RESIDENTIAL = frozenset({ServiceKind.SECTION_32, ServiceKind.SECTION_34})
"""Kinds of help that are (part-)residential by themselves (§ 78a Abs. 1 Nr. 4 a, b)."""
RESIDENTIAL_BY_SETTING = frozenset(
    {ServiceKind.SECTION_27_2, ServiceKind.SECTION_35, ServiceKind.SECTION_35A, ServiceKind.SECTION_41}
)
"""Kinds of help that their setting in the single case makes (part-)residential (§ 78a Abs. 1 Nr. 4 c and d, 5, 6)."""


def signatories(agreement: Agreement) -> set[UUID]:
    """The parties that have signed the current version."""
    return {signature.organisation_id for signature in agreement.current.signatures}


def is_agreed(agreement: Agreement) -> bool:
    """Whether those have signed the same version whose signatures it asks for.

    All parties, or (entry rule «per_party») the youth office and at least one provider; the award of the
    Schiedsstelle, which every party has confirmed, stands for all signatures.

    Law: SGB X § 56 (in writing), § 57 Abs. 1 (all whose rights it touches); SGB VIII § 78g Abs. 2 and 3.
    """
    signed, providers = signatories(agreement), set(agreement.provider_ids)
    if is_awarded(agreement) or signed >= {agreement.youth_office_id, *providers}:
        return True
    return holds_per_party(agreement) and agreement.youth_office_id in signed and bool(signed & providers)


def holds_per_party(agreement: Agreement) -> bool:
    """Whether each provider's own signature counts."""
    return agreement.current.content.get("entry_rule") == EntryRule.PER_PARTY


def has_award(agreement: Agreement) -> bool:
    """Whether an award of the Schiedsstelle was entered."""
    return bool(agreement.schiedsstelle and agreement.schiedsstelle.get("decided_on"))


def is_awarded(agreement: Agreement) -> bool:
    """Whether the Schiedsstelle has decided, and every party says so."""
    return has_award(agreement) and award_confirmers(agreement) >= {agreement.youth_office_id, *agreement.provider_ids}


def award_confirmers(agreement: Agreement) -> set[UUID]:
    """The parties that say: this is what the Schiedsstelle decided. Who entered it is one of them."""
    return {UUID(id_) for id_ in (agreement.schiedsstelle or {}).get("confirmed_by", ())}


def covered_providers(agreement: Agreement) -> list[UUID]:
    """The providers for whom the concluded text holds: those that signed, or all by an award."""
    signed = signatories(agreement)
    return [provider for provider in agreement.provider_ids if is_awarded(agreement) or provider in signed]


def covered_kinds(agreement: Agreement) -> list[ServiceKind | None]:
    """The kinds of help an agreement covers; none named (§ 8a, § 72a): all of the provider's work, as one entry."""
    return [ServiceKind(kind) for kind in agreement.service_kinds] or [None]


def last_day(agreement: Agreement) -> date | None:
    """The last day an agreement holds: by notice or succession, else as agreed; None when it has no end."""
    return agreement.ends_on or agreement.valid_to


def is_renewed(agreement: Agreement) -> bool:
    """Whether what was agreed goes on after its end, until something new is agreed.

    Law: SGB VIII § 78d Abs. 2 Satz 4 (fees under § 78b); others by their own clause (facts T-5).
    """
    return agreement.kind is K.ENTGELT or bool(agreement.current.content.get("continues"))


def start_of_day(day: date) -> datetime:
    """Midnight in Berlin, as UTC: when what begins on a day begins."""
    return in_utc(datetime.combine(day, time(), BERLIN))


def end_of_term(day: date) -> datetime:
    """The first instant after a last day."""
    return start_of_day(day + timedelta(days=1))


def notice_runs_until(at: datetime, months: int) -> date:
    """The earliest last day of an agreement when notice is given now.

    A waiting time, not something to be done: it ends on whatever day it ends (§ 193 BGB does not move it).

    Law: §§ 187 Abs. 1, 188 Abs. 2 and 3 BGB.
    """
    source = derived("BGB", "§ 188 Abs. 2")
    period = Period("notice", months, Unit.MONTHS, "notice", source, date(1900, 1, 1), protective=True)
    return legal_date(due_at(period, at, land=""))


def review_day(start: date, months: int) -> date:
    """The day on which an agreement is to be looked at again.

    Source: the agreement («eine Qualitätsvereinbarung ist nicht statisch»); counted like § 188 Abs. 2 BGB.
    """
    source = derived("BGB", "§ 188 Abs. 2")
    period = Period("review", months, Unit.MONTHS, "start", source, date(1900, 1, 1), protective=True)
    return legal_date(due_at(period, start_of_day(start), land=""))


def missing_for_payment(
    service_kind: ServiceKind, kinds: Collection[AgreementKind], *, residential: bool = False
) -> list[AgreementKind]:
    """What must still be agreed before a help may be paid; empty when nothing is missing.

    Args:
        kinds: the kinds of agreements in force for this help with this provider.
        residential: whether the child is there by day or by night, where the kind of help alone does not say it.

    Law: SGB VIII § 78b Abs. 1 ((part-)residential: all three); § 77 Abs. 1 (ambulatory: one that names the price).
    """
    if service_kind in RESIDENTIAL or (residential and service_kind in RESIDENTIAL_BY_SETTING):
        return [kind for kind in (K.LEISTUNG, K.ENTGELT, K.QUALITAETSENTWICKLUNG) if kind not in kinds]
    return [] if set(kinds) & {K.AMBULANT_77, K.LOCAL_QUALITY, K.ENTGELT} else [K.AMBULANT_77]


def lineage(number: str) -> str:
    """The number of the agreement that an amendment goes back to: `QV-2026-0007` of `QV-2026-0007/2`."""
    return number.partition("/")[0]


def foremost(candidates: Sequence[AgreementInForce], *, prices_first: bool) -> AgreementInForce | None:
    """Which of several agreements in force answers a question.

    Args:
        prices_first: a question about a help wants the agreement that prices it; one about the cooperation as a
            whole wants the one that settles safeguarding. The younger one wins a tie.
    """

    def worth(candidate: AgreementInForce) -> tuple[bool, bool, date, str]:
        priced, protects = candidate.billing_terms is not None, bool(candidate.safeguarding_terms)
        first, second = (priced, protects) if prices_first else (protects, priced)
        return first, second, candidate.valid_from, candidate.number

    return max(candidates, key=worth, default=None)
