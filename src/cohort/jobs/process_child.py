"""A process that computes for a worker and does not outlive it; `processes.py` starts it.

Calls come in over one end of a socket pair, one after the other, as a pickled function and its
arguments; progress goes back, and in the end the value or the error. Both ends are our own code and
nobody else holds the socket, so that pickle is safe here.
"""

import contextlib
import ctypes
import importlib
import os
import pickle
import resource
import signal
import socket
import sys
import time
import traceback
from io import BufferedRWPair
from pathlib import Path
from typing import Any

from cohort.jobs.messages import HEADER, Call, Failed, Progressed, Succeeded, framed

PROGRESS_EVERY = 0.3
"""Seconds between two messages about the same step."""
PR_SET_PDEATHSIG = 1
PROC_STATUS = Path("/proc/self/status")


class ProgressSender:
    """Tells the worker how far a call is; a new step at once, shares of it now and then."""

    def __init__(self, pipe: BufferedRWPair) -> None:
        self.pipe = pipe
        self.step, self.told_at = "", 0.0

    def __call__(self, step: str, share: float) -> None:
        now = time.monotonic()
        if step == self.step and now - self.told_at < PROGRESS_EVERY:
            return
        self.step, self.told_at = step, now
        _send(self.pipe, Progressed(step, share))


def main(number: int, parent: int, memory: int, preload: str) -> None:
    _die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the worker, which ends us
    importlib.import_module(preload)
    limit = memory * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    with (
        contextlib.suppress(BrokenPipeError, ConnectionResetError),
        socket.socket(fileno=number) as ours,
        ours.makefile("rwb") as pipe,
    ):
        while (call := _receive(pipe)) is not None:
            _send(pipe, _answer(call, ProgressSender(pipe)))


def _die_with(parent: int) -> None:
    """The kernel kills us when our parent ends, even by SIGKILL; elsewhere we end at the next word.

    We may come too late: a parent that ended before this call is seen by its number.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit()


def _answer(call: Call, progress: ProgressSender) -> Succeeded | Failed:
    try:
        value = call.function(*call.arguments, progress=progress)
    except (BrokenPipeError, ConnectionResetError):
        raise
    except MemoryError:
        return Failed("MemoryError", "")
    except Exception as error:  # noqa: BLE001  (whatever it was, the worker is told)
        return Failed(type(error).__name__, traceback.format_exc())
    return Succeeded(value, _peak())


def _peak() -> int:
    """The most memory that this process ever held, in megabytes.

    On Linux not by getrusage: its figure begins with what our parent held when it started us.
    """
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20
    (line,) = [one for one in PROC_STATUS.read_text().splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1]) >> 10


def _receive(pipe: BufferedRWPair) -> Call | None:
    header = pipe.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    call: Call = pickle.loads(pipe.read(HEADER.unpack(header)[0]))  # noqa: S301
    return call


def _send(pipe: BufferedRWPair, message: Any) -> None:
    pipe.write(framed(message))
    pipe.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
