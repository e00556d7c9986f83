"""Demo data: organisations, regions and accounts. Everything else comes into being by the story, over HTTP."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.work import Work
from app.demo.people import OFFICES, PASSWORD, Office, login
from app.modules.identity import AccountCreate, AccountKind, create_account, has_login, hash_secret
from app.modules.organisations import create_organisation, create_region
from app.policy import SYSTEM, OrganisationKind, Role


def seed(work: Work, at: datetime) -> bool:
    """Fill an empty database; returns False when the demo data are there already."""
    with work.as_system() as db:
        if has_login(db, login(OFFICES[0].key, Role.CASEWORKER)):
            return False
        secret_hash = hash_secret(PASSWORD)  # once for all: the point of argon2 is to be slow
        for office in OFFICES:
            _office(db, office, secret_hash, at)
    return True


def _office(db: Session, office: Office, secret_hash: str, at: datetime) -> None:
    made = create_organisation(
        db,
        OrganisationKind.YOUTH_OFFICE,
        office.name,
        office.land,
        actor=SYSTEM,
        at=at,
        official_key=office.official_key,
        leitweg_id=office.leitweg_id,
    )
    _accounts(db, office.key, made.id, OrganisationKind.YOUTH_OFFICE, secret_hash, at)
    for region in office.regions:
        create_region(db, made.id, region, actor=SYSTEM, at=at)
    for key, name in office.providers:
        provider = create_organisation(db, OrganisationKind.PROVIDER, name, office.land, actor=SYSTEM, at=at)
        _accounts(db, key, provider.id, OrganisationKind.PROVIDER, secret_hash, at)


def _accounts(
    db: Session, key: str, organisation_id: UUID, side: OrganisationKind, secret_hash: str, at: datetime
) -> None:
    people = [(role, "") for role in Role if role.side is side]
    if side is OrganisationKind.YOUTH_OFFICE:
        people.append((Role.FINANCE_OFFICER, "-2"))  # four eyes need two
    for role, suffix in people:
        machine = role in (Role.OFFICE_SYNC, Role.PROVIDER_SYNC)
        body = AccountCreate(
            kind=AccountKind.MACHINE if machine else AccountKind.PERSON,
            login=login(key, role) + suffix,
            name=f"{role.title_de} (erfunden)",
            roles=[role],
        )
        account = create_account(db, body, actor=SYSTEM, at=at, organisation_id=organisation_id)
        account.secret_hash = secret_hash
