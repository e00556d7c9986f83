"""Refusals of the negotiations room."""

from app.core.problems import Problem


class NotNegotiating(Problem):
    status, code = 409, "not-negotiating"
    title = ("Nicht in Verhandlung", "Not in negotiation")
    detail = (
        "Die Vereinbarung wird nicht verhandelt (Stand: {state}).",
        "The agreement is not being negotiated (state: {state}).",
    )


class PenIsYours(Problem):
    status, code = 409, "pen-is-yours"
    title = ("Federführung liegt hier", "The pen is yours")
    detail = (
        "Wer den Text entworfen hat, ändert ihn selbst (PATCH) und schlägt nichts vor.",
        "Who drafted the text changes it (PATCH) and proposes nothing.",
    )
