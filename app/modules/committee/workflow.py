"""The lives of a paper, of its stations, of a meeting and of what follows from a decision."""

from app.core.workflow import Row, Workflow
from app.modules.committee import rules
from app.modules.committee.codes import ConsultationState as C
from app.modules.committee.codes import FollowUpState as F
from app.modules.committee.codes import MeetingState as M
from app.modules.committee.codes import PaperState as S
from app.modules.committee.schemas import (
    AdoptPaper,
    AdoptPaperAmended,
    CancelMeeting,
    CompleteFollowUp,
    DeferPaper,
    DropConsultation,
    HoldMeeting,
    InviteToMeeting,
    MinuteMeeting,
    NotePaper,
    RejectPaper,
    ReleasePaper,
    WithdrawPaper,
)
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
LAW = "§ 71 SGB VIII"
PLANNED = frozenset({C.PLANNED})
HEARD = (rules.paper_is_released, rules.it_is_its_turn, rules.meeting_was_held)
VOTED = (*HEARD, rules.result_fits_competence, rules.votes_carry_it, rules.voters_were_there)
NOTED = (*HEARD, rules.result_fits_competence, rules.voters_were_there)

PAPER = Workflow(
    "paper",
    "Vorlage",
    S,
    S.DRAFT,
    [
        Row(
            "release",
            "freigeben (gez.)",
            frozenset({S.DRAFT}),
            S.RELEASED,
            P.COMMITTEE_RELEASE,
            OFFICE,
            (rules.way_fits_kind,),
            LAW,
            ReleasePaper,
        ),
        Row(
            "withdraw", "verwerfen", frozenset({S.DRAFT}), S.WITHDRAWN, P.COMMITTEE_PREPARE, OFFICE, body=WithdrawPaper
        ),
        Row(
            "withdraw",
            "zurückziehen",
            frozenset({S.RELEASED}),
            S.WITHDRAWN,
            P.COMMITTEE_RELEASE,
            OFFICE,
            body=WithdrawPaper,
        ),
        Row("decide", "letztes Gremium hat beschlossen", frozenset({S.RELEASED}), S.DECIDED, None, law=LAW),
        Row("note", "alle haben Kenntnis genommen", frozenset({S.RELEASED}), S.NOTED, None, law=LAW),
        Row("reject", "ein Gremium hat abgelehnt", frozenset({S.RELEASED}), S.REJECTED, None, law=LAW),
    ],
)

CONSULTATION = Workflow(
    "paper_consultation",
    "Beratung einer Vorlage",
    C,
    C.PLANNED,
    [
        Row("adopt", "beschließen", PLANNED, C.ADOPTED, P.COMMITTEE_RECORD, OFFICE, VOTED, LAW, AdoptPaper),
        Row(
            "adopt_amended",
            "geändert beschließen",
            PLANNED,
            C.ADOPTED_AMENDED,
            P.COMMITTEE_RECORD,
            OFFICE,
            VOTED,
            LAW,
            AdoptPaperAmended,
        ),
        Row("note", "zur Kenntnis nehmen", PLANNED, C.NOTED, P.COMMITTEE_RECORD, OFFICE, NOTED, LAW, NotePaper),
        Row(
            "defer",
            "vertagen",
            PLANNED,
            C.DEFERRED,
            P.COMMITTEE_RECORD,
            OFFICE,
            (*HEARD, rules.voters_were_there),
            LAW,
            DeferPaper,
        ),
        Row("reject", "ablehnen", PLANNED, C.REJECTED, P.COMMITTEE_RECORD, OFFICE, VOTED, LAW, RejectPaper),
        Row("drop", "entfallen lassen", PLANNED, C.DROPPED, P.COMMITTEE_PREPARE, OFFICE, body=DropConsultation),
        Row("lapse", "mit dem Ende der Vorlage entfallen", PLANNED, C.DROPPED, None),
    ],
)

MEETING = Workflow(
    "committee_meeting",
    "Sitzung",
    M,
    M.SCHEDULED,
    [
        Row(
            "invite",
            "einladen",
            frozenset({M.SCHEDULED}),
            M.INVITED,
            P.COMMITTEE_RECORD,
            OFFICE,
            (rules.has_an_agenda, rules.lies_ahead),
            body=InviteToMeeting,
        ),
        Row(
            "hold",
            "durchführen",
            frozenset({M.INVITED}),
            M.HELD,
            P.COMMITTEE_RECORD,
            OFFICE,
            (rules.has_begun,),
            body=HoldMeeting,
        ),
        Row(
            "minute",
            "Niederschrift aufnehmen",
            frozenset({M.HELD}),
            M.MINUTED,
            P.COMMITTEE_RECORD,
            OFFICE,
            (rules.all_is_recorded,),
            body=MinuteMeeting,
        ),
        Row("cancel", "absagen", rules.OPEN, M.CANCELLED, P.COMMITTEE_RECORD, OFFICE, body=CancelMeeting),
    ],
)

FOLLOW_UP = Workflow(
    "paper_follow_up",
    "Folgeauftrag aus einem Beschluss",
    F,
    F.OPEN,
    [
        Row(
            "complete",
            "erledigen",
            frozenset({F.OPEN, F.OVERDUE}),
            F.DONE,
            P.COMMITTEE_PREPARE,
            OFFICE,
            body=CompleteFollowUp,
        ),
        Row("fall_due", "Frist ist um", frozenset({F.OPEN}), F.OVERDUE, None, guards=(rules.day_has_passed,)),
    ],
)
