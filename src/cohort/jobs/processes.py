"""Computing in processes of its own: as many at once as is wished, kept warm, bounded in memory.

A call that is cancelled ends its process, and so does the end of the worker, however it comes.
"""

import asyncio
import os
import pickle
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from cohort.jobs.messages import HEADER, Call, Failed, Progressed, Succeeded, framed

T = TypeVar("T")
OnProgress = Callable[[str, float], Awaitable[None]]

KEPT_BELOW = 300
"""Megabytes; a process that ever held more ends after its call, and gives its memory back."""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""There are as many processes as there are processors: more threads would only take turns."""


class ProcessDied(Exception):
    """The process ended in the middle of a call: killed, most likely, as memory ran out."""


class OutOfMemory(Exception):
    """The call needed more memory than a process may have."""


class CallFailed(Exception):
    """The function raised `kind`; the text is the trace in its process."""

    def __init__(self, kind: str, trace: str) -> None:
        super().__init__(trace)
        self.kind = kind


class Process:
    """One process and our end of the socket; it answers one call at a time."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.process, self.reader, self.writer = process, reader, writer
        self.peak = 0

    @classmethod
    async def start(cls, memory: int, preload: str) -> "Process":
        ours, theirs = socket.socketpair()
        # This must run in the thread that lives longest: the kernel ties the child to its thread.
        number = str(theirs.fileno())
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "cohort.jobs.process_child"),
                *(number, str(os.getpid()), str(memory), preload),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                env=os.environ | dict.fromkeys(ONE_THREAD, "1"),
            )
        return cls(process, *await asyncio.open_connection(sock=ours))

    @property
    def has_ended(self) -> bool:
        return self.process.returncode is not None

    async def call(self, call: Call, on_progress: OnProgress) -> Any:
        try:
            self.writer.write(framed(call))
            await self.writer.drain()
            while isinstance(answer := await self._receive(), Progressed):
                await on_progress(*answer)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise ProcessDied(f"status {await self.process.wait()}") from error
        if isinstance(answer, Failed):
            if answer.kind == MemoryError.__name__:
                raise OutOfMemory
            raise CallFailed(*answer)
        self.peak = answer.peak
        return answer.value

    async def _receive(self) -> Progressed | Succeeded | Failed:
        (length,) = HEADER.unpack(await self.reader.readexactly(HEADER.size))
        answer: Progressed | Succeeded | Failed
        answer = pickle.loads(await self.reader.readexactly(length))  # noqa: S301  (our own child)
        return answer

    async def end(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()
        await self.process.wait()


class ProcessPool:
    """At most `size` calls at once, each with `memory` megabytes; `preload` is imported first."""

    def __init__(self, size: int, *, memory: int, preload: str) -> None:
        self.size, self.memory, self.preload = size, memory, preload
        self._free = asyncio.Semaphore(size)
        self._idle: list[Process] = []

    async def warm_up(self) -> None:
        """Start one process ahead of the first call."""
        self._idle.append(await Process.start(self.memory, self.preload))

    async def call(self, function: Callable[..., T], *arguments: Any, on_progress: OnProgress) -> T:
        """`function(*arguments, progress=…)`. Raises ProcessDied, OutOfMemory or CallFailed."""
        async with self._free:
            process = await self._take()
            try:
                value: T = await process.call(Call(function, arguments), on_progress)
            except BaseException:
                await asyncio.shield(process.end())
                raise
            if process.peak > KEPT_BELOW:
                await process.end()
            else:
                self._idle.append(process)
            return value

    async def _take(self) -> Process:
        while self._idle:
            process = self._idle.pop()
            if not process.has_ended:
                return process
            await process.end()
        return await Process.start(self.memory, self.preload)

    async def close(self) -> None:
        while self._idle:
            await self._idle.pop().end()
