"""Refusals of the handbooks room."""

from app.core.problems import Problem


class HandbookDraftExists(Problem):
    status, code = 409, "handbook-draft-exists"
    title = ("Es gibt schon einen Entwurf", "There is a draft already")
    detail = (
        "An Fassung {number} wird noch gearbeitet; ein Handbuch hat immer nur einen Entwurf.",
        "Version {number} is still being worked on; a handbook has one draft at a time.",
    )


class HandbookTextFixed(Problem):
    status, code = 409, "handbook-text-fixed"
    title = ("Text nicht änderbar", "Text cannot be changed")
    detail = (
        "Geändert wird der Text im Entwurf; jetzt ist die Fassung: {state}.",
        "The text is changed as a draft; now the version is: {state}.",
    )


class NotInConsultation(Problem):
    status, code = 409, "not-in-consultation"
    title = ("Keine Beteiligung", "No consultation")
    detail = (
        "Zu dieser Fassung läuft keine Beteiligung (mehr).",
        "No consultation on this version is open (any more).",
    )
