"""The lives of a point and of a proposal."""

from app.core.problems import Text
from app.core.workflow import Move, Row, Workflow
from app.modules.negotiations.models import NegotiationProposal
from app.modules.negotiations.models import PointState as P
from app.modules.negotiations.models import ProposalState as S
from app.modules.negotiations.schemas import (
    AcceptProposal,
    DropPoint,
    RejectProposal,
    ReopenPoint,
    SettlePoint,
    WithdrawProposal,
)
from app.policy import Permission


def answers(proposal: NegotiationProposal, move: Move) -> Text | None:
    """A proposal is answered by the party that holds the pen."""
    if move.actor.organisation_id == proposal.answered_by:
        return None
    return Text("Darüber entscheidet, wer den Text entworfen hat.", "Who drafted the text decides on it.")


def proposed(proposal: NegotiationProposal, move: Move) -> Text | None:
    """A proposal is withdrawn by its author."""
    if move.actor.organisation_id == proposal.organisation_id:
        return None
    return Text("Zurückziehen kann nur, wer vorgeschlagen hat.", "Only its author withdraws it.")


POINT = Workflow(
    "negotiation_point",
    "Streitpunkt einer Verhandlung",
    P,
    P.OPEN,
    [
        Row("settle", "klären", frozenset({P.OPEN}), P.SETTLED, Permission.AGREEMENTS_DRAFT, body=SettlePoint),
        Row("drop", "fallen lassen", frozenset({P.OPEN}), P.DROPPED, Permission.AGREEMENTS_DRAFT, body=DropPoint),
        Row(
            "reopen",
            "wieder öffnen",
            frozenset({P.SETTLED, P.DROPPED}),
            P.OPEN,
            Permission.AGREEMENTS_DRAFT,
            body=ReopenPoint,
        ),
    ],
)
PROPOSAL = Workflow(
    "negotiation_proposal",
    "Vorschlag zum Text",
    S,
    S.PROPOSED,
    [
        Row(
            "accept",
            "annehmen",
            frozenset({S.PROPOSED}),
            S.ACCEPTED,
            Permission.AGREEMENTS_DRAFT,
            who=(answers,),
            body=AcceptProposal,
        ),
        Row(
            "reject",
            "ablehnen",
            frozenset({S.PROPOSED}),
            S.REJECTED,
            Permission.AGREEMENTS_DRAFT,
            who=(answers,),
            body=RejectProposal,
        ),
        Row(
            "withdraw",
            "zurückziehen",
            frozenset({S.PROPOSED}),
            S.WITHDRAWN,
            Permission.AGREEMENTS_DRAFT,
            who=(proposed,),
            body=WithdrawProposal,
        ),
    ],
)
