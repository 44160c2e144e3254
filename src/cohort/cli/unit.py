"""What commands share: a file's text, and one verb in a unit of work of its own."""

from collections.abc import Awaitable, Callable
from pathlib import Path
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


def text_of(file: Path) -> str:
    from cohort.errors import Invalid

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file.name} is not UTF-8: save it as UTF-8 and try again.") from error
