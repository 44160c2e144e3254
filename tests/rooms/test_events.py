"""What happens in Olga's cohort, as a list and as it happens."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.app import create_app
from cohort.cohorts.models import Cohort
from cohort.db import unit_of_work
from cohort.events import live as live_events
from cohort.jobs import event_log
from cohort.jobs.event_log import Event, EventKind
from cohort.jobs.progress import JobProgress, ProgressStore
from cohort.matching.events import RUN_PROGRESS
from cohort.people import audit
from cohort.people.models import Act, Login, Person
from tests.conftest import MONDAY, Cast, Platform, Someone
from tests.rooms.mentorship_world import Spring, begun
from tests.serving import serving

RunJobs = Callable[[], Awaitable[None]]
HAPPENED = EventKind("something.happened", "Something happened.", ())
ALONE = EventKind("enrolment.happened", "Something happened to her.", ("enrolment_id",))


async def happen(platform: Platform, cohort_id: UUID, times: int = 1) -> None:
    async with unit_of_work(platform.sessions) as db:
        for _ in range(times):
            event_log.record(db, HAPPENED, cohort_id, now=MONDAY)
    await platform.app.state.wake_up.after_commit(db)


async def listed(someone: Someone, cohort: Cohort, **asked: Any) -> list[dict[str, Any]]:
    answer = await someone.get(f"/api/v1/cohorts/{cohort.id}/events", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


class Streaming:
    """A real server of this application, and streams that it sends."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def follow(
        self, someone: Someone, cohort: Cohort, last: int | None = None
    ) -> AsyncGenerator[asyncio.Queue[Any]]:
        """The events that someone is sent, each as a dict; None at the end of the stream."""
        seen: asyncio.Queue[Any] = asyncio.Queue()
        began = asyncio.Event()
        headers = dict(someone.http.headers) | {"accept-encoding": "gzip"}
        if last is not None:
            headers["last-event-id"] = str(last)
        address = f"{self.address}/api/v1/cohorts/{cohort.id}/events/stream"

        async def read() -> None:
            async with (
                AsyncClient(timeout=30) as client,
                client.stream("GET", address, headers=headers) as answer,
            ):
                assert answer.status_code == 200
                assert answer.headers["content-type"].startswith("text/event-stream")
                assert "content-encoding" not in answer.headers
                lines = answer.aiter_lines()
                while await anext(lines) != "event: stream.began":
                    pass
                assert await anext(lines) == "data: {}"
                began.set()
                async for line in lines:
                    if line.startswith("data: "):
                        seen.put_nowait(json.loads(line.removeprefix("data: ")))
            seen.put_nowait(None)

        reading = asyncio.create_task(read())
        await asyncio.wait_for(began.wait(), 10)
        try:
            yield seen
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@pytest.fixture
async def streaming(platform: Platform) -> AsyncGenerator[Streaming]:
    async with serving(platform.app) as port:
        yield Streaming(port)


async def next_of(seen: asyncio.Queue[Any]) -> Any:
    return await asyncio.wait_for(seen.get(), 10)


async def nothing_comes(seen: asyncio.Queue[Any]) -> bool:
    await asyncio.sleep(0.3)
    return seen.empty()


async def test_the_life_of_a_proposal_is_told_in_order(spring: Spring) -> None:
    mentorship = await begun(spring)
    ended = f"/api/v1/mentorships/{mentorship['id']}/end"
    await spring.olga.post(ended, json={"reason": "A new job."})

    events = await listed(spring.olga, spring.cohort)
    assert [(one["number"], one["type"]) for one in events] == [
        (1, "proposal.opened"),
        (2, "proposal.answered"),
        (3, "proposal.answered"),
        (4, "mentorship.began"),
        (5, "mentorship.ended"),
    ]
    assert events[0]["ids"] == {
        "proposal_id": str(spring.proposal.id),
        "enrolment_id": str(spring.enrolment.id),
        "mentor_id": str(spring.mentor.id),
    }
    assert await listed(spring.olga, spring.cohort, after=3) == events[3:]


async def test_a_second_click_is_no_second_event(spring: Spring) -> None:
    for _ in range(2):
        await spring.ada.post(f"{spring.address}/acceptance")
    told = await listed(spring.olga, spring.cohort)
    assert [one["type"] for one in told] == ["proposal.opened", "proposal.answered"]


