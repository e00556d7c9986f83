"""Checks of the records themselves: proof, staff, doubles, overlaps, groups, missed appointments, working time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, time
from uuid import UUID

from app.law.calendars import BERLIN, is_public_holiday, legal_date
from app.law.working_time import (
    LONGEST_WITHOUT_BREAK_MINUTES,
    LONGEST_WITHOUT_BREAK_SOURCE,
    LONGEST_WORKING_WEEK_MINUTES,
    LONGEST_WORKING_WEEK_SOURCE,
)
from app.modules.agreements import FACE_TO_FACE, ActivityCategory
from app.modules.billing import (
    DIRECT,
    Hint,
    ServiceRecord,
    duplicates,
    entry_of,
    granted_hours,
    overlaps,
    overlong_days,
    touches,
)
from app.modules.invoices.checks.facts import Facts, Found, ids_of, is_flat, minutes_of
from app.modules.invoices.models import Severity

_SUNDAY = 7
_NIGHT_STARTS, _NIGHT_ENDS = time(22), time(6)
_MINUTES_OF_HOUR = 60
_MANY = 12
"""So many records show a pattern."""
_DAYS_OF_A_DAY_GROUP = 4
_SERIES = 2
"""So many appointments missed in a row are told at once (facts 3.4)."""


def unproven(facts: Facts) -> Iterable[Found]:
    """The agreement wants the family's confirmation, and there is none."""
    asked = facts.under(lambda terms: terms.client_confirmation_required)
    if missing := [record for record in asked if record.id not in facts.confirmed]:
        yield Found(ids_of(missing), f"{len(missing)} Einträge ohne Bestätigung der Familie.")


def not_on_staff(facts: Facts) -> Iterable[Found]:
    """A professional who is not on the provider's staff list, or whose qualification the agreement has no rate for."""
    by_worker: defaultdict[tuple[str, str], list[ServiceRecord]] = defaultdict(list)
    by_terms = facts.by_terms()
    for record in facts.under(lambda terms: terms.staff_list_required or terms.staff_rates):
        listed = [entry for entry in facts.staff if entry.is_of(record.worker, record.service_on)]
        named = {rate.qualification for rate in by_terms[record.id].terms.staff_rates}
        if not listed:
            by_worker[record.worker, "steht nicht auf der Personalliste des Trägers"].append(record)
        elif named and None not in named and listed[0].qualification not in named:
            by_worker[record.worker, f"hat eine Qualifikation ohne Entgeltsatz ({listed[0].qualification})"].append(
                record
            )
    for (worker, what), records in sorted(by_worker.items()):
        yield Found(ids_of(records), f"Fachkraft {worker} {what}.")


def doubled(facts: Facts) -> Iterable[Found]:
    """The same work recorded twice."""
    return _hints(duplicates, facts)


def overlapping(facts: Facts) -> Iterable[Found]:
    """One professional in two places at once."""
    return _hints(overlaps, facts)


def group_as_single(facts: Facts) -> Iterable[Found]:
    """A session with several helps charged as single work, with fewer people than helps, or not of the agreed size."""
    sessions: defaultdict[tuple[UUID, str], list[ServiceRecord]] = defaultdict(list)
    for record in facts.of_provider:
        if record.session and record.activity in FACE_TO_FACE:
            sessions[record.provider_id, record.session].append(record)
    own = {record.id for record in facts.records}
    for records in sessions.values():
        helps = {record.help_id for record in records}
        single = [one for one in records if one.id in own and one.activity is ActivityCategory.DIRECT_CONTACT]
        fewer = [one for one in records if one.id in own and (one.participants or len(helps)) < len(helps)]
        if len(helps) > 1 and single:
            yield Found(ids_of(single), f"Eine Sitzung mit {len(helps)} Hilfen ist als Einzelkontakt erfasst.")
        if fewer:
            yield Found(ids_of(fewer), f"Die Sitzung betraf {len(helps)} Hilfen; es sind weniger Anwesende erfasst.")
    by_terms = facts.by_terms()
    for record in facts.records:
        terms = by_terms[record.id].terms if record.id in by_terms and record.participants else None
        least = terms.group_min_participants if terms else None
        most = terms.group_max_participants if terms else None
        if not (least or 0) <= (record.participants or least or 0) <= (most or record.participants or 0):
            text = (
                f"Am {record.service_on:%d.%m.%Y} waren {record.participants} Personen anwesend, das ist keine Gruppe "
            )
            yield Found((record.id,), text + "nach der Vereinbarung.")


