"""The official lists: each value, its German title and the code it is delivered under.

Source: facts, section 7. Where they leave a list's numbers open, the numbers follow the order of the list; they are to
be checked against the year's description of the data set (assumption).
"""

from app.core.types import CodeList


class Survey(CodeList):
    """Which survey a record belongs to (§ 99 SGB VIII)."""

    KWG = "kwg", "Gefährdungseinschätzungen (§ 99 Abs. 6 SGB VIII)"
    VSM = "vsm", "Vorläufige Schutzmaßnahmen (§ 99 Abs. 2 SGB VIII)"


class StatisticsRecordState(CodeList):
    """Where a record stands."""

    DRAFT = "draft", "zu ergänzen"
    COMPLETE = "complete", "vollständig"
    RELEASED = "released", "freigegeben"
    WITHDRAWN = "withdrawn", "hinfällig: das Verfahren wurde wieder aufgenommen"


class StatisticsReleaseState(CodeList):
    """Where a delivery stands."""

    RELEASED = "released", "freigegeben"
    DELIVERED = "delivered", "übermittelt"


class Sex(CodeList):
    """As the register has it."""

    MALE = "male", "männlich"
    FEMALE = "female", "weiblich"
    DIVERSE = "diverse", "divers"
    NO_ENTRY = "no_entry", "ohne Angabe im Geburtenregister"


class ParentAge(CodeList):
    """How old a parent is."""

    UNDER_18 = "under_18", "unter 18"
    UNDER_27 = "under_27", "18 bis unter 27"
    FROM_27 = "from_27", "27 oder älter"
    DECEASED = "deceased", "verstorben"
    UNKNOWN = "unknown", "unbekannt"


class PlaceOfStay(CodeList):
    """Where the child lives when it is assessed."""

    PARENTS = "parents", "bei den Eltern"
    ONE_PARENT = "one_parent", "bei einem alleinerziehenden Elternteil"
    PARENT_AND_PARTNER = "parent_and_partner", "bei einem Elternteil mit neuer Partnerin oder neuem Partner"
    RELATIVES = "relatives", "bei Großeltern oder Verwandten"
    OTHER_PERSON = "other_person", "bei einer anderen Person"
    FOSTER_FAMILY = "foster_family", "in einer Pflegefamilie"
    FACILITY = "facility", "in einer stationären Einrichtung"
    OWN_FLAT = "own_flat", "in einer Wohngemeinschaft oder eigenen Wohnung"
    NO_ABODE = "no_abode", "ohne festen Aufenthalt"
    UNKNOWN = "unknown", "an unbekanntem Ort"


class Informant(CodeList):
    """Who made the office look."""

    SOCIAL_SERVICE = "social_service", "Sozialer Dienst, Jugendamt"
    COUNSELLING = "counselling", "Beratungsstelle"
    HELP_SERVICE = "help_service", "andere Einrichtung oder anderer Dienst der Erziehungshilfe"
    YOUTH_WORK = "youth_work", "Einrichtung der Jugendarbeit"
    DAY_CARE = "day_care", "Kindertageseinrichtung, Kindertagespflege"
    SCHOOL = "school", "Schule"
    HEALTH = "health", "Hebamme, Arzt, Klinik, Gesundheitsamt"
    POLICE_COURT = "police_court", "Polizei, Gericht, Staatsanwaltschaft"
    PARENT = "parent", "Eltern oder Personensorgeberechtigte"
    MINOR = "minor", "Minderjährige oder Minderjähriger selbst"
    RELATIVE = "relative", "Verwandte"
    NEIGHBOUR = "neighbour", "Bekannte, Nachbarn"
    ANONYMOUS = "anonymous", "anonym"
    OTHER = "other", "sonstige"


class Service(CodeList):
    """Help there was when the assessment began."""

    SECTIONS_16_18 = "sections_16_18", "Unterstützung nach §§ 16 bis 18"
    SECTION_19 = "section_19", "gemeinsame Wohnform (§ 19)"
    SECTION_28 = "section_28", "Erziehungsberatung (§ 28)"
    AMBULANT = "ambulant", "ambulante oder teilstationäre Hilfe (§§ 27, 29 bis 32, 35)"
    OUT_OF_FAMILY = "out_of_family", "familienersetzende Hilfe (§§ 27, 33 bis 35)"
    SECTION_35A = "section_35a", "Eingliederungshilfe (§ 35a)"
    CUSTODY = "custody", "vorläufige Schutzmaßnahme (§ 42)"
    NONE = "none", "keine"