async def test_each_reads_what_is_about_herself_and_a_stranger_nothing(
    spring: Spring, enter: Cast, platform: Platform
) -> None:
    await happen(platform, spring.cohort.id)
    eve, admin = await enter("Eve"), await enter("Root", admin=True)
    assert [one["number"] for one in await listed(spring.ada, spring.cohort)] == [1]
    assert [one["number"] for one in await listed(spring.grace, spring.cohort)] == [1]
    assert [one["number"] for one in await listed(admin, spring.cohort)] == [1, 2]
    assert await listed(eve, spring.cohort) == []
    draft = await eve.get(f"/api/v1/cohorts/{uuid4()}/events")
    assert draft.status_code == 404


async def test_what_is_rolled_back_did_not_happen(
    platform: Platform, cohort: Cohort, olga: Someone
) -> None:
    async with platform.sessions() as db:
        await db.get(Cohort, cohort.id)
        event_log.record(db, HAPPENED, cohort.id, now=MONDAY)
        await db.rollback()
        event_log.record(db, ALONE, cohort.id, now=MONDAY, enrolment_id=cohort.id)
        async with db.begin_nested():
            await db.flush()
        await db.commit()
    assert [one["type"] for one in await listed(olga, cohort)] == ["enrolment.happened"]


async def test_an_act_is_kept_with_what_was_done_and_lost_with_what_was_undone(
    platform: Platform, cohort: Cohort, olga: Someone, db: AsyncSession
) -> None:
    """Also where whoever did it is new in the same transaction, and in the order of the acts."""
    async with platform.sessions() as doing:
        nora = Person(email="nora@example.org", name="Nora", is_admin=False, created_at=MONDAY)
        nora.id = uuid4()
        doing.add(nora)
        audit.record(doing, nora, "test.first", cohort.id, now=MONDAY, times=2)
        undone = await doing.begin_nested()
        audit.record(doing, olga.person, "test.undone", cohort.id, now=MONDAY)
        await undone.rollback()
        async with doing.begin_nested():
            audit.record(doing, None, "test.second", cohort.id, now=MONDAY)
        await doing.commit()
    acts = select(Act).where(Act.verb.startswith("test.")).order_by(Act.id)
    kept = [(one.verb, one.actor_id, one.detail) for one in await db.scalars(acts)]
    assert kept == [("test.first", nora.id, {"times": 2}), ("test.second", None, {})]


async def test_numbers_have_no_gap_and_are_seen_in_their_order(
    platform: Platform, cohort: Cohort, db: AsyncSession
) -> None:
    """Whoever reads while forty write misses nothing by asking for what follows the last one."""
    seen: list[int] = []

    async def read_along() -> None:
        while len(seen) < 120:
            newer = select(Event.number).where(Event.cohort_id == cohort.id)
            last = seen[-1] if seen else 0
            seen.extend(await db.scalars(newer.where(Event.number > last).order_by(Event.number)))
            await db.commit()
            await asyncio.sleep(0)

    reading = asyncio.create_task(read_along())
    await asyncio.gather(*(happen(platform, cohort.id, times=3) for _ in range(40)))
    await asyncio.wait_for(reading, 30)
    assert seen == list(range(1, 121))


async def test_two_cohorts_in_one_commit_do_not_wait_for_each_other_in_a_circle(
    platform: Platform, cohort: Cohort
) -> None:
    other = uuid4()

    async def both(first: UUID, second: UUID) -> None:
        async with unit_of_work(platform.sessions) as db:
            event_log.record(db, HAPPENED, first, now=MONDAY)
            event_log.record(db, HAPPENED, second, now=MONDAY)

    each = [(cohort.id, other), (other, cohort.id)] * 15
    await asyncio.gather(*(both(*pair) for pair in each))


async def test_events_come_as_they_happen_to_those_whom_they_concern(
    spring: Spring, enter: Cast, streaming: Streaming
) -> None:
    eve = await enter("Eve")
    async with (
        streaming.follow(spring.olga, spring.cohort) as to_olga,
        streaming.follow(spring.grace, spring.cohort) as to_grace,
        streaming.follow(eve, spring.cohort) as to_eve,
    ):
        await spring.ada.post(f"{spring.address}/acceptance")
        event = await next_of(to_olga)
        assert event == await next_of(to_grace)
        assert event == (await listed(spring.olga, spring.cohort))[-1]
        assert await nothing_comes(to_eve)


async def test_who_comes_back_is_sent_what_was_missed(
    spring: Spring, streaming: Streaming, platform: Platform
) -> None:
    await happen(platform, spring.cohort.id, times=live_events.AT_ONCE * 3)
    async with streaming.follow(spring.olga, spring.cohort, last=1) as seen:
        missed = [(await next_of(seen))["number"] for _ in range(live_events.AT_ONCE * 3)]
        await happen(platform, spring.cohort.id)
        assert [*missed, (await next_of(seen))["number"]] == list(range(2, 603))


