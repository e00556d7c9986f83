"""What must hold for a step of an agreement's life; each rule names where it comes from. Pure."""

from datetime import date, timedelta
from uuid import UUID

from app.core.problems import Text
from app.core.workflow import Guard, Move
from app.law.calendars import legal_date
from app.law.periods import due_at, in_force
from app.law.statutory import STATUTORY
from app.modules.agreements.models import Agreement
from app.modules.agreements.rules.reading import (
    award_confirmers,
    has_award,
    is_agreed,
    is_awarded,
    last_day,
    notice_runs_until,
    signatories,
)
from app.modules.agreements.rules.wording import SECTION_78B


def signs_this_text(agreement: Agreement, move: Move) -> Text | None:
    """The hash in the signature is that of the text on the table."""
    if move.data.get("content_hash") == agreement.current.content_hash:
        return None
    return Text(
        "Die Unterschrift nennt einen anderen Text; bitte neu laden und lesen.",
        "The signature names another text; please reload and read it.",
    )


def signs_once(agreement: Agreement, move: Move) -> Text | None:
    """Each party signs a version once."""
    if move.actor.organisation_id not in signatories(agreement):
        return None
    return Text("Diese Vertragspartei hat schon unterschrieben.", "This party has signed already.")


def is_still_a_party(agreement: Agreement, move: Move) -> Text | None:
    """Who has left signs no more."""
    if move.actor.organisation_id in {agreement.youth_office_id, *agreement.provider_ids}:
        return None
    return Text("Diese Vertragspartei ist ausgeschieden.", "This party has left.")


def has_all_signatures(agreement: Agreement, _move: Move) -> Text | None:
    """An agreement is concluded when everybody needed has signed (`is_agreed`)."""
    return None if is_agreed(agreement) else Text("Es fehlt noch eine Unterschrift.", "A signature is still missing.")


def first_day_has_come(agreement: Agreement, move: Move) -> Text | None:
    """An agreement takes effect on the day it names.

    Law: SGB VIII § 78d Abs. 2 Satz 1.
    """
    if agreement.valid_from <= legal_date(move.at):
        return None
    return Text("Der erste Tag ist noch nicht da.", "The first day has not come yet.")


def last_day_is_over(agreement: Agreement, move: Move) -> Text | None:
    """An agreement ends with the end of its last day.

    Law: § 188 Abs. 1 BGB.
    """
    day = last_day(agreement)
    if day is not None and day < legal_date(move.at):
        return None
    return Text("Der letzte Tag ist noch nicht vorbei.", "The last day is not over yet.")


def keeps_notice_period(agreement: Agreement, move: Move) -> Text | None:
    """Ordinary notice keeps the agreed period; without it an adaptation must have been tried before.

    Law: SGB X § 59 Abs. 1; the period is a term of the agreement.
    """
    if move.data["is_extraordinary"]:
        if move.data["is_adaptation_tried"]:
            return None
        return Text(
            "Ohne Frist kündigt nur, wer vorher eine Anpassung versucht hat (§ 59 Abs. 1 SGB X).",
            "Notice without its period needs that an adaptation was tried (§ 59 Abs. 1 SGB X).",
        )
    earliest = notice_runs_until(move.at, agreement.current.content["notice_period_months"])
    if date.fromisoformat(move.data["last_day"]) >= earliest:
        return None
    return Text(
        f"Die Kündigungsfrist läuft bis {earliest:%d.%m.%Y}.",
        f"The period of notice runs until {earliest.isoformat()}.",
    )


def ends_within_term(agreement: Agreement, move: Move) -> Text | None:
    """Notice never reaches into the past and never lengthens an agreement.

    Law: SGB VIII § 78d Abs. 2 Satz 3 by analogy; a declaration takes effect when it arrives (§ 130 Abs. 1 BGB).
    """
    day = date.fromisoformat(move.data["last_day"])
    if legal_date(move.at) <= day and (agreement.valid_to is None or day <= agreement.valid_to):
        return None
    return Text(
        "Der letzte Tag liegt in der Vergangenheit oder nach dem vereinbarten Ende.",
        "The last day lies in the past or after the agreed end.",
    )


def ends_for_all(agreement: Agreement, move: Move) -> Text | None:
    """One provider's leaving does not end an agreement of many; only the youth office ends it for all.

    Source: facts 2.4 (multi-party agreements, accession and exit per party).
    """
    if move.actor.is_youth_office or len(agreement.provider_ids) == 1:
        return None
    return Text(
        "Eine gemeinsame Vereinbarung mehrerer Träger kündigt für alle nur das Jugendamt; austreten geht mit leave.",
        "An agreement of several providers is ended for all by the youth office only; leave it by the step leave.",
    )


def another_provider_stays(agreement: Agreement, _move: Move) -> Text | None:
    """Leaving, or being taken out, needs a provider who goes on; the last one ends the agreement instead.

    Source: facts 2.4.
    """
    if len(agreement.provider_ids) > 1:
        return None
    return Text(
        "Der letzte Träger bleibt Vertragspartei; er kündigt (terminate).",
        "The last provider stays a party; it gives notice (terminate).",
    )


