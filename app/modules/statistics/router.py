"""`/v1/statistics-records`, `/v1/statistics-releases`, `/v1/statistics-rules` and `/v1/protection-numbers`."""

from typing import Annotated, Any

from fastapi import Query, Response

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.law.calendars import legal_date
from app.modules.statistics import numbers, queries, service
from app.modules.statistics.contents import COLUMNS
from app.modules.statistics.models import StatisticsRecord, StatisticsRelease
from app.modules.statistics.rules import RULES
from app.modules.statistics.schemas import (
    ConfirmDelivery,
    ProtectionNumbersOut,
    ProtectionNumbersQuery,
    StatisticsFindingOut,
    StatisticsRecordAction,
    StatisticsRecordOut,
    StatisticsRecordQuery,
    StatisticsReleaseCreate,
    StatisticsReleaseOut,
    StatisticsReleaseQuery,
    StatisticsRuleOut,
)
from app.modules.statistics.workflow import RECORD, RELEASE
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

records = Router(prefix="/statistics-records", tags=["statistics"])
releases = Router(prefix="/statistics-releases", tags=["statistics"])
others = Router(tags=["statistics"])
CSV = "text/csv"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Erste Zeile: Kenn-Nummer der Berichtsstelle. Je Datensatz: diese; Kenn-Nummer der Person; "
        + " / ".join(f"{survey.value}: {'; '.join(names)}" for survey, names in COLUMNS.items()),
        "content": {CSV: {"schema": {"type": "string", "maxLength": 10_000_000}}},
    }
}
_READ = ("id", "number", "survey", "state", "completed_on", "derived", "answers", "release_id", "version")


def _record(row: StatisticsRecord, actor: Actor) -> StatisticsRecordOut:
    """Whoever delivers learns of no case."""
    return StatisticsRecordOut(
        **{name: getattr(row, name) for name in _READ},
        case_id=None if actor.may(Permission.PROTECTION_STATISTICS) else row.case_id,
        findings=[StatisticsFindingOut.model_validate(rule) for rule in service.findings(row)],
        allowed_actions=RECORD.allowed(row, actor),
    )


def _release(row: StatisticsRelease, actor: Actor) -> StatisticsReleaseOut:
    known = {name: getattr(row, name) for name in StatisticsReleaseOut.model_fields if name != "allowed_actions"}
    return StatisticsReleaseOut(**known, allowed_actions=RELEASE.allowed(row, actor))


@others.get("/statistics-rules", summary="Plausibilitätsregeln der Statistik")
@needs(Permission.ORGANISATIONS_READ)
def list_statistics_rules() -> list[StatisticsRuleOut]:
    """What a record must fulfil before it is complete, and what is pointed out (§§ 99, 102 SGB VIII)."""
    return [StatisticsRuleOut.model_validate(rule) for rule in RULES]


@records.get("", summary="Datensätze der Statistik suchen")
@needs(Permission.STATISTICS_READ)
def list_statistics_records(
    query: Annotated[StatisticsRecordQuery, Query()], db: Db, actor: CurrentActor
) -> Page[StatisticsRecordOut]:
    """The statistics officer: all of the office, without their cases; caseworkers: those of the cases they may read."""
    rows, following, total = queries.list_records(db, query, actor)
    return page_of([_record(row, actor) for row in rows], following, total, query)


@records.get("/{statistics_record_id}", summary="Datensatz der Statistik lesen")
@needs(Permission.STATISTICS_READ)
def get_statistics_record(statistics_record_id: Id, db: Db, actor: CurrentActor) -> StatisticsRecordOut:
    """One record: begun by itself when a procedure or an Inobhutnahme ended (§ 99 Abs. 2 and 6 SGB VIII)."""
    return _record(queries.get_record(db, statistics_record_id, actor), actor)


