"""Who may read which of a person's identifying data, for what: the access matrix (C1, C14) as one table; pure.

Law: SGB VIII § 61 (social secrecy), § 64 (purpose), § 65; SGB X § 67b; access matrix of the facts, section 9.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.modules.cases import Help, HelpState
from app.modules.identities.models import DisclosurePurpose as P
from app.modules.identities.models import PersonRole
from app.policy import Actor
from app.policy import Role as R

FIELDS = ("first_name", "last_name", "birth_date", "address", "phone", "email", "aktenzeichen")
ALL = frozenset(FIELDS)
ADDRESS = frozenset({"address"})
BREAK_GLASS_REASON = 20
"""So many characters a reason has at least where somebody reads who ordinarily does not (facts 9, rule 7)."""
EXPLAINED = frozenset({P.SAFEGUARDING, P.COURT, P.STATISTICS, P.SUBJECT_REQUEST})
"""Purposes that need a sentence of their own."""
DESPITE_RESTRICTION = frozenset({P.SUBJECT_REQUEST, P.COURT})
"""What names are read for although their processing is restricted (Art. 18 Abs. 2 GDPR)."""
YOUNG = frozenset({PersonRole.CHILD, PersonRole.YOUNG_PERSON})
GRANTED = frozenset({HelpState.ACTIVE, HelpState.ENDED})


@dataclass(frozen=True, slots=True)
class Asked:
    """One wish to read: by whom, of which help, for what; and what stands around it.

    `attends`: the provider has a part in the help, or had one until 30 days ago; `housed`: the child lives with it.
    """

    actor: Actor
    help: Help
    purpose: P
    reason: str
    is_address_protected: bool
    attends: bool = False
    housed: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What may be read, in which role; `is_break_glass`: the data protection officer is told."""

    role: R
    fields: frozenset[str]
    is_break_glass: bool = False


def leads(actor: Actor, help_: Help) -> bool:
    """Whether the actor leads this case, or the team."""
    own = R.CASEWORKER in actor.roles and actor.id == help_.caseworker_id
    return own or R.TEAM_LEAD in actor.roles


def access(asked: Asked) -> Access | None:
    """The widest access that one of the actor's roles gives without breaking glass; else one that does; else none."""
    found = [one for role, rule in _MATRIX.items() if role in asked.actor.roles for one in rule(asked)]
    return max(found, key=lambda one: (not one.is_break_glass, len(one.fields)), default=None)


def glass_is_near(actor: Actor) -> bool:
    """Whether a longer reason would open what is closed."""
    return R.OFFICE_HEAD in actor.roles


def _caseworker(asked: Asked) -> Iterator[Access]:
    if asked.actor.id == asked.help.caseworker_id:
        yield Access(R.CASEWORKER, ALL)


def _team_lead(asked: Asked) -> Iterator[Access]:
    """Everything of the team's cases; a protected address only by breaking glass (C14)."""
    if not asked.is_address_protected:
        yield Access(R.TEAM_LEAD, ALL)
    elif len(asked.reason) >= BREAK_GLASS_REASON:
        yield Access(R.TEAM_LEAD, ALL, is_break_glass=True)
    else:
        yield Access(R.TEAM_LEAD, ALL - ADDRESS)


def _office_head(asked: Asked) -> Iterator[Access]:
    if len(asked.reason) >= BREAK_GLASS_REASON:
        yield Access(R.OFFICE_HEAD, ALL, is_break_glass=True)


def _finance(asked: Asked) -> Iterator[Access]:
    """Name and address for the notice of costs, no more (C1: M); never a protected address."""
    if asked.purpose is P.BILLING_ADDRESS:
        name = frozenset({"first_name", "last_name"})
        yield Access(R.FINANCE_OFFICER, name if asked.is_address_protected else name | ADDRESS)


def _provider(role: R) -> Callable[[Asked], Iterator[Access]]:
    """Who carries out a granted help reads all but the file number, a protected address where the child lives."""

    def rule(asked: Asked) -> Iterator[Access]:
        if asked.attends and asked.help.state in GRANTED and asked.purpose in (P.PLANNING, P.SAFEGUARDING, P.CONTACT):
            fields = ALL - {"aktenzeichen"}
            yield Access(role, fields - ADDRESS if asked.is_address_protected and not asked.housed else fields)

    return rule


_MATRIX: dict[R, Callable[[Asked], Iterator[Access]]] = {
    R.CASEWORKER: _caseworker,
    R.TEAM_LEAD: _team_lead,
    R.OFFICE_HEAD: _office_head,
    R.FINANCE_OFFICER: _finance,
    R.PROVIDER_PROFESSIONAL: _provider(R.PROVIDER_PROFESSIONAL),
    R.PROVIDER_LEAD: _provider(R.PROVIDER_LEAD),
}


def may_trace(actor: Actor, help_: Help) -> bool:
    """Whether the actor may see who has read: who leads the case, and the data protection officer."""
    return R.DATA_PROTECTION_OFFICER in actor.roles or leads(actor, help_)
