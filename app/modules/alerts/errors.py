"""Refusals of the alerts room."""

from app.core.problems import Problem


class ShiftOver(Problem):
    status, code = 409, "shift-over"
    title = ("Bereitschaft ist vorbei oder abgesagt", "The shift is over or cancelled")
    detail = (
        "Was vorbei oder schon abgesagt ist, wird nicht mehr abgesagt.",
        "What is over, or cancelled already, is cancelled no more.",
    )


class NothingToRetry(Problem):
    status, code = 409, "nothing-to-retry"
    title = ("Hier ist nichts zu wiederholen", "There is nothing to retry")
    detail = (
        "Im Stand {progress} wird nichts noch einmal versucht.",
        "In the state {progress} nothing is tried again.",
    )
