"""`cohort migrate`: a fresh platform has the words that profiles are made of."""

import asyncio
from collections.abc import Sequence

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cli import cli
from cohort.db import unit_of_work
from cohort.guides.importing import import_first_taxonomy
from cohort.guides.models import Term, TermKind
from cohort.settings import Settings, shipped
from tests.conftest import MONDAY, Platform

WORDS = (shipped("seed") / "taxonomy.toml").read_text(encoding="utf-8")


async def stored(db: AsyncSession) -> Sequence[tuple[TermKind, str, str]]:
    await db.rollback()  # so that the next look sees what is new
    return [(one.kind, one.slug, one.title) for one in await db.scalars(select(Term))]


@pytest.fixture
async def wordless(platform: Platform) -> None:
    async with unit_of_work(platform.sessions) as db:
        await db.execute(delete(Term))


@pytest.mark.usefixtures("wordless")
async def test_an_empty_platform_gets_words_once_however_many_processes_start(
    platform: Platform, db: AsyncSession
) -> None:
    async def start() -> bool:
        async with unit_of_work(platform.sessions) as own:
            return await import_first_taxonomy(own, WORDS, now=MONDAY)

    did = await asyncio.gather(*(start() for _ in range(3)))

    assert sorted(did) == [False, False, True]
    kinds = {kind for kind, _, _ in await stored(db)}
    assert kinds == set(TermKind)


@pytest.mark.usefixtures("wordless")
async def test_the_command_stores_them_and_leaves_words_alone_that_somebody_changed(
    platform: Platform, db: AsyncSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COHORT_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("COHORT_REDIS_URL", settings.redis_url)

    first = await asyncio.to_thread(CliRunner().invoke, cli, ["migrate"])
    assert (first.exit_code, len(await stored(db)) > 20) == (0, True)
    async with unit_of_work(platform.sessions) as change:
        await change.execute(update(Term).values(title="Ours"))
    again = await asyncio.to_thread(CliRunner().invoke, cli, ["migrate"])

    assert again.exit_code == 0
    assert {title for _, _, title in await stored(db)} == {"Ours"}
