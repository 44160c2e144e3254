"""One page for all choices about mails, and the page behind the link that ends a kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.notices import service
from cohort.notices.kinds import DIGEST, KINDS
from cohort.notices.schemas import MailKindOut, MailSettingsIn, MailSettingsOut
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.profiles.zones import typed_zone

CHOICE = "kind_"
"""What the fields of the page begin with that choose for a kind."""


@dataclass(frozen=True, slots=True)
class MailSettingsView:
    settings: MailSettingsOut
    free: Sequence[MailKindOut]
    """Those that leave a choice."""

    @classmethod
    def of(cls, settings: MailSettingsOut) -> Self:
        return cls(settings, [one for one in settings.kinds if len(one.choices) > 1])


@get("/account/mails", guards=[signed_in])
async def mails_page(
    request: Asked, db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Response[str]:
    view = MailSettingsView.of(await service.read(db, actor))
    return page(request, "notices/mails.html", view, form=Form())


@post("/account/mails", guards=[signed_in])
async def choose(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Response[str] | Redirect:
    form = read_choices(await sent_by(request))
    if form.value is not None:
        try:
            await service.choose(db, actor, form.value, now=clock())
        except Invalid as refusal:
            form = form.refused(refusal)
        else:
            return see("/account/mails", saying="Your choices hold from now on.")
    view = MailSettingsView.of(await service.read(db, actor))
    return page(request, "notices/mails.html", view, form=form)


def read_choices(sent: Sent) -> Form[MailSettingsIn]:
    """A field for each kind that leaves a choice; what the page does not know is refused."""
    typed: dict[str, Any] = sent.as_typed(MailSettingsIn)
    fields = {name: text for name, text in typed.items() if not name.startswith(CHOICE)}
    fields |= typed_zone(sent.texts("time_zone"))
    fields["choices"] = {
        name.removeprefix(CHOICE): text for name, text in typed.items() if name.startswith(CHOICE)
    }
    form = checked(MailSettingsIn, fields)
    return Form(typed | fields, form.value, form.errors, form.status)


@post("/account/mails/links", guards=[signed_in])
async def renew_links(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person]
) -> Redirect:
    await service.renew_links(db, actor)
    return see("/account/mails", saying="The links of older mails end nothing any more.")


OPEN_TO_ALL = {"same_for_everyone": True, "from_all_sites": True}


@get("/unsubscribe/{token:str}", guards=[public], opt={"same_for_everyone": True})
async def unsubscribe_page(
    request: Asked, db: NamedDependency[AsyncSession], token: FromPath[str]
) -> Response[str]:
    """It only asks: programs that look at mails open their links."""
    link = await service.find_link(db, token)
    return _about(request, link.kind if link else None, ended=False)


@post("/unsubscribe/{token:str}", guards=[public], status_code=200, opt=OPEN_TO_ALL)
async def unsubscribe(
    request: Asked, db: NamedDependency[AsyncSession], token: FromPath[str]
) -> Response[str]:
    """RFC 8058: from a mail program, with no login and from any site; or from the page's button."""
    link = await service.unsubscribe(db, token)
    return _about(request, link.kind if link else None, ended=True)


def _about(request: Asked, kind: str | None, *, ended: bool) -> Response[str]:
    titles = {name: one.title for name, one in KINDS.items()} | {DIGEST: "Digests"}
    title = titles.get(kind or "", "")
    status = 200 if title else 404
    return page(
        request, "notices/unsubscribe.html", status=status, title_of_kind=title, ended=ended
    )


router = Router(
    "",
    route_handlers=[mails_page, choose, renew_links, unsubscribe_page, unsubscribe],
    include_in_schema=False,
)
