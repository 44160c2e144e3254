"""Announcements in a browser: written, looked at, sent, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.announcements import service
from cohort.announcements.models import Announcement, AnnouncementCopy, CopyState
from cohort.announcements.schemas import AnnouncementForm
from cohort.circles import reading as circles
from cohort.circles.models import Circle
from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.db import new_id
from cohort.errors import Conflict, Invalid, NotFound
from cohort.http.forms import Form, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice
from cohort.http.prose import prepare
from cohort.people.auth import signed_in
from cohort.people.models import Person

SHOWN = 50
NAMED = 200


@dataclass(frozen=True, slots=True)
class AnnouncementsView:
    """What was announced, the newest first, and what became of each."""

    cohort: Cohort
    announcements: Sequence[Announcement]
    counts: Mapping[UUID, Mapping[CopyState, int]]
    next: str | None
    begun: str | None


@get("/cohorts/{slug:str}/announcements", guards=[signed_in])
async def announcements_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    cursor = request.query_params.get("cursor") or None
    found = await service.list_of(db, actor, cohort.id, Slice(cursor, SHOWN))
    counts = await service.counts_of(db, found.items)
    view = AnnouncementsView(cohort, found.items, counts, found.next, cursor)
    return page(request, "announcements/announcements.html", view)


@get("/cohorts/{slug:str}/announcements/new", guards=[signed_in])
async def new_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    asked = request.query_params.get("audience")
    typed = {"audience": asked} if asked else {}
    return await _form(request, db, cohort, Form(typed))


async def _form(
    request: Asked, db: AsyncSession, cohort: Cohort, form: Form[AnnouncementForm]
) -> Response[str]:
    """A choice that is none of the list leaves the one that is usual."""
    standing = await circles.standing(db, cohort.id)
    return page(
        request,
        "announcements/new.html",
        form=form,
        cohort=cohort,
        key=form.typed.get("key"),
        circles=[{"value": f"circle:{one.id}", "label": one.name} for one in standing],
    )


@post("/cohorts/{slug:str}/announcements/new", guards=[signed_in])
async def send(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """First who would get it, and how it looks; then, from that page, sent."""
    cohort, sent = await cohorts.organised_by_slug(db, actor, slug), await sent_by(request)
    form = checked(AnnouncementForm, sent.as_typed(AnnouncementForm))
    if form.value is None or sent.step == "change":
        return await _form(request, db, cohort, form if sent.step != "change" else Form(form.typed))
    try:
        if sent.step == "summary":
            return await _look_over(request, db, actor, cohort, form.value, clock())
        its_id, _ = await service.send(
            db, actor, cohort.id, form.value, now=clock(), key=form.value.key
        )
    except (Invalid, Conflict) as refusal:
        return await _form(request, db, cohort, form.refused(refusal))
    return see(f"/cohorts/{slug}/announcements/{its_id}", saying="It is on its way.")


async def _look_over(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    said: AnnouncementForm,
    now: datetime,
) -> Response[str]:
    reached = await service.reach(db, actor, cohort.id, said, now=now)
    await prepare([said.text])
    carried = (await sent_by(request)).carried()
    if said.key is None:
        carried = [*carried, ("key", str(new_id()))]  # so that a second click sends nothing again
    return page(
        request,
        "announcements/look_over.html",
        cohort=cohort,
        said=said,
        reached=reached,
        named=reached.people[:NAMED],
        circle=await db.get(Circle, said.circle_id) if said.circle_id else None,
        carried=carried,
    )


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    cohort: Cohort
    announcement: Announcement
    counts: Mapping[CopyState, int]
    copies: Sequence[AnnouncementCopy]
    next: str | None
    begun: str | None


@get("/cohorts/{slug:str}/announcements/{announcement_id:uuid}", guards=[signed_in])
async def announcement_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
    announcement_id: FromPath[UUID],
) -> Response[str]:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    one = await service.get(db, actor, announcement_id)
    if one.cohort_id != cohort.id:
        raise NotFound
    cursor = request.query_params.get("cursor") or None
    copies = await service.list_copies(db, one, Slice(cursor, SHOWN))
    await prepare([one.text])
    counts = (await service.counts_of(db, [one]))[one.id]
    view = AnnouncementView(cohort, one, counts, copies.items, copies.next, cursor)
    return page(request, "announcements/announcement.html", view)


router = Router(
    "",
    route_handlers=[announcements_page, new_page, send, announcement_page],
    include_in_schema=False,
)
