"""Refusals of the committees' room."""

from app.core.problems import Problem


class PaperFixed(Problem):
    status, code = 409, "paper-fixed"
    title = ("Vorlage nicht änderbar", "Paper cannot be changed")
    detail = (
        "Geändert wird eine Vorlage im Entwurf; jetzt ist sie: {state}.",
        "A paper is changed as a draft; now it is: {state}.",
    )


class PaperEnded(Problem):
    status, code = 409, "paper-ended"
    title = ("Beratung beendet", "Consultation over")
    detail = (
        "Die Vorlage wird nicht mehr beraten; sie ist: {state}.",
        "The paper is not consulted on any more; it is: {state}.",
    )


class ConsultationFixed(Problem):
    status, code = 409, "consultation-fixed"
    title = ("Beratung abgeschlossen", "Consultation concluded")
    detail = (
        "Diese Beratung ist abgeschlossen; sie ist: {state}.",
        "This consultation is concluded; it is: {state}.",
    )


class MeetingFixed(Problem):
    status, code = 409, "meeting-fixed"
    title = ("Sitzung nicht änderbar", "Meeting cannot be changed")
    detail = (
        "Geändert wird eine Sitzung, bevor sie gehalten oder abgesagt ist; jetzt ist sie: {state}.",
        "A meeting is changed before it is held or cancelled; now it is: {state}.",
    )
