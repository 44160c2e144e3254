"""`cohort seed`: fill an empty database with the demo, or show the demo that is there."""

import asyncio
import shutil
import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.clock import Clock, utc_now
from cohort.cohorts.models import Cohort, Organiser
from cohort.db import Sessions, create_engine, create_sessions, unit_of_work
from cohort.demo import showing, story
from cohort.demo.cast import Cast, read_cast
from cohort.demo.opening import SLUG
from cohort.demo.showing import Outcome
from cohort.guides.models import Guide
from cohort.jobs import wake
from cohort.local.home import CannotStart
from cohort.people.models import Person
from cohort.settings import Settings, shipped
from cohort.storage import open_storage

PATIENCE = 60.0
NARROWEST, WIDEST = 60, 100
Say = Callable[..., None]


class NoDemoHere(CannotStart):
    """This database is not for the demo."""


class NoWorker(CannotStart):
    """Nobody solves the demo's matching."""


async def seed(
    settings: Settings, say: Say, *, clock: Clock = utc_now, patience: float = PATIENCE
) -> None:
    """Build the demo once, let the worker solve its newest round, and say what came of it."""
    if not settings.development:
        raise NoDemoHere(
            "The demo's passwords are known to everyone, so it is for development only:"
            " set COHORT_DEVELOPMENT=true if this is no place for real people."
        )
    engine = create_engine(settings, patience=30)
    try:
        sessions, cast = create_sessions(engine), read_cast(shipped("seed"))
        is_new = await _build(settings, sessions, cast, say, clock)
        known = await _outcome(sessions, cast)
        outcome = known or await _wait_for_the_worker(sessions, cast, say, patience)
        width = min(max(shutil.get_terminal_size().columns - 1, NARROWEST), WIDEST)
        with_reasons = is_new or known is None
        say("\n" + "\n".join(showing.describe(outcome, width=width, with_reasons=with_reasons)))
        say(f"\nIts page, for the organiser:\n  {settings.public_url}/rounds/{outcome.round.id}\n")
        async with sessions() as db:
            say("\n".join(await showing.describe_logins(db, outcome, cast)))
    finally:
        await engine.dispose()


async def _build(
    settings: Settings, sessions: Sessions, cast: Cast, say: Say, clock: Clock
) -> bool:
    """Build the demo in one transaction, unless it is there already."""
    async with unit_of_work(sessions) as db:
        if await _find(db, cast) is not None:
            return False
        await _refuse_company(db)
        researchers, mentors = len(cast.researchers), len(cast.mentors)
        say(f"Building the demo: {researchers} researchers, {mentors} mentors; week", nl=False)
        began = time.monotonic()
        enqueued = await story.tell(
            db,
            cast,
            shipped("seed"),
            open_storage(settings),
            now=clock(),
            on_week=lambda week: say(f" {week}", nl=False),
        )
    say(f" … {time.monotonic() - began:.1f} s")
    redis = wake.connect(settings.redis_url)
    try:
        await wake.WakeUp(redis).wake(enqueued)
    finally:
        await redis.aclose()
    return True


async def _find(db: AsyncSession, cast: Cast) -> Organiser | None:
    """The demo's organiser, in its cohort."""
    found: Organiser | None = await db.scalar(
        select(Organiser)
        .join(Cohort, Cohort.id == Organiser.cohort_id)
        .join(Organiser.person)
        .where(Cohort.slug == SLUG, Person.email == cast.organiser.email)
        .options(contains_eager(Organiser.person))
    )
    return found


async def _refuse_company(db: AsyncSession) -> None:
    if await db.scalar(select(Person.id).limit(1)) or await db.scalar(select(Guide.id).limit(1)):
        raise NoDemoHere(
            "This database has people or guides of its own, so the demo stays out of it:"
            " give it another one, such as a new --data-dir."
        )


async def _wait_for_the_worker(
    sessions: Sessions, cast: Cast, say: Say, patience: float
) -> Outcome:
    say("Waiting for the worker to solve this week's matching … ", nl=False)
    began = time.monotonic()
    while time.monotonic() - began < patience:
        await asyncio.sleep(0.1)
        if outcome := await _outcome(sessions, cast):
            say(f"{time.monotonic() - began:.1f} s")
            return outcome
    say("in vain")
    raise NoWorker(
        f"The matching was not solved within {patience:g} s. Is a worker running (`cohort work`)?"
        " Once there is one, `cohort seed` shows the pairs."
    )


async def _outcome(sessions: Sessions, cast: Cast) -> Outcome | None:
    async with sessions() as db:
        demo = await _find(db, cast)
        return await showing.read_outcome(db, demo.person, demo.cohort_id) if demo else None
