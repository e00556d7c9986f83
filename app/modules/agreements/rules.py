"""What must hold for an agreement and its steps; each rule names where it comes from. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from app.core.problems import FieldError, Text
from app.core.workflow import Move
from app.law.calendars import BERLIN, in_utc, legal_date
from app.law.periods import Period, Unit, due_at
from app.law.sources import derived
from app.modules.agreements.document import AgreementInForce
from app.modules.agreements.models import Agreement, AgreementKind
from app.modules.agreements.schemas import AgreementContent
from app.modules.agreements.terms import ServiceKind

K = AgreementKind
SECTION_78B = frozenset({K.LEISTUNG, K.ENTGELT, K.QUALITAETSENTWICKLUNG})
"""Prospective by law, and open to the Schiedsstelle (§ 78g)."""
PRICED = frozenset({K.ENTGELT, K.AMBULANT_77})
"""Without a price these say nothing (§ 78b Abs. 1 Nr. 2, § 77 Abs. 1: «über die Höhe der Kosten»)."""
PRICELESS = frozenset({K.SCHUTZAUFTRAG_8A, K.TAETIGKEITSAUSSCHLUSS_72A})
"""Duties of the provider as a whole: no price, and no kind of help is needed."""


def contradictions(kind: AgreementKind, content: AgreementContent) -> list[FieldError]:
    """What a draft may not say, whatever it still lacks.

    Law: SGB VIII § 8a Abs. 4, § 72a Abs. 2 (no price), § 78d Abs. 2 Satz 3 (no retroactive effect).
    """
    findings = []
    terms = content.billing_terms
    if kind in PRICELESS and terms is not None:
        findings.append(
            FieldError(
                "/billing_terms",
                "no_price",
                "Eine Vereinbarung dieser Art regelt keine Entgelte.",
                "An agreement of this kind settles no prices.",
            )
        )
    if terms is not None and not terms.service_kinds.keys() <= set(content.service_kinds):
        findings.append(
            FieldError(
                "/billing_terms/service_kinds",
                "beyond_agreement",
                "Hier stehen Hilfearten, die die Vereinbarung nicht nennt.",
                "These name kinds of help that the agreement does not.",
            )
        )
    if kind in SECTION_78B and content.retroactive_reason is not None:
        findings.append(
            FieldError(
                "/retroactive_reason",
                "prospective_only",
                "Vereinbarungen nach § 78b wirken nicht zurück (§ 78d Abs. 2 Satz 3 SGB VIII).",
                "Agreements under § 78b have no retroactive effect (§ 78d Abs. 2 Satz 3 SGB VIII).",
            )
        )
    return findings


def names_kinds_of_help(agreement: Agreement, _move: Move) -> Text | None:
    """Who agrees on services says for which kinds of help.

    Law: SGB VIII § 78c Abs. 1 Satz 1 Nr. 1, § 77 Abs. 1 (content and size of the services).
    """
    if agreement.kind in PRICELESS or agreement.service_kinds:
        return None
    return Text("Die Vereinbarung nennt keine Hilfeart.", "The agreement names no kind of help.")


def has_terms_of_payment(agreement: Agreement, _move: Move) -> Text | None:
    """A kind of agreement that is about money has a price.

    Law: SGB VIII § 78b Abs. 1 Nr. 2, § 77 Abs. 1.
    """
    if agreement.kind not in PRICED or agreement.current.content["billing_terms"] is not None:
        return None
    return Text("Die Regelungen zur Abrechnung fehlen.", "The terms of billing are missing.")


def says_something(agreement: Agreement, _move: Move) -> Text | None:
    """Clauses, standards, forms, prices or terms of safeguarding: at least one of them is agreed on."""
    content = agreement.current.content
    parts = ("clauses", "standard_ids", "forms", "billing_terms", "safeguarding_terms")
    if any(content[part] for part in parts):
        return None
    return Text("Die Vereinbarung regelt noch nichts.", "The agreement settles nothing yet.")


def begins_lawfully(agreement: Agreement, move: Move) -> Text | None:
    """§ 78b only for the future; the others may look back, with a reason.

    Law: SGB VIII § 78d Abs. 1 Satz 1, Abs. 2 Satz 3. § 77 has no such rule; a council did set rates back
    (facts T-1, T-7).
    """
    if agreement.valid_from >= legal_date(move.at):
        return None
    if agreement.kind in SECTION_78B:
        return Text(
            "Der Beginn ist vorbei; Vereinbarungen nach § 78b gelten nur für die Zukunft (§ 78d SGB VIII).",
            "The start is over; agreements under § 78b hold for the future only (§ 78d SGB VIII).",
        )
    if agreement.current.content["retroactive_reason"] is None:
        return Text("Der Beginn ist vorbei; dafür fehlt ein Grund.", "The start is over, and no reason is given.")
    return None


def signs_this_text(agreement: Agreement, move: Move) -> Text | None:
    """The hash in the signature is that of the text on the table."""
    if move.data.get("content_hash") == agreement.current.content_hash:
        return None
    return Text(
        "Die Unterschrift nennt einen anderen Text; bitte neu laden und lesen.",
        "The signature names another text; please reload and read it.",
    )


def signs_once(agreement: Agreement, move: Move) -> Text | None:
    """Each party signs a version once."""
    if move.actor.organisation_id not in signatories(agreement):
        return None
    return Text("Diese Vertragspartei hat schon unterschrieben.", "This party has signed already.")


def all_have_signed(agreement: Agreement, _move: Move) -> Text | None:
    """An agreement is concluded when every party has signed the same version.

    Law: SGB X § 56 (in writing), § 57 Abs. 1 (all whose rights it touches).
    """
    if signatories(agreement) >= set(agreement.audience):
        return None
    return Text("Es fehlt noch eine Unterschrift.", "A signature is still missing.")


def first_day_has_come(agreement: Agreement, move: Move) -> Text | None:
    """An agreement takes effect on the day it names.

    Law: SGB VIII § 78d Abs. 2 Satz 1.
    """
    if agreement.valid_from <= legal_date(move.at):
        return None
    return Text("Der erste Tag ist noch nicht da.", "The first day has not come yet.")


def last_day_is_over(agreement: Agreement, move: Move) -> Text | None:
    """An agreement ends with the end of its last day.

    Law: § 188 Abs. 1 BGB.
    """
    day = last_day(agreement)
    if day is not None and day < legal_date(move.at):
        return None
    return Text("Der letzte Tag ist noch nicht vorbei.", "The last day is not over yet.")


def keeps_notice_period(agreement: Agreement, move: Move) -> Text | None:
    """Ordinary notice keeps the agreed period; without it an adaptation must have been tried before.

    Law: SGB X § 59 Abs. 1; the period is a term of the agreement.
    """
    if move.data["is_extraordinary"]:
        if move.data["is_adaptation_tried"]:
            return None
        return Text(
            "Ohne Frist kündigt nur, wer vorher eine Anpassung versucht hat (§ 59 Abs. 1 SGB X).",
            "Notice without its period needs that an adaptation was tried (§ 59 Abs. 1 SGB X).",
        )
    earliest = notice_runs_until(move.at, agreement.current.content["notice_period_months"])
    if date.fromisoformat(move.data["last_day"]) >= earliest:
        return None
    return Text(
        f"Die Kündigungsfrist läuft bis {earliest:%d.%m.%Y}.",
        f"The period of notice runs until {earliest.isoformat()}.",
    )


def ends_within_term(agreement: Agreement, move: Move) -> Text | None:
    """Notice never reaches into the past and never lengthens an agreement.

    Law: SGB VIII § 78d Abs. 2 Satz 3 by analogy; a declaration takes effect when it arrives (§ 130 Abs. 1 BGB).
    """
    day = date.fromisoformat(move.data["last_day"])
    if legal_date(move.at) <= day and (agreement.valid_to is None or day <= agreement.valid_to):
        return None
    return Text(
        "Der letzte Tag liegt in der Vergangenheit oder nach dem vereinbarten Ende.",
        "The last day lies in the past or after the agreed end.",
    )


def ends_for_all(agreement: Agreement, move: Move) -> Text | None:
    """One provider's leaving does not end an agreement of many; only the youth office ends it for all.

    Source: facts 2.4 (multi-party agreements, accession and exit per party).
    """
    if move.actor.is_youth_office or len(agreement.provider_ids) == 1:
        return None
    return Text(
        "Eine gemeinsame Vereinbarung mehrerer Träger kündigt für alle nur das Jugendamt.",
        "An agreement of several providers is ended for all by the youth office only.",
    )


def signatories(agreement: Agreement) -> set[UUID]:
    """The parties that have signed the current version."""
    return {signature.organisation_id for signature in agreement.current.signatures}


def covered_kinds(agreement: Agreement) -> list[ServiceKind | None]:
    """The kinds of help an agreement covers; none named (§ 8a, § 72a): all of the provider's work, as one entry."""
    return [ServiceKind(kind) for kind in agreement.service_kinds] or [None]


def last_day(agreement: Agreement) -> date | None:
    """The last day an agreement holds: by notice, else as agreed; None when it has no end."""
    return agreement.ends_on or agreement.valid_to


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


def unusable(named: Mapping[str, UUID], shared: Mapping[UUID, bool]) -> list[FieldError]:
    """Standards or forms that do not exist, or that the other parties could not read.

    Args:
        named: their ids by pointer.
        shared: for each that exists whether it is shared.
    """
    findings = []
    for pointer, id_ in named.items():
        if id_ not in shared:
            findings.append(FieldError(pointer, "unknown", "Das gibt es nicht.", "This does not exist."))
        elif not shared[id_]:
            findings.append(
                FieldError(
                    pointer,
                    "not_shared",
                    "Was vereinbart wird, muss für alle Parteien lesbar sein (is_shared).",
                    "What is agreed on must be readable for all parties (is_shared).",
                )
            )
    return findings


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
