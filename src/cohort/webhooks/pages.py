"""Webhooks of a cohort in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Conflict, Invalid
from cohort.events.catalogue import CATALOGUE
from cohort.http.etag import etag
from cohort.http.forms import Form, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.webhooks import service
from cohort.webhooks.models import Webhook, WebhookDelivery
from cohort.webhooks.schemas import WebhookChange, WebhookIn


@dataclass(frozen=True, slots=True)
class WebhooksView:
    """A cohort's webhooks and what was sent last; `secret` is shown once, with its webhook."""

    cohort: Cohort
    webhooks: Sequence[Webhook]
    deliveries: Sequence[WebhookDelivery]
    kinds: Sequence[Mapping[str, str]]
    shown: Webhook | None = None


async def show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    form: Form[WebhookIn],
    *,
    shown: Webhook | None = None,
) -> Response[str]:
    hooks = await service.list_webhooks(db, actor, cohort.id)
    newest = await service.newest_deliveries(db, actor, [one.id for one in hooks])
    kinds = [{"value": k.name, "label": k.name, "hint": k.says} for k in CATALOGUE.values()]
    view = WebhooksView(cohort, hooks, newest, kinds, shown)
    return page(request, "webhooks/webhooks.html", view, form=form)


@get("/cohorts/{slug:str}/webhooks", guards=[signed_in])
async def webhooks_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    return await show(request, db, actor, cohort, Form())


@post("/cohorts/{slug:str}/webhooks", guards=[signed_in], opt={"secret_answer": True})
async def add_webhook_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    slug: FromPath[str],
) -> Response[str]:
    """The page itself is the answer, as the secret is shown this once."""
    cohort = await cohorts.get_by_slug(db, actor, slug)
    await cohorts.require_organiser(db, actor, cohort.id)
    form = await read_form(request, WebhookIn)
    if form.value is None:
        return await show(request, db, actor, cohort, form)
    private_too = settings.webhooks_may_be_private
    try:
        added = await service.add(
            db, actor, cohort.id, form.value, private_too=private_too, now=clock()
        )
    except Invalid as refusal:
        return await show(request, db, actor, cohort, form.refused(refusal))
    except Conflict as refusal:
        return await show(request, db, actor, cohort, form.refused(refusal, at="url", status=409))
    return await show(request, db, actor, cohort, Form(), shown=added)


@post("/webhooks/{webhook_id:uuid}/secret", guards=[signed_in], opt={"secret_answer": True})
async def replace_secret_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> Response[str]:
    hook = await service.replace_secret(db, actor, webhook_id, now=clock())
    return await show(request, db, actor, hook.cohort, Form(), shown=hook)


@post("/webhooks/{webhook_id:uuid}/test", guards=[signed_in])
async def test_webhook_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> Redirect:
    hook = await service.get(db, actor, webhook_id)
    await service.send_test(db, actor, webhook_id, now=clock())
    return back(hook, "A test is on its way. Look again in a moment.")


@post("/webhooks/{webhook_id:uuid}/turn", guards=[signed_in])
async def turn_webhook_from_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> Redirect:
    """To what the button said, so that a second click changes nothing."""
    hook = await service.get(db, actor, webhook_id)
    change = WebhookChange(active=(await sent_by(request)).texts("to") == ["on"])
    seen = etag(hook.version)
    turned = await service.change(db, actor, webhook_id, change, if_match=seen, now=clock())
    now = "on; what it missed is sent now" if turned.active else "off"
    return back(hook, f"The webhook is {now}.")


@post("/webhooks/{webhook_id:uuid}/delete", guards=[signed_in])
async def remove_webhook_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> Redirect:
    hook = await service.get(db, actor, webhook_id)
    await service.remove(db, actor, webhook_id, now=clock())
    return back(hook, "The webhook is deleted.")


@post("/webhook_deliveries/{delivery_id:uuid}/resend", guards=[signed_in])
async def resend_from_page(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    delivery_id: FromPath[UUID],
) -> Redirect:
    sent = await service.send_again(db, actor, delivery_id, now=clock())
    hook = await service.get(db, actor, sent.webhook_id)
    return back(hook, "It is being sent again. Look again in a moment.")


def back(hook: Webhook, saying: str) -> Redirect:
    return see(f"/cohorts/{hook.cohort.slug}/webhooks", saying=saying)


router = Router(
    "",
    route_handlers=[
        webhooks_page,
        add_webhook_from_page,
        replace_secret_from_page,
        test_webhook_from_page,
        turn_webhook_from_page,
        remove_webhook_from_page,
        resend_from_page,
    ],
    include_in_schema=False,
)
