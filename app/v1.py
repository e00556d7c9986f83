"""The API's first version: one router per room, in staircase order."""

from app.modules.agreements import router as agreements
from app.modules.alerts import router as alerts
from app.modules.audit import router as audit
from app.modules.billing import router as billing
from app.modules.budgets import router as budgets
from app.modules.cases import router as cases
from app.modules.catalogue import router as catalogue
from app.modules.clearances import router as clearances
from app.modules.committee import router as committee
from app.modules.concerns import router as concerns
from app.modules.consumption import router as consumption
from app.modules.dialogues import router as dialogues
from app.modules.einvoices import router as einvoices
from app.modules.fees import router as fees
from app.modules.forms import router as forms
from app.modules.handbooks import router as handbooks
from app.modules.identities import router as identities
from app.modules.identity import router as identity
from app.modules.invoices import router as invoices
from app.modules.negotiations import router as negotiations
from app.modules.notices import router as notices
from app.modules.offers import router as offers
from app.modules.organisations import router as organisations
from app.modules.payments import router as payments
from app.modules.planning import router as planning
from app.modules.proofs import router as proofs
from app.modules.protection import router as protection
from app.modules.registers import router as registers
from app.modules.reports import router as reports
from app.modules.retention import router as retention
from app.modules.safeguarding import router as safeguarding
from app.modules.settlement import router as settlement
from app.modules.staff import router as staff
from app.modules.standards import router as standards
from app.modules.statistics import router as statistics
from app.modules.webhooks import router as webhooks
from app.modules.worklists import router as worklists

ROUTERS = (
    identity.router,
    organisations.router,
    webhooks.router,
    audit.router,
    catalogue.router,
    standards.router,
    forms.router,
    handbooks.router,
    offers.router,
    agreements.router,
    agreements.router_of_bases,
    agreements.router_of_published,
    negotiations.router,
    fees.router,
    dialogues.router,
    dialogues.measures,
    registers.router,
    clearances.router,
    cases.helps,
    cases.phases,
    cases.around,
    cases.handovers,
    identities.router,
    billing.router,
    proofs.router,
    planning.voices,
    planning.plans,
    planning.reviews,
    planning.form_of_young_people,
    planning.meetings,
    planning.tasks,
    planning.perspectives,
    invoices.router,
    invoices.check_rules,
    staff.router,
    einvoices.router,
    payments.router,
    settlement.router,
    settlement.simulations,
    consumption.router,
    consumption.alerts,
    consumption.thresholds,
    budgets.router,
    budgets.alerts,
    safeguarding.router,
    alerts.router,
    concerns.router,
    protection.router,
    protection.access,
    protection.transfers,
    statistics.records,
    statistics.releases,
    statistics.others,
    reports.router,
    reports.expectations,
    notices.router,
    notices.kinds,
    committee.papers,
    committee.sittings,
    committee.oparl,
    retention.rules,
    retention.reviews,
    retention.holds,
    retention.erasures,
    retention.requests,
    worklists.router,
    worklists.feeds,
)
WELL_KNOWN = (identity.well_known, catalogue.well_known)
"""What stands outside `/v1` by its own standards."""
