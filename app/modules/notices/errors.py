"""Refusals of the notices room."""

from app.core.problems import Problem


class NoPartInHelp(Problem):
    status, code = 409, "no-part-in-help"
    title = ("Der Träger ist nicht mehr beteiligt", "The provider takes no part any more")
    detail = (
        "Der Träger ist an dieser Hilfe nicht mehr beteiligt: er erfährt nichts Neues und schreibt nichts mehr (§ 64).",
        "The provider takes no part in this help any more: it learns nothing new and writes nothing more (§ 64).",
    )


class NoticeEnded(Problem):
    status, code = 409, "notice-ended"
    title = ("Mitteilung ist abgeschlossen", "The notice has ended")
    detail = (
        "Zu einer Mitteilung im Zustand {state} wird nichts mehr geschrieben.",
        "Nothing more is written on a notice in the state {state}.",
    )
