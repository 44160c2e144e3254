"""Wiring: everything at once on one machine, for whoever tries cohort or works on it."""

import http.client
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from cohort.local import servers as embedded
from cohort.local.child import Child
from cohort.local.servers import CannotStart, Servers
from cohort.local.supervision import Program, supervised

HOST = "127.0.0.1"
READY_PATIENCE = 60.0
PREPARE_THE_DATABASE = ("migrate",)
SHOW_THE_DEMO = ("seed",)
"""Fills an empty database, waits for the first matching by the worker, prints pairs and logins."""


def up(*, port: int, data_dir: Path, demo: bool) -> None:
    """Run cohort until someone stops it. Raises CannotStart with a sentence."""
    refuse_taken_port(port)
    _stop_like_ctrl_c(signal.SIGTERM, signal.SIGHUP)
    try:
        with _addresses(data_dir) as (addresses, servers):
            environment = {
                "COHORT_DEVELOPMENT": "true",
                "COHORT_PUBLIC_URL": f"http://{HOST}:{port}",
                # What goes well is told by the pages and the mailbox; the terminal is for people.
                "COHORT_LOG_LEVEL": "WARNING",
                "COHORT_FILES_DIR": str(data_dir.absolute() / "files"),
                **os.environ,
                **addresses,
                # Without a proxy, nobody has to learn that we are about to stop.
                "COHORT_DRAIN_SECONDS": "0",
                "PYTHONUNBUFFERED": "1",
            }
            _step(environment, *PREPARE_THE_DATABASE)
            api, worker = _programs(environment, port)
            with supervised([api, worker]):
                _wait_until_ready(api, port)
                if demo:
                    _show_the_demo(environment)
                else:
                    _tell_other_terminals(addresses)
                click.echo(f"\ncohort is at http://{HOST}:{port} (Ctrl-C stops it)")
                _wait_for_trouble(servers)
    except KeyboardInterrupt:
        click.echo("cohort has stopped.")


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror}):"
                " stop what uses it, or choose another one with --port."
            ) from error


@contextmanager
def _addresses(data_dir: Path) -> Iterator[tuple[dict[str, str], Servers | None]]:
    """The environment's own servers where it names them, else the embedded ones."""
    given = [name for name in ("COHORT_DATABASE_URL", "COHORT_REDIS_URL") if os.environ.get(name)]
    if len(given) == 1:
        raise CannotStart(
            f"Only {given[0]} is set: set COHORT_DATABASE_URL and COHORT_REDIS_URL,"
            " or neither to use the embedded servers."
        )
    if given:
        yield {}, None
        return
    with embedded.servers(data_dir) as servers:
        yield (
            {"COHORT_DATABASE_URL": servers.database_url, "COHORT_REDIS_URL": servers.redis_url},
            servers,
        )


def _programs(environment: Mapping[str, str], port: int) -> tuple[Program, Program]:
    cohort = (sys.executable, "-m", "cohort")
    api = Program(
        name="api",
        command=[*cohort, "serve", "--host", HOST, "--port", str(port)],
        environment=environment,
        patience=8,
    )
    worker = Program(name="worker", command=[*cohort, "work"], environment=environment, patience=8)
    return api, worker


def _show_the_demo(environment: Mapping[str, str]) -> None:
    """Without it, as in a database that people use already, everything else goes on."""
    if _run(environment, *SHOW_THE_DEMO) != 0:
        click.echo("cohort goes on without the demo (--no-demo leaves it out).", err=True)


def _tell_other_terminals(addresses: Mapping[str, str]) -> None:
    """The first admin is made by a command, which has to find the embedded servers."""
    if addresses:
        click.echo("For `cohort admin EMAIL` and the like, in another terminal first say:\n")
        for name, address in addresses.items():
            click.echo(f"  export {name}={shlex.quote(address)}")
        click.echo("  export COHORT_DEVELOPMENT=true")


def _step(environment: Mapping[str, str], *arguments: str) -> None:
    if (status := _run(environment, *arguments)) != 0:
        raise CannotStart(f"`cohort {' '.join(arguments)}` ended with status {status}; see above.")


def _run(environment: Mapping[str, str], *arguments: str) -> int:
    """Run one command of our own to its end, and say how it ended."""
    child = Child([sys.executable, "-m", "cohort", *arguments], environment=environment)
    try:
        return child.wait()
    finally:
        child.stop(patience=5)


def _wait_until_ready(api: Program, port: int) -> None:
    deadline = time.monotonic() + READY_PATIENCE
    while not _answers(port):
        if api.has_ended() or time.monotonic() > deadline:
            raise CannotStart("The API did not become ready; its last lines are above.")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _wait_for_trouble(servers: Servers | None) -> None:
    while servers is None or (ended := servers.ended()) is None:
        time.sleep(0.2)
    raise CannotStart(f"{ended.name} has ended by itself ({ended.log}): start cohort again.")


def _stop_like_ctrl_c(*signals: signal.Signals) -> None:
    for number in signals:
        signal.signal(number, signal.default_int_handler)
