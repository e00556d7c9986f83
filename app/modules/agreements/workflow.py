"""The life of an agreement."""

from typing import Any

from app.core.workflow import Row, Workflow
from app.modules.agreements import rules
from app.modules.agreements.models import AgreementState as S
from app.modules.agreements.schemas import (
    Accede,
    AmendAgreement,
    CallSchiedsstelle,
    ConfirmAward,
    DisputeAward,
    InviteParty,
    KeepVersion,
    LeaveAgreement,
    OfferForSignature,
    OpenNegotiation,
    PublishAgreement,
    RecordAward,
    RecordReview,
    RemoveParty,
    ReopenAgreement,
    SettleSchiedsstelle,
    SignAgreement,
    TerminateAgreement,
    UnpublishAgreement,
    WithdrawAgreement,
)
from app.policy import OrganisationKind
from app.policy import Permission as P

COMPLETE = (
    rules.names_kinds_of_help,
    rules.has_terms_of_payment,
    rules.says_something,
    rules.has_forms_for_reports,
    rules.begins_lawfully,
)
TALKING = frozenset({S.DRAFT, S.IN_NEGOTIATION})
LIVING = frozenset({S.IN_FORCE, S.UNDER_AMENDMENT})
HOLDING = LIVING | {S.SIGNED, S.NOTICE_GIVEN, S.CONTINUING}
OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
PROVIDER = frozenset({OrganisationKind.PROVIDER})


def _staying(action: str, title: str, states: frozenset[S], needs: P, **options: Any) -> list[Row]:
    """A step that does not move the state."""
    return [Row(action, title, frozenset({state}), state, needs, **options) for state in sorted(states)]


