"""`cohort up` starts everything, keeps it running, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from tests.faults.processes import free_port

PATIENCE = 30


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cohort-test-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


def start(data_dir: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COHORT_")}
    command = [sys.executable, "-m", "cohort", "up", "--port", str(port), "--no-demo"]
    return subprocess.Popen(
        [*command, "--data-dir", str(data_dir)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=clean | settings,
    )


@contextmanager
def running(data_dir: Path, port: int) -> Iterator[psutil.Process]:
    process = start(data_dir, port)
    try:
        wait_for(lambda: process.poll() is not None or is_ready(port), "the API")
        assert process.poll() is None, process.communicate()
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def is_ready(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/health/ready"
    with suppress(OSError), urlopen(address, timeout=2) as answer:
        return answer.status == HTTPStatus.OK
    return False


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def below(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def workers_below(process: psutil.Process) -> set[int]:
    return {child.pid for child in below(process) if is_a_worker(child)}


def is_a_worker(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.name() != "sh" and process.cmdline()[-1:] == ["work"]
    return False


def is_gone(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True


def all_are_gone(processes: list[psutil.Process]) -> bool:
    return all(is_gone(process) for process in processes)


@pytest.mark.long
def test_killing_it_stops_everyone_and_the_next_start_works(data_dir: Path) -> None:
    with running(data_dir, free_port()) as up:
        everyone = below(up)
        assert {"postgres", "redis-server"} <= {process.name() for process in everyone}
        up.kill()
        wait_for(lambda: all_are_gone(everyone), "all to end")
    with running(data_dir, free_port()) as up:
        a_killed_worker_comes_back(up)
        a_stop_leaves_no_process(up)


def a_killed_worker_comes_back(up: psutil.Process) -> None:
    wait_for(lambda: workers_below(up), "the worker")
    killed = workers_below(up)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: workers_below(up) - killed, "another worker")


def a_stop_leaves_no_process(up: psutil.Process) -> None:
    everyone = below(up)
    assert {"postgres", "redis-server"} <= {process.name() for process in everyone}
    up.terminate()
    asked_at = time.monotonic()
    assert up.wait(PATIENCE) == 0
    assert time.monotonic() - asked_at < 10
    assert all_are_gone(everyone)


def test_a_taken_port_is_a_sentence_before_anything_starts(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start(data_dir, port)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said == (
        f"cohort: Port {port} cannot be used (Address already in use):"
        " stop what uses it, or choose another one with --port.\n"
    )
    assert not data_dir.exists()


def test_one_address_without_the_other_is_a_sentence(data_dir: Path) -> None:
    process = start(data_dir, free_port(), COHORT_REDIS_URL="redis://localhost")
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert said.startswith("cohort: Only COHORT_REDIS_URL is set: ")
