"""What holds for papers, their stations and meetings; pure.

Majorities, quorum and invitation are law of the Länder and of each body's own rules: a simple majority of the votes
cast is taken for granted, nothing else is.
"""

from collections.abc import Iterable

from app.core.problems import Text
from app.core.workflow import Move
from app.law.calendars import legal_date
from app.modules.committee.codes import (
    ConsultationCompetence,
    ConsultationState,
    MeetingState,
    PaperKind,
    PaperState,
)
from app.modules.committee.models import CommitteeMeeting, Paper, PaperConsultation

C = ConsultationCompetence
OPEN = frozenset({MeetingState.SCHEDULED, MeetingState.INVITED})
"""The states in which a meeting lies ahead."""
FITS: dict[str, frozenset[ConsultationCompetence]] = {
    "adopt": frozenset({C.CONSULT, C.RECOMMEND, C.DECIDE}),
    "adopt_amended": frozenset({C.CONSULT, C.RECOMMEND, C.DECIDE}),
    "note": frozenset({C.NOTE, C.CONSULT}),
    "reject": frozenset({C.CONSULT, C.RECOMMEND, C.DECIDE}),
}
"""Which result goes with which competence; every body may put off."""
CARRIED = frozenset({ConsultationState.ADOPTED, ConsultationState.ADOPTED_AMENDED})


def way_fits_kind(paper: Paper, move: Move) -> Text | None:
    """The way leads somewhere: a Beschlussvorlage to a decision, a Mitteilungsvorlage to notice only."""
    ahead = set(move.data["competences"])
    if not ahead:
        return Text("Die Beratungsfolge fehlt.", "The sequence of consultations is missing.")
    if paper.kind is PaperKind.MITTEILUNGSVORLAGE and ahead != {C.NOTE.value}:
        return Text("Eine Mitteilungsvorlage wird nur zur Kenntnis genommen.", "Such a paper is taken note of only.")
    if paper.kind is PaperKind.BESCHLUSSVORLAGE and C.DECIDE.value not in ahead:
        return Text("Kein Gremium der Beratungsfolge entscheidet.", "No body of the sequence decides.")
    return None


def paper_is_released(_station: PaperConsultation, move: Move) -> Text | None:
    """Bodies deal with papers that are released."""
    if move.data["paper_state"] == PaperState.RELEASED.value:
        return None
    return Text("Die Vorlage ist nicht freigegeben.", "The paper is not released.")


def it_is_its_turn(_station: PaperConsultation, move: Move) -> Text | None:
    """The stations before it are done."""
    if not move.data["waiting"]:
        return None
    return Text("Eine frühere Beratung steht noch aus.", "An earlier consultation is still to come.")


def meeting_was_held(_station: PaperConsultation, move: Move) -> Text | None:
    """A body decides in a meeting, which was held and is not minuted yet."""
    state = move.data["meeting_state"]
    if state is None:
        return Text("Die Vorlage steht auf keiner Tagesordnung.", "The paper is on no agenda.")
    if state == MeetingState.MINUTED.value:
        return Text("Die Niederschrift der Sitzung liegt schon vor.", "The meeting has its minutes already.")
    if state != MeetingState.HELD.value:
        return Text("Die Sitzung ist noch nicht gehalten.", "The meeting has not been held yet.")
    return None


def result_fits_competence(station: PaperConsultation, move: Move) -> Text | None:
    """Only who decides, recommends or is heard agrees or rejects; only who is told or heard takes note."""
    if station.competence in FITS[move.action]:
        return None
    title = station.competence.title_de
    return Text(f"Dieses Ergebnis gibt es bei „{title}“ nicht.", f"No such result for {station.competence.value}.")


def votes_carry_it(station: PaperConsultation, move: Move) -> Text | None:
    """More yes than no carries; a tie is a rejection (rule of the municipal codes)."""
    if station.votes_yes is None or station.votes_no is None:
        return None
    carried = station.votes_yes > station.votes_no
    if carried == (move.action != "reject"):
        return None
    return Text("Das Ergebnis passt nicht zu den Stimmen.", "The result does not fit the votes.")


def voters_were_there(station: PaperConsultation, move: Move) -> Text | None:
    """No more votes than members with a vote were present."""
    cast = sum(vote or 0 for vote in (station.votes_yes, station.votes_no, station.votes_abstain))
    if cast <= move.data["voters"]:
        return None
    return Text(
        "Es sind mehr Stimmen als anwesende stimmberechtigte Mitglieder.", "More votes than voting members present."
    )


def has_an_agenda(_meeting: CommitteeMeeting, move: Move) -> Text | None:
    """There is something to invite to."""
    if move.data["agenda"]:
        return None
    return Text("Die Tagesordnung ist leer.", "The agenda is empty.")


def lies_ahead(meeting: CommitteeMeeting, move: Move) -> Text | None:
    """One invites to what is to come."""
    if meeting.starts_at > move.at:
        return None
    return Text("Der Beginn der Sitzung liegt nicht mehr in der Zukunft.", "The meeting's start has passed.")


def has_begun(meeting: CommitteeMeeting, move: Move) -> Text | None:
    """A meeting ahead was not held."""
    if meeting.starts_at <= move.at:
        return None
    return Text("Die Sitzung hat noch nicht begonnen.", "The meeting has not begun yet.")


def all_is_recorded(_meeting: CommitteeMeeting, move: Move) -> Text | None:
    """Every paper on the agenda has its result."""
    if not (pending := move.data["pending"]):
        return None
    return Text(f"Für {pending} Vorlagen der Tagesordnung fehlt das Ergebnis.", f"{pending} papers have no result yet.")


def day_has_passed(follow_up: object, move: Move) -> Text | None:
    """The last day is over."""
    if move.data["due_on"] <= legal_date(move.at).isoformat():
        return None
    return Text("Die Frist läuft noch.", "There is still time.")


def outcome(states: Iterable[ConsultationState]) -> str | None:
    """How a paper's way ends, as a step of the paper; None while a station is still to come, or none was reached.

    One rejection ends the way, at whichever station. A paper that anybody agreed to is decided, else it was noted.
    """
    reached = set(states) - {ConsultationState.DROPPED, ConsultationState.DEFERRED}
    if ConsultationState.REJECTED in reached:
        return "reject"
    if ConsultationState.PLANNED in reached or not reached:
        return None
    return "decide" if reached & CARRIED else "note"
