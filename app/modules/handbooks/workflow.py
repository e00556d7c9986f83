"""The life of a version of a handbook, and a district's way with it."""

from app.core.workflow import Row, Workflow
from app.modules.handbooks import rules
from app.modules.handbooks.districts import (
    AdoptHandbook,
    ChangeHandbookVersion,
    EvaluateHandbook,
    PilotHandbook,
    SuspendHandbook,
)
from app.modules.handbooks.models import HandbookRolloutState as R
from app.modules.handbooks.models import HandbookState as S
from app.modules.handbooks.schemas import (
    CloseHandbookConsultation,
    OpenHandbookConsultation,
    ReleaseHandbookVersion,
    WithdrawHandbookVersion,
)
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
LAW = "§ 79a SGB VIII"
COMPLETE = (rules.says_something, rules.expects_mutually, rules.standards_are_fit, rules.comments_are_answered)

VERSION = Workflow(
    "handbook_version",
    "Fassung eines Qualitätshandbuchs",
    S,
    S.DRAFT,
    [
        Row(
            "open_consultation",
            "zur Beteiligung öffnen",
            frozenset({S.DRAFT}),
            S.IN_CONSULTATION,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (rules.says_something, rules.leaves_time, rules.invited_can_read),
            "§ 4 Abs. 1, § 79a SGB VIII",
            OpenHandbookConsultation,
        ),
        Row(
            "close_consultation",
            "Beteiligung vorzeitig schließen",
            frozenset({S.IN_CONSULTATION}),
            S.DRAFT,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            body=CloseHandbookConsultation,
        ),
        Row(
            "end_consultation",
            "Frist der Beteiligung ist um",
            frozenset({S.IN_CONSULTATION}),
            S.DRAFT,
            None,
            guards=(rules.last_day_is_over,),
        ),
        Row(
            "release",
            "freigeben",
            frozenset({S.DRAFT}),
            S.RELEASED,
            P.HANDBOOKS_RELEASE,
            OFFICE,
            COMPLETE,
            LAW,
            ReleaseHandbookVersion,
        ),
        Row("supersede", "von einer neueren abgelöst", frozenset({S.RELEASED}), S.SUPERSEDED, None),
        Row(
            "withdraw",
            "verwerfen",
            frozenset({S.DRAFT, S.IN_CONSULTATION}),
            S.WITHDRAWN,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            body=WithdrawHandbookVersion,
        ),
        Row(
            "withdraw",
            "zurückziehen",
            frozenset({S.RELEASED}),
            S.WITHDRAWN,
            P.HANDBOOKS_RELEASE,
            OFFICE,
            (rules.is_not_in_use,),
            body=WithdrawHandbookVersion,
        ),
    ],
)

RELEASED = (rules.version_is_released, rules.follows_in_time)

ROLLOUT = Workflow(
    "handbook_rollout",
    "Qualitätshandbuch in einem Bezirk",
    R,
    R.NONE,
    [
        Row(
            "pilot",
            "erproben",
            frozenset({R.NONE, R.EVALUATED, R.ADOPTED, R.SUSPENDED}),
            R.PILOT,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (*RELEASED, rules.version_is_newer),
            LAW,
            PilotHandbook,
        ),
        Row(
            "evaluate",
            "Erprobung auswerten",
            frozenset({R.PILOT}),
            R.EVALUATED,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (rules.follows_in_time, rules.has_been_tried),
            LAW,
            EvaluateHandbook,
        ),
        Row(
            "adopt",
            "einführen",
            frozenset({R.NONE, R.EVALUATED, R.SUSPENDED}),
            R.ADOPTED,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (*RELEASED, rules.version_is_evaluated),
            LAW,
            AdoptHandbook,
        ),
        Row(
            "change_version",
            "mit einer neueren Fassung weiter erproben",
            frozenset({R.PILOT}),
            R.PILOT,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (*RELEASED, rules.version_is_newer),
            body=ChangeHandbookVersion,
        ),
        Row(
            "change_version",
            "zu einer neueren Fassung wechseln",
            frozenset({R.ADOPTED}),
            R.ADOPTED,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (*RELEASED, rules.version_is_newer, rules.version_is_evaluated),
            body=ChangeHandbookVersion,
        ),
        Row(
            "suspend",
            "aussetzen",
            frozenset({R.PILOT, R.EVALUATED, R.ADOPTED}),
            R.SUSPENDED,
            P.HANDBOOKS_MANAGE,
            OFFICE,
            (rules.follows_in_time,),
            body=SuspendHandbook,
        ),
    ],
)
BEGINNINGS = tuple(row.action for row in ROLLOUT.rows if R.NONE in row.sources)
"""The steps of a district that has not begun."""
