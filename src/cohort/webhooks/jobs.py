"""Events become deliveries, and each delivery is tried until it is taken or three days are over."""

import json
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.jobs.context import JobContext, Outside
from cohort.jobs.event_log import Event
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.webhooks import policy, service
from cohort.webhooks.models import DeliveryState, Webhook, WebhookDelivery
from cohort.webhooks.sending import PostResult, post, signed

AT_ONCE = 200
"""Events that one job makes deliveries for."""
GONE = 410
WAS_GONE = "The receiver answered that it is gone (410)."
NEVER_TAKEN = "Nothing was taken for three days."


async def fan_out(context: JobContext, of_cohort: str) -> None:
    """Make a delivery of each new event for each webhook that wants it; twice changes nothing."""
    hooks = (
        select(Webhook)
        .where(Webhook.cohort_id == UUID(of_cohort), Webhook.active)
        .order_by(Webhook.id)
        .with_for_update()
    )
    for hook in (await context.db.scalars(hooks)).all():
        await _fan_out_to(context.db, hook, now=context.now)


async def _fan_out_to(db: AsyncSession, hook: Webhook, *, now: datetime) -> None:
    newer = select(Event).where(Event.cohort_id == hook.cohort_id, Event.number > hook.last_number)
    events = (await db.scalars(newer.order_by(Event.number).limit(AT_ONCE))).all()
    if not events:
        return
    # Not a change of the webhook that its organisers would see: its version stays.
    read = update(Webhook).where(Webhook.id == hook.id).values(last_number=events[-1].number)
    await db.execute(read.execution_options(synchronize_session=False))
    wanted = [one for one in events if not hook.types or one.kind in hook.types]
    rows = [
        {
            "id": uuid4(),
            "webhook_id": hook.id,
            "event_number": one.number,
            "payload": payload_of(one),
            "created_at": now,
            "next_at": now,
        }
        for one in wanted
    ]
    if rows:
        made = await db.scalars(
            insert(WebhookDelivery).on_conflict_do_nothing().returning(WebhookDelivery.id), rows
        )
        each = [{"cohort_id": hook.cohort_id, "delivery_id": its_id} for its_id in made]
        await enqueue_each(db, "webhooks.deliver", each, now=now)
    if len(events) == AT_ONCE:
        cohort_id = hook.cohort_id
        await enqueue(db, "webhooks.fan_out", now=now, cohort_id=cohort_id, of_cohort=cohort_id)


def payload_of(event: Event) -> dict[str, object]:
    """The body, with the names that Standard Webhooks has."""
    return {
        "type": event.kind,
        "timestamp": event.occurred_at.isoformat(),
        "data": {
            "cohort_id": str(event.cohort_id),
            "number": event.number,
            "ids": event.ids,
        },
    }


async def deliver(context: JobContext, delivery_id: str) -> Outside[PostResult] | None:
    """Send what waits, with no transaction open, and note what became of it."""
    delivery = await _pending(context.db, UUID(delivery_id))
    if delivery is None:
        return None
    hook = delivery.webhook
    keys = [hook.secret]
    if hook.old_secret and hook.old_secret_until and hook.old_secret_until > context.now:
        keys.append(hook.old_secret)
    body = json.dumps(delivery.payload, separators=(",", ":"))
    headers = signed(keys, f"msg_{delivery.id.hex}", body, now=context.now)
    private_too = context.settings.webhooks_may_be_private
    send = partial(post, hook.url, headers, body, private_too=private_too)
    return Outside(send, partial(_note, delivery.id))


async def _pending(db: AsyncSession, delivery_id: UUID) -> WebhookDelivery | None:
    """None for what is done, and for a webhook that is off or deleted meanwhile."""
    waiting = (
        select(WebhookDelivery)
        .join(WebhookDelivery.webhook)
        .options(joinedload(WebhookDelivery.webhook))
    )
    waiting = waiting.where(WebhookDelivery.state == DeliveryState.PENDING, Webhook.active)
    found: WebhookDelivery | None = await db.scalar(
        waiting.where(WebhookDelivery.id == delivery_id).with_for_update(of=WebhookDelivery)
    )
    return found


async def _note(delivery_id: UUID, context: JobContext, outcome: PostResult) -> None:
    delivery = await _pending(context.db, delivery_id)
    if delivery is None:
        return
    delivery.attempts += 1
    delivery.attempted_at, delivery.next_at = context.now, None
    delivery.status, delivery.error = outcome
    pause = policy.pause_after(delivery.attempts)
    if outcome.is_delivered:
        delivery.state = DeliveryState.DELIVERED
    elif outcome.status == GONE or pause is None:
        delivery.state = DeliveryState.FAILED
        if outcome.status == GONE:
            _turn_off(delivery.webhook, WAS_GONE)
        elif not await _took_something_since(context.db, delivery):
            _turn_off(delivery.webhook, NEVER_TAKEN)
    else:
        delivery.next_at = context.now + pause
        await service.enqueue_delivery(
            context.db, delivery.webhook, delivery.id, now=context.now, after=pause
        )


def _turn_off(hook: Webhook, sentence: str) -> None:
    hook.active, hook.off_because = False, sentence


async def _took_something_since(db: AsyncSession, delivery: WebhookDelivery) -> bool:
    taken = select(WebhookDelivery.id).where(
        WebhookDelivery.webhook_id == delivery.webhook_id,
        WebhookDelivery.state == DeliveryState.DELIVERED,
        WebhookDelivery.attempted_at >= delivery.created_at,
    )
    return await db.scalar(taken.limit(1)) is not None
