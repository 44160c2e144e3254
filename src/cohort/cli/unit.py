"""One verb in a unit of work of its own, on the database of the environment."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")


def in_one_unit(verb: "Callable[[AsyncSession], Awaitable[T]]") -> T:
    import asyncio

    from cohort.db import create_engine, create_sessions, unit_of_work
    from cohort.settings import Settings

    async def run() -> T:
        engine = create_engine(Settings())
        try:
            async with unit_of_work(create_sessions(engine)) as db:
                return await verb(db)
        finally:
            await engine.dispose()

    return asyncio.run(run())
