"""The life of a notice. Time never moves it: only the acts of the two sides do."""

from app.core.workflow import Row, Workflow
from app.modules.notices import rules
from app.modules.notices.models import NoticeState as S
from app.modules.notices.schemas import AcknowledgeNotice, AnswerNotice, CloseNotice, WithdrawNotice
from app.policy import Permission as P

LAW = "§ 36 Abs. 2 SGB VIII"

NOTICE = Workflow(
    "notice",
    "Mitteilung zwischen Jugendamt und Träger",
    S,
    S.SENT,
    [
        Row(
            "acknowledge",
            "Eingang bestätigen",
            frozenset({S.SENT}),
            S.ACKNOWLEDGED,
            P.NOTICES_WRITE,
            law=LAW,
            body=AcknowledgeNotice,
            who=(rules.RECEIVER,),
        ),
        Row(
            "withdraw",
            "zurücknehmen",
            frozenset({S.SENT}),
            S.WITHDRAWN,
            P.NOTICES_WRITE,
            body=WithdrawNotice,
            who=(rules.SENDER,),
        ),
        Row(
            "answer",
            "beantworten",
            frozenset({S.ACKNOWLEDGED}),
            S.ANSWERED,
            P.NOTICES_WRITE,
            law=LAW,
            body=AnswerNotice,
            who=(rules.ASKED,),
        ),
        Row(
            "close",
            "abschließen",
            frozenset({S.ACKNOWLEDGED, S.ANSWERED}),
            S.CLOSED,
            P.NOTICES_WRITE,
            body=CloseNotice,
            who=(rules.CLOSER,),
        ),
    ],
)
