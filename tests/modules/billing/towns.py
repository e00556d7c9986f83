"""Billing terms as real towns published them; what no source names is chosen for the test, and said so.

Every one is data: none needs a line of code.
"""

from typing import Any

EVERYTHING = [
    "direct_contact",
    "collateral_contact",
    "help_plan_meeting",
    "documentation",
    "report_writing",
    "preparation",
    "case_consultation",
    "travel",
]


def billable(*names: str) -> dict[str, Any]:
    return {name: {"billable": True} for name in names}


FUERTH: dict[str, Any] = {
    # JgA/0681/2024: to the minute; contact, help-plan meetings, consultation, travel, reports, documentation
    "rate_cents": 6980,
    "activities": billable(*EVERYTHING),
    "rounding_rule": "exact_minute",
}
FRIESLAND: dict[str, Any] = {
    # Vorlage 0293/2013: an hour buys 45 minutes face to face, 15 are for travel and all indirect work; rate chosen
    "billing_model": "f2f_divisor",
    "rate_cents": 4500,
    "unit_minutes": 45,
    "activities": billable("direct_contact", "group_session"),
}
LVR: dict[str, Any] = {
    # LVR/LWL: surcharge of 20 % on contact, steps of ten minutes, missed appointments at 80 % of the price
    "billing_model": "direct_plus_surcharge",
    "rate_cents": 7500,
    "activities": billable("direct_contact"),
    "rounding_rule": "lwl_10",
    "surcharge_percent": 20,
    "no_show_percent": 80,
    "no_show_notice_hours": 24,
}
HILDEN: dict[str, Any] = {
    # a common understanding of billable hours by eight providers; rate, quarters and caps chosen
    "rate_cents": 6400,
    "activities": {
        **billable("direct_contact", "collateral_contact", "help_plan_meeting", "report_writing", "co_work"),
        "travel": {"billable": True, "percent": 50, "max_minutes": 30, "max_minutes_per_month": 120},
    },
    "rounding_rule": "quarter_half_up",
    "rounding_level": "per_day",
    "no_show_percent": 100,
    "no_show_max_per_month": 2,
    "co_work_needs_approval": True,
    "submission_deadline_days": 15,
    "indirect_max_percent": 20,
}
ALZEY_WORMS: dict[str, Any] = {
    # guidelines on the calculation: indirect time is in the rate (Minderzeiten), contact is billed; rate chosen (K1a)
    "billing_model": "face_to_face",
    "rate_cents": 6834,
    "activities": billable("direct_contact", "group_session"),
    "group_rule": "per_head_split",
    "rounding_rule": "quarter_up",
}
AACHEN: dict[str, Any] = {
    # 2023: face-to-face term and a rate for each kind of help by its qualification; figures chosen
    "billing_model": "face_to_face",
    "rate_cents": 6611,
    "activities": billable("direct_contact"),
    "service_kinds": {"section_31": {}, "section_30": {"rate_cents": 5900}},
    "staff_rates": [{"qualification": "Erzieherin", "rate_cents": 5200}],
}
COBURG: dict[str, Any] = {
    # Landkreis 2017: by qualification, freelancers lower, travel and material in the rate
    "rate_cents": 4100,
    "activities": billable("direct_contact"),
    "staff_rates": [
        {"qualification": "Therapeutin", "rate_cents": 4700},
        {"qualification": "Sozialpädagogin", "rate_cents": 4100},
        {"qualification": "Erzieherin", "rate_cents": 3700},
        {"qualification": "Sozialpädagogin", "employment": "freelancer", "rate_cents": 3800},
        {"qualification": "Erzieherin", "employment": "freelancer", "rate_cents": 3400},
    ],
}
HAMBURG: dict[str, Any] = {
    # 52.5 of 60 minutes are person-related, travel included; hours per week are an average of the approval period
    "rate_cents": 5850,
    "activities": billable("direct_contact", "collateral_contact", "documentation", "travel"),
    "contingent": {"settlement": "approval_period", "carry_over": "within_settlement"},
}
BREMEN: dict[str, Any] = {
    # SPFH 2021: monthly amounts by case group, 30.4 days a month; the hours that part the groups are chosen
    "billing_model": "case_group_flat",
    "rate_cents": 124395,
    "activities": billable("direct_contact"),
    "case_groups": {
        "groups": [
            {"title": "Fallgruppe 1", "monthly_cents": 124395},
            {"title": "Fallgruppe 2", "from_hours_per_week": "8.00", "monthly_cents": 198418},
        ]
    },
}
WUERZBURG: dict[str, Any] = {
    # weekly hours times 4.33, whatever was delivered
    "billing_model": "weekly_flat",
    "rate_cents": 785,
    "activities": billable("direct_contact"),
    "week_factor": "4.33",
}
GROUP_HOME: dict[str, Any] = {
    # a (part-)residential day rate; figures chosen
    "billing_model": "daily_rate_presence",
    "rate_cents": 18550,
    "activities": {"presence_day": {"billable": True}, "standby_absence": {"billable": True, "percent": 75}},
    "days": {"first_day_percent": 100, "last_day_percent": 50, "absence_max_days": 3},
}
HANNOVER: dict[str, Any] = {
    "billing_model": "area_budget",
    "rate_cents": 0,
    "activities": billable("direct_contact"),
    "budget": {"annual_cents": 100_000_00, "instalments": 12},
}

TOWNS: dict[str, dict[str, Any]] = {
    "Fürth": FUERTH,
    "Friesland": FRIESLAND,
    "LVR": LVR,
    "Hilden": HILDEN,
    "Alzey-Worms": ALZEY_WORMS,
    "Aachen": AACHEN,
    "Coburg": COBURG,
    "Hamburg": HAMBURG,
    "Bremen": BREMEN,
    "Würzburg": WUERZBURG,
    "Wohngruppe": GROUP_HOME,
    "Hannover": HANNOVER,
}
