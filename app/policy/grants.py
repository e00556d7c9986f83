"""The matrix of roles and permissions: the one table that grants.

Source of the division of labour: access matrix of the domain facts (22 roles x 15 data classes), cut down to the
roles in use. Two persons must stand behind money (finance officer is never the caseworker); finance sees no report
and no safeguarding; planners see agreements and numbers, never a case; a system administrator sees no content.
A quality handbook is released by the planner, who keeps it, or by the office head, who answers for what binds the
office: councils hand it to the one or the other, and the audit log names who it was.
A member of a committee sits there for a party, a provider or the public, not for the office: the member reads what
is laid before the committees, and nothing else that only the office knows.
Of the notices on a help the office head and the provider's management see special incidents only (the room says so).
"""

from app.policy.permissions import Permission as P
from app.policy.roles import Role as R

_EVERYBODY = frozenset({P.ORGANISATIONS_READ, P.STANDARDS_READ, P.FORMS_READ, P.HANDBOOKS_READ, P.OFFERS_READ})

GRANTS: dict[R, frozenset[P]] = {
    R.PLANNER: _EVERYBODY
    | {
        P.AGREEMENTS_READ_PUBLISHED,
        P.AGREEMENTS_READ,
        P.AGREEMENTS_DRAFT,
        P.STANDARDS_MANAGE,
        P.FORMS_MANAGE,
        P.DIALOGUES_READ,
        P.DIALOGUES_MANAGE,
        P.DIALOGUES_TAKE_PART,
        P.DIALOGUES_CONFIRM,
        P.HANDBOOKS_MANAGE,
        P.HANDBOOKS_RELEASE,
        P.COMMITTEE_READ,
        P.COMMITTEE_PREPARE,
        P.EVENTS_READ,
        P.WORKLIST_READ,
        P.FEES_READ,
    },
    R.CASEWORKER: _EVERYBODY
    | {
        P.DUTY_READ,
        P.ISEF_READ,
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.HANDBOOKS_COMMENT,
        P.HELPS_READ,
        P.HELPS_OPEN,
        P.SERVICE_RECORDS_READ,
        P.REPORTS_READ,
        P.REPORTS_REVIEW,
        P.SAFEGUARDING_READ,
        P.SAFEGUARDING_ACKNOWLEDGE,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.WORKLIST_READ,
        P.INVOICES_READ,
        P.INVOICES_OVERRIDE,
    },
    R.TEAM_LEAD: _EVERYBODY
    | {
        P.DUTY_MANAGE,
        P.DUTY_READ,
        P.ISEF_MANAGE,
        P.ISEF_READ,
        P.DIALOGUES_READ,
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.HANDBOOKS_COMMENT,
        P.HELPS_READ,
        P.SERVICE_RECORDS_READ,
        P.REPORTS_READ,
        P.REPORTS_REVIEW,
        P.SAFEGUARDING_READ,
        P.SAFEGUARDING_ACKNOWLEDGE,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.WORKLIST_READ,
        P.INVOICES_READ,
        P.INVOICES_OVERRIDE,
    },
    R.OFFICE_HEAD: _EVERYBODY
    | {
        P.DUTY_MANAGE,
        P.DUTY_READ,
        P.AGREEMENTS_READ_PUBLISHED,
        P.DIALOGUES_READ,
        P.DIALOGUES_CONFIRM,
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.AGREEMENTS_SIGN,
        P.HANDBOOKS_RELEASE,
        P.COMMITTEE_READ,
        P.COMMITTEE_RELEASE,
        P.SAFEGUARDING_READ,
        P.ACCOUNTS_READ,
        P.NOTICES_READ,
        P.WORKLIST_READ,
        P.INVOICES_READ,
        P.INVOICES_OVERRIDE,
        P.STAFF_READ,
        P.FEES_READ,
    },
    R.FINANCE_OFFICER: _EVERYBODY
    | {
        P.AGREEMENTS_READ,
        P.HELPS_READ,
        P.GRANTS_RELEASE,
        P.SERVICE_RECORDS_READ,
        P.INVOICES_READ,
        P.INVOICES_APPROVE,
        P.PAYMENTS_READ,
        P.PAYMENTS_MANAGE,
        P.BILLING_DETAILS_MANAGE,
        P.WORKLIST_READ,
        P.INVOICES_OVERRIDE,
        P.STAFF_READ,
        P.FEES_READ,
    },
    R.OFFICE_ADMIN: _EVERYBODY
    | {P.ORGANISATIONS_MANAGE, P.ACCOUNTS_READ, P.ACCOUNTS_MANAGE, P.WEBHOOKS_MANAGE, P.EVENTS_READ},
    R.DATA_PROTECTION_OFFICER: _EVERYBODY | {P.AGREEMENTS_READ, P.AUDIT_READ},
    R.COMMITTEE_CLERK: _EVERYBODY | {P.AGREEMENTS_READ_PUBLISHED, P.COMMITTEE_READ, P.COMMITTEE_RECORD},
    R.COMMITTEE_MEMBER: frozenset({P.ORGANISATIONS_READ, P.COMMITTEE_READ, P.AGREEMENTS_READ_PUBLISHED}),
    R.ISEF: frozenset({P.ORGANISATIONS_READ, P.STANDARDS_READ, P.ISEF_READ, P.CONSULTATIONS_ANSWER, P.WORKLIST_READ}),
    R.OFFICE_SYNC: _EVERYBODY
    | {
        P.AGREEMENTS_READ,
        P.COMMITTEE_READ,
        P.HELPS_READ,
        P.HELPS_OPEN,
        P.SERVICE_RECORDS_READ,
        P.INVOICES_READ,
        P.PAYMENTS_READ,
        P.EVENTS_READ,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.FEES_READ,
    },
    R.PROVIDER_PROFESSIONAL: _EVERYBODY
    | {
        P.DUTY_READ,
        P.CONCERNS_READ,
        P.CONCERNS_WATCH,
        P.CONCERNS_WRITE,
        P.ISEF_READ,
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.HELPS_READ,
        P.SERVICE_RECORDS_READ,
        P.SERVICE_RECORDS_WRITE,
        P.REPORTS_READ,
        P.REPORTS_WRITE,
        P.SAFEGUARDING_READ,
        P.SAFEGUARDING_NOTIFY,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.WORKLIST_READ,
    },
    R.PROVIDER_LEAD: _EVERYBODY
    | {
        P.DUTY_MANAGE,
        P.DUTY_READ,
        P.CONCERNS_LEAD,
        P.CONCERNS_READ,
        P.CONCERNS_WATCH,
        P.CONCERNS_WRITE,
        P.ISEF_MANAGE,
        P.ISEF_READ,
        P.DIALOGUES_READ,
        P.DIALOGUES_TAKE_PART,
        P.DIALOGUES_CONFIRM,
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.AGREEMENTS_DRAFT,
        P.COMMITTEE_READ,
        P.HANDBOOKS_COMMENT,
        P.OFFERS_MANAGE,
        P.HELPS_READ,
        P.SERVICE_RECORDS_READ,
        P.SERVICE_RECORDS_WRITE,
        P.REPORTS_READ,
        P.REPORTS_WRITE,
        P.INVOICES_READ,
        P.SAFEGUARDING_READ,
        P.SAFEGUARDING_NOTIFY,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.WORKLIST_READ,
        P.STAFF_READ,
        P.FEES_READ,
        P.FEES_MANAGE,
    },
    R.PROVIDER_MANAGER: _EVERYBODY
    | {
        P.DUTY_MANAGE,
        P.DUTY_READ,
        P.CONCERNS_WATCH,
        P.ISEF_MANAGE,
        P.ISEF_READ,
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.AGREEMENTS_SIGN,
        P.DIALOGUES_READ,
        P.DIALOGUES_TAKE_PART,
        P.DIALOGUES_CONFIRM,
        P.COMMITTEE_READ,
        P.HANDBOOKS_COMMENT,
        P.INVOICES_READ,
        P.BILLING_DETAILS_MANAGE,
        P.OFFERS_MANAGE,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.WORKLIST_READ,
        P.STAFF_MANAGE,
        P.STAFF_READ,
        P.FEES_READ,
        P.FEES_MANAGE,
    },
    R.PROVIDER_BILLING: _EVERYBODY
    | {
        P.AGREEMENTS_READ,
        P.HELPS_READ,
        P.SERVICE_RECORDS_READ,
        P.INVOICES_READ,
        P.INVOICES_SUBMIT,
        P.WORKLIST_READ,
        P.STAFF_READ,
        P.FEES_READ,
        P.FEES_MANAGE,
        P.BILLING_DETAILS_MANAGE,
    },
    R.PROVIDER_ADMIN: _EVERYBODY | {P.ACCOUNTS_READ, P.ACCOUNTS_MANAGE, P.WEBHOOKS_MANAGE, P.EVENTS_READ},
    R.PROVIDER_ISEF: frozenset(
        {P.ORGANISATIONS_READ, P.STANDARDS_READ, P.ISEF_READ, P.CONSULTATIONS_ANSWER, P.WORKLIST_READ}
    ),
    R.PROVIDER_SYNC: _EVERYBODY
    | {
        P.ALARMS_READ,
        P.AGREEMENTS_READ,
        P.COMMITTEE_READ,
        P.OFFERS_MANAGE,
        P.HELPS_READ,
        P.SERVICE_RECORDS_READ,
        P.SERVICE_RECORDS_WRITE,
        P.REPORTS_READ,
        P.REPORTS_WRITE,
        P.INVOICES_READ,
        P.INVOICES_SUBMIT,
        P.SAFEGUARDING_NOTIFY,
        P.SAFEGUARDING_READ,
        P.EVENTS_READ,
        P.NOTICES_READ,
        P.NOTICES_WRITE,
        P.STAFF_MANAGE,
        P.STAFF_READ,
        P.FEES_READ,
        P.FEES_MANAGE,
    },
}

