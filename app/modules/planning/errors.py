"""Refusals of the planning room."""

from app.core.problems import Problem


class HelpPlanIncomplete(Problem):
    status, code = 409, "help-plan-incomplete"
    title = ("Hilfeplan noch nicht vollständig", "Help plan incomplete")
    detail = (
        "Vor der Bestätigung fehlt noch etwas (§§ 8, 36, 37c SGB VIII); die Stellen sind genannt.",
        "Something is missing before the plan can be confirmed; the places are named.",
    )


class HelpPlanFixed(Problem):
    status, code = 409, "help-plan-fixed"
    title = ("Hilfeplan ist jetzt nicht zu ändern", "Help plan cannot be changed now")
    detail = ("Im Zustand {state} ist das nicht möglich.", "In the state {state} this is not possible.")


class HelpNotPlanned(Problem):
    status, code = 409, "help-not-planned"
    title = ("Hilfe läuft nicht", "Help is not running")
    detail = (
        "Geplant wird eine beantragte oder laufende Hilfe (§ 36 SGB VIII).",
        "Only a help that was asked for or is running is planned.",
    )


class MeetingFixed(Problem):
    status, code = 409, "help-plan-meeting-fixed"
    title = ("Hilfeplangespräch ist nicht mehr zu ändern", "Meeting cannot be changed any more")
    detail = ("Im Zustand {state} ist das nicht möglich.", "In the state {state} this is not possible.")
