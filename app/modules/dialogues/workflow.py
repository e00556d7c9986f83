"""The lives of a quality dialogue and of a measure."""

from app.core.workflow import Row, Workflow
from app.modules.dialogues import rules
from app.modules.dialogues.models import DialogueState as S
from app.modules.dialogues.models import MeasureState as M
from app.modules.dialogues.schemas import (
    AcceptMeasure,
    CancelDialogue,
    CloseDialogue,
    ConfirmMinutes,
    DropMeasure,
    HoldDialogue,
    InviteDialogue,
    MinuteDialogue,
    ReopenMeasure,
    ReportMeasure,
)
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})

DIALOGUE = Workflow(
    "quality_dialogue",
    "Qualitätsdialog",
    S,
    S.PLANNED,
    [
        Row("invite", "einladen", frozenset({S.PLANNED}), S.INVITED, P.DIALOGUES_MANAGE, body=InviteDialogue),
        Row(
            "hold",
            "Termin festhalten",
            frozenset({S.INVITED}),
            S.HELD,
            P.DIALOGUES_MANAGE,
            guards=(rules.meeting_has_come,),
            body=HoldDialogue,
        ),
        Row(
            "minute",
            "Protokoll vorlegen",
            frozenset({S.HELD, S.MINUTED}),
            S.MINUTED,
            P.DIALOGUES_MANAGE,
            body=MinuteDialogue,
        ),
        Row(
            "confirm",
            "Protokoll bestätigen",
            frozenset({S.MINUTED}),
            S.MINUTED,
            P.DIALOGUES_CONFIRM,
            guards=(rules.confirms_these_minutes,),
            who=(rules.confirms_once,),
            body=ConfirmMinutes,
        ),
        Row(
            "agree",
            "alle haben bestätigt",
            frozenset({S.MINUTED}),
            S.AGREED,
            None,
            guards=(rules.all_have_confirmed,),
        ),
        Row(
            "close",
            "abschließen",
            frozenset({S.AGREED}),
            S.CLOSED,
            P.DIALOGUES_MANAGE,
            guards=(rules.nothing_is_open,),
            body=CloseDialogue,
        ),
        Row(
            "cancel",
            "absagen",
            frozenset({S.PLANNED, S.INVITED}),
            S.CANCELLED,
            P.DIALOGUES_MANAGE,
            body=CancelDialogue,
        ),
    ],
)
MEASURE = Workflow(
    "quality_measure",
    "Maßnahme aus einem Qualitätsdialog",
    M,
    M.OPEN,
    [
        Row(
            "report_done",
            "als erledigt melden",
            frozenset({M.OPEN}),
            M.REPORTED,
            P.DIALOGUES_TAKE_PART,
            who=(rules.is_mine,),
            body=ReportMeasure,
        ),
        Row(
            "accept",
            "als erledigt ansehen",
            frozenset({M.REPORTED}),
            M.DONE,
            P.DIALOGUES_MANAGE,
            body=AcceptMeasure,
        ),
        Row(
            "reopen",
            "nachbessern lassen",
            frozenset({M.REPORTED, M.DONE}),
            M.OPEN,
            P.DIALOGUES_MANAGE,
            body=ReopenMeasure,
        ),
        Row(
            "drop",
            "aufgeben",
            frozenset({M.OPEN, M.REPORTED}),
            M.DROPPED,
            P.DIALOGUES_MANAGE,
            body=DropMeasure,
        ),
    ],
)