def lump_sum_unproven(facts: Facts) -> Iterable[Found]:
    """A flat amount that the agreement does not know, or that no contact proves."""
    by_id, by_terms = {record.id: record for record in facts.records}, facts.by_terms()
    priced = {(line.help_id, line.first_day) for line in facts.statement.lines if is_flat(line)}
    for line in facts.charged:
        if not is_flat(line) or not line.amount_cents:
            continue
        contacts = [by_id[one] for one in line.record_ids if one in by_id and by_id[one].activity in FACE_TO_FACE]
        if (line.help_id, line.first_day) not in priced and by_terms:
            yield Found(tuple(line.record_ids), "Berechnet ist eine Pauschale, vereinbart ist eine andere Abrechnung.")
        elif not contacts:
            text = f"Die Pauschale ab {line.first_day:%d.%m.%Y} ist durch keinen Kontakt nachgewiesen."
            yield Found(tuple(line.record_ids), text)


def lump_sum_unchanged(facts: Facts) -> Iterable[Found]:
    """A flat amount for a month in which less than half of the granted hours was delivered."""
    for help_id in sorted({line.help_id for line in facts.charged if is_flat(line) and line.amount_cents}):
        contacts = [one for one in facts.records if one.help_id == help_id and one.activity in FACE_TO_FACE]
        granted = granted_hours(facts.arrangements[help_id], facts.first, facts.last)
        delivered = minutes_of(contacts)
        if contacts and delivered * 100 * 2 < granted * _MINUTES_OF_HOUR:
            text = (
                f"Hilfe {facts.helps[help_id].number}: Pauschale bei {delivered // _MINUTES_OF_HOUR} Stunden Kontakt, "
            )
            yield Found(ids_of(contacts), text + f"bewilligt waren {granted // 100} Stunden.")


def missed(facts: Facts) -> Iterable[Found]:
    """A missed appointment charged otherwise than agreed; a series of them is told to the youth office."""
    paid = {
        record_id: line.price_cents
        for line in facts.statement.lines
        if line.activity is ActivityCategory.NO_SHOW
        for record_id in line.record_ids
    }
    for line in facts.charged:
        if line.activity is ActivityCategory.NO_SHOW and line.amount_cents:
            wrong = tuple(one for one in line.record_ids if paid.get(one, line.price_cents) != line.price_cents)
            if wrong:
                yield Found(wrong, "Ein ausgefallener Termin ist anders berechnet, als vereinbart ist.")
    for records in _series(facts):
        if len(records) >= _SERIES and (own := [one for one in records if one in facts.records]):
            text = f"{len(records)} Termine nacheinander sind ausgefallen; das Jugendamt ist zu unterrichten."
            yield Found(ids_of(own), text, Severity.WARN)


