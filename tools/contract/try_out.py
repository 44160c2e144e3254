"""Schemathesis against a running demo, as those who call it: what the contract says must hold.

Usage: try_out.py CASES, about so many for each caller. It starts a demo in a folder of its own.
"""

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CALLERS = {
    "a stranger": None,
    "a researcher": "diego.alencastro@example.org",
    "a mentor": "mateus.figueira@example.org",
    "an organiser": "ines.calder@example.org",
    "an admin": "joaquim.sorli@example.org",
}
PASSWORD = "four calm herons wading"  # noqa: S105  (of the demo)
LEFT_OUT = ["sign_out", "end_login", "follow_events"]
"""What would end the caller's own login, and the stream, which has no end."""


@contextlib.contextmanager
def demo() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="cohort-contract-") as folder:
        command = [sys.executable, "-m", "cohort", "up", "--port", str(port), "--data-dir", folder]
        running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        try:
            for line in running.stdout or ():
                if "Ctrl-C stops it" in line:
                    break
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(60)


def token_of(site: str, email: str) -> str:
    body = json.dumps({"email": email, "password": PASSWORD}).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{site}/api/v1/logins", body, headers)  # noqa: S310
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        return str(json.load(answer)["token"])


def operations_of(site: str) -> int:
    with urllib.request.urlopen(f"{site}/api/openapi.json") as answer:  # noqa: S310
        return sum(len(methods) for methods in json.load(answer)["paths"].values())


def tried(site: str, email: str | None, each: int) -> bool:
    """Whether nothing was found in so many cases of each operation."""
    command: list[str | Path] = [ROOT / ".contract" / "bin" / "schemathesis"]
    command += ["--config-file", ROOT / "tools" / "contract" / "schemathesis.toml"]
    command += ["run", f"{site}/api/openapi.json", "--no-color", "--continue-on-failure"]
    command += ["--seed", "1", "--max-examples", str(each)]
    command += [part for one in LEFT_OUT for part in ("--exclude-operation-id", one)]
    if email is not None:
        command += ["--header", f"Authorization: Bearer {token_of(site, email)}"]
    with tempfile.TemporaryDirectory(prefix="cohort-contract-") as folder:  # it writes there
        return subprocess.run(command, check=False, cwd=folder).returncode == 0  # noqa: S603


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    found = []
    with demo() as site:
        each = max(1, int(sys.argv[1]) // operations_of(site))
        for caller, email in CALLERS.items():
            began = time.monotonic()
            say(f"== {caller}")
            if not tried(site, email, each):
                found.append(caller)
            say(f"== {caller}: {time.monotonic() - began:.0f} s")
    say(f"Found something as {', '.join(found)}." if found else "Nothing was found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
