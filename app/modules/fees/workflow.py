"""The life of a calculation."""

from app.core.workflow import Row, Workflow
from app.modules.fees.models import FeeCalculationState as S
from app.modules.fees.schemas import OfferFee
from app.policy import OrganisationKind
from app.policy import Permission as P

FEE_CALCULATION = Workflow(
    "fee_calculation",
    "Entgeltkalkulation",
    S,
    S.DRAFT,
    [
        Row(
            "offer",
            "in eine Verhandlung einbringen",
            frozenset(S),
            S.OFFERED,
            P.FEES_MANAGE,
            frozenset({OrganisationKind.PROVIDER}),
            law="§ 77 Abs. 1, § 78c Abs. 2 SGB VIII",
            body=OfferFee,
        ),
    ],
)
