"""The command line: `python -m app COMMAND`; in the image the command alone."""

import asyncio
import dataclasses
import gc
import json
import signal
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from app.settings import Settings, get_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.core.proof import ProofRow, Summary

cli = typer.Typer(no_args_is_help=True, add_completion=False, help="Handschlag: eine API für Jugendämter und Träger.")
audit_cli = typer.Typer(no_args_is_help=True, help="The audit log.")
deadlines_cli = typer.Typer(no_args_is_help=True, help="The deadlines.")
keys_cli = typer.Typer(no_args_is_help=True, help="The keys that sign tokens.")
cli.add_typer(audit_cli, name="audit")
cli.add_typer(deadlines_cli, name="deadlines")
cli.add_typer(keys_cli, name="keys")
out = Console()
DOCUMENT = Path(__file__).resolve().parents[1] / "openapi" / "handschlag-v1.json"


def main() -> None:
    """Run the command named on the command line; a request to end closes what was opened, the database above all."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server hands the signal on once it has stopped
    cli()


@cli.command()
def run(host: str | None = None, port: int | None = None) -> None:
    """Everything on one machine: database, migrations, demo data, server. The way to look at Handschlag."""
    gc.disable()  # nothing is garbage while the house is loaded; the server turns it on when it stands
    from app.core import clock
    from app.database import migrate, open_database
    from app.demo.seed import seed
    from app.main import make_kernel

    settings = _settings(host, port, webhook_private_addresses=True)
    with open_database(settings) as url:
        migrate(url)
        kernel = make_kernel(settings, url)
        fresh = seed(kernel.work, clock.now())
        kernel.engine.dispose()
        _welcome(settings, fresh=fresh)
        _serve(settings, url)


@cli.command()
def serve(host: str | None = None, port: int | None = None) -> None:
    """The server alone, on a migrated database. The worker runs inside unless HANDSCHLAG_WORKER=none."""
    gc.disable()  # as for run
    from app.database import open_database

    settings = _settings(host, port)
    with open_database(settings) as url:
        _serve(settings, url)


@cli.command()
def worker() -> None:
    """Deadlines, events and webhook deliveries, without a server. Any number may run side by side."""
    from app.database import open_database
    from app.main import make_kernel, start_worker

    settings = get_settings()

    async def work(url: str) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_, stop.set)
        kernel = make_kernel(settings, url)
        await asyncio.gather(*start_worker(kernel, url, stop))
        kernel.engine.dispose()

    with open_database(settings) as url:
        asyncio.run(work(url))


@cli.command(name="migrate")
def migrate_command(
    revision: Annotated[str, typer.Argument(help="a revision, «base», or -1 for one back")] = "head",
) -> None:
    """Bring the database to the current tables, or to another revision."""
    from app.database import migrate, open_database

    with open_database(get_settings()) as url:
        migrate(url, revision)
    out.print(f"database at revision [bold]{revision}[/]")


@cli.command()
def demo(
    url: Annotated[
        str | None, typer.Option(help="a running server with demo data; else the one of the settings")
    ] = None,
) -> None:
    """Run the whole story against a server over HTTP and tell each step with the real answers."""
    from app.demo.story import tell

    tell(url or f"http://127.0.0.1:{get_settings().port}", out)


@cli.command()
def office(
    name: Annotated[str, typer.Argument(help="name of the youth office")],
    land: Annotated[str, typer.Option(help="federal state, such as NW")],
    login: Annotated[str, typer.Option(help="login of its first administrator")],
    official_key: str | None = None,
    leitweg_id: str | None = None,
) -> None:
    """Enter a youth office with its first administrator; prints the secret once."""
    from app.core import clock
    from app.database import open_database
    from app.main import make_kernel
    from app.modules.identity import AccountCreate, AccountKind, create_account, set_secret
    from app.modules.organisations import create_organisation
    from app.policy import SYSTEM, OrganisationKind, Role

    settings = get_settings()
    with open_database(settings) as url, make_kernel(settings, url).work.as_system() as db:
        now = clock.now()
        made = create_organisation(
            db,
            OrganisationKind.YOUTH_OFFICE,
            name,
            land,
            actor=SYSTEM,
            at=now,
            official_key=official_key,
            leitweg_id=leitweg_id,
        )
        body = AccountCreate(kind=AccountKind.PERSON, login=login, name="Administration", roles=[Role.OFFICE_ADMIN])
        account = create_account(db, body, actor=SYSTEM, at=now, organisation_id=made.id)
        secret = set_secret(db, account, actor=SYSTEM, at=now)
    out.print(f"organisation {made.id}\nlogin        {login}\nsecret       {secret}")


@cli.command()
def token(login: Annotated[str, typer.Argument(help="login of an account")]) -> None:
    """An access token for an account, signed with the local keys (for operators with access to them)."""
    from app.core import clock
    from app.database import open_database
    from app.main import make_kernel
    from app.modules.identity import find_login

    settings = get_settings()
    with open_database(settings) as url:
        kernel = make_kernel(settings, url)
        with kernel.work.as_system() as db:
            account = find_login(db, login)
            if account is None:
                raise typer.BadParameter("no such login")
            now = int(clock.now().timestamp())
            sys.stdout.write(kernel.tokens.issue(str(account.id), client_id=login, scopes=(), now=now) + "\n")


@cli.command()
def openapi(*, check: Annotated[bool, typer.Option("--check", help="only compare")] = False) -> None:
    """Write openapi/handschlag-v1.json from the code, or compare it."""
    from app.core.openapi import document
    from app.main import create_app

    app = create_app(Settings(worker="none"), "postgresql+psycopg://nobody@/nowhere")
    text = json.dumps(document(app), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if not check:
        DOCUMENT.write_text(text)
    elif not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        out.print("openapi/handschlag-v1.json differs from the code; write it with `python -m app openapi`")
        raise typer.Exit(1)


@audit_cli.command()
def verify(tenant: Annotated[str | None, typer.Option(help="only this organisation's chains")] = None) -> None:
    """Recompute every hash chain; name the first broken entry of each. Exit code 1 if there is one."""
    from app.core.audit import verify as verify_chains
    from app.database import open_database
    from app.main import make_kernel

    settings = get_settings()
    with open_database(settings) as url, make_kernel(settings, url).work.as_system() as db, out.status("verifying"):
        result = verify_chains(db, UUID(tenant) if tenant else None)
    out.print(f"{result.entries} entries in {result.lanes} chains verified")
    for broken in result.broken:
        out.print(
            f"[red]broken[/]: organisation {broken.tenant_id}, chain {broken.lane}, position {broken.position}, "
            f"entry {broken.entry_id}: {broken.reason}"
        )
    if result.broken:
        raise typer.Exit(1)
    out.print("[green]the audit log is whole[/]")


@deadlines_cli.command()
def prove(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    organisation: Annotated[str | None, typer.Option(help="only what this organisation is a party of (id)")] = None,
    *,
    only_open: Annotated[bool, typer.Option("--open", help="only what nobody has done yet")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="as JSON, for machines")] = False,
) -> None:
    """What was due, when each step fired, who was told, and what is open. Exit code 1 if a step was missed."""
    from app.core.proof import Summary, deadlines_proof
    from app.database import open_database
    from app.main import make_kernel

    settings = get_settings()
    with open_database(settings) as url:
        kernel = make_kernel(settings, url)
        with kernel.work.as_system() as db:
            rows = deadlines_proof(db, since, until, UUID(organisation) if organisation else None)
        kernel.engine.dispose()
    if only_open:
        rows = [row for row in rows if row.deadline.met_at is None]
    summary = Summary.of(rows)
    if as_json:
        told = {"summary": dataclasses.asdict(summary), "steps": [row.facts() for row in rows]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        _show_proof(rows, summary)
    if summary.missed:
        raise typer.Exit(1)


def _show_proof(rows: "Sequence[ProofRow]", summary: "Summary") -> None:
    table = Table("deadline", "subject", "due", "level", "to fire at", "fired at", "late (s)", "told", "met")
    for row in rows:
        table.add_row(*(str(cell) for cell in row.cells()))
    out.print(table)
    out.print(
        f"{summary.deadlines} deadlines, {summary.open} open, {summary.overdue} overdue; {summary.fired} steps fired, "
        f"the latest {summary.latest_seconds:.0f} s after its instant; {summary.told_nobody} told nobody"
    )
    out.print(f"[red]{summary.missed} missed[/]" if summary.missed else "[green]no step was missed[/]")


@keys_cli.command()
def rotate() -> None:
    """Sign with a new key from now on; the old one verifies until it is retired."""
    from app.core.keyring import KeyRing

    ring = KeyRing.load(get_settings().data_dir / "keys")
    out.print(f"new key {ring.rotate()}")


@keys_cli.command()
def rotate_sealing() -> None:
    """Seal secrets with a new key from now on; the old ones open what they sealed."""
    from app.core.sealing import Sealer

    out.print(f"new key {Sealer.load(get_settings().data_dir / 'keys').rotate()}")


@keys_cli.command()
def reseal() -> None:
    """Seal the identifying data of all persons with the newest key; the service may run meanwhile."""
    from app.database import open_database
    from app.main import make_kernel
    from app.modules.identities import reseal as seal_again

    settings = get_settings()
    with open_database(settings) as url:
        kernel = make_kernel(settings, url)
        count = seal_again(kernel.work, kernel.sealer)
        kernel.engine.dispose()
    out.print(f"{count} identities sealed with key {kernel.sealer.key_id}")


def _settings(host: str | None, port: int | None, **changes: object) -> Settings:
    wanted = {"host": host, "port": port, **changes}
    return get_settings().model_copy(update={name: value for name, value in wanted.items() if value is not None})


def _serve(settings: Settings, url: str) -> None:
    import uvicorn

    from app.main import create_app

    with suppress(KeyboardInterrupt):
        uvicorn.run(
            create_app(settings, url),
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=10,
        )


def _welcome(settings: Settings, *, fresh: bool) -> None:
    from app.demo.people import PASSWORD

    base = f"http://{settings.host}:{settings.port}"
    out.print(f"\n[bold]Handschlag[/] läuft gleich auf {base}   (Dokumentation zum Ausprobieren: {base}/docs)")
    out.print("Demo-Daten angelegt." if fresh else "Demo-Daten waren schon da.")
    out.print(f"Anmelden als Person (Kennwort überall: [bold]{PASSWORD}[/]):")
    out.print("  hilden-planner  hilden-caseworker  hilden-team-lead  hilden-office-head  hilden-finance-officer")
    out.print("  lindenhof-professional  lindenhof-lead  lindenhof-manager  lindenhof-billing   (und Traunstein: …)")
    out.print("Als Programm: hilden-office-sync, lindenhof-sync. Die ganze Geschichte: [bold]make demo[/]\n")
    out.print(
        f"TOKEN=$(curl -s {base}/v1/oauth/token -d grant_type=client_credentials -d client_id=lindenhof-sync "
        f"-d client_secret={PASSWORD} | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"access_token\"])')",
        soft_wrap=True,
        markup=False,
    )
    out.print(f'curl -s {base}/v1/me -H "Authorization: Bearer $TOKEN"\n', soft_wrap=True, markup=False)