INCOMPATIBLE: tuple[frozenset[R], ...] = (
    frozenset({R.FINANCE_OFFICER, R.CASEWORKER}),
    frozenset({R.FINANCE_OFFICER, R.TEAM_LEAD}),
    frozenset({R.OFFICE_ADMIN, R.CASEWORKER}),
    frozenset({R.OFFICE_ADMIN, R.TEAM_LEAD}),
    frozenset({R.OFFICE_ADMIN, R.OFFICE_HEAD}),
    frozenset({R.OFFICE_ADMIN, R.FINANCE_OFFICER}),
    frozenset({R.DATA_PROTECTION_OFFICER, R.OFFICE_ADMIN}),
    frozenset({R.DATA_PROTECTION_OFFICER, R.OFFICE_HEAD}),
)
"""Roles that never lie in one hand: who decides on a help and who pays it; who gives out access and who reads content;
who supervises data protection and who is supervised (Art. 38 Abs. 6 DSGVO)."""


def permissions_of(roles: frozenset[R], scopes: frozenset[str] = frozenset()) -> frozenset[P]:
    """What somebody in these roles may do; a token's scopes narrow it, they never widen it."""
    granted = frozenset().union(*(GRANTS[role] for role in roles)) if roles else frozenset()
    return frozenset(p for p in granted if p.value in scopes) if scopes else granted