def working_time(facts: Facts) -> Iterable[Found]:
    """More than a working day or week of direct work; work at night, on Sundays and holidays without a reason."""
    yield from _hints(overlong_days, facts)
    weeks: defaultdict[tuple[str, int, int], list[ServiceRecord]] = defaultdict(list)
    for record in facts.of_provider:
        if record.activity in DIRECT:
            year, week, _ = record.service_on.isocalendar()
            weeks[record.worker.casefold(), year, week].append(record)
    own = {record.id for record in facts.records}
    for (worker, _, week), records in sorted(weeks.items()):
        concerned = [record for record in records if record.id in own]
        if minutes_of(_each_session_once(records)) > LONGEST_WORKING_WEEK_MINUTES and concerned:
            hours = LONGEST_WORKING_WEEK_MINUTES // _MINUTES_OF_HOUR
            text = f"Fachkraft {worker}: mehr als {hours} Stunden unmittelbarer Arbeit in der Woche {week} "
            yield Found(ids_of(concerned), text + f"({LONGEST_WORKING_WEEK_SOURCE}).")
    if odd := [record for record in facts.records if not record.note and _is_unusual(record, facts.land)]:
        text = "Leistungen zwischen 22 und 6 Uhr, an Sonn- oder Feiertagen ohne Begründung."
        yield Found(ids_of(odd), text)


def patterns(facts: Facts) -> Iterable[Found]:
    """Records that look made up: all as long, all worded alike, all entered on a day after the month, or too late."""
    by_worker: defaultdict[str, list[ServiceRecord]] = defaultdict(list)
    for record in facts.records:
        if record.activity in DIRECT:
            by_worker[record.worker.casefold()].append(record)
    for worker, records in sorted(by_worker.items()):
        if len(records) >= _MANY:
            for what in _alike(records, facts.last):
                yield Found(ids_of(records), f"Fachkraft {worker}: alle {len(records)} Einträge {what}.")
    by_terms = facts.by_terms()
    tardy = [
        record
        for record in facts.under(lambda terms: terms.late_entry_days is not None)
        if (legal_date(record.recorded_at) - record.service_on).days > (by_terms[record.id].terms.late_entry_days or 0)
    ]
    if tardy:
        yield Found(ids_of(tardy), f"{len(tardy)} Einträge sind später erfasst, als vereinbart ist.")


def _alike(records: Sequence[ServiceRecord], last: date) -> Iterator[str]:
    """What is the same of many records of one professional."""
    if len({record.minutes for record in records}) == 1:
        yield "dauern gleich lang"
    notes = {record.note for record in records}
    if len(notes) == 1 and None not in notes:
        yield "haben denselben Text"
    entered = {legal_date(record.recorded_at) for record in records}
    if len(entered) == 1 and min(entered) > last:
        yield f"sind am {min(entered):%d.%m.%Y} erfasst, nach dem Ende des Monats"


def indirect_share(facts: Facts) -> Iterable[Found]:
    """More indirect time than agreed: of the month it is asked about, of the quarter it is not paid."""
    by_terms = facts.by_terms()
    for help_id in sorted({record.help_id for record in facts.records}):
        own = [record for record in facts.records if record.help_id == help_id and record.id in by_terms]
        terms = by_terms[own[0].id].terms if own else None
        most = terms.indirect_max_percent if terms else None
        if terms is None or most is None:
            continue
        counted = {name for name, rule in terms.activities.items() if rule.billable}
        quarter = [one for one in facts.history if one.help_id == help_id and one.activity in counted]
        month = [one for one in own if one.activity in counted]
        for name, records, severity in (("Monat", month, Severity.WARN), ("Quartal", quarter, Severity.BLOCK)):
            indirect = [record for record in records if record.activity not in FACE_TO_FACE]
            if minutes_of(indirect) * 100 > most * minutes_of(records) and _is_judged(name, facts):
                percent = minutes_of(indirect) * 100 // minutes_of(records)
                text = f"Hilfe {facts.helps[help_id].number}: {percent} % mittelbare Zeit im {name}, vereinbart sind "
                yield Found(ids_of(one for one in own if one in indirect), text + f"höchstens {most} %.", severity)


def double_financing(facts: Facts) -> Iterable[Found]:
    """Work in hours that school or day care are paid for already."""
    by_terms = facts.by_terms()
    touching = [
        record
        for record in facts.under(lambda terms: terms.publicly_funded_windows)
        if touches(entry_of(record, facts.kinds[record.id]), by_terms[record.id].terms.publicly_funded_windows)
    ]
    if touching:
        yield Found(ids_of(touching), "Die Leistung liegt in Zeiten, die schon anders finanziert sind (Schule, Hort).")


