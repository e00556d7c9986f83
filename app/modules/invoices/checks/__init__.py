"""The check of an invoice (Rechnungsprüfung): one table of rules, each with weight, source and who may accept it; pure.

The codes are those of the facts; a further rule is a further row. Where a rule needs what the service does not hold
(a family's confirmation on paper), it blocks, and who may accept it says that it was seen.

What the database makes impossible, whoever writes:

- a record on two invoices: `service_record.invoice_id` is one column, and `service_record_fixed` keeps records as they
  are; a record pushed twice: `uq_service_record_external_id`;
- an invoice's number twice: `uq_invoice_number`; a total that is not the sum of its lines: `invoice_total`; a line
  changed after it was written: `invoice_line_fixed`; a negative amount: `ck_invoice_line_amount`;
- a group session without participants: `ck_service_record_group`, `ck_service_record_heads`; a record that ends before
  it begins or is longer than a day: `ck_service_record_period`, `ck_service_record_minutes`; a flat rate as a record:
  `ck_service_record_activity`;
- two grants for one day: `ex_help_grant_overlap`; a grant released by who prepared it: `ck_help_grant_four_eyes`;
- two prices for one day: `ex_agreement_coverage_overlap`; two qualifications of one professional on one day:
  `ex_staff_member_overlap`.

Source: facts on agreements and Fachleistungsstunden, section 4; findings of audit offices (Hamburg 2009/2010, Berlin,
Landesrechnungshof 2006-2018) and published cases (Ingolstadt 2020, Hamburg-Mitte).
"""

from app.modules.invoices.checks import agreed, evidence
from app.modules.invoices.checks.facts import Check, Facts, Found
from app.modules.invoices.models import Severity
from app.policy import Role

_BLOCK, _WARN = Severity.BLOCK, Severity.WARN
_HEAD, _FINANCE = frozenset({Role.OFFICE_HEAD}), frozenset({Role.FINANCE_OFFICER})
_CASE = frozenset({Role.CASEWORKER, Role.TEAM_LEAD})
_CONSENT = _CASE | _FINANCE
"""The caseworker consents; Wirtschaftliche Jugendhilfe may write down a consent that was given otherwise."""
_NOBODY: frozenset[Role] = frozenset()
_AUDIT = "Prüfungsfeststellungen"

CHECKS = (
    Check("INV-01", "Keine Vereinbarung", _BLOCK, "§§ 77, 78b Abs. 1 und 3 SGB VIII", _HEAD, agreed.no_agreement),
    Check("INV-02", "Keine Bewilligung", _BLOCK, "§ 36a Abs. 1 SGB VIII", _FINANCE, agreed.no_grant),
    Check("INV-03", "Anderer Entgeltsatz", _BLOCK, "Entgeltvereinbarung", _NOBODY, agreed.other_rate),
    Check("INV-04", "Andere Hilfeart", _BLOCK, f"§ 36a Abs. 1 SGB VIII; {_AUDIT}", _NOBODY, agreed.other_kind),
    Check("INV-05", "Kontingent überschritten", _BLOCK, "Bewilligung", _CONSENT, agreed.beyond_grant),
    Check("INV-06", "Doppelt erfasst", _BLOCK, f"Vereinbarung; {_AUDIT}", _NOBODY, evidence.doubled),
    Check("INV-07", "Nachweis fehlt", _BLOCK, "Vereinbarung: Leistungsnachweis", _FINANCE, evidence.unproven),
    Check("INV-08", "Fachkraft nicht gelistet", _BLOCK, f"§ 72 SGB VIII; {_AUDIT}", _HEAD, evidence.not_on_staff),
    Check("INV-09", "Eine Fachkraft, zwei Orte", _BLOCK, _AUDIT, _NOBODY, evidence.overlapping),
    Check("INV-10", "Gruppe als Einzelleistung", _BLOCK, f"Vereinbarung; {_AUDIT}", _NOBODY, evidence.group_as_single),
    Check("INV-11", "Pauschale ohne Nachweis", _BLOCK, f"Vereinbarung; {_AUDIT}", _NOBODY, evidence.lump_sum_unproven),
    Check("INV-12", "Pauschale bei geringer Leistung", _WARN, _AUDIT, _NOBODY, evidence.lump_sum_unchanged),
    Check("INV-13", "Außerhalb der Hilfe", _BLOCK, "§ 36a Abs. 1 SGB VIII; Bewilligung", _CASE, agreed.outside_help),
    Check("INV-14", "Ausgefallene Termine", _BLOCK, "Vereinbarung: ausgefallene Termine", _FINANCE, evidence.missed),
    Check("INV-15", "Fahrzeit", _BLOCK, f"Vereinbarung; {_AUDIT}", _FINANCE, agreed.travel),
    Check("INV-16", "Mittelbare Zeit", _WARN, "Vereinbarung: mittelbare Zeit", _HEAD, evidence.indirect_share),
    Check("INV-17", "Arbeitszeit", _WARN, "§ 3 ArbZG", _NOBODY, evidence.working_time),
    Check("INV-18", "Auffällige Muster", _WARN, _AUDIT, _NOBODY, evidence.patterns),
    Check("INV-19", "Frist zur Abrechnung", _BLOCK, "Vereinbarung: Ausschlussfrist", _HEAD, agreed.late),
    Check("INV-20", "Rechnet sich nicht", _BLOCK, "Vereinbarung", _NOBODY, agreed.mismatch),
    Check("INV-21", "Bericht überfällig", _WARN, "Vereinbarung: Zurückbehaltung", _NOBODY, agreed.withheld),
    Check("INV-22", "Zweite Fachkraft", _BLOCK, "Vereinbarung; Hilfeplan (§ 36 SGB VIII)", _CASE, agreed.second_worker),
    Check(
        "INV-23", "Doppelte Finanzierung", _WARN, f"§ 10 Abs. 1 SGB VIII; {_AUDIT}", _NOBODY, evidence.double_financing
    ),
    Check("INV-24", "Der Sache nach Tagesgruppe", _WARN, "§§ 32, 45 SGB VIII", _NOBODY, evidence.is_a_day_group),
    Check(
        "INV-25", "Honorarkraft zum Angestelltensatz", _BLOCK, f"Vereinbarung; {_AUDIT}", _NOBODY, agreed.freelancers
    ),
    Check(
        "INV-26", "Fall lange nicht bestätigt", _WARN, f"§ 36 Abs. 2 SGB VIII; {_AUDIT}", _NOBODY, agreed.not_verified
    ),
    Check("INV-27", "Rückwirkender Entgeltsatz", _BLOCK, "§ 78d Abs. 2 Satz 3 SGB VIII", _NOBODY, agreed.retroactive),
    Check("INV-28", "Pause als Leistung", _BLOCK, "§ 4 Satz 3 ArbZG", _NOBODY, evidence.no_break),
)
"""Nobody overrides a warning: it blocks nothing. What nobody may accept is cleared up by correcting the records."""

OVERRIDERS = {check.rule: check.overriders for check in CHECKS}

__all__ = ["CHECKS", "OVERRIDERS", "Check", "Facts", "Found"]
