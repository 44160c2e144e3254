"""Wiring: the command line. What an operator did wrong is one sentence and exit status 2."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from pydantic import ValidationError

from cohort.errors import Refusal
from cohort.local.home import CannotStart

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")

# Each command imports what it runs: `cohort --help` need not wait for the whole application.


class SaidPlainly(click.ClickException):
    exit_code = 2

    def show(self, _file: Any = None) -> None:
        click.echo(f"cohort: {self.message}", err=True)


class Commands(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CannotStart as error:
            raise SaidPlainly(str(error)) from error
        except Refusal as error:
            raise SaidPlainly(error.sentence) from error
        except ValidationError as error:
            raise SaidPlainly(sentence_about_settings(error)) from error
        except OSError as error:
            raise SaidPlainly(sentence_about_the_system(error)) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] in {"asyncpg", "redis", "sqlalchemy"}:
                raise SaidPlainly(SERVERS) from error
            raise


SERVERS = (
    "a server does not answer as it should: see that PostgreSQL and Redis run, that"
    " COHORT_DATABASE_URL and COHORT_REDIS_URL name them, and that `cohort migrate` has run."
)


def sentence_about_the_system(error: OSError) -> str:
    if error.filename is None:
        return SERVERS
    return f"{error.filename}: {error.strerror}."


def sentence_about_settings(error: ValidationError) -> str:
    wrong = [
        f"COHORT_{'.'.join(map(str, each['loc'])).upper()}: "
        + each["msg"].removeprefix("Value error, ")
        for each in error.errors(include_url=False, include_input=False)
    ]
    return "the settings need another look. " + "; ".join(wrong) + "."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cohort")
def cli() -> None:
    """Cohorts of researchers on their way into industry, with mentors found by exact matching."""


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".cohort"),
    show_default=True,
    help="Where the embedded PostgreSQL and Redis keep their files.",
)
@click.option("--demo/--no-demo", default=True, help="Fill an empty database with a demo cohort.")
def up(port: int, data_dir: Path, *, demo: bool) -> None:
    """Run everything on this machine: servers, worker, API and pages, until Ctrl-C."""
    from cohort.local.up import up as run

    run(port=port, data_dir=data_dir, demo=demo)


@cli.command()
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".cohort"),
    show_default=True,
)
def doctor(data_dir: Path) -> None:
    """Check what cohort needs here, and say what to do about what is missing."""
    from cohort.local.doctor import examine

    findings = examine(data_dir)
    for finding in findings:
        click.echo(str(finding))
    if any(finding.verdict == "fail" for finding in findings):
        raise click.exceptions.Exit(1)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Run one process of the API and the pages."""
    import uvicorn

    from cohort.app import create_app
    from cohort.settings import Settings

    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        forwarded_allow_ips=settings.trusted_proxies,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


@cli.command()
def work() -> None:
    """Run one worker: mail, matchings, and all that was promised."""
    from cohort.settings import Settings
    from cohort.worker import create_worker

    create_worker(Settings()).run()


@cli.command()
def migrate() -> None:
    """Bring the database to the shape that this version expects."""
    from cohort.migrate import upgrade
    from cohort.settings import Settings

    upgrade(Settings())


@cli.group()
def guide() -> None:
    """What cohorts study."""


FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@guide.command(name="import")
@click.argument("file", type=FILE)
@click.option("--slug", help="The guide's name in addresses; by default, that of its title.")
@click.option("--milestones", type=FILE, help="TOML with the guide's milestones, all of them.")
@click.option("--taxonomy", type=FILE, help="TOML with domains, roles, contexts and skills.")
def import_guide(
    file: Path, slug: str | None, milestones: Path | None, taxonomy: Path | None
) -> None:
    """Read a Markdown guide; what stayed keeps its id, what went is retired."""
    from cohort.clock import utc_now
    from cohort.guides.importing import import_files

    report = _in_one_unit(
        lambda db: import_files(
            db, file, slug=slug, milestones=milestones, taxonomy=taxonomy, now=utc_now()
        )
    )
    click.echo(str(report))


TO = click.Path(path_type=Path, dir_okay=False)


@cli.command(name="match")
@click.argument("researchers", type=FILE, required=False)
@click.argument("mentors", type=FILE, required=False)
@click.option("--out", type=TO, required=True, help="Where the pairs go, as CSV.")
@click.option("--report", type=TO, help="Also an HTML file to read, print and send.")
@click.option("--unmatched", type=TO, help="Also who has no mentor and why, as CSV.")
@click.option("--rules", type=FILE, help="TOML with weights and requirements.")
@click.option("--taxonomy", type=FILE, help="TOML with domains, roles, contexts and skills.")
@click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="A day of the week whose hours are compared.",
)
@click.option("--scores", type=FILE, help="A matrix (.npy) instead of spreadsheets.")
@click.option("--capacity", type=FILE, help="The places of each column of the matrix (.npy).")
@click.option("--floor", type=float, help="With --scores: nobody is paired below it.")
@click.option(
    "--time-limit",
    type=float,
    metavar="SECONDS",
    help="Then write the best pairs so far, and say how far from the best they may be.",
)
def match_files(**given: Any) -> None:
    """Pair the people of two spreadsheets (CSV), without a server.

    RESEARCHERS and MENTORS need a column Name; whatever else they say makes the pairs better.
    docs/offline.md has the columns, the rules and examples.
    """
    from cohort.offline.match import match

    match(**given)


@cli.command()
def seed() -> None:
    """Fill an empty database with a demo cohort, and show what its matching found."""
    import asyncio

    from cohort.demo.seeding import seed as fill
    from cohort.settings import Settings

    asyncio.run(fill(Settings(), click.echo))


@cli.command()
def openapi() -> None:
    """Print the contract of the API."""
    click.echo(contract())


def contract() -> str:
    import json

    from cohort.app import create_app
    from cohort.settings import Settings

    # Any address will do: the contract is the same everywhere, and nothing is opened.
    nowhere = Settings(database_url="postgresql://localhost/none", redis_url="redis://localhost")
    return json.dumps(create_app(nowhere).openapi_schema.to_schema(), indent=1, sort_keys=True)


@cli.command()
@click.argument("email")
def admin(email: str) -> None:
    """Make the person with this address an admin of the platform."""
    from cohort.clock import utc_now
    from cohort.people.service import make_admin

    person = _in_one_unit(lambda db: make_admin(db, email.strip().lower(), now=utc_now()))
    click.echo(f"{person.name} is an admin now.")


def _in_one_unit(verb: "Callable[[AsyncSession], Awaitable[T]]") -> T:
    """Run one verb in a unit of work of its own, on the database of the environment."""
    import asyncio

    from cohort.db import create_engine, create_sessions, unit_of_work
    from cohort.settings import Settings

    async def run() -> T:
        engine = create_engine(Settings())
        try:
            async with unit_of_work(create_sessions(engine)) as db:
                return await verb(db)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def main() -> None:
    # To be said before NumPy is imported: our matrix products are small, and large pools have
    # threads of their own. Further threads of the BLAS would wait beside them at full load.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli(prog_name="cohort")
