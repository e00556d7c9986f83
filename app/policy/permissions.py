"""Every permission there is, in alphabetical order: `<thing>:<act>`.

Scopes of a token use the same words: a token that names scopes can do no more than them.
"""

from enum import StrEnum


class Permission(StrEnum):
    """One act on one kind of thing; granted to roles in `grants.py`."""

    ACCOUNTS_MANAGE = "accounts:manage"
    ACCOUNTS_READ = "accounts:read"
    AGREEMENTS_DRAFT = "agreements:draft"
    AGREEMENTS_READ = "agreements:read"
    AGREEMENTS_SIGN = "agreements:sign"
    ALARMS_READ = "alarms:read"
    AUDIT_READ = "audit:read"
    EVENTS_READ = "events:read"
    FORMS_MANAGE = "forms:manage"
    FORMS_READ = "forms:read"
    GRANTS_RELEASE = "grants:release"
    HANDBOOKS_COMMENT = "handbooks:comment"
    HANDBOOKS_MANAGE = "handbooks:manage"
    HANDBOOKS_READ = "handbooks:read"
    HANDBOOKS_RELEASE = "handbooks:release"
    HELPS_OPEN = "helps:open"
    HELPS_READ = "helps:read"
    INVOICES_APPROVE = "invoices:approve"
    INVOICES_READ = "invoices:read"
    INVOICES_SUBMIT = "invoices:submit"
    OFFERS_MANAGE = "offers:manage"
    OFFERS_READ = "offers:read"
    ORGANISATIONS_MANAGE = "organisations:manage"
    ORGANISATIONS_READ = "organisations:read"
    REPORTS_READ = "reports:read"
    REPORTS_REVIEW = "reports:review"
    REPORTS_WRITE = "reports:write"
    SAFEGUARDING_ACKNOWLEDGE = "safeguarding:acknowledge"
    SAFEGUARDING_NOTIFY = "safeguarding:notify"
    SAFEGUARDING_READ = "safeguarding:read"
    SERVICE_RECORDS_READ = "service_records:read"
    SERVICE_RECORDS_WRITE = "service_records:write"
    STANDARDS_MANAGE = "standards:manage"
    STANDARDS_READ = "standards:read"
    WEBHOOKS_MANAGE = "webhooks:manage"
