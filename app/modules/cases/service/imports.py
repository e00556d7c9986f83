"""Helps and grants out of another system, again and again: what is new is asked for, what changed follows.

Nothing is released by an import: whoever imports prepares, and Wirtschaftliche Jugendhilfe releases (four eyes).
A row that is known and the same costs nothing; new helps are written together, changes one by one.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.imports import MOST_TOLD, ImportQuery, ImportRefused, Parsed, parsed, told
from app.core.numbers import next_numbers
from app.core.problems import FieldError, Invalid, PermissionMissing, Problem
from app.core.work import rehearsal
from app.law.calendars import legal_date
from app.modules.agreements import ServiceKind
from app.modules.cases import queries, rules
from app.modules.cases.errors import HelpClosed
from app.modules.cases.models import GrantState, Help, HelpGrant, HelpPhase, HelpSetting, HelpState, PhaseState
from app.modules.cases.schemas import GrantCreate, HelpImportOut, HelpRow, HelpRowOut, HelpTableRow
from app.modules.cases.service import helps
from app.modules.cases.service.basis import Bases
from app.modules.cases.service.grants import lapse, new_grant, prepare
from app.modules.cases.service.parts import assignment, keep_assignments, tell_all, touch
from app.modules.cases.workflow import GRANT, HELP, PHASE
from app.policy import Actor, Permission

MOST_ROWS = 10_000
CHUNK = 1_000
DOUBLE = FieldError("/external_id", "double", "Diese Kennung steht zweimal im Import.", "This id stands twice.")
UNKNOWN_HELP = FieldError(
    "/help_external_id", "unknown", "Diese Hilfe ist nicht eingelesen.", "No such help was imported."
)
NO_PHASE = FieldError(
    "/starts_on",
    "no_phase",
    "Zu diesen Tagen, dieser Einheit und Form gibt es keine oder mehr als eine Phase der Hilfe.",
    "No phase of the help, or more than one, covers these days in this unit and setting.",
)


Task = tuple[HelpRow, HelpRowOut]


@dataclass
class Run:
    """One import: who, when, and what was seen so far."""

    db: Session
    actor: Actor
    at: datetime
    bases: Bases
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    rows: list[HelpRowOut] = field(default_factory=list)


def import_helps(
    db: Session, body: bytes, media_type: str, how: ImportQuery, *, actor: Actor, at: datetime
) -> HelpImportOut:
    """Follow another system's helps and grants; the report names what became of each row.

    Raises:
        UnsupportedMediaType, MalformedRequest, TooManyRows: nothing was read.
        ImportRefused: a row was refused and `on_error=refuse`; carries the report, nothing was stored.
    """
    run = Run(db, actor, at, Bases(db, actor.organisation_id))
    with rehearsal(db) if how.dry_run else nullcontext():
        reading = parsed(body, media_type, HelpRow, HelpTableRow, MOST_ROWS)
        while chunk := list(islice(reading, CHUNK)):
            _write(run, chunk, len(run.rows))
    if how.dry_run:
        for row in run.rows:
            row.id = None if row.status == "created" else row.id  # what was only rehearsed has no id afterwards
    counts = Counter(row.status for row in run.rows)
    if counts["refused"] and how.on_error == "refuse" and not how.dry_run:
        bad = [row.model_dump(mode="json") for row in run.rows if row.status == "refused"]
        raise ImportRefused(refused=counts["refused"], received=len(run.rows), rows=bad[:MOST_TOLD])
    return HelpImportOut(
        received=len(run.rows),
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        refused=counts["refused"],
        dry_run=how.dry_run,
        rows=run.rows,
    )


def _write(run: Run, chunk: Sequence[Parsed[HelpRow]], offset: int) -> None:
    """Helps first, then grants: a grant may come with its help."""
    tasks: dict[str, list[Task]] = {"help": [], "grant": []}
    for index, read in enumerate(chunk, start=offset):
        out = HelpRowOut(index=index, status="unchanged", external_id=read.external_id)
        run.rows.append(out)
        if read.row is None:
            _refuse(out, Invalid(errors=read.errors))
            continue
        key = (read.row.kind, read.row.source_system, read.row.external_id)
        if key in run.seen:
            _refuse(out, Invalid(errors=[DOUBLE]))
        else:
            run.seen.add(key)
            tasks[read.row.kind].append((read.row, out))
    _write_helps(run, tasks["help"])
    _write_grants(run, tasks["grant"])


def _write_helps(run: Run, tasks: Sequence[Task]) -> None:
    known = queries.imported(run.db, Help, [(row.source_system, row.external_id) for row, _ in tasks], run.actor)
    new: list[tuple[HelpRow, HelpRowOut, Help]] = []
    for row, out in tasks:
        help_ = known.get((row.source_system, row.external_id))
        try:
            if help_ is None:
                new.append((row, out, _new_help(run, row)))
            elif help_.import_hash == _hash(row):
                out.id = help_.id
            else:
                _follow(run, row, help_)
                out.status, out.id = "updated", help_.id
        except Problem as problem:
            _refuse(out, problem)
    if new:
        _create(run, new)


def _follow(run: Run, row: HelpRow, known: Help) -> None:
    """Let a help follow its row as far as its life allows; what is refused half way is undone."""
    with run.db.begin_nested():
        help_ = queries.get_help(run.db, known.id, run.actor, lock=True)
        if help_.state is HelpState.REQUESTED:
            _ask_anew(run, row, help_)
        elif help_.state is HelpState.ACTIVE:
            _follow_running(run, row, help_)
        else:
            raise HelpClosed
        help_.import_hash = _hash(row)
        touch(help_, run.at)
        audit.record(
            run.db,
            tenant_id=help_.youth_office_id,
            actor=run.actor,
            action="help.import",
            subject_kind=HELP.name,
            subject_id=help_.id,
            at=run.at,
            details={"source_system": row.source_system},
        )


def _new_help(run: Run, row: HelpRow) -> Help:
    provider_id, kind, pseudonym = _asked(row)
    return Help(
        youth_office_id=run.actor.organisation_id,
        provider_id=provider_id,
        agreement_id=run.bases.payable(provider_id, kind, _setting(row, kind), row.starts_on),
        service_kind=kind,
        pseudonym=pseudonym,
        caseworker_id=run.bases.caseworker(row.caseworker_id, run.actor),
        opened_by=run.actor.id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        source_system=row.source_system,
        external_id=row.external_id,
        import_hash=_hash(row),
    )


def _asked(row: HelpRow) -> tuple[UUID, ServiceKind, str]:
    """What a help is asked for with; one that was never granted here has no end."""
    if row.ended_on is not None:
        text = ("Die Hilfe ist hier noch nicht bewilligt.", "The help is not granted here yet.")
        raise Invalid.field("/ended_on", "not_granted", *text)
    if row.provider_id is None or row.service_kind is None or row.pseudonym is None:
        text = ("Diese Angabe fehlt.", "This entry is missing.")
        names = [name for name in ("provider_id", "service_kind", "pseudonym") if getattr(row, name) is None]
        raise Invalid(errors=[FieldError(f"/{name}", "missing", *text) for name in names])
    return row.provider_id, row.service_kind, row.pseudonym


def _create(run: Run, new: Sequence[tuple[HelpRow, HelpRowOut, Help]]) -> None:
    """All new helps of a chunk, with phase, grant and assignment, in a handful of statements."""
    helps = [help_ for _, _, help_ in new]
    numbers = next_numbers(run.db, run.actor.organisation_id, "HI", legal_date(run.at).year, len(new))
    for help_, number in zip(helps, numbers, strict=True):
        help_.number = number
    HELP.begin_all(run.db, helps, actor=run.actor, at=run.at, imported=True)
    phases = [_first_phase(row, help_) for row, _, help_ in new]
    PHASE.begin_all(run.db, phases, actor=run.actor, at=run.at)
    GRANT.begin_all(run.db, [_grant(run, phase) for phase in phases], actor=run.actor, at=run.at)
    run.db.add_all(assignment(help_, help_.provider_id, help_.starts_on, help_.ends_on) for help_ in helps)
    run.db.flush()
    for _, out, help_ in new:
        out.status, out.id = "created", help_.id


def _first_phase(row: HelpRow, help_: Help) -> HelpPhase:
    return HelpPhase(
        help_id=help_.id,
        youth_office_id=help_.youth_office_id,
        provider_id=help_.provider_id,
        agreement_id=help_.agreement_id,
        service_kind=help_.service_kind,
        setting=_setting(row, help_.service_kind),
        place=row.place,
        amount=row.amount,
        unit=row.unit,
        valid_from=help_.starts_on,
        valid_to=help_.ends_on,
    )


def _grant(run: Run, phase: HelpPhase) -> HelpGrant:
    return new_grant(phase, phase.amount, (phase.valid_from, phase.valid_to), run.actor, run.at)


def _ask_anew(run: Run, row: HelpRow, help_: Help) -> None:
    """Nothing is granted yet: everything may change. What was planned by hand since then stands against it."""
    provider_id, kind, pseudonym = _asked(row)
    known = [phase for phase in queries.phases_of(run.db, help_) if phase.state is PhaseState.AGREED]
    if len(known) != 1:
        raise Invalid.field(
            "/external_id", "planned", "Die Hilfe wurde hier weiter geplant.", "The help was planned further here."
        )
    phase = known[0]
    lapse(run.db, queries.grants_of_phases(run.db, [phase.id]), run.at)
    help_.provider_id, help_.service_kind, help_.pseudonym = provider_id, kind, pseudonym
    _lead(run, row, help_)
    help_.agreement_id = run.bases.payable(provider_id, kind, _setting(row, kind), row.starts_on)
    help_.starts_on, help_.ends_on = row.starts_on, row.ends_on
    asked = _first_phase(row, help_)
    for name in ("provider_id", "agreement_id", "service_kind", "setting", "place", "amount", "unit"):
        setattr(phase, name, getattr(asked, name))
    phase.valid_from, phase.valid_to, phase.changed_at = row.starts_on, row.ends_on, run.at
    GRANT.begin(run.db, _grant(run, phase), actor=run.actor, at=run.at)
    keep_assignments(run.db, help_, known)


def _follow_running(run: Run, row: HelpRow, help_: Help) -> None:
    """What is granted does not change by a row: the help may be led by another, last longer, or end."""
    fixed = ("provider_id", "service_kind", "starts_on")
    changed = [name for name in fixed if getattr(row, name) not in (None, getattr(help_, name))]
    changed += ["ends_on"] if row.ends_on < help_.ends_on and row.ended_on is None else []
    phases = queries.phases_of(run.db, help_)
    first = next((phase for phase in phases if phase.valid_from == help_.starts_on), None)
    if first is not None:
        settings = (first.amount, first.unit, first.setting)
        changed += [
            name
            for name, before in zip(("amount", "unit", "setting"), settings, strict=True)
            if getattr(row, name) not in (None, before)
        ]
    if changed:
        text = (
            "Das ist bewilligt und ändert sich nur durch eine Phase, eine Bewilligung oder das Ende der Hilfe.",
            "This is granted, and changes only by a phase, a grant or the end of the help.",
        )
        raise Invalid(errors=[FieldError(f"/{name}", "granted", *text) for name in changed])
    _lead(run, row, help_)
    help_.pseudonym = row.pseudonym or help_.pseudonym
    tell_all(run.db, help_, run.at)
    if row.ends_on > help_.ends_on:
        helps.extend(run.db, help_, row.ends_on, actor=run.actor, at=run.at)
    if row.ended_on is not None and row.end_reason is not None:
        helps.end(run.db, help_, row.ended_on, row.end_reason, actor=run.actor, at=run.at)


def _lead(run: Run, row: HelpRow, help_: Help) -> None:
    """Who leads a case may read who its persons are, so not everybody changes it."""
    if row.caseworker_id in (None, help_.caseworker_id):
        return
    if not run.actor.may(Permission.HELPS_ASSIGN):
        raise PermissionMissing(permission=Permission.HELPS_ASSIGN.value)
    help_.caseworker_id = run.bases.caseworker(row.caseworker_id, run.actor)


def _write_grants(run: Run, tasks: Sequence[Task]) -> None:
    known = queries.imported(run.db, HelpGrant, [(row.source_system, row.external_id) for row, _ in tasks], run.actor)
    of = [(row.source_system, row.help_external_id) for row, _ in tasks if row.help_external_id]
    known_helps = queries.imported(run.db, Help, of, run.actor)
    for row, out in tasks:
        grant = known.get((row.source_system, row.external_id))
        try:
            if grant is not None and grant.import_hash == _hash(row):
                out.id = grant.id
                continue
            help_ = known_helps.get((row.source_system, row.help_external_id or ""))
            if help_ is None:
                raise Invalid(errors=[UNKNOWN_HELP])
            with run.db.begin_nested():
                out.id = _prepare(run, row, help_, grant)
            out.status = "created" if grant is None else "updated"
        except Problem as problem:
            _refuse(out, problem)


def _prepare(run: Run, row: HelpRow, known: Help, grant: HelpGrant | None) -> UUID:
    """Prepare a change of what is granted, or change one that waits for its release."""
    if grant is not None and grant.state is not GrantState.PREPARED:
        text = ("Die Bewilligung ist freigegeben oder erledigt.", "The grant is released or over.")
        raise Invalid.field("/external_id", "granted", *text)
    help_ = queries.get_help(run.db, known.id, run.actor, lock=True)
    phases = [phase for phase in queries.phases_of(run.db, help_) if _is_meant(row, phase)]
    if len(phases) != 1:
        raise Invalid(errors=[NO_PHASE])
    if grant is None:
        wanted = GrantCreate(phase_id=phases[0].id, amount=row.amount, valid_from=row.starts_on, valid_to=row.ends_on)
        grant = prepare(run.db, help_, phases[0], wanted, actor=run.actor, at=run.at)
        grant.source_system, grant.external_id = row.source_system, row.external_id
    else:
        grant.phase_id, grant.provider_id, grant.unit = phases[0].id, phases[0].provider_id, phases[0].unit
        grant.amount, grant.valid_from, grant.valid_to = row.amount, row.starts_on, row.ends_on
        grant.prepared_by, grant.prepared_at, grant.changed_at = run.actor.id, run.at, run.at
        touch(help_, run.at)
    grant.import_hash = _hash(row)
    run.db.flush()
    return grant.id


def _is_meant(row: HelpRow, phase: HelpPhase) -> bool:
    return (
        phase.state is PhaseState.AGREED
        and phase.unit is row.unit
        and phase.valid_from <= row.starts_on <= row.ends_on <= phase.valid_to
        and row.provider_id in (None, phase.provider_id)
        and row.setting in (None, phase.setting)
    )


def _setting(row: HelpRow, kind: ServiceKind) -> HelpSetting:
    return row.setting or rules.usual_setting(kind)


def _hash(row: HelpRow) -> str:
    """What makes two rows of one external id the same."""
    content = row.model_dump_json(exclude={"source_system", "external_id"})
    return hashlib.sha256(content.encode()).hexdigest()


def _refuse(out: HelpRowOut, problem: Problem) -> None:
    out.status, out.problem = "refused", told(problem)
