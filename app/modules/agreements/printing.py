"""Versions of an agreement on paper and side by side: looks up what they name, then prints or compares."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core import documents
from app.core.db import found
from app.core.problems import NotFound
from app.core.work import by_the_service
from app.modules import forms, handbooks, offers, organisations, standards
from app.modules.agreements import queries
from app.modules.agreements.comparison import compare
from app.modules.agreements.models import Agreement, AgreementVersion
from app.modules.agreements.paper import Names, agreement_paper, source_of
from app.modules.agreements.paper_of_changes import changes_paper
from app.modules.agreements.schemas.changes import ChangesOut
from app.policy import Actor

Text = tuple[Agreement, AgreementVersion]


def print_agreement(db: Session, agreement_id: UUID, number: int, *, actor: Actor, at: datetime) -> tuple[bytes, str]:
    """One version as PDF, with its name; a version that is fixed prints the same bytes every time.

    Raises:
        NotFound: no such version, or the actor's organisation is no party.
    """
    agreement, version = _version(db, queries.get_agreement(db, agreement_id, actor), number)
    pdf = documents.render(
        "agreement",
        agreement_paper(agreement, version, _names(db, [version])),
        title=version.content["title"],
        made_at=_made_at(version, at),
        source=source_of(version),
    )
    return pdf, f"{agreement.number}-Fassung-{number}"


def compare_versions(db: Session, agreement_id: UUID, number: int, against: int | None, *, actor: Actor) -> ChangesOut:
    """What differs between a version and an older one.

    Args:
        against: number of the older one; None: the one before, or for the first version the text it amends.

    Raises:
        NotFound: no such version, nothing older, or the actor's organisation is no party.
    """
    newer, older = _both(db, agreement_id, number, against, actor)
    return _changes(newer, older, _names(db, [newer[1], older[1]]))


def print_changes(
    db: Session, agreement_id: UUID, number: int, against: int | None, *, actor: Actor, at: datetime
) -> tuple[bytes, str]:
    """The same as PDF, with its name.

    Raises:
        NotFound: as above.
    """
    newer, older = _both(db, agreement_id, number, against, actor)
    (agreement, version), names = newer, _names(db, [newer[1], older[1]])
    changes = _changes(newer, older, names)
    pdf = documents.render(
        "agreement_changes",
        changes_paper(agreement, version, changes, names),
        title=version.content["title"],
        made_at=_made_at(version, at),
    )
    return pdf, f"{agreement.number}-Fassung-{number}-gegen-{older[0].number}-Fassung-{older[1].number}"


def _changes(newer: Text, older: Text, names: Names) -> ChangesOut:
    differences = compare(older[1].content, newer[1].content, names.titles())
    return ChangesOut(
        number=newer[1].number,
        content_hash=newer[1].content_hash,
        against=older[1].number,
        against_agreement=older[0].number,
        against_hash=older[1].content_hash,
        **differences._asdict(),
    )


def _both(db: Session, agreement_id: UUID, number: int, against: int | None, actor: Actor) -> tuple[Text, Text]:
    agreement = queries.get_agreement(db, agreement_id, actor)
    newer = _version(db, agreement, number)
    if against is not None or number > 1:
        return newer, _version(db, agreement, against or number - 1)
    if agreement.amends_id is None:
        raise NotFound
    amended = queries.get_agreement(db, agreement.amends_id, actor)
    return newer, _version(db, amended, amended.current_number)


def _version(db: Session, agreement: Agreement, number: int) -> Text:
    wanted = select(AgreementVersion).where(
        AgreementVersion.agreement_id == agreement.id, AgreementVersion.number == number
    )
    return agreement, found(db.scalar(wanted.options(selectinload(AgreementVersion.signatures))))


def _names(db: Session, versions: list[AgreementVersion]) -> Names:
    """What the ids in some versions of one youth office's texts mean; one statement for each kind of thing."""
    texts = [version.content for version in versions]
    office = UUID(texts[0]["youth_office_id"])
    signed = {signature.organisation_id for version in versions for signature in version.signatures}
    parties = {UUID(id_) for text in texts for id_ in text["provider_ids"]} | {office} | signed
    named = {UUID(id_) for text in texts for id_ in text["standard_ids"]}
    bound = {UUID(form["form_version_id"]) for text in texts for form in text["forms"]}
    offered = {UUID(id_) for text in texts for id_ in text.get("offer_ids", [])}
    adopted = {UUID(text["handbook_version_id"]) for text in texts if text.get("handbook_version_id")}
    return Names(
        organisations=organisations.organisations_by_id(db, parties),
        standards=standards.standards_by_id(db, named, office) if named else {},
        forms=forms.versions_by_id(db, bound) if bound else {},
        offers=_offers(db, offered) if offered else {},
        handbooks=handbooks.versions_named(db, adopted) if adopted else {},
    )


def _offers(db: Session, ids: set[UUID]) -> dict[UUID, offers.Offer]:
    """What an offer is called all parties may know that agree on it: a document is the same for all of them."""
    with by_the_service(db):
        return offers.offers_named(db, ids)


def _made_at(version: AgreementVersion, now: datetime) -> datetime:
    """When the paper last got something new to say: the last signature, else when the text was fixed."""
    fixed = [at for at in (version.closed_at, version.offered_at) if at is not None]
    return max([*fixed, *(signature.signed_at for signature in version.signatures)], default=now)
