"""`/v1/payment-runs`."""

from typing import Annotated, Any

from fastapi import Query, Response

from app.core.http import CurrentActor, Db, Expected, Now, Router, needs
from app.core.pages import Page, page_of
from app.core.types import Id
from app.modules.payments import files, queries, service
from app.modules.payments.models import PaymentRun
from app.modules.payments.schemas import (
    PaymentItemOut,
    PaymentRunCreate,
    PaymentRunOut,
    PaymentRunQuery,
    PaymentRunSummary,
    RunAction,
)
from app.modules.payments.workflow import PAYMENT_RUN
from app.modules.webhooks import TransitionOut, history
from app.policy import Actor, Permission

router = Router(prefix="/payment-runs", tags=["payments"])
XML, CSV = "application/xml", "text/csv"
_CONFLICT = {"responses": {"409": {"$ref": "#/components/responses/Problem409"}}}


def _file(media_type: str, description: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "string", "maxLength": 10_000_000}
    return {200: {"description": description, "content": {media_type: {"schema": schema}}}}


def _out(run: PaymentRun, actor: Actor) -> PaymentRunOut:
    return PaymentRunOut(
        **PaymentRunSummary.model_validate(run).model_dump(),
        debtor_name=run.debtor_name,
        debtor_iban=run.debtor_iban,
        cancel_reason=run.cancel_reason,
        items=[PaymentItemOut.of(item) for item in run.items],
        allowed_actions=PAYMENT_RUN.allowed(run, actor),
    )


@router.post("", status_code=201, summary="Zahlungslauf vorschlagen")
@needs(Permission.PAYMENTS_MANAGE)
def create_payment_run(body: PaymentRunCreate, db: Db, actor: CurrentActor, now: Now) -> PaymentRunOut:
    """Propose to pay approved invoices together, less the credit notes named with them (municipal cash rules).

    An invoice is in one live run only; the database refuses a second one, whoever proposes at the same time.
    """
    return _out(service.create_run(db, body, actor=actor, at=now), actor)


@router.get("", summary="Zahlungsläufe suchen")
@needs(Permission.PAYMENTS_READ)
def list_payment_runs(
    query: Annotated[PaymentRunQuery, Query()], db: Db, actor: CurrentActor
) -> Page[PaymentRunSummary]:
    """The payment runs of the own youth office."""
    rows, following, total = queries.list_runs(db, query, actor)
    return page_of([PaymentRunSummary.model_validate(row) for row in rows], following, total, query)


@router.get("/{run_id}", summary="Zahlungslauf lesen")
@needs(Permission.PAYMENTS_READ)
def get_payment_run(run_id: Id, db: Db, actor: CurrentActor) -> PaymentRunOut:
    """One run with its invoices and the steps the caller may take now; accounts never paid to before are marked."""
    return _out(queries.get_run(db, run_id, actor), actor)


@router.post("/{run_id}/transitions", summary="Zahlungslauf weiterführen")
@needs(Permission.PAYMENTS_MANAGE)
def move_payment_run(
    run_id: Id, body: RunAction, db: Db, actor: CurrentActor, now: Now, expected: Expected
) -> PaymentRunOut:
    """Order (another person than who proposed it or approved one of its invoices), book as executed with day and
    reference, or cancel (municipal cash rules: four eyes).
    """
    return _out(service.move(db, run_id, body, expected, actor=actor, at=now), actor)


@router.get("/{run_id}/transitions", summary="Verlauf des Zahlungslaufs")
@needs(Permission.PAYMENTS_READ)
def list_payment_run_transitions(run_id: Id, db: Db, actor: CurrentActor) -> list[TransitionOut]:
    """Every step so far, oldest first."""
    return history(db, queries.get_run(db, run_id, actor).id)


@router.get(
    "/{run_id}/pain001",
    response_class=Response,
    responses=_file(XML, f"SEPA-Überweisungen, ISO 20022 {files.SCHEMA}"),
    openapi_extra=_CONFLICT,
    summary="Zahlungsdatei (SEPA pain.001) herunterladen",
)
@needs(Permission.PAYMENTS_MANAGE)
def get_payment_file(run_id: Id, db: Db, actor: CurrentActor, now: Now) -> Response:
    """The order to the bank as pain.001.001.09: one transfer per account, credit notes set off; once it is ordered.

    The same run always makes the same file, with the run's number as message id, so that a bank refuses a second.
    """
    run, content = service.payment_file(db, run_id, actor=actor, at=now)
    return _download(content, XML, f"{run.number}.xml")


@router.get(
    "/{run_id}/table",
    response_class=Response,
    responses=_file(CSV, "Spalten: " + "; ".join(f"{name} ({told})" for name, told in files.COLUMNS.items())),
    summary="Zahlungslauf als Tabelle für die Kasse",
)
@needs(Permission.PAYMENTS_READ)
def get_payment_table(run_id: Id, db: Db, actor: CurrentActor) -> Response:
    """The run as CSV to book from: a row per invoice, semicolons, decimal commas, UTF-8 with byte order mark."""
    run = queries.get_run(db, run_id, actor)
    return _download(files.table(run), CSV, f"{run.number}.csv")


def _download(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
