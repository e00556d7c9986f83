"""What the text of an agreement must and must not say; each rule names where it comes from. Pure."""

from collections.abc import Mapping
from uuid import UUID

from app.core.problems import FieldError, Text
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.law.protection import LATEST_ACKNOWLEDGEMENT
from app.modules.agreements.models import Agreement, AgreementKind
from app.modules.agreements.rules.reading import has_award
from app.modules.agreements.schemas import AgreementContent

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
    agreed = content.safeguarding_terms.acknowledge_minutes if content.safeguarding_terms else {}
    for urgency, minutes in agreed.items():
        most = LATEST_ACKNOWLEDGEMENT.get(urgency)
        if most is not None and minutes > most:
            findings.append(
                FieldError(
                    f"/safeguarding_terms/acknowledge_minutes/{urgency.value}",
                    "too_late",
                    f"{urgency.title_de}: höchstens {most} Minuten.",
                    f"{urgency.value}: at most {most} minutes.",
                )
            )
    return findings


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
    parts = ("clauses", "standard_ids", "forms", "report_rules", "billing_terms", "safeguarding_terms")
    if any(content.get(part) for part in parts):
        return None
    return Text("Die Vereinbarung regelt noch nichts.", "The agreement settles nothing yet.")


def has_forms_for_reports(agreement: Agreement, _move: Move) -> Text | None:
    """A report is owed on a form: for each kind of report the agreement asks for it binds one."""
    content = agreement.current.content
    owed = {f"{rule['kind']}_report" for rule in content.get("report_rules", [])}
    if owed <= {form["purpose"] for form in content["forms"]}:
        return None
    return Text(
        "Für eine Berichtspflicht ist kein Vordruck vereinbart.", "No form is agreed on for a report that is owed."
    )


def begins_lawfully(agreement: Agreement, move: Move) -> Text | None:
    """§ 78b only for the future, unless the Schiedsstelle decided; the others may look back, with a reason.

    Law: SGB VIII § 78d Abs. 1 Satz 1, Abs. 2 Satz 3, § 78g Abs. 3. § 77 has no such rule; a council did set rates back
    (facts T-1, T-7).
    """
    if agreement.valid_from >= legal_date(move.at) or has_award(agreement):
        return None
    if agreement.kind in SECTION_78B:
        return Text(
            "Der Beginn ist vorbei; Vereinbarungen nach § 78b gelten nur für die Zukunft (§ 78d SGB VIII).",
            "The start is over; agreements under § 78b hold for the future only (§ 78d SGB VIII).",
        )
    if agreement.current.content["retroactive_reason"] is None:
        return Text("Der Beginn ist vorbei; dafür fehlt ein Grund.", "The start is over, and no reason is given.")
    return None
