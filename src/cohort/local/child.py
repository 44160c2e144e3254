"""Child processes that cannot outlive us.

A process that is killed runs no clean-up code. So each child has a watcher, a shell that reads from
a pipe whose other end only we hold: when we stop, crash or are killed, the pipe closes and the
watcher asks the child to stop.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

# $0 is the name of the signal, "$@" the command. The child's number cannot be reused before `wait`.
LIFELINE = """
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
{ read -r line <&3; kill -s "$0" "$child"; } 2>/dev/null &
watcher=$!
exec 3<&-
{ wait "$child"; status=$?; kill "$watcher"; } 2>/dev/null
exit "$status"
"""


@dataclass(frozen=True)
class Account:
    """Who a child runs as, when that is not who we are."""

    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


class Child:
    """A running child. It has its own session: Ctrl-C in our terminal does not reach it."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        output: IO[bytes] | None = None,
        piped: bool = False,
        account: Account | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        name = stop_signal.name.removeprefix("SIG")
        self.process = subprocess.Popen(  # noqa: S603  the commands are our own
            ["/bin/sh", "-c", LIFELINE, name, *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if piped else output,
            stderr=subprocess.STDOUT if piped or output else None,
            env=environment,
            cwd=folder,
            start_new_session=True,
            **(account.popen_options() if account else {}),
        )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def lines(self) -> Iterator[str]:
        """What a piped child writes, until it ends."""
        for line in self.process.stdout or ():
            yield line.decode(errors="replace").rstrip()

    def wait(self) -> int:
        return self.process.wait()

    def ask_to_stop(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()

    def stop(self, *, patience: float) -> int:
        """Ask, wait, and kill it when `patience` (seconds) is used up. Returns the exit status."""
        self.ask_to_stop()
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.ask_to_stop()
        return self.process.wait()
