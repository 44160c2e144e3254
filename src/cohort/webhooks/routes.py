"""Webhooks of a cohort over the API, for its organisers."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.webhooks import service
from cohort.webhooks.models import Webhook
from cohort.webhooks.schemas import (
    NewWebhookOut,
    WebhookChange,
    WebhookDeliveryOut,
    WebhookIn,
    WebhookOut,
)


def answered(webhook: Webhook) -> Response[WebhookOut]:
    out = WebhookOut.model_validate(webhook)
    return Response(out, headers={"ETag": etag(webhook.version)})


def with_secret(webhook: Webhook) -> NewWebhookOut:
    return NewWebhookOut.model_validate(webhook)


@post(
    "/cohorts/{cohort_id:uuid}/webhooks",
    guards=[signed_in],
    opt={"secret_answer": True},
    responses=may_refuse(NotFound, service.WebhookThere, service.TooManyWebhooks),
)
async def add_webhook(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    cohort_id: FromPath[UUID],
    data: JSONBody[WebhookIn],
) -> NewWebhookOut:
    """Have an address told what happens in a cohort from now on.

    Each event is a POST signed as Standard Webhooks has it. The secret is shown this once.
    """
    private_too = settings.webhooks_may_be_private
    return with_secret(
        await service.add(db, actor, cohort_id, data, private_too=private_too, now=clock())
    )


@get("/cohorts/{cohort_id:uuid}/webhooks", guards=[signed_in], responses=may_refuse(NotFound))
async def list_webhooks(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], cohort_id: FromPath[UUID]
) -> list[WebhookOut]:
    """The webhooks of a cohort, the oldest first; there are at most twenty."""
    found = await service.list_webhooks(db, actor, cohort_id)
    return [WebhookOut.model_validate(one) for one in found]


@get("/webhooks/{webhook_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_webhook(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], webhook_id: FromPath[UUID]
) -> Response[WebhookOut]:
    """A webhook, without its secret."""
    return answered(await service.get(db, actor, webhook_id))


@patch(
    "/webhooks/{webhook_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, Stale, NeedsIfMatch),
)
async def change_webhook(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
    data: JSONBody[WebhookChange],
    if_match: IfMatch = None,
) -> Response[WebhookOut]:
    """Choose the types of events anew, or turn the webhook off and on."""
    changed = await service.change(db, actor, webhook_id, data, if_match=if_match, now=clock())
    return answered(changed)


@delete("/webhooks/{webhook_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def remove_webhook(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> None:
    """Tell this address nothing more; its deliveries are deleted with it."""
    await service.remove(db, actor, webhook_id, now=clock())


@post(
    "/webhooks/{webhook_id:uuid}/secret",
    guards=[signed_in],
    status_code=200,
    opt={"secret_answer": True},
    responses=may_refuse(NotFound),
)
async def replace_webhook_secret(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> NewWebhookOut:
    """Make a new secret. For a day each message is signed with the old one too."""
    return with_secret(await service.replace_secret(db, actor, webhook_id, now=clock()))


@post(
    "/webhooks/{webhook_id:uuid}/tests",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.WebhookOff),
)
async def test_webhook(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    webhook_id: FromPath[UUID],
) -> WebhookDeliveryOut:
    """Send an event of the type `test`; read the delivery in a moment to see what came of it."""
    made = await service.send_test(db, actor, webhook_id, now=clock())
    return WebhookDeliveryOut.model_validate(made)


@get("/webhooks/{webhook_id:uuid}/deliveries", guards=[signed_in], responses=may_refuse(NotFound))
async def list_webhook_deliveries(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    webhook_id: FromPath[UUID],
) -> PageOut[WebhookDeliveryOut]:
    """What was sent in the last 30 days, and what came of it."""
    page = await service.list_deliveries(db, actor, webhook_id, part)
    return shown(page, WebhookDeliveryOut.model_validate)


@post(
    "/webhook_deliveries/{delivery_id:uuid}/resend",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.WebhookOff),
)
async def resend_webhook_delivery(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    delivery_id: FromPath[UUID],
) -> WebhookDeliveryOut:
    """Send an event again, with the same message id; one that is on its way stays as it is."""
    sent = await service.send_again(db, actor, delivery_id, now=clock())
    return WebhookDeliveryOut.model_validate(sent)


router = Router(
    "",
    route_handlers=[
        add_webhook,
        list_webhooks,
        read_webhook,
        change_webhook,
        remove_webhook,
        replace_webhook_secret,
        test_webhook,
        list_webhook_deliveries,
        resend_webhook_delivery,
    ],
    tags=["webhooks"],
    opt={"room": "webhooks"},
)
