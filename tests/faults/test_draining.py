"""Told to stop, a process says so first; what it is asked meanwhile is answered."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator

import httpx
import pytest

from cohort.settings import Settings
from tests.faults.processes import environment, free_port

Serve = Callable[[float], tuple[subprocess.Popen[bytes], httpx.Client]]


@pytest.fixture
def serve(migrated: Settings) -> Generator[Serve]:
    started: list[subprocess.Popen[bytes]] = []
    clients: list[httpx.Client] = []

    def serve(drain_seconds: float) -> tuple[subprocess.Popen[bytes], httpx.Client]:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "cohort", "serve", "--port", str(port)],
            env=environment(migrated) | {"COHORT_DRAIN_SECONDS": str(drain_seconds)},
        )
        started.append(process)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        clients.append(client)
        for _ in range(300):
            try:
                client.get("/health/live")
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return process, client
        raise AssertionError("it did not start")

    yield serve
    for client in clients:
        client.close()
    for process in started:
        process.kill()
        process.wait()


def test_it_says_no_to_a_proxy_and_yes_to_everyone_else(serve: Serve) -> None:
    process, client = serve(1.5)
    assert client.get("/health/ready").status_code == 200
    assert "connection" not in client.get("/login").headers

    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    time.sleep(0.2)
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "5")
    answered = 0
    while time.monotonic() - began < 1.2:
        told = client.get("/login")
        assert (told.status_code, told.headers["connection"]) == (200, "close")
        answered += 1
    assert answered > 2
    process.wait(5)
    assert 1.4 < time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("drain_seconds", "signals"),
    [(0, [signal.SIGTERM]), (30, [signal.SIGINT]), (30, [signal.SIGTERM, signal.SIGTERM])],
    ids=["without a proxy", "Ctrl-C", "asked twice"],
)
def test_it_ends_at_once_where_nobody_has_to_learn_of_it(
    serve: Serve, drain_seconds: float, signals: list[signal.Signals]
) -> None:
    process, _ = serve(drain_seconds)
    for number in signals:
        process.send_signal(number)
        time.sleep(0.2)
    process.wait(5)
