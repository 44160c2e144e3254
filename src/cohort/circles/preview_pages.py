"""A preview of circles in a browser: waited for, looked at, published."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import previews, reading, service, showing
from cohort.circles.models import CirclePreviewState
from cohort.circles.pages import PARTS
from cohort.circles.schemas import CircleRules
from cohort.clock import Clock
from cohort.http.pages import Asked, page, see
from cohort.jobs.progress import ProgressStore
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/circles/previews/{preview_id:uuid}", guards=[signed_in])
async def preview_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    progress: NamedDependency[ProgressStore],
    preview_id: FromPath[UUID],
) -> Response[str]:
    shown = await reading.preview_of(db, actor, preview_id)
    is_forming = shown.state is CirclePreviewState.FORMING
    return page(
        request,
        "circles/preview.html",
        cohort=shown.cohort,
        preview=await showing.preview_out(db, shown),
        names=await reading.names_of_standing(db, shown.cohort_id),
        parts=PARTS,
        progress=await progress.read(preview_id) if is_forming else None,
    )


@post("/circles/previews/{preview_id:uuid}/cancellation", guards=[signed_in])
async def cancel_preview(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    preview_id: FromPath[UUID],
) -> Redirect:
    """What was worked out a moment before is shown instead."""
    stopped = await previews.cancel(db, actor, preview_id, now=clock())
    if stopped.state is CirclePreviewState.FORMED:
        return see(f"/circles/previews/{preview_id}")
    saying = "The preview is stopped. Nothing has changed."
    return see(f"/cohorts/{stopped.cohort.slug}/circles", saying=saying)


@post("/circles/previews/{preview_id:uuid}/publication", guards=[signed_in])
async def publish_circles(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    preview_id: FromPath[UUID],
) -> Redirect:
    """What is out of date is refused, and a new preview by the same rules takes its place."""
    shown, now = await reading.preview_of(db, actor, preview_id), clock()
    slug = shown.cohort.slug
    try:
        await service.publish(db, actor, preview_id, now=now)
    except service.PreviewStale:
        rules = CircleRules.model_validate(shown.asked)
        newer = await previews.ask(db, actor, shown.cohort_id, rules, now=now)
        return see(f"/circles/previews/{newer.id}", saying=ANEW)
    except service.PreviewNotReady as refusal:
        return see(f"/circles/previews/{preview_id}", saying=refusal.sentence)
    return see(f"/cohorts/{slug}/circles", saying="The circles are published, and all are told.")


ANEW = (
    "Nothing was published: something that the preview was worked out from has changed since. "
    "This is a new preview, by the same rules."
)
router = Router(
    "",
    route_handlers=[preview_page, cancel_preview, publish_circles],
    include_in_schema=False,
)