@records.post("/{statistics_record_id}/transitions", summary="Datensatz der Statistik ergänzen")
@needs(Permission.PROTECTION_WORK)
def move_statistics_record(
    statistics_record_id: Id, body: StatisticsRecordAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> StatisticsRecordOut:
    """Add what the procedure does not know; what cannot be right is refused with its rule, what is odd is pointed out
    (§§ 99, 102 SGB VIII). Until it is released it may be said anew.
    """
    return _record(service.complete(db, statistics_record_id, body, expected, actor=actor, at=now), actor)


@records.get("/{statistics_record_id}/transitions", summary="Verlauf des Datensatzes")
@needs(Permission.STATISTICS_READ)
def list_statistics_record_transitions(statistics_record_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_record(db, statistics_record_id, actor).id)


@releases.post("", status_code=201, summary="Datensätze eines Zeitraums freigeben")
@needs(Permission.PROTECTION_STATISTICS)
def release_statistics(body: StatisticsReleaseCreate, db: Db, actor: CurrentActor, now: Now) -> StatisticsReleaseOut:
    """Release what is complete: from then on it is not changed, and nothing leads from a record to its case
    (§§ 99 to 102 SGB VIII). What came too late is delivered with a further release.
    """
    return _release(service.release(db, body, actor=actor, at=now), actor)


@releases.get("", summary="Lieferungen an die Statistik suchen")
@needs(Permission.PROTECTION_STATISTICS)
def list_statistics_releases(
    query: Annotated[StatisticsReleaseQuery, Query()], db: Db, actor: CurrentActor
) -> Page[StatisticsReleaseOut]:
    """What the own youth office has released, the newest first."""
    rows, following, total = queries.list_releases(db, query, actor)
    return page_of([_release(row, actor) for row in rows], following, total, query)


@releases.get("/{statistics_release_id}", summary="Lieferung an die Statistik lesen")
@needs(Permission.PROTECTION_STATISTICS)
def get_statistics_release(statistics_release_id: Id, db: Db, actor: CurrentActor) -> StatisticsReleaseOut:
    """One delivery, with the SHA-256 its file had when it was released."""
    return _release(queries.get_release(db, statistics_release_id, actor), actor)


@releases.get(
    "/{statistics_release_id}/file", response_class=Response, responses=_FILE, summary="Lieferdatei herunterladen"
)
@needs(Permission.PROTECTION_STATISTICS)
def get_statistics_file(statistics_release_id: Id, db: Db, actor: CurrentActor) -> Response:
    """The file to deliver (CORE-CSV: semicolons, no column heads); once delivered, without the persons' numbers."""
    row = queries.get_release(db, statistics_release_id, actor)
    content = service.file_of(row.unit_key, queries.of_release(db, row))
    name = f"{row.survey.value}-{row.first:%Y%m%d}-{row.last:%Y%m%d}.csv"
    return Response(content, media_type=CSV, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@releases.post("/{statistics_release_id}/transitions", summary="Lieferung bestätigen")
@needs(Permission.PROTECTION_STATISTICS)
def move_statistics_release(
    statistics_release_id: Id, body: ConfirmDelivery, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> StatisticsReleaseOut:
    """The statistical office has the file: the numbers of the persons are deleted (§ 12 BStatG)."""
    return _release(service.confirm(db, statistics_release_id, body, expected, actor=actor, at=now), actor)


@releases.get("/{statistics_release_id}/transitions", summary="Verlauf der Lieferung")
@needs(Permission.PROTECTION_STATISTICS)
def list_statistics_release_transitions(statistics_release_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_release(db, statistics_release_id, actor).id)


@others.get("/protection-numbers", summary="Zahlen zum Kinderschutz")
@needs(Permission.PROTECTION_NUMBERS)
def get_protection_numbers(
    query: Annotated[ProtectionNumbersQuery, Query()], db: Db, actor: CurrentActor, now: Now
) -> ProtectionNumbersOut:
    """What a year shows, for planning and quality dialogue (§ 64 Abs. 3, § 79a SGB VIII): complete records only, by one
    trait each. Numbers from 1 to 2 are left out, and what would give them away.
    """
    year = query.year or legal_date(now).year
    return numbers.numbers_of(query.survey, year, queries.of_year(db, actor, query.survey, year))
