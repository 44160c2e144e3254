"""Everyone and everything that a route can be about, made once for a module."""

from collections.abc import AsyncGenerator

import pytest

from tests.conftest import Platform, emptied
from tests.house.stage import Stage, set_the_stage


@pytest.fixture(scope="module")
async def stage(_platform: Platform) -> AsyncGenerator[Stage]:
    stage = await set_the_stage(await emptied(_platform))
    yield stage
    for client in stage.clients.values():
        await client.aclose()
