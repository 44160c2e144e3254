"""Wiring: the web application, from its settings."""

import inspect
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, cast

import msgspec
import structlog
from litestar import Litestar, Request, Router
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.params import QueryParameter
from litestar.routes import HTTPRoute
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from cohort import rooms
from cohort.clock import Clock, utc_now
from cohort.cohorts import service as cohorts
from cohort.contract import pages as reference
from cohort.contract.config import contract
from cohort.contract.schemas import PydanticSchemas
from cohort.db import Sessions, create_engine, create_readers, create_sessions
from cohort.errors import NotFound, NotSignedIn
from cohort.events.live import LiveEvents
from cohort.forms import service as forms
from cohort.http import pages as web
from cohort.http.body import BODY_LIMIT, JsonRequest, WholeBody
from cohort.http.compression import GZIP, Compression
from cohort.http.cross_origin import CrossOrigin
from cohort.http.head import HeadAsGet
from cohort.http.idempotency import OneResponsePerKey
from cohort.http.listing import refuse_null
from cohort.http.not_modified import NotModified
from cohort.http.origin import SameOrigin
from cohort.http.paging import FIRST_PAGE, Slice
from cohort.http.problems import refuse
from cohort.http.response_headers import add_headers
from cohort.http.transaction import OneTransaction
from cohort.jobs import wake
from cohort.jobs.progress import ProgressStore
from cohort.logs import configure_logging
from cohort.operations import health
from cohort.people.auth import Connection, Credential, WhoIsAsking, public, tries_of
from cohort.people.before_body import KnownBeforeLongBody
from cohort.people.models import Person
from cohort.people.throttle import Throttle, Tries
from cohort.profiles import zones
from cohort.settings import Settings


def create_app(settings: Settings, *, clock: Clock = utc_now) -> Litestar:
    configure_logging(settings)
    engine = create_engine(settings)
    sessions, readers = create_sessions(engine), create_readers(engine)
    redis = wake.connect(settings.redis_url)
    wake_up = wake.WakeUp(redis)
    meters = health.Meters()
    throttle = Throttle(settings.redis_url)
    live = LiveEvents(readers, redis, clock)

    @asynccontextmanager
    async def opened(_app: Litestar) -> AsyncGenerator[None]:
        async with live.running():
            yield
        await throttle.close()
        await redis.aclose()
        await engine.dispose()

    pages = web.create_pages(settings)
    pages.globals["zone_options"] = lambda: zones.options(clock())
    pages.globals["zone_label_of"] = lambda typed: zones.label_of(typed, clock())
    static = cast("web.Fingerprints", pages.globals["static"])
    app = Litestar(
        route_handlers=[
            Router("/api/v1", route_handlers=list(rooms.API), before_request=refuse_null),
            *rooms.PAGES,
            reference.router,
            static_files(static),
        ],
        middleware=passed_by_a_request(settings, clock, sessions, readers, wake_up),
        dependencies=provided(settings, clock),
        exception_handlers={Exception: refuse},
        before_send=[add_headers(settings, static), count_and_log(meters)],
        lifespan=[opened],
        state=State(
            {
                "settings": settings,
                "clock": clock,
                "sessions": sessions,
                "readers": readers,
                "wake_up": wake_up,
                "throttle": throttle,
                "meters": meters,
                "draining": False,
                "live": live,
                "organises_something": cohorts.organises_something,
                "pages": pages,
            }
        ),
        type_encoders={BaseModel: as_json},
        plugins=[PydanticSchemas()],
        openapi_config=contract(settings),
        request_class=JsonRequest,
        request_max_body_size=BODY_LIMIT,
        logging_config=None,
    )
    provide_in_turn(app)
    name_every_method(app)
    app.asgi_handler = HeadAsGet(app.asgi_handler)
    return app


def passed_by_a_request(
    settings: Settings, clock: Clock, sessions: Sessions, readers: Sessions, wake_up: wake.WakeUp
) -> list[Any]:
    """From the outermost to the innermost."""
    return [
        DefineMiddleware(Compression, config=GZIP),
        NotModified,
        DefineMiddleware(
            CrossOrigin,
            public_url=settings.public_url,
            may_send_from=partial(forms.may_send_from, readers),
        ),
        DefineMiddleware(
            OneTransaction,
            sessions=sessions,
            readers=readers,
            after_commit=wake_up.after_commit,
        ),
        DefineMiddleware(SameOrigin, public_url=settings.public_url),
        DefineMiddleware(KnownBeforeLongBody, settings=settings, clock=clock, sessions=sessions),
        WholeBody,
        DefineMiddleware(WhoIsAsking, settings=settings, clock=clock, sessions=sessions),
        DefineMiddleware(OneResponsePerKey, clock=clock),
    ]


METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}


def static_files(static: web.Fingerprints) -> Router:
    async def one_of_ours(connection: Connection, _handler: BaseRouteHandler) -> None:
        """Before the disk is asked: some names, no disk can be asked for."""
        if str(connection.path_params["file_path"]).lstrip("/") not in static:
            raise NotFound

    return create_static_files_router(
        "/static",
        [web.STATIC],
        guards=[public, one_of_ours],
        opt={"same_for_everyone": True},
        send_as_attachment=False,
    )


def provided(settings: Settings, clock: Clock) -> dict[str, Provide]:
    """What handlers may ask for by name."""
    return {
        "db": Provide(provide_db, sync_to_thread=False),
        "actor": Provide(provide_actor, sync_to_thread=False),
        "credential": Provide(provide_credential, sync_to_thread=False),
        "part": Provide(provide_part, sync_to_thread=False),
        "progress": Provide(provide_progress, sync_to_thread=False),
        "clock": Provide(lambda: clock, sync_to_thread=False),
        "settings": Provide(lambda: settings, sync_to_thread=False),
        "redis": Provide(provide_redis, sync_to_thread=False),
        "tries": Provide(provide_tries, sync_to_thread=False),
    }


def provide_in_turn(app: Litestar) -> None:
    """Provide what a handler asks for one after the other.

    Litestar starts a group of tasks for them, in case they wait for something. None of ours does,
    and the group takes a tenth of the time of a short answer (benchmarks/bench_api.py).
    """
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for _, model in route.route_handler_map.values():
                model.dependency_batches = [{one} for of in model.dependency_batches for one in of]


def name_every_method(app: Litestar) -> None:
    """Let OPTIONS name all methods of an address.

    Litestar keeps the answer of the first route that it made of an address, which knows only the
    methods of the first handler.
    """
    for route in app.routes:
        if isinstance(route, HTTPRoute) and "OPTIONS" in route.route_handler_map:
            handler, _ = route.route_handler_map["OPTIONS"]
            answers = inspect.getclosurevars(handler.fn).nonlocals["self"]
            answers.methods = route.methods | ({"HEAD"} if "GET" in route.methods else set())


def as_json(model: BaseModel) -> msgspec.Raw:
    """Straight to the bytes of the answer, with no dict between."""
    return msgspec.Raw(model.__pydantic_serializer__.to_json(model))


def provide_db(request: Request[Any, Any, State]) -> AsyncSession:
    return cast("AsyncSession", request.scope["state"]["db"])


def provide_progress(request: Request[Any, Any, State]) -> ProgressStore:
    return ProgressStore(request.app.state.wake_up.redis)


def provide_redis(request: Request[Any, Any, State]) -> Redis:
    return cast("Redis", request.app.state.wake_up.redis)


def provide_actor(request: Request[Any, Any, State]) -> Person:
    person = request.scope.get("user")
    if person is None:
        raise NotSignedIn
    return cast("Person", person)


def provide_credential(request: Request[Any, Any, State]) -> Credential:
    return request.scope.get("auth") or Credential()


def provide_tries(request: Request[Any, Any, State]) -> Tries:
    return tries_of(request)


def provide_part(
    cursor: Annotated[
        str | None,
        QueryParameter(description="The `next` of the page before this one.", max_length=2000),
    ] = None,
    limit: Annotated[
        int, QueryParameter(description="How many at most.", ge=1, le=200)
    ] = FIRST_PAGE,
) -> Slice:
    return Slice(cursor, limit)


def count_and_log(meters: health.Meters) -> Any:
    log = structlog.get_logger().bind()  # once, rather than for each answer

    async def note(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        handler = scope.get("route_handler")
        route = str(scope.get("path_template", "none")) if handler else "none"
        method, status = scope.get("method", ""), message["status"]
        # Whoever makes methods up must not make a series of each.
        meters.requests.labels(method if method in METHODS else "other", route, status).inc()
        took = time.perf_counter() - scope.get("state", {}).get("began", time.perf_counter())
        meters.seconds.labels(route).observe(took)
        person = scope.get("user")
        log.info(
            "answered",
            method=method,
            route=route,
            status=status,
            ms=round(took * 1000),
            person=str(person.id) if person else None,
        )

    return note