async def test_what_one_process_commits_reaches_those_who_follow_at_another(
    spring: Spring, platform: Platform, streaming: Streaming
) -> None:
    another = create_app(platform.settings, clock=platform.clock)
    async with (
        another.lifespan(),
        serving(another) as port,
        streaming.follow(spring.olga, spring.cohort) as here,
        Streaming(port).follow(spring.olga, spring.cohort) as there,
    ):
        await spring.ada.post(f"{spring.address}/acceptance")
        assert await next_of(here) == await next_of(there)


async def test_how_far_a_run_is_reaches_organisers_who_follow_and_is_no_event(
    spring: Spring, platform: Platform, streaming: Streaming
) -> None:
    run_id = uuid4()
    redis = platform.app.state.wake_up.redis
    async with (
        streaming.follow(spring.olga, spring.cohort) as olga,
        streaming.follow(spring.ada, spring.cohort) as ada,
    ):
        now = JobProgress("solving", 0.4)
        await ProgressStore(redis).tell(spring.cohort.id, RUN_PROGRESS, {"run_id": run_id}, now)
        told = await next_of(olga)
        assert await nothing_comes(ada)
    assert told == {
        "type": "run.progress",
        "cohort_id": str(spring.cohort.id),
        "ids": {"run_id": str(run_id)},
        "step": "solving",
        "share": 0.4,
    }
    kept = [one["type"] for one in await listed(spring.olga, spring.cohort)]
    assert "run.progress" not in kept


async def test_without_redis_events_come_a_little_later(
    spring: Spring, platform: Platform, streaming: Streaming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_events, "SWEEP_EVERY", 0.1)
    async with streaming.follow(spring.olga, spring.cohort) as seen:
        await asyncio.sleep(0.2)
        async with unit_of_work(platform.sessions) as db:  # and nobody announces it
            event_log.record(db, HAPPENED, spring.cohort.id, now=MONDAY)
        assert (await next_of(seen))["type"] == "something.happened"


async def test_a_stream_ends_with_its_login(
    spring: Spring, platform: Platform, streaming: Streaming, db: AsyncSession
) -> None:
    async with streaming.follow(spring.olga, spring.cohort) as seen:
        login = await db.scalar(select(Login).where(Login.person_id == spring.olga.person.id))
        await db.delete(login)
        await db.commit()
        await happen(platform, spring.cohort.id)
        assert await next_of(seen) is None


async def test_who_organises_no_more_is_told_no_more(
    spring: Spring, platform: Platform, streaming: Streaming, db: AsyncSession
) -> None:
    async with streaming.follow(spring.olga, spring.cohort) as seen:
        await happen(platform, spring.cohort.id)
        assert (await next_of(seen))["number"] == 2
        raw = await (await db.connection()).get_raw_connection()
        driver: Any = raw.driver_connection
        await driver.execute("DELETE FROM organisers")
        await happen(platform, spring.cohort.id)
        assert await nothing_comes(seen)


async def test_who_does_not_keep_up_is_let_go_and_nobody_else_notices() -> None:
    slow = live_events.Follower(uuid4(), b"", after=0)
    for number in range(live_events.WAITING + 1):
        slow.send(b"%d" % number)
    assert slow.waiting.get_nowait() is None


async def test_streams_end_when_the_process_is_told_to_stop(
    spring: Spring, platform: Platform
) -> None:
    app = create_app(platform.settings, clock=platform.clock)
    async with (
        app.lifespan(),
        serving(app) as port,
        Streaming(port).follow(spring.olga, spring.cohort) as seen,
        AsyncClient(base_url=Streaming(port).address, headers=spring.olga.http.headers) as olga,
    ):
        app.state.live.close()
        assert await next_of(seen) is None
        refused = await olga.get(f"/api/v1/cohorts/{spring.cohort.id}/events/stream")
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
    assert app.state.live.open == 0


@pytest.mark.parametrize("number", ["-1", "x", "9223372036854775808"])
async def test_a_number_that_cannot_be_is_refused(spring: Spring, number: str) -> None:
    stream = f"/api/v1/cohorts/{spring.cohort.id}/events/stream"
    assert (await spring.olga.head(stream, headers={"last-event-id": number})).status_code == 422
    assert (await spring.olga.head(stream, params={"after": number})).status_code == 422