class NewHelp(CodeList):
    """Help that was set up as the result."""

    CONTINUED = "continued", "Fortführung der bisherigen Leistung"
    SECTIONS_16_18 = "sections_16_18", "Unterstützung nach §§ 16 bis 18"
    SECTION_19 = "section_19", "gemeinsame Wohnform (§ 19)"
    SECTION_28 = "section_28", "Erziehungsberatung (§ 28)"
    AMBULANT = "ambulant", "ambulante oder teilstationäre Hilfe (§§ 27, 29 bis 32, 35)"
    OUT_OF_FAMILY = "out_of_family", "familienersetzende Hilfe (§§ 27, 33 bis 35)"
    SECTION_35A = "section_35a", "Eingliederungshilfe (§ 35a)"
    CUSTODY = "custody", "vorläufige Schutzmaßnahme (§ 42)"
    PSYCHIATRY = "psychiatry", "Kinder- und Jugendpsychiatrie"
    OTHER = "other", "andere Hilfe"
    NONE = "none", "keine"


class IndicatedBy(CodeList):
    """Who suggested to take the child into care."""

    MINOR = "minor", "Minderjährige oder Minderjähriger selbst"
    PARENTS = "parents", "Eltern oder ein Elternteil"
    SOCIAL_SERVICE = "social_service", "Soziale Dienste, Jugendamt"
    POLICE_COURT = "police_court", "Polizei, Ordnungsbehörde, Gericht"
    SCHOOL = "school", "Lehrkräfte, Erzieherinnen und Erzieher"
    HEALTH = "health", "Arzt, Klinik, Gesundheitsamt"
    NEIGHBOUR = "neighbour", "Nachbarn, Verwandte"
    OTHER = "other", "sonstige"


class Stay(CodeList):
    """Where the child lived before, or lives afterwards."""

    PARENTS = "parents", "im Haushalt der Eltern oder Sorgeberechtigten"
    RELATIVES = "relatives", "bei Verwandten"
    OTHER_FAMILY = "other_family", "in einer nicht verwandten Familie"
    OWN_FLAT = "own_flat", "in einer eigenen Wohnung"
    FOSTER_FAMILY = "foster_family", "in einer Pflegefamilie"
    HOME = "home", "in einem Heim oder einer betreuten Wohnform"
    PSYCHIATRY = "psychiatry", "in der Psychiatrie"
    SOCIAL_FACILITY = "social_facility", "in einer sozialpädagogischen Einrichtung"
    OTHER = "other", "an einem sonstigen Ort"
    NO_ABODE = "no_abode", "ohne festen Aufenthalt"
    UNKNOWN = "unknown", "unbekannt"


class Occasion(CodeList):
    """Why the child was taken into care."""

    OVERBURDENED = "overburdened", "Überforderung der Eltern"
    PHYSICAL = "physical", "Anzeichen für körperliche Misshandlung"
    PSYCHIC = "psychic", "Anzeichen für psychische Misshandlung"
    NEGLECT = "neglect", "Vernachlässigung"
    SEXUAL = "sexual", "Anzeichen für sexuelle Gewalt"
    RELATIONS = "relations", "Beziehungsprobleme"
    INTEGRATION = "integration", "Integrationsprobleme im Heim oder in der Pflegefamilie"
    DELINQUENCY = "delinquency", "Straftat der oder des Jugendlichen"
    SCHOOL = "school", "Schul- oder Ausbildungsprobleme"
    ADDICTION = "addiction", "Suchtprobleme"
    HOUSING = "housing", "Wohnungsprobleme"
    UNACCOMPANIED = "unaccompanied", "unbegleitete Einreise"
    SEPARATION = "separation", "Trennung oder Scheidung der Eltern"
    OTHER = "other", "sonstige Probleme"


class FindingWeight(CodeList):
    """What a finding means."""

    ERROR = "error", "Fehler: so kann der Datensatz nicht stimmen"
    WARNING = "warning", "Hinweis: bitte prüfen"


NUMBERS: dict[type[CodeList], dict[str, str]] = {Sex: {"male": "1", "female": "2", "diverse": "3", "no_entry": "7"}}
"""Where a list is not numbered from 1 in its order."""


def official(value: object) -> str:
    """The code under which a value is delivered; lists of values are joined by commas, nothing stays empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "2"
    if isinstance(value, CodeList):
        numbered = NUMBERS.get(type(value))
        return numbered[value.value] if numbered else str(list(type(value)).index(value) + 1)
    if isinstance(value, list):
        return ",".join(sorted(map(official, value), key=lambda one: (len(one), one)))
    return str(value)