_NEGOTIATING = [
    Row(
        "open_negotiation",
        "zur Verhandlung auffordern",
        frozenset({S.DRAFT}),
        S.IN_NEGOTIATION,
        P.AGREEMENTS_DRAFT,
        law="§ 78g Abs. 2 Satz 1 SGB VIII",
        body=OpenNegotiation,
    ),
    *_staying("keep_version", "Fassung festhalten", TALKING, P.AGREEMENTS_DRAFT, body=KeepVersion),
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
        who=(rules.has_no_award,),
    ),
    Row(
        "withdraw",
        "zurückziehen",
        frozenset({S.DRAFT, S.IN_NEGOTIATION, S.BEFORE_SCHIEDSSTELLE, S.AWAITING_SIGNATURES}),
        S.WITHDRAWN,
        P.AGREEMENTS_DRAFT,
        body=WithdrawAgreement,
        who=(rules.holds_the_pen, rules.has_no_award),
    ),
]
_SCHIEDSSTELLE = [
    Row(
        "call_schiedsstelle",
        "Schiedsstelle anrufen",
        frozenset({S.IN_NEGOTIATION}),
        S.BEFORE_SCHIEDSSTELLE,
        P.AGREEMENTS_SIGN,
        guards=(rules.waited_before_schiedsstelle, rules.happened("applied_on")),
        law="§ 78g Abs. 2 SGB VIII",
        body=CallSchiedsstelle,
    ),
    Row(
        "settle",
        "wieder verhandeln",
        frozenset({S.BEFORE_SCHIEDSSTELLE}),
        S.IN_NEGOTIATION,
        P.AGREEMENTS_SIGN,
        law="§ 78g Abs. 2 SGB VIII",
        body=SettleSchiedsstelle,
    ),
    Row(
        "record_award",
        "Entscheidung der Schiedsstelle eintragen",
        frozenset({S.BEFORE_SCHIEDSSTELLE}),
        S.AWAITING_SIGNATURES,
        P.AGREEMENTS_SIGN,
        guards=(
            rules.signs_this_text,
            rules.happened("decided_on"),
            rules.award_looks_back_to_the_application,
            *COMPLETE[:3],
        ),
        law="§ 78g Abs. 2 und 3 SGB VIII",
        body=RecordAward,
    ),
    *_staying(
        "confirm_award",
        "Entscheidung der Schiedsstelle bestätigen",
        frozenset({S.AWAITING_SIGNATURES}),
        P.AGREEMENTS_SIGN,
        guards=(rules.signs_this_text,),
        law="§ 78g Abs. 2 und 3 SGB VIII",
        body=ConfirmAward,
        who=(rules.is_still_a_party, rules.award_waits_for_me),
    ),
    Row(
        "dispute_award",
        "eingetragene Entscheidung zurückweisen",
        frozenset({S.AWAITING_SIGNATURES}),
        S.BEFORE_SCHIEDSSTELLE,
        P.AGREEMENTS_SIGN,
        law="§ 78g Abs. 2 SGB VIII",
        body=DisputeAward,
        who=(rules.is_still_a_party, rules.award_is_recorded),
    ),
]
_CONCLUDING = [
    Row(
        "sign",
        "unterschreiben",
        frozenset({S.AWAITING_SIGNATURES}),
        S.AWAITING_SIGNATURES,
        P.AGREEMENTS_SIGN,
        guards=(rules.signs_this_text, rules.begins_lawfully),
        law="§ 56 SGB X",
        body=SignAgreement,
        who=(rules.is_still_a_party, rules.signs_once),
    ),
    Row(
        "conclude",
        "ist geschlossen",
        frozenset({S.AWAITING_SIGNATURES}),
        S.SIGNED,
        None,
        guards=(rules.has_all_signatures,),
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
]
_PARTIES = [
    *_staying(
        "invite_party",
        "weiteren Träger einladen",
        TALKING | LIVING | {S.SIGNED},
        P.AGREEMENTS_DRAFT,
        side=OFFICE,
        body=InviteParty,
    ),
    *_staying(
        "remove_party",
        "Träger aus der Verhandlung nehmen",
        TALKING,
        P.AGREEMENTS_DRAFT,
        side=OFFICE,
        body=RemoveParty,
        guards=(rules.leaver_takes_part,),
        who=(rules.another_provider_stays,),
    ),
    *_staying(
        "accede",
        "beitreten",
        LIVING | {S.SIGNED},
        P.AGREEMENTS_SIGN,
        side=PROVIDER,
        guards=(rules.signs_this_text,),
        law="§ 56 SGB X",
        body=Accede,
        who=(rules.is_still_a_party, rules.signs_once),
    ),
    *_staying(
        "leave",
        "austreten",
        LIVING,
        P.AGREEMENTS_SIGN,
        guards=(rules.leaver_takes_part, rules.keeps_notice_period, rules.ends_within_term),
        law="§ 59 SGB X",
        body=LeaveAgreement,
        who=(rules.is_bound, rules.another_provider_stays),
    ),
]
_LIVING = [
    Row(
        "amend",
        "Änderung beginnen",
        frozenset({S.IN_FORCE}),
        S.UNDER_AMENDMENT,
        P.AGREEMENTS_DRAFT,
        guards=(rules.begins_after_what_it_amends,),
        law="§ 78d Abs. 3 SGB VIII",
        body=AmendAgreement,
    ),
    Row("keep", "gilt unverändert weiter", frozenset({S.UNDER_AMENDMENT}), S.IN_FORCE, None),
    *_staying(
        "record_review",
        "Überprüfung festhalten",
        LIVING,
        P.AGREEMENTS_DRAFT,
        guards=(rules.next_review_lies_ahead,),
        body=RecordReview,
    ),
    *_staying(
        "publish",
        "für den Ausschuss veröffentlichen",
        HOLDING,
        P.AGREEMENTS_DRAFT,
        side=OFFICE,
        law="§ 71 Abs. 3 SGB VIII",
        body=PublishAgreement,
    ),
    *_staying(
        "unpublish",
        "Veröffentlichung zurücknehmen",
        HOLDING,
        P.AGREEMENTS_DRAFT,
        side=OFFICE,
        body=UnpublishAgreement,
    ),
]
_ENDING = [
    Row(
        "terminate",
        "kündigen",
        LIVING,
        S.NOTICE_GIVEN,
        P.AGREEMENTS_SIGN,
        guards=(rules.keeps_notice_period, rules.ends_within_term),
        law="§ 59 SGB X",
        body=TerminateAgreement,
        who=(rules.is_bound, rules.ends_for_all),
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
        LIVING,
        S.EXPIRED,
        None,
        guards=(rules.last_day_is_over,),
        law="§ 78d Abs. 2 SGB VIII",
    ),
    Row(
        "continue",
        "gilt nach dem Ende weiter",
        LIVING,
        S.CONTINUING,
        None,
        guards=(rules.last_day_is_over,),
        law="§ 78d Abs. 2 Satz 4 SGB VIII",
    ),
    Row(
        "supersede",
        "ist abgelöst",
        frozenset({S.UNDER_AMENDMENT, S.CONTINUING}),
        S.SUPERSEDED,
        None,
        guards=(rules.last_day_is_over,),
        law="§ 78d Abs. 2 SGB VIII",
    ),
]
AGREEMENT = Workflow(
    "agreement",
    "Vereinbarung",
    S,
    S.DRAFT,
    [*_NEGOTIATING, *_SCHIEDSSTELLE, *_CONCLUDING, *_PARTIES, *_LIVING, *_ENDING],
)
