"""Keep programs running side by side: name their lines, restart what crashes, stop in order."""

import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from cohort.local.child import Child

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
LIVED_WELL = 30.0  # seconds after which a crash is again taken for the first


@dataclass
class Program:
    """A command to keep running; `patience` is how many seconds it has to finish its work."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    patience: float
    child: Child | None = None
    started_at: float = 0.0
    start_again_at: float | None = None
    pause: float = FIRST_PAUSE

    def start(self) -> None:
        self.child = Child(self.command, piped=True, environment=self.environment)
        self.started_at = time.monotonic()
        self.start_again_at = None
        threading.Thread(target=self._repeat_lines, args=[self.child], daemon=True).start()

    def has_ended(self) -> bool:
        return self.child is not None and self.child.has_ended()

    def tend(self) -> None:
        """Start the program again if it crashed and its pause is over."""
        now = time.monotonic()
        if self.start_again_at is not None:
            if now >= self.start_again_at:
                self.start()
        elif self.child is not None and self.child.has_ended():
            if now - self.started_at > LIVED_WELL:
                self.pause = FIRST_PAUSE
            status = self.child.process.returncode
            self._say(f"ended with status {status}; starting it again in {self.pause:g} s")
            self.start_again_at = now + self.pause
            self.pause = min(2 * self.pause, LONGEST_PAUSE)

    def stop(self) -> None:
        if self.child is not None:
            self.child.stop(patience=self.patience)

    def _repeat_lines(self, child: Child) -> None:
        for line in child.lines():
            self._say(line)

    def _say(self, line: str) -> None:
        with suppress(OSError):  # whoever read our output is gone; that stops nothing
            sys.stderr.write(f"{self.name:>6} | {line}\n")
            sys.stderr.flush()


@contextmanager
def supervised(programs: Sequence[Program]) -> Iterator[None]:
    """Run the programs while the block runs; then stop them one after the other, first to last."""
    over = threading.Event()

    def tend_all() -> None:
        while not over.wait(0.1):
            for program in programs:
                program.tend()

    tending = threading.Thread(target=tend_all, daemon=True)
    try:
        for program in programs:
            program.start()
        tending.start()
        yield
    finally:
        over.set()
        if tending.is_alive():
            tending.join()
        for program in programs:
            program.stop()
