"""The life of an agreement."""

from app.core.workflow import Row, Workflow
from app.modules.agreements import rules
from app.modules.agreements.models import AgreementState as S
from app.modules.agreements.schemas import (
    OfferForSignature,
    OpenNegotiation,
    ReopenAgreement,
    SignAgreement,
    TerminateAgreement,
    WithdrawAgreement,
)
from app.policy import Permission as P

COMPLETE = (rules.names_kinds_of_help, rules.has_terms_of_payment, rules.says_something, rules.begins_lawfully)

AGREEMENT = Workflow(
    "agreement",
    "Vereinbarung",
    S,
    S.DRAFT,
    [
        Row(
            "open_negotiation",
            "zur Verhandlung auffordern",
            frozenset({S.DRAFT}),
            S.IN_NEGOTIATION,
            P.AGREEMENTS_DRAFT,
            law="§ 78g Abs. 2 Satz 1 SGB VIII",
            body=OpenNegotiation,
        ),
        Row(
            "offer_for_signature",
            "zur Unterschrift legen",
            frozenset({S.IN_NEGOTIATION}),
            S.AWAITING_SIGNATURES,
            P.AGREEMENTS_DRAFT,
            guards=COMPLETE,
            law="§ 77 Abs. 1, § 78b Abs. 1 SGB VIII",
            body=OfferForSignature,
        ),
        Row(
            "reopen",
            "weiter verhandeln",
            frozenset({S.AWAITING_SIGNATURES}),
            S.IN_NEGOTIATION,
            P.AGREEMENTS_DRAFT,
            body=ReopenAgreement,
        ),
        Row(
            "sign",
            "unterschreiben",
            frozenset({S.AWAITING_SIGNATURES}),
            S.AWAITING_SIGNATURES,
            P.AGREEMENTS_SIGN,
            guards=(rules.signs_this_text, rules.signs_once, rules.begins_lawfully),
            law="§ 56 SGB X",
            body=SignAgreement,
        ),
        Row(
            "conclude",
            "alle haben unterschrieben",
            frozenset({S.AWAITING_SIGNATURES}),
            S.SIGNED,
            None,
            guards=(rules.all_have_signed,),
            law="§ 57 Abs. 1 SGB X",
        ),
        Row(
            "start",
            "tritt in Kraft",
            frozenset({S.SIGNED}),
            S.IN_FORCE,
            None,
            guards=(rules.first_day_has_come,),
            law="§ 78d Abs. 2 SGB VIII",
        ),
        Row(
            "terminate",
            "kündigen",
            frozenset({S.IN_FORCE}),
            S.NOTICE_GIVEN,
            P.AGREEMENTS_SIGN,
            guards=(rules.keeps_notice_period, rules.ends_within_term, rules.ends_for_all),
            law="§ 59 SGB X",
            body=TerminateAgreement,
        ),
        Row(
            "end",
            "endet nach Kündigung",
            frozenset({S.NOTICE_GIVEN}),
            S.TERMINATED,
            None,
            guards=(rules.last_day_is_over,),
            law="§ 59 SGB X",
        ),
        Row(
            "expire",
            "läuft ab",
            frozenset({S.IN_FORCE}),
            S.EXPIRED,
            None,
            guards=(rules.last_day_is_over,),
            law="§ 78d Abs. 2 SGB VIII",
        ),
        Row(
            "withdraw",
            "zurückziehen",
            frozenset({S.DRAFT, S.IN_NEGOTIATION, S.AWAITING_SIGNATURES}),
            S.WITHDRAWN,
            P.AGREEMENTS_DRAFT,
            body=WithdrawAgreement,
        ),
    ],
)
