"""What billing terms choose from."""

from app.core.types import CodeList


class BillingModel(CodeList):
    """What is billed: the time worked, a day, a month or a budget.

    Source: models of published agreements and of billing programs (Fürth, Friesland, LWL, Bremen, Hannover; More-JU).
    """

    ACTUAL_HOURS_ALL = "actual_hours_all", "Spitzabrechnung: alle vereinbarten Tätigkeiten"
    FACE_TO_FACE = "face_to_face", "Nur direkter Kontakt (Face-to-Face)"
    FACE_TO_FACE_WINDOW = "face_to_face_window", "Nur direkter Kontakt, in vereinbarten Zeiten"
    F2F_DIVISOR = "f2f_divisor", "Direkter Kontakt, mittelbare Zeit in der Einheit enthalten"
    DIRECT_PLUS_SURCHARGE = "direct_plus_surcharge", "Direkter Kontakt mit Zuschlag auf die Minuten"
    WEEKLY_FLAT = "weekly_flat", "Pauschale Wochenstundenvergütung"
    MONTHLY_PACKAGE = "monthly_package", "Pauschales Leistungspaket je Monat"
    CASE_GROUP_FLAT = "case_group_flat", "Fallgruppenpauschale"
    DAILY_RATE_PRESENCE = "daily_rate_presence", "Tagessatz nach Belegtagen"
    AREA_BUDGET = "area_budget", "Sozialraum- oder Trägerbudget"


class BillingUnit(CodeList):
    """What a line counts."""

    FACHLEISTUNGSSTUNDE = "fachleistungsstunde", "Fachleistungsstunden"
    DAY = "day", "Tage"
    MONTH = "month", "Monate"


class ActivityCategory(CodeList):
    """What a professional did; the agreement says which of it is billable.

    A presence day is a day in a (part-)residential help, a standby absence a day on which its place is kept free; a
    flat rate is what an invoice charges, never what somebody records.

    Source: categories of published agreements (Fürth 2014-2024, Friesland 2013, Hamburg) and of billing programs.
    """

    DIRECT_CONTACT = "direct_contact", "Direkter Kontakt"
    COLLATERAL_CONTACT = "collateral_contact", "Kontakt mit Schule, Arzt, Jugendamt oder Dritten"
    HELP_PLAN_MEETING = "help_plan_meeting", "Hilfeplangespräch"
    DOCUMENTATION = "documentation", "Dokumentation"
    REPORT_WRITING = "report_writing", "Berichtswesen"
    PREPARATION = "preparation", "Vor- und Nachbereitung"
    CASE_CONSULTATION = "case_consultation", "Fallberatung"
    SUPERVISION = "supervision", "Supervision"
    TEAM_MEETING = "team_meeting", "Teamsitzung"
    TRAVEL = "travel", "Fahrt- und Wegezeit"
    NO_SHOW = "no_show", "Ausgefallener Termin"
    GROUP_SESSION = "group_session", "Gruppe"
    CO_WORK = "co_work", "Co-Arbeit (zweite Fachkraft)"
    OTHER_PLACE = "other_place", "Betreuung am anderen Ort"
    STANDBY_ABSENCE = "standby_absence", "Freihaltung"
    CROSS_CASE = "cross_case", "Fallübergreifende Arbeit"
    CASE_INDEPENDENT = "case_independent", "Fallunabhängige Arbeit"
    ADMIN = "admin", "Verwaltung und Abrechnung"
    PRESENCE_DAY = "presence_day", "Anwesenheitstag (Tagessatz)"
    FLAT_RATE = "flat_rate", "Pauschale"


class RoundingRule(CodeList):
    """How minutes become billable minutes; no rule is customary everywhere.

    Source: Fürth bills to the minute; steps of ten minutes are those of the LWL's published billing rules
    (Eingliederungshilfe); thirty minutes, then quarters, those of a Tyrolean ordinance; quarters are common practice.
    """

    EXACT_MINUTE = "exact_minute", "Minutengenau"
    QUARTER_HALF_UP = "quarter_half_up", "Auf Viertelstunden, kaufmännisch"
    QUARTER_UP = "quarter_up", "Auf angefangene Viertelstunden"
    QUARTER_DOWN = "quarter_down", "Auf volle Viertelstunden"
    LWL_10 = "lwl_10", "Bis 6 Minuten genau, darüber auf angefangene 10 Minuten"
    MIN30_THEN15_HALF_UP = "min30_then15_half_up", "Mindestens 30 Minuten, darüber Viertelstunden kaufmännisch"