def is_a_day_group(facts: Facts) -> Iterable[Found]:
    """Groups on most days of a week: that is a day group, which needs a licence (§ 45) and a day rate."""
    weeks: defaultdict[tuple[UUID, int, int], list[ServiceRecord]] = defaultdict(list)
    for record in facts.records:
        if record.activity is ActivityCategory.GROUP_SESSION:
            year, week, _ = record.service_on.isocalendar()
            weeks[record.help_id, year, week].append(record)
    for (help_id, _, week), records in sorted(weeks.items(), key=lambda item: (item[0][0].int, item[0][1:])):
        days = len({record.service_on for record in records})
        if days >= _DAYS_OF_A_DAY_GROUP:
            text = (
                f"Hilfe {facts.helps[help_id].number}: Gruppe an {days} Tagen der Woche {week}; das entspricht einer "
            )
            yield Found(ids_of(records), text + "Tagesgruppe (§ 32, Erlaubnis nach § 45 SGB VIII, Tagessatz).")


def no_break(facts: Facts) -> Iterable[Found]:
    """Direct work longer than anybody works without a break: the break is charged."""
    for record in facts.records:
        if record.activity in DIRECT and record.minutes > LONGEST_WITHOUT_BREAK_MINUTES:
            hours = LONGEST_WITHOUT_BREAK_MINUTES // _MINUTES_OF_HOUR
            text = (
                f"Am {record.service_on:%d.%m.%Y} {record.minutes} Minuten ohne Pause; nach {hours} Stunden ist eine "
            )
            yield Found(
                (record.id,), text + f"Pause Pflicht, und sie ist keine Leistung ({LONGEST_WITHOUT_BREAK_SOURCE})."
            )


def _is_judged(period: str, facts: Facts) -> bool:
    """A quarter is judged by its last month."""
    return period == "Monat" or facts.first.month % 3 == 0


def _series(facts: Facts) -> Iterator[list[ServiceRecord]]:
    """Appointments missed in a row of each help, the last ones up to now."""
    running: defaultdict[UUID, list[ServiceRecord]] = defaultdict(list)
    for record in sorted(facts.history, key=lambda one: (one.starts_at, one.id.int)):
        if record.activity is ActivityCategory.NO_SHOW:
            running[record.help_id].append(record)
        elif record.activity in FACE_TO_FACE:
            yield running.pop(record.help_id, [])
    yield from running.values()


def _is_unusual(record: ServiceRecord, land: str | None) -> bool:
    starts, ends = (at.astimezone(BERLIN) for at in (record.starts_at, record.ends_at))
    at_night = starts.time() < _NIGHT_ENDS or starts.time() >= _NIGHT_STARTS
    at_night = at_night or ends.date() > starts.date() or ends.time() > _NIGHT_STARTS
    return record.activity in DIRECT and (at_night or _is_rest_day(record.service_on, land))


def _is_rest_day(day: date, land: str | None) -> bool:
    return day.isoweekday() == _SUNDAY or (land is not None and is_public_holiday(day, land))


def _each_session_once(records: Sequence[ServiceRecord]) -> list[ServiceRecord]:
    return list({record.session or str(record.id): record for record in records}.values())


def _hints(look: Callable[..., tuple[Hint, ...]], facts: Facts) -> Iterable[Found]:
    """Hints that concern this invoice; only its own records are named."""
    any_kind = next(iter(facts.kinds.values()))
    entries = [entry_of(record, facts.kinds.get(record.id, any_kind)) for record in facts.of_provider]
    for hint in look(entries):
        if concerned := tuple(record_id for record_id in hint.record_ids if record_id in facts.kinds):
            yield Found(concerned, hint.text_de)
