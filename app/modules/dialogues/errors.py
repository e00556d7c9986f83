"""Refusals of the dialogues room."""

from app.core.problems import Problem


class DialogueFixed(Problem):
    status, code = 409, "dialogue-fixed"
    title = ("Qualitätsdialog steht fest", "Dialogue is fixed")
    detail = ("Im Zustand {state} ist das nicht mehr möglich.", "In the state {state} this is no longer possible.")
