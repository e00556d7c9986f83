"""What must hold before a file is erased or a request moves; pure."""

from datetime import date

from app.core.problems import Text
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules.retention.models import ErasureRequest, RetentionReview, SubjectRequest

BLOCKS = {
    "hold": Text("Eine Sperre steht der Löschung entgegen.", "A hold stands against erasure."),
    "request": Text(
        "Ein Antrag einer betroffenen Person ist noch nicht beantwortet.", "A person's request is not answered yet."
    ),
    "case": Text("Ein Verfahren nach § 8a läuft noch.", "A procedure of § 8a is not closed."),
    "open": Text("Die Hilfe läuft noch.", "The help is running."),
}


def period_is_over(review: RetentionReview, move: Move) -> Text | None:
    """While a period of the law runs, processing is restricted instead (§ 84 Abs. 3 SGB X)."""
    if legal_date(move.at) > review.kept_until:
        return None
    until = review.kept_until.strftime("%d.%m.%Y")
    return Text(
        f"Aufzubewahren bis {until} ({review.source}); bis dahin kann die Verarbeitung eingeschränkt werden.",
        f"To be kept until {review.kept_until}; until then its processing can be restricted.",
    )


def nothing_blocks(_review: RetentionReview, move: Move) -> Text | None:
    """No hold, no open request, no open procedure."""
    named = [BLOCKS[name] for name in move.data["blocks"]]
    if not named:
        return None
    return Text(" ".join(one[0] for one in named), " ".join(one[1] for one in named))


def another_decides(review: RetentionReview, move: Move) -> Text | None:
    """Four eyes: whoever proposed the erasure does not decide on it."""
    if move.actor.id != review.proposed_by:
        return None
    return Text("Über die Löschung entscheidet eine zweite Person.", "Another person decides on the erasure.")


def lies_ahead(_review: RetentionReview, move: Move) -> Text | None:
    """A hold lasts until a day to come."""
    until = move.data["until"]
    if until is None or date.fromisoformat(until) >= legal_date(move.at):
        return None
    return Text("Dieser Tag ist vorbei.", "This day is over.")


def has_happened(_request: ErasureRequest, move: Move) -> Text | None:
    """What was erased was erased until today."""
    if date.fromisoformat(move.data["erased_on"]) <= legal_date(move.at):
        return None
    return Text("Dieser Tag kommt noch.", "This day is yet to come.")


def extended_once(request: SubjectRequest, _move: Move) -> Text | None:
    """A request is extended once."""
    if not request.is_extended:
        return None
    return Text("Die Frist ist schon verlängert.", "The period was extended already.")
