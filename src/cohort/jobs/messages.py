"""What a worker and a process that computes for it say to each other."""

import pickle
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

HEADER = struct.Struct(">Q")
"""The length of the message that follows, in bytes."""


class Call(NamedTuple):
    """`function(*arguments, progress=…)`; the function is known by its name in a module."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]


class Progressed(NamedTuple):
    step: str
    share: float


class Succeeded(NamedTuple):
    """peak  the most memory that the process ever held, in megabytes."""

    value: Any
    peak: int


class Failed(NamedTuple):
    kind: str
    trace: str


def framed(message: Any) -> bytes:
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body
