"""Study circles over the API."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import membership, previews, reading, service, showing
from cohort.circles.models import Circle
from cohort.circles.schemas import (
    CircleChange,
    CircleOptionsOut,
    CircleOut,
    CirclePreviewOut,
    CircleRules,
    PlaceInCircle,
    ShowProgress,
)
from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person


async def _answer(
    db: AsyncSession, actor: Person, circle: Circle, clock: Clock
) -> Response[CircleOut]:
    found = await reading.get(db, actor, circle.id)
    [told] = await reading.seen(db, actor, [found])
    shown = reading.circle_out(told, now=clock())
    return Response(shown, headers={"ETag": etag(found.version)})


@get("/cohorts/{cohort_id:uuid}/circles", guards=[signed_in], responses=may_refuse(NotFound))
async def list_circles(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[CircleOut]:
    """The study circles of a cohort, for its organisers; for a researcher her own."""
    page = await reading.list_of(db, actor, cohort_id, part)
    told = await reading.seen(db, actor, page.items)
    shown = [reading.circle_out(one, now=clock()) for one in told]
    return PageOut[CircleOut](items=shown, next=page.next)


@get("/circles/{circle_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_circle(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    circle_id: FromPath[UUID],
) -> Response[CircleOut]:
    """A circle, for those who are in it and the organisers of its cohort."""
    return await _answer(db, actor, await reading.get(db, actor, circle_id), clock)


@patch(
    "/circles/{circle_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, membership.CircleEnded, Stale, NeedsIfMatch),
)
async def change_circle(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    circle_id: FromPath[UUID],
    data: JSONBody[CircleChange],
    if_match: IfMatch = None,
) -> Response[CircleOut]:
    """Choose when it meets, the address of its call, and what it works on.

    A time is one at which everybody is free, every week until the cohort ends. The others are told
    by mail of another time or address.
    """
    changed = await membership.change(db, actor, circle_id, data, if_match=if_match, now=clock())
    return await _answer(db, actor, changed, clock)


@put("/circles/{circle_id:uuid}/progress", guards=[signed_in], responses=may_refuse(NotFound))
async def show_progress_to_circle(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    circle_id: FromPath[UUID],
    data: JSONBody[ShowProgress],
) -> Response[CircleOut]:
    """Say whether the others of your circle see how many milestones you have passed."""
    await membership.show_progress(db, actor, circle_id, shows=data.shows_progress)
    return await _answer(db, actor, await reading.get(db, actor, circle_id), clock)


@post(
    "/cohorts/{cohort_id:uuid}/circle_previews",
    guards=[signed_in],
    responses=may_refuse(NotFound, previews.CannotForm),
)
async def preview_circles(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[CircleRules],
) -> CirclePreviewOut:
    """Form circles, or form them anew, as a preview: nothing changes, and nobody is told.

    A job works it out: read it again until its state is `formed`, or follow the events of the
    cohort. Then it tells who would be with whom and why, who has no place and why, and how far
    from the best the circles may be. Asked for again by the same rules meanwhile, it is the same
    preview; by others, a new one replaces those that were not published.
    """
    made = await previews.ask(db, actor, cohort_id, data, now=clock())
    return await showing.preview_out(db, made)


@get("/circle_previews/{preview_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_circle_preview(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], preview_id: FromPath[UUID]
) -> CirclePreviewOut:
    """A preview, for the organisers of its cohort."""
    return await showing.preview_out(db, await reading.preview_of(db, actor, preview_id))


@post(
    "/circle_previews/{preview_id:uuid}/cancellation",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def cancel_circle_preview(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    preview_id: FromPath[UUID],
) -> CirclePreviewOut:
    """Stop working a preview out; a second time is the first.

    What has ended already stays as it is: its state says so.
    """
    stopped = await previews.cancel(db, actor, preview_id, now=clock())
    return await showing.preview_out(db, stopped)


@post(
    "/circle_previews/{preview_id:uuid}/publication",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.PreviewStale, service.PreviewNotReady),
)
async def publish_circles(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    preview_id: FromPath[UUID],
) -> CirclePreviewOut:
    """Make the circles of a preview real, and tell everybody in them; a second time is the first.

    When somebody has joined, left or changed her profile since, make a new preview.
    """
    published = await service.publish(db, actor, preview_id, now=clock())
    return await showing.preview_out(db, published)


@get(
    "/enrolments/{enrolment_id:uuid}/circle_options",
    guards=[signed_in],
    responses=may_refuse(NotFound, previews.CannotForm),
)
async def list_circle_options(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> CircleOptionsOut:
    """Where one researcher could be while everybody else stays, the best first; for organisers."""
    enrolment, now_in, found = await service.options(db, actor, enrolment_id, now=clock())
    return await showing.options_out(db, actor, enrolment.cohort_id, enrolment.id, now_in, found)


@put(
    "/enrolments/{enrolment_id:uuid}/circle",
    guards=[signed_in],
    responses=may_refuse(NotFound, previews.CannotForm, service.NotInCircle),
)
async def place_in_circle(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[PlaceInCircle],
) -> Response[CircleOut]:
    """Put one researcher into a circle, from none or from another; everybody else stays."""
    placed = await service.place(db, actor, enrolment_id, data.circle_id, now=clock())
    return await _answer(db, actor, placed, clock)


@delete(
    "/enrolments/{enrolment_id:uuid}/circle", guards=[signed_in], responses=may_refuse(NotFound)
)
async def leave_circle(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> None:
    """Leave your circle, or as an organiser take somebody out of hers; the others are told."""
    await service.take_out(db, actor, enrolment_id, now=clock())


router = Router(
    "",
    route_handlers=[
        list_circles,
        read_circle,
        change_circle,
        show_progress_to_circle,
        preview_circles,
        read_circle_preview,
        cancel_circle_preview,
        publish_circles,
        list_circle_options,
        place_in_circle,
        leave_circle,
    ],
    tags=["circles"],
    opt={"room": "circles"},
)
