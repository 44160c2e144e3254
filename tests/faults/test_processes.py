"""Processes that compute are kept warm for the next call, unless they took much memory."""

import os
from collections.abc import AsyncGenerator, Callable

import pytest

from cohort.jobs.processes import KEPT_BELOW, ProcessPool

pytestmark = pytest.mark.anyio

MUCH = (KEPT_BELOW + 10) * 2**20


def who_computes(taking: int, progress: Callable[[str, float], None]) -> int:
    """The number of the process, once it has held so many bytes."""
    progress("held", len(b"x" * taking) / max(taking, 1))
    return os.getpid()


async def nobody_watches(_step: str, _share: float) -> None: ...


@pytest.fixture
async def pool() -> AsyncGenerator[ProcessPool]:
    pool = ProcessPool(1, memory=1024, preload="cohort.jobs.messages")
    yield pool
    await pool.close()


async def test_one_is_kept_whatever_its_parent_holds_and_ends_when_it_took_much_itself(
    pool: ProcessPool,
) -> None:
    async def called(taking: int) -> int:
        return await pool.call(who_computes, taking, on_progress=nobody_watches)

    held = b"x" * MUCH  # by us, while it is started
    first = await called(0)
    assert await called(0) == first
    assert await called(MUCH) == first
    assert await called(0) != first
    assert len(held) == MUCH
