"""Which room answers what the ground floor calls upwards: deadlines that fire, events that are published."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.core.deadlines import Handler
from app.core.outbox import Event
from app.core.watches import hourly
from app.modules import (
    agreements,
    alerts,
    billing,
    budgets,
    cases,
    clearances,
    committee,
    concerns,
    consumption,
    dialogues,
    einvoices,
    handbooks,
    identities,
    invoices,
    notices,
    payments,
    planning,
    proofs,
    protection,
    registers,
    reports,
    retention,
    safeguarding,
    statistics,
    worklists,
)
from app.modules.webhooks import on_published as deliver

HANDLERS: dict[str, Handler] = {
    "agreement_start": agreements.start_due,
    "agreement_end": agreements.end_due,
    "agreement_review": agreements.review_due,
    cases.ANSWER: cases.handover_due,
    cases.EXPIRY: cases.expiry_due,
    committee.FOLLOW_UP_DUE: committee.follow_up_due,
    handbooks.CONSULTATION: handbooks.consultation_due,
    dialogues.ASSESSMENT_DUE: dialogues.assessments_due,
    dialogues.MEASURE_DUE: dialogues.measure_due,
    invoices.OBJECTION: invoices.objection_over,
    notices.ACKNOWLEDGEMENT: notices.remind,
    notices.ANSWER: notices.remind,
    planning.REVIEW_DUE: planning.review_due,
    reports.DEADLINE: reports.expectation_due,
    safeguarding.DEADLINE: safeguarding.escalate,
    **protection.HANDLERS,
    alerts.ON_CALL: alerts.hand_over,
    clearances.RENEWAL: clearances.renewal_due,
    clearances.DELETION: clearances.deletion_due,
    **dict.fromkeys(concerns.DUTIES, concerns.escalate),
}

worklists.register(  # what waits for somebody: a room adds its own here
    cases.WORK,
    planning.WORK,
    consumption.WORK,
    budgets.WORK,
    proofs.WORK,
    reports.WORK,
    notices.WORK,
    safeguarding.WORK,
    protection.WORK,
    dialogues.WORK,
    invoices.WORK,
    payments.WORK,
    concerns.WORK,
    clearances.WORK,
    retention.WORK,
    statistics.WORK,
)
hourly("consumption.watch", 11, consumption.tell)  # which shares of grants are used, and of budgets reached
hourly("budgets.watch", 41, budgets.tell)
hourly("reports.close_parts", 23, reports.close_parts)  # of providers whose last phase has run out
hourly("statistics.look", 37, statistics.look)  # what ended, and is to be counted
hourly("retention.look", 53, retention.look)  # whose time is over, and what is held no more
retention.hang_in(  # what rooms keep, those whose rows name others' first
    protection.TRACES,
    concerns.TRACES,
    safeguarding.TRACES,
    notices.TRACES,
    reports.TRACES,
    proofs.TRACES,
    billing.TRACES,
    planning.TRACES,
    identities.TRACES,
    cases.TRACES,
)
identities.restrict_by(retention.restricts)
cases.HELP.listen(registers.must_be_safeguarded)
cases.PHASE.listen(registers.phase_must_be_safeguarded)
cases.HELP.listen(reports.follow_help)
cases.HELP.listen(planning.help_moved)
cases.GRANT.listen(reports.follow_grant)
cases.PHASE.listen(reports.follow_phase)
cases.HANDOVER.listen(identities.follow_handover)
planning.MEETING.listen(reports.follow_meeting)
invoices.ask_for_reports(reports.overdue_of)
invoices.ask_for_proofs(proofs.confirmed)
invoices.INVOICE.listen(einvoices.follow_invoice)
safeguarding.NOTIFICATION.listen(alerts.follow_notification)
safeguarding.NOTIFICATION.listen(concerns.follow_notification)
safeguarding.NOTIFICATION.listen(protection.follow_notification)


def on_published(db: Session, events: Sequence[Event]) -> None:
    """Events go to the webhooks that want them, and alarms to people."""
    deliver(db, events)
    alerts.follow(db, events)


__all__ = ["HANDLERS", "on_published"]
