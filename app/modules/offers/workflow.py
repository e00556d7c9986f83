"""The life of an offer."""

from app.core.workflow import Row, Workflow
from app.modules.offers import rules
from app.modules.offers.models import OfferState as S
from app.modules.offers.schemas import PublishOffer, WithdrawOffer
from app.policy import OrganisationKind
from app.policy import Permission as P

PROVIDER = frozenset({OrganisationKind.PROVIDER})

OFFER = Workflow(
    "offer",
    "Leistungsangebot",
    S,
    S.DRAFT,
    [
        Row(
            "publish",
            "veröffentlichen",
            frozenset(S),
            S.PUBLISHED,
            P.OFFERS_MANAGE,
            PROVIDER,
            (rules.says_what_it_is, rules.has_readers, rules.says_something_new),
            "§ 77 Abs. 1, § 78c Abs. 1 SGB VIII",
            PublishOffer,
        ),
        Row(
            "withdraw",
            "zurückziehen",
            frozenset({S.DRAFT, S.PUBLISHED}),
            S.WITHDRAWN,
            P.OFFERS_MANAGE,
            PROVIDER,
            body=WithdrawOffer,
        ),
    ],
)
