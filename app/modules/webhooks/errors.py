"""Refusals of the webhooks room."""

from app.core.problems import Problem


class TooManyWebhooks(Problem):
    status, code = 409, "too-many-webhooks"
    title = ("Zu viele Webhooks", "Too many webhooks")
    detail = (
        "Eine Organisation hat höchstens {most} Webhooks; bitte vorher einen löschen.",
        "An organisation has at most {most} webhooks; please delete one first.",
    )
