"""The first page, the organiser's desk, and what developers look at."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.dashboard import desk, figures, service
from cohort.dashboard.linking import linked
from cohort.dashboard.progress import Sort
from cohort.dashboard.spreadsheet import csv_of
from cohort.errors import Conflict, NotFound
from cohort.http.pages import Asked, local, page, see
from cohort.mail import MailboxMessage
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.settings import Settings

PageNumber = Annotated[int, QueryParameter(ge=1, le=10_000)]


@get("/", guards=[public])
async def home(
    request: Asked, db: NamedDependency[AsyncSession], clock: NamedDependency[Clock]
) -> Response[str]:
    actor: Person | None = request.scope.get("user")
    if actor is None:
        return page(request, "dashboard/front.html")
    return page(request, "dashboard/home.html", **await desk.home(db, actor, now=clock()))


@get("/cohorts/{slug:str}", guards=[signed_in])
async def cohort_page(
    request: Asked,
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    sort: Annotated[Sort, QueryParameter()] = Sort.NAME,
    people: PageNumber = 1,
    mentors: PageNumber = 1,
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    if not await cohorts.may_organise(db, actor, cohort.id):
        facts = await desk.door(db, actor, cohort, now=clock())
        return page(request, "dashboard/door.html", **facts)
    shown = await desk.cohort(
        db, actor, cohort, now=clock(), sort=sort, people=people, mentors=mentors
    )
    return page(request, "dashboard/cohort.html", **shown)


@get("/cohorts/{slug:str}/progress.csv", guards=[signed_in])
async def progress_csv(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[bytes]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    return Response(
        csv_of(await desk.progress_rows(db, cohort, now=clock())),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{cohort.slug}-progress.csv"'},
    )


@post("/promises/{promise_id:uuid}/retry", guards=[signed_in])
async def retry(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    promise_id: FromPath[UUID],
) -> Redirect:
    back = local(request.query_params.get("next"))
    try:
        await service.retry_promise(db, actor, promise_id, now=clock())
    except Conflict as refusal:
        return see(back, saying=refusal.sentence)
    return see(back, saying="It is being tried again. Look again in a moment.")


@get("/mailbox", guards=[public])
async def mailbox(
    request: Asked, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[str]:
    _require_mailbox(settings)
    newest = select(MailboxMessage).order_by(MailboxMessage.sent_at.desc(), MailboxMessage.id)
    letters = (await db.scalars(newest.limit(figures.AT_MOST))).all()
    return page(request, "dashboard/mailbox.html", letters=letters)


@get("/mailbox/{letter_id:uuid}", guards=[public])
async def mailbox_letter(
    request: Asked,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    letter_id: FromPath[UUID],
) -> Response[str]:
    _require_mailbox(settings)
    letter = await db.get(MailboxMessage, letter_id)
    if letter is None:
        raise NotFound
    text = linked(letter.text, settings.public_url)
    return page(request, "dashboard/letter.html", letter=letter, text=text)


def _require_mailbox(settings: Settings) -> None:
    if not settings.keeps_mail:
        raise NotFound


@get("/design", guards=[public])
async def design(request: Asked, clock: NamedDependency[Clock]) -> Response[str]:
    return page(request, "design.html", now=clock())


router = Router(
    "",
    route_handlers=[
        home,
        cohort_page,
        progress_csv,
        retry,
        mailbox,
        mailbox_letter,
        design,
    ],
    include_in_schema=False,
)
