"""The lives of a record and of a delivery."""

from app.core.problems import Text
from app.core.workflow import Guard, Move, Row, Workflow
from app.modules.statistics.codes import StatisticsRecordState as S
from app.modules.statistics.codes import StatisticsReleaseState as R
from app.modules.statistics.codes import Survey
from app.modules.statistics.models import StatisticsRecord
from app.modules.statistics.schemas import CompleteKwg, CompleteVsm, ConfirmDelivery
from app.policy import OrganisationKind
from app.policy import Permission as P

OFFICE = frozenset({OrganisationKind.YOUTH_OFFICE})
LAW = "§§ 99, 102 SGB VIII"
OPEN = frozenset({S.DRAFT, S.COMPLETE})


def _is(survey: Survey) -> Guard:
    def guard(record: StatisticsRecord, _move: Move) -> Text | None:
        if record.survey is survey:
            return None
        return Text("Der Datensatz gehört zu einer anderen Erhebung.", "The record belongs to another survey.")

    return guard


RECORD = Workflow(
    "statistics_record",
    "Datensatz der Statistik",
    S,
    S.DRAFT,
    [
        Row(
            "complete_kwg",
            "Angaben zur Gefährdungseinschätzung ergänzen",
            OPEN,
            S.COMPLETE,
            P.PROTECTION_WORK,
            OFFICE,
            law=LAW,
            body=CompleteKwg,
            who=(_is(Survey.KWG),),
        ),
        Row(
            "complete_vsm",
            "Angaben zur Inobhutnahme ergänzen",
            OPEN,
            S.COMPLETE,
            P.PROTECTION_WORK,
            OFFICE,
            law=LAW,
            body=CompleteVsm,
            who=(_is(Survey.VSM),),
        ),
        Row("release", "freigeben", frozenset({S.COMPLETE}), S.RELEASED, None, law=LAW),
        Row("withdraw", "fallen lassen", OPEN, S.WITHDRAWN, None, law=LAW),
    ],
)
RELEASE = Workflow(
    "statistics_release",
    "Lieferung an die Statistik",
    R,
    R.RELEASED,
    [
        Row(
            "confirm_delivery",
            "Übermittlung bestätigen",
            frozenset({R.RELEASED}),
            R.DELIVERED,
            P.PROTECTION_STATISTICS,
            OFFICE,
            law=LAW,
            body=ConfirmDelivery,
        )
    ],
)
