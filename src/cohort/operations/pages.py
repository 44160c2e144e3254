"""Jobs that failed, the mailbox of development, and the parts that pages are made of."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Conflict, NotFound
from cohort.http.pages import Asked, local, page, see
from cohort.http.paging import Slice, page_of
from cohort.mail import MailboxMessage
from cohort.operations import service
from cohort.operations.linking import linked
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.settings import Settings

SHOWN = 25
"""Letters on one page of the mailbox."""


@post("/jobs/{job_id:uuid}/retry", guards=[signed_in])
async def retry(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    job_id: FromPath[UUID],
) -> Redirect:
    back = local(request.query_params.get("next"))
    try:
        await service.retry_job(db, actor, job_id, now=clock())
    except Conflict as refusal:
        return see(back, saying=refusal.sentence)
    return see(back, saying="It is being tried again. Look again in a moment.")


@get("/mailbox", guards=[public])
async def mailbox(
    request: Asked,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    part: NamedDependency[Slice],
) -> Response[str]:
    _require_mailbox(settings)
    of, part = MailboxMessage, Slice(part.cursor, SHOWN)
    newest = await page_of(db, select(of), by=of.sent_at, id=of.id, part=part, sort="-sent_at")
    return page(request, "operations/mailbox.html", letters=newest, cursor=part.cursor)


@get("/mailbox/{letter_id:uuid}", guards=[public], opt={"secret_answer": True})
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
    return page(request, "operations/letter.html", letter=letter, text=text)


def _require_mailbox(settings: Settings) -> None:
    if not settings.shows_mail:
        raise NotFound


@get("/design", guards=[public])
async def design(request: Asked, clock: NamedDependency[Clock]) -> Response[str]:
    return page(request, "operations/design.html", now=clock())


router = Router(
    "", route_handlers=[retry, mailbox, mailbox_letter, design], include_in_schema=False
)