def leaver_takes_part(agreement: Agreement, move: Move) -> Text | None:
    """Who leaves, or is taken out, is a party and has not left yet; a provider speaks for itself alone."""
    leaver = UUID(move.data["provider_id"])
    party = next((party for party in agreement.parties if party.organisation_id == leaver), None)
    stranger = not move.actor.is_youth_office and move.actor.organisation_id != leaver
    if party is None or stranger or leaver == agreement.youth_office_id:
        return Text("Dieser Träger ist keine Vertragspartei.", "This provider is no party.")
    if party.leaves_on is None:
        return None
    return Text(
        f"Dieser Träger scheidet schon mit dem {party.leaves_on:%d.%m.%Y} aus.",
        f"This provider leaves on {party.leaves_on.isoformat()} already.",
    )


def is_bound(agreement: Agreement, move: Move) -> Text | None:
    """Only who is bound gets out: an invited provider that has not signed has nothing to give notice of."""
    if is_awarded(agreement) or move.actor.organisation_id in signatories(agreement):
        return None
    return Text("Diese Vertragspartei hat nicht unterschrieben.", "This party has not signed.")


def next_review_lies_ahead(_agreement: Agreement, move: Move) -> Text | None:
    """A review is planned for a day to come."""
    day = move.data.get("next_review_on")
    if day is None or date.fromisoformat(day) > legal_date(move.at):
        return None
    return Text("Die nächste Überprüfung liegt nicht in der Zukunft.", "The next review is not in the future.")


def has_no_award(agreement: Agreement, _move: Move) -> Text | None:
    """What the Schiedsstelle decided is confirmed or disputed, not talked away."""
    if not has_award(agreement):
        return None
    return Text(
        "Die eingetragene Entscheidung der Schiedsstelle wird bestätigt oder zurückgewiesen.",
        "The award of the Schiedsstelle that was entered is confirmed or disputed.",
    )


def award_is_recorded(agreement: Agreement, _move: Move) -> Text | None:
    """There is an award to confirm or to dispute."""
    if has_award(agreement):
        return None
    return Text("Es ist keine Entscheidung der Schiedsstelle eingetragen.", "No award of the Schiedsstelle is entered.")


def award_waits_for_me(agreement: Agreement, move: Move) -> Text | None:
    """There is an award, and this party has not confirmed it yet."""
    if not has_award(agreement):
        return award_is_recorded(agreement, move)
    if move.actor.organisation_id in award_confirmers(agreement):
        return Text("Diese Vertragspartei hat schon bestätigt.", "This party has confirmed already.")
    return None


def holds_the_pen(agreement: Agreement, move: Move) -> Text | None:
    """Who drafted the text gives it up; another party simply does not sign."""
    if move.actor.is_system or move.actor.organisation_id == agreement.drafted_by:
        return None
    return Text("Zurückziehen kann nur, wer entworfen hat.", "Only who drafted it withdraws it.")


def waited_before_schiedsstelle(agreement: Agreement, move: Move) -> Text | None:
    """The Schiedsstelle is for agreements under § 78b, six weeks after the written call to negotiate.

    Law: SGB VIII § 78g Abs. 2 Satz 1; § 77 knows no Schiedsstelle.
    """
    if agreement.kind not in SECTION_78B:
        return Text(
            "Die Schiedsstelle entscheidet nur über Vereinbarungen nach § 78b (§ 78g SGB VIII).",
            "The Schiedsstelle decides on agreements under § 78b only (§ 78g SGB VIII).",
        )
    called = agreement.called_at or move.at
    waiting = in_force(STATUTORY, "schiedsstelle_wait", legal_date(called))
    until = legal_date(due_at(waiting, called, land=""))
    if date.fromisoformat(move.data["applied_on"]) > until:
        return None
    return Text(
        f"Sechs Wochen Verhandlung gehen vor: ein Antrag ist nach dem {until:%d.%m.%Y} möglich.",
        f"Six weeks of negotiation come first: an application is possible after {until.isoformat()}.",
    )


def happened(field: str) -> Guard:
    """A recorded day is not in the future."""

    def guard(_agreement: Agreement, move: Move) -> Text | None:
        if date.fromisoformat(move.data[field]) <= legal_date(move.at):
            return None
        return Text("Der Tag liegt in der Zukunft.", "The day lies in the future.")

    return guard


def award_looks_back_to_the_application(agreement: Agreement, move: Move) -> Text | None:
    """What the Schiedsstelle sets is effective from the day the application reached it, never earlier.

    Law: SGB VIII § 78g Abs. 3 Satz 1 to 3.
    """
    applied = date.fromisoformat((agreement.schiedsstelle or {})["applied_on"])
    if date.fromisoformat(move.data["decided_on"]) < applied:
        return Text("Entschieden wird nach dem Antrag.", "The decision follows the application.")
    if agreement.valid_from >= applied:
        return None
    return Text(
        f"Die Entscheidung wirkt frühestens ab Eingang des Antrags ({applied:%d.%m.%Y}).",
        f"The decision takes effect from the application's arrival at the earliest ({applied.isoformat()}).",
    )


def begins_after_what_it_amends(agreement: Agreement, move: Move) -> Text | None:
    """An amendment starts later than what it amends, and within its time.

    Source: facts T-8 (one text per day); SGB VIII § 78d Abs. 1 (prospective).
    """
    day = date.fromisoformat(move.data["valid_from"])
    end = last_day(agreement)
    if day > agreement.valid_from and (end is None or day <= end + timedelta(days=1)):
        return None
    return Text(
        "Die Änderung beginnt nach der Vereinbarung und spätestens am Tag nach ihrem Ende.",
        "The amendment begins after the agreement, at the latest on the day after its end.",
    )
