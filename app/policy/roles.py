"""The roles people and programs act in (facts: who works where in youth welfare)."""

from app.policy.codes import CodeList


class OrganisationKind(CodeList):
    """Which side of the table an organisation sits on."""

    YOUTH_OFFICE = "youth_office", "Jugendamt (öffentlicher Träger)"
    PROVIDER = "provider", "freier Träger"


class Role(CodeList):
    """A function a person or a program holds in its organisation; `grants.py` says what it may do.

    The finance officer is never the caseworker (four eyes); planners see numbers, not persons; `…_sync` are the
    machine clients of a municipality and of a provider's own software.
    """

    PLANNER = "planner", "Jugendhilfeplanung, Controlling"
    CASEWORKER = "caseworker", "fallführende Fachkraft (ASD)"
    TEAM_LEAD = "team_lead", "Teamleitung"
    OFFICE_HEAD = "office_head", "Amtsleitung"
    ON_CALL = "on_call", "Bereitschaftsdienst (Kinderschutz)"
    CHILD_PROTECTION_COORDINATOR = "child_protection_coordinator", "Kinderschutzkoordination"
    STATISTICS_OFFICER = "statistics_officer", "Statistikstelle"
    FINANCE_OFFICER = "finance_officer", "Wirtschaftliche Jugendhilfe"
    OFFICE_ADMIN = "office_admin", "Verwaltung der Zugänge (Jugendamt)"
    DATA_PROTECTION_OFFICER = "data_protection_officer", "Datenschutzbeauftragte Person"
    COMMITTEE_CLERK = "committee_clerk", "Schriftführung, Sitzungsdienst"
    COMMITTEE_MEMBER = "committee_member", "Mitglied des Jugendhilfeausschusses"
    ISEF = "isef", "insoweit erfahrene Fachkraft (Pool des Jugendamts)"
    OFFICE_SYNC = "office_sync", "Programm der Kommune"
    PROVIDER_PROFESSIONAL = "provider_professional", "Bezugsfachkraft des Trägers"
    PROVIDER_LEAD = "provider_lead", "Bereichsleitung des Trägers"
    PROVIDER_MANAGER = "provider_manager", "Geschäftsführung des Trägers"
    PROVIDER_BILLING = "provider_billing", "Abrechnung des Trägers"
    PROVIDER_ADMIN = "provider_admin", "Verwaltung der Zugänge (Träger)"
    PROVIDER_ISEF = "provider_isef", "insoweit erfahrene Fachkraft (beim Träger)"
    PROVIDER_SYNC = "provider_sync", "Programm des Trägers"

    @property
    def side(self) -> OrganisationKind:
        """The kind of organisation in which this role exists."""
        if self.value.startswith("provider_"):
            return OrganisationKind.PROVIDER
        return OrganisationKind.YOUTH_OFFICE
