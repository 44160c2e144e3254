"""Whether we live, whether we are ready, and how much we do."""

import asyncio

from litestar import Response, Router, get
from litestar.datastructures import CacheControlHeader, State
from litestar.di import NamedDependency
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import is_at_head
from cohort.errors import Unavailable
from cohort.http.problems import may_refuse
from cohort.jobs.outbox import Job, JobState
from cohort.migrate import head
from cohort.operations.schemas import LiveOut, ReadyOut
from cohort.people.auth import public


class Meters:
    """What is counted in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "cohort_requests",
            "Answers sent.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "cohort_request_seconds", "From request to answer.", ["route"], registry=self.registry
        )
        self.jobs = Gauge(
            "cohort_jobs",
            "Jobs that are not done: pending, or dead after their last attempt.",
            ["state"],
            registry=self.registry,
        )
        self.streams = Gauge(
            "cohort_streams",
            "Streams of events that this process has open.",
            registry=self.registry,
        )
        self.tasks = Gauge(
            "cohort_tasks", "What this process does side by side.", registry=self.registry
        )


@get("/health/live", guards=[public])
async def is_live() -> LiveOut:
    """We answer: that is all this says."""
    return LiveOut(status="live")


@get("/health/ready", guards=[public], responses=may_refuse(Unavailable))
async def is_ready(db: NamedDependency[AsyncSession], state: State) -> ReadyOut:
    """The database answers and has the shape that this code expects; Redis may rest.

    A process that was told to stop is not ready: it answers for some seconds, then it is gone.
    """
    if state.draining:
        raise Unavailable("This process is about to stop: send to another one.")
    if not await is_at_head(db, head()):
        raise Unavailable("The database waits for a migration: run `cohort migrate`.")
    try:
        await state.wake_up.redis.ping()
    except (RedisError, OSError):
        away = "away: work waits for the sweep"
        return ReadyOut(status="ready", database="ready", redis=away)
    return ReadyOut(status="ready", database="ready", redis="ready")


@get("/metrics", guards=[public], media_type="text/plain", responses=may_refuse(Unavailable))
async def read_metrics(db: NamedDependency[AsyncSession], state: State) -> Response[bytes]:
    """Counters for Prometheus; nothing personal."""
    counted = await db.execute(
        select(Job.state, func.count().label("jobs"))
        .where(Job.state != JobState.SUCCEEDED)
        .group_by("state")
    )
    count_of = {row.state: row.jobs for row in counted}
    meters: Meters = state.meters
    for waiting in (JobState.PENDING, JobState.DEAD):
        meters.jobs.labels(waiting).set(count_of.get(waiting, 0))
    meters.streams.set(state.live.open)
    meters.tasks.set(len(asyncio.all_tasks()))
    body = generate_latest(meters.registry)
    # Litestar names the charset by itself.
    return Response(body, media_type=CONTENT_TYPE_LATEST.partition("; charset")[0])


router = Router(
    "",
    route_handlers=[is_live, is_ready, read_metrics],
    tags=["operations"],
    cache_control=CacheControlHeader(no_store=True),
    opt={"same_for_everyone": True},
)
