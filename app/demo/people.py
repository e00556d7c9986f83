"""Who appears in the demonstration. The places are real, the organisations and people obviously invented."""

from dataclasses import dataclass

from app.policy import Role

PASSWORD = "handschlag-demo"  # noqa: S105  # everybody may know it: it opens invented data only


@dataclass(frozen=True, slots=True)
class Office:
    """A youth office, its providers and its planning regions."""

    key: str
    name: str
    land: str
    official_key: str
    leitweg_id: str
    providers: tuple[tuple[str, str], ...]
    regions: tuple[str, ...]


HILDEN = Office(
    "hilden",
    "Stadt Hilden, Amt für Jugend, Schule und Sport",
    "NW",
    "05158016",
    "05158016-31001-09",
    (
        ("lindenhof", "Lindenhof Jugendhilfe (erfunden)"),
        ("itterufer", "Familienhilfe Itterufer (erfunden)"),
        ("kranich", "Kranich Erziehungshilfen (erfunden)"),
        ("leuchtturm", "Leuchtturm Ambulante Hilfen (erfunden)"),
        ("brueckenbau", "Brückenbau Jugendhilfe (erfunden)"),
        ("wegweiser", "Wegweiser Sozialdienst (erfunden)"),
        ("zeitreich", "Zeitreich Familienbegleitung (erfunden)"),
        ("nordstern", "Nordstern Jugend und Familie (erfunden)"),
    ),
    ("Hilden Mitte", "Hilden Nord", "Hilden Süd"),
)
TRAUNSTEIN = Office(
    "traunstein",
    "Landkreis Traunstein, Amt für Kinder, Jugend und Familie",
    "BY",
    "09189000",
    "09189000-51001-77",
    (
        ("chiemseewind", "Chiemseewind Jugendhilfe (erfunden)"),
        ("hochfelln", "Hochfelln Familienhilfe (erfunden)"),
    ),
    tuple(f"Region {number} des Landkreises" for number in ("Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs")),
)
OFFICES = (HILDEN, TRAUNSTEIN)


def login(organisation: str, role: Role) -> str:
    """The demo login of a role: `hilden-caseworker`, `lindenhof-sync`."""
    return f"{organisation}-{role.value.removeprefix('provider_').replace('_', '-')}"
