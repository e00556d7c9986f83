"""What an agreement says about reports: which, when, and what must have happened before one is handed in.

Law: SGB VIII § 36 Abs. 2 (who carries out the help takes part in its planning), § 77 Abs. 1, § 78b Abs. 1 (content of
the services, negotiated locally). The statute names neither kinds nor days.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.core.types import WHOLE, CodeList, Flag, In
from app.core.validation import FieldValueError


class ReportKind(CodeList):
    """A report about one help (facts 7.1); its form is the agreement's for the purpose `<kind>_report`."""

    INITIAL = "initial", "Erstbericht (Klärungsbericht)"
    DEVELOPMENT = "development", "Entwicklungsbericht (Verlaufsbericht)"
    JOINT_PREPARATION = "joint_preparation", "Vorbereitung des Hilfeplangesprächs mit den Adressaten"
    FINAL = "final", "Abschlussbericht"


class ReportTrigger(CodeList):
    """What a report's due day is counted from."""

    AFTER_START = "after_start", "nach Beginn der Hilfe"
    BEFORE_MEETING = "before_meeting", "vor jedem Hilfeplangespräch"
    EVERY_MONTHS = "every_months", "in festen Abständen seit Beginn der Hilfe"
    AFTER_END = "after_end", "nach dem Ende der Hilfe"


class ReportRule(In):
    """One kind of report that is owed, and when.

    `days` are counted from the start or end of the help, before the meeting, or after each interval of `months`.
    """

    kind: ReportKind = Field(title="Art des Berichts", examples=["development"])
    trigger: ReportTrigger = Field(title="Anlass", examples=["before_meeting"])
    days: Annotated[int, Field(ge=0, le=365), WHOLE] = Field(title="Frist (Kalendertage)", examples=[14])
    months: Annotated[int, Field(ge=1, le=24), WHOLE] | None = Field(
        None, title="Abstand (Monate), nur bei every_months"
    )
    must_be_discussed: Flag = Field(False, title="wird vor der Abgabe mit der Familie besprochen")
    must_be_countersigned: Flag = Field(False, title="wird von der Leitung des Trägers abgegeben (vier Augen)")

    @model_validator(mode="after")
    def _interval_belongs_to_series(self) -> Self:
        if (self.trigger is ReportTrigger.EVERY_MONTHS) != (self.months is not None):
            raise FieldValueError(
                "Ein Abstand in Monaten gehört zu every_months, und nur dazu.",
                "An interval in months belongs to every_months, and to it alone.",
            )
        return self
