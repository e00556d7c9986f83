"""What a phase rests on: the agreement in force, all that must be agreed before it is paid, the offer it names."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.problems import Invalid
from app.modules import agreements, identity, offers
from app.modules.agreements import ServiceKind
from app.modules.cases.errors import NoAgreementForHelp, PaymentBasisMissing
from app.modules.cases.models import HelpSetting
from app.modules.cases.rules import BY_DAY_OR_NIGHT
from app.policy import Actor, Role


@dataclass(frozen=True)
class Bases:
    """Looks up what help of a kind with a provider rests on; each question is asked once (imports ask often)."""

    db: Session
    youth_office_id: UUID
    _agreements: dict[tuple[UUID, ServiceKind, date], UUID | None] = field(default_factory=dict)
    _missing: dict[tuple[UUID, ServiceKind, bool, date], str] = field(default_factory=dict)
    _caseworkers: dict[UUID, bool] = field(default_factory=dict)

    def agreement(self, provider_id: UUID, kind: ServiceKind, on: date) -> UUID | None:
        """The agreement in force, or None."""
        key = (provider_id, kind, on)
        if key not in self._agreements:
            found = agreements.find_in_force(
                self.db, youth_office_id=self.youth_office_id, provider_id=provider_id, service_kind=kind, on=on
            )
            self._agreements[key] = found.id if found else None
        return self._agreements[key]

    def payable(self, provider_id: UUID, kind: ServiceKind, setting: HelpSetting, on: date) -> UUID:
        """The agreement in force, with all that must be agreed before this is paid.

        Raises:
            NoAgreementForHelp, PaymentBasisMissing: nothing is agreed, or not all of § 78b.
        """
        agreement_id = self.agreement(provider_id, kind, on)
        if agreement_id is None:
            raise NoAgreementForHelp(day=on.isoformat())
        key = (provider_id, kind, setting in BY_DAY_OR_NIGHT, on)
        if key not in self._missing:
            missing = agreements.missing_for_help(
                self.db,
                youth_office_id=self.youth_office_id,
                provider_id=provider_id,
                service_kind=kind,
                on=on,
                residential=setting in BY_DAY_OR_NIGHT,
            )
            self._missing[key] = ", ".join(one.title_de for one in missing)
        if self._missing[key]:
            raise PaymentBasisMissing(day=on.isoformat(), missing=self._missing[key])
        return agreement_id

    def caseworker(self, account_id: UUID | None, actor: Actor) -> UUID:
        """The account that leads a case: the one named, else the one that acts.

        Raises:
            Invalid: the one named is no caseworker of this office.
        """
        if account_id is None:
            return actor.id
        if account_id not in self._caseworkers:
            colleague = identity.find_colleague(self.db, account_id, Role.CASEWORKER, actor)
            self._caseworkers[account_id] = colleague is not None
        if not self._caseworkers[account_id]:
            raise Invalid.field(
                "/caseworker_id", "unknown", "Diese Fachkraft gibt es im Jugendamt nicht.", "No such caseworker here."
            )
        return account_id

    def check_offer(self, offer_id: UUID | None, provider_id: UUID, kind: ServiceKind) -> None:
        """An offer that is named is one of this provider, published to this office, for this kind of help.

        Raises:
            Invalid: it is not.
        """
        if offer_id is None:
            return
        offer = offers.offers_by_id(self.db, [offer_id], youth_office_id=self.youth_office_id).get(offer_id)
        if offer is None or offer.provider_id != provider_id:
            raise Invalid.field(
                "/offer_id", "unknown", "Dieses Angebot hat der Träger nicht.", "The provider has no such offer."
            )
        if kind.value not in offer.service_kinds:
            raise Invalid.field(
                "/offer_id",
                "service_kind",
                "Das Angebot gilt nicht für diese Hilfeart.",
                "The offer is not for this kind of help.",
            )