class RoundingLevel(CodeList):
    """On which sum the rounding happens; that sum is the line of the statement.

    Three contacts of 52 minutes are 135 minutes in quarters per entry, but 150 per month.
    """

    PER_ENTRY = "per_entry", "Je Eintrag"
    PER_DAY = "per_day", "Je Tag"
    PER_MONTH = "per_month", "Je Monat"


class GroupRule(CodeList):
    """What one participant's share of a group session is; participants are all who were present, whoever pays.

    Source: the formulas of billing programs and of the Tyrolean ordinance differ, so the agreement names one.
    """

    PER_HEAD_SPLIT = "per_head_split", "Minuten geteilt durch Anwesende"
    PER_HEAD_SPLIT_STAFF = "per_head_split_staff", "Minuten mal Fachkräfte, geteilt durch Anwesende"
    SPLIT_BY_HEADS_AND_STAFF = "split_by_heads_and_staff", "Minuten geteilt durch Anwesende und Fachkräfte"
    FIXED_PERCENT = "fixed_percent", "Fester Anteil der Minuten"
    GROUP_RATE = "group_rate", "Eigener Entgeltsatz für Gruppen, je Person"
    GROUP_HOUR_RATE = "group_hour_rate", "Eigener Entgeltsatz für Gruppen, geteilt durch Anwesende"


class AmountBasis(CodeList):
    """What the rate is multiplied with.

    From units: 50 minutes are 0.83 hours, at 69.80 57.93 (anybody can recompute the line from what it shows).
    From minutes: 50/60 of 69.80, 58.17.
    """

    UNITS = "units", "Einheiten, auf zwei Stellen gerundet"
    MINUTES = "minutes", "Minuten, ungerundet"


class PackageRule(CodeList):
    """What a monthly package costs in the months in which a help begins or ends.

    Source: a vendor's three kinds of packages (More-JU).
    """

    FULL = "full", "immer der ganze Monat"
    PRORATED = "prorated", "anteilig nach Kalendertagen"
    CUTOFF = "cutoff", "Stichtag: ganz oder gar nicht"


class DaysPerMonth(CodeList):
    """By how many days a monthly amount is divided.

    Source: Bremen 2021 divides by 30.4 (1,243.95 is 40.92 a day).
    """

    THIRTY = "30", "30 Tage"
    THIRTY_POINT_FOUR = "30.4", "30,4 Tage"
    ACTUAL = "actual", "die Tage des Monats"


class WeekFactor(CodeList):
    """How hours per week become hours of a month; offices use all of these.

    Source: settings of billing programs (More-JU, weboffice); Würzburg divides by 4.33.
    """

    BY_DAYS = "by_days", "Kalendertage ÷ 7"
    FACTOR_4_3 = "4.3", "4,3 Wochen"
    FACTOR_4_33 = "4.33", "4,33 Wochen"
    FACTOR_52_12 = "52/12", "52 ÷ 12 Wochen"
    FACTOR_4_345 = "4.345", "4,345 Wochen"
    WORKDAYS_5 = "workdays/5", "Arbeitstage ÷ 5"


class SettlementPeriod(CodeList):
    """The period within which granted hours may be used (Ausgleichszeitraum)."""

    MONTH = "month", "Monat"
    QUARTER = "quarter", "Quartal"
    HALF_YEAR = "half_year", "Halbjahr"
    APPROVAL_PERIOD = "approval_period", "Bewilligungszeitraum"


class CarryOver(CodeList):
    """What becomes of hours that were not used; they are never paid out."""

    NONE = "none", "verfallen mit dem Monat"
    WITHIN_SETTLEMENT = "within_settlement", "übertragbar im Ausgleichszeitraum"
    CAPPED = "capped", "übertragbar, auch in den nächsten Ausgleichszeitraum bis zu einem Anteil"


class Overrun(CodeList):
    """What becomes of hours beyond the grant."""

    BLOCK = "block", "nicht zahlbar"
    WARN = "warn", "wird geprüft"
    NEEDS_PRIOR_CONSENT = "needs_prior_consent", "nur mit vorheriger Zustimmung"


class Employment(CodeList):
    """How a professional is employed; freelancers are often paid at a lower rate (Coburg, Berlin's auditors)."""

    EMPLOYEE = "employee", "angestellt"
    FREELANCER = "freelancer", "Honorarkraft"
    TRAINEE = "trainee", "in Ausbildung"
