"""What of proofs of service waits: a provider's months that the family has not signed, where the agreement wants it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Date, Interval, Select, cast, func, literal, select

from app.core.worklist import Asked, Source, end_of, waiting
from app.law.calendars import legal_date
from app.law.planning import PROOF_SIGNING_DAYS, PROOF_WATCH_DAYS
from app.modules.agreements import wants_confirmation
from app.modules.billing import ServiceRecord
from app.modules.cases import Help, HelpPhase
from app.modules.proofs import queries
from app.modules.proofs.schemas import ProofState
from app.policy import Permission


def _work(asked: Asked) -> list[Select[*tuple[Any, ...]]]:
    """Months that are over, not billed, and not signed as they stand. Only the provider asks the family.

    Once billed, the check of the invoice tells of it (INV-07).
    """
    actor = asked.actor
    if actor.is_youth_office or not actor.may(Permission.SERVICE_RECORDS_READ):
        return []
    today = legal_date(asked.at)
    watched = (today - timedelta(days=PROOF_WATCH_DAYS)).replace(day=1)
    me = HelpPhase.provider_id == actor.organisation_id
    asked_for = wants_confirmation(
        HelpPhase.youth_office_id, HelpPhase.provider_id, [HelpPhase.service_kind], HelpPhase.period
    )
    proof = queries.sheets(  # of few helps, or none: most agreements do not ask for it
        ServiceRecord.help_id.in_(select(HelpPhase.help_id).where(me, asked_for)),
        ServiceRecord.provider_id == actor.organisation_id,
        ServiceRecord.service_on >= watched,
        ServiceRecord.service_on < today.replace(day=1),
    ).subquery()
    following = cast(proof.c.month + cast("1 month", Interval), Date)
    kinds = select(HelpPhase.service_kind).where(HelpPhase.help_id == proof.c.help_id, me)
    columns = waiting(
        "proof_to_sign",
        subject=Help,
        path=func.concat("/v1/helps/", Help.id, "/proofs-of-service/", func.to_char(proof.c.month, "YYYY-MM")),
        help_id=Help.id,
        due_at=end_of(following + literal(PROOF_SIGNING_DAYS - 1)),
        me=actor.may(Permission.SERVICE_RECORDS_WRITE),
    )
    days = func.daterange(proof.c.month, following)
    rows = select(*columns).join(proof, proof.c.help_id == Help.id)
    return [
        rows.where(
            proof.c.is_unbilled,
            proof.c.state.in_((ProofState.OPEN.value, ProofState.OUTDATED.value)),
            wants_confirmation(Help.youth_office_id, actor.organisation_id, kinds, days),
        )
    ]


WORK = Source({"proof_to_sign": "Leistungsnachweis von der Familie bestätigen lassen"}, _work)
