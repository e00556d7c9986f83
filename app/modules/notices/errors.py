"""Refusals of the notices room."""

from app.core.problems import Problem


class NoPartInHelp(Problem):
    status, code = 409, "no-part-in-help"
    title = ("Der Träger ist nicht mehr beteiligt", "The provider takes no part any more")
    detail = (
        "Seit dem {day} erfährt der Träger nichts Neues zu dieser Hilfe und schreibt nichts mehr dazu (§ 64 SGB VIII).",
        "Since {day} the provider learns nothing new of this help and writes nothing on it (§ 64 SGB VIII).",
    )


class NoticeEnded(Problem):
    status, code = 409, "notice-ended"
    title = ("Mitteilung ist abgeschlossen", "The notice has ended")
    detail = (
        "Zu einer Mitteilung im Zustand {state} wird nichts mehr geschrieben.",
        "Nothing more is written on a notice in the state {state}.",
    )
