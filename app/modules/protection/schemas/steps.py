"""The steps of a case: what each must say."""

from typing import Literal

from pydantic import Field

from app.core.types import Flag, Id, In, Instant, Prose, Word
from app.law.protection import Urgency


class Step(In):
    """What every step tells: when it happened (now, unless said)."""

    happened_at: Instant | None = Field(None, title="geschehen am (sonst jetzt)")


class Acknowledge(Step):
    """The reporter was told that the report has come."""

    action: Literal["acknowledge"]
    report_id: Id = Field(title="Meldung")
    note: Prose | None = Field(None, title="Bemerkung")


class Assign(Step):
    """Who works on the case."""

    action: Literal["assign"]
    caseworker_id: Id = Field(title="fallführende Fachkraft")
    second_id: Id = Field(title="zweite Fachkraft")
    substitute_id: Id = Field(title="Vertretung")


class Reassign(Step):
    """Others work on it from now on; what is due stays due."""

    action: Literal["reassign"]
    caseworker_id: Id = Field(title="fallführende Fachkraft")
    second_id: Id = Field(title="zweite Fachkraft")
    substitute_id: Id = Field(title="Vertretung")
    reason: Prose = Field(title="Grund")


class Exclude(Step):
    """Somebody is related to the family or accused: they see the case no more."""

    action: Literal["exclude"]
    account_id: Id = Field(title="Person")
    reason: Prose = Field(title="Grund")


class ProposeWeighty(Step):
    """First check: there are weighty signs."""

    action: Literal["propose_weighty"]
    urgency: Urgency = Field(title="Dringlichkeit")
    reasons: Prose = Field(title="Begründung")
    open_questions: Prose = Field(title="offene Fragen")
    contact_form: Word = Field(title="geplanter Kontakt")
    is_announced: Flag = Field(title="angekündigt")
    announced_reason: Prose = Field(title="warum angekündigt oder nicht")
    staff_safety: Prose = Field(title="Sicherheit der Fachkräfte")
    lead_informed_at: Instant = Field(title="Leitung unterrichtet am")


class ProposeNotWeighty(Step):
    """First check: there are no weighty signs."""

    action: Literal["propose_not_weighty"]
    reasons: Prose = Field(title="Begründung")
    prior_reports_checked: Flag = Field(title="frühere Meldungen geprüft")
    existing_file_checked: Flag = Field(title="vorhandene Akte geprüft")
    help_offered: Flag = Field(title="Hilfe angeboten")
    lead_informed_at: Instant = Field(title="Leitung unterrichtet am")


class ConfirmWeighty(Step):
    """The second professional names the urgency too; the more urgent of both counts."""

    action: Literal["confirm_weighty"]
    entry_id: Id = Field(title="bestätigter Eintrag")
    urgency: Urgency = Field(title="Dringlichkeit nach eigener Einschätzung")
    dissent: Prose | None = Field(None, title="abweichende Einschätzung")


class ConfirmNotWeighty(Step):
    """The second professional sees no weighty signs either."""

    action: Literal["confirm_not_weighty"]
    entry_id: Id = Field(title="bestätigter Eintrag")


class CheckReport(Step):
    """A further report is looked at: does it make the case more urgent?"""

    action: Literal["check_report"]
    report_id: Id = Field(title="Meldung")
    urgency: Urgency = Field(title="Dringlichkeit")
    reasons: Prose = Field(title="Begründung")


class ConfirmReportCheck(Step):
    """The second professional looked at the further report too."""

    action: Literal["confirm_report_check"]
    entry_id: Id = Field(title="bestätigter Eintrag")
    urgency: Urgency = Field(title="Dringlichkeit nach eigener Einschätzung")
    dissent: Prose | None = Field(None, title="abweichende Einschätzung")


class RaiseUrgency(Step):
    """More urgent than thought: deadlines are reckoned anew from the receipt."""

    action: Literal["raise_urgency"]
    urgency: Urgency = Field(title="Dringlichkeit")
    reasons: Prose = Field(title="Begründung")


class ProposeLowerUrgency(Step):
    """Less urgent than thought; a second person must agree."""

    action: Literal["propose_lower_urgency"]
    urgency: Urgency = Field(title="Dringlichkeit")
    reasons: Prose = Field(title="Begründung")


class ConfirmLowerUrgency(Step):
    """The second person agrees that it is less urgent."""

    action: Literal["confirm_lower_urgency"]
    entry_id: Id = Field(title="bestätigter Eintrag")


class Reopen(Step):
    """New facts came up."""

    action: Literal["reopen"]
    reason: Prose = Field(title="neue Tatsachen")
