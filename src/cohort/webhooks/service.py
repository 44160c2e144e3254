"""Webhooks of a cohort: made, changed, tried, and their deliveries looked at."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import service as cohorts
from cohort.errors import Conflict, Invalid, NotFound
from cohort.http.etag import require_match
from cohort.http.paging import Page, Slice, page_of
from cohort.jobs.event_log import KEPT_FOR, EventStream
from cohort.jobs.outbox import enqueue, enqueue_each
from cohort.people import audit
from cohort.people.models import Person
from cohort.webhooks import policy
from cohort.webhooks.models import DeliveryState, Webhook, WebhookDelivery
from cohort.webhooks.schemas import WebhookChange, WebhookIn
from cohort.webhooks.sending import may_be_told

BOTH_SECRETS_FOR = timedelta(days=1)


class WebhookThere(Conflict):
    code = "webhook_there"
    title = "There is a webhook with this address"


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"
    title = "There are enough webhooks"


class WebhookOff(Conflict):
    code = "webhook_off"
    title = "This webhook is turned off"


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


async def add(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    form: WebhookIn,
    *,
    private_too: bool,
    now: datetime,
) -> Webhook:
    """Tell this address what happens from now on."""
    await cohorts.require_organiser(db, actor, cohort_id)
    if refusal := may_be_told(form.url, private_too=private_too):
        raise Invalid.at("url", refusal)
    last_number = await _stream(db, cohort_id)  # locked: two who add at once are counted
    there = select(func.count()).where(Webhook.cohort_id == cohort_id)
    if (await db.scalar(there) or 0) >= policy.AT_MOST:
        raise TooManyWebhooks(f"A cohort has at most {policy.AT_MOST} webhooks. Delete one first.")
    added: Webhook | None = await db.scalar(
        insert(Webhook)
        .values(
            cohort_id=cohort_id,
            url=form.url,
            types=form.types,
            secret=_new_secret(),
            last_number=last_number,
            created_by=actor.id,
            created_at=now,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["cohort_id", "url"])
        .returning(Webhook)
    )
    if added is None:
        raise WebhookThere("This address is told already. Change that webhook instead.")
    audit.record(db, actor, "webhook.add", added.id, now=now, cohort_id=cohort_id)
    return added


async def _stream(db: AsyncSession, cohort_id: UUID) -> int:
    """From the next commit on, the events of this cohort are fanned out."""
    begun = insert(EventStream).values(cohort_id=cohort_id, last_number=0, has_webhooks=True)
    last: int | None = await db.scalar(
        begun.on_conflict_do_update(
            index_elements=["cohort_id"], set_={"has_webhooks": True}
        ).returning(EventStream.last_number)
    )
    return last or 0


async def list_webhooks(db: AsyncSession, actor: Person, cohort_id: UUID) -> Sequence[Webhook]:
    await cohorts.require_organiser(db, actor, cohort_id)
    of_cohort = policy.visible_to(actor).where(Webhook.cohort_id == cohort_id)
    return (await db.scalars(of_cohort.order_by(Webhook.created_at, Webhook.id))).all()


async def get(db: AsyncSession, actor: Person, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    wanted = policy.visible_to(actor).where(Webhook.id == webhook_id)
    if lock:
        wanted = wanted.with_for_update(of=Webhook).execution_options(populate_existing=True)
    found = await db.scalar(wanted.options(joinedload(Webhook.cohort)))
    if found is None:
        raise NotFound
    return found


async def change(
    db: AsyncSession,
    actor: Person,
    webhook_id: UUID,
    form: WebhookChange,
    *,
    if_match: str | None,
    now: datetime,
) -> Webhook:
    webhook = await get(db, actor, webhook_id, lock=True)
    require_match(if_match, webhook.version)
    if form.types is not None:
        webhook.types = form.types
    if form.active is not None and form.active != webhook.active:
        webhook.active, webhook.off_because = form.active, None
        if form.active:
            await _catch_up(db, webhook, now=now)
    audit.record(db, actor, "webhook.change", webhook.id, now=now, cohort_id=webhook.cohort_id)
    await db.flush()
    return webhook


async def _catch_up(db: AsyncSession, webhook: Webhook, *, now: datetime) -> None:
    """What it missed while it was off is told now, as far as it is kept."""
    cohort_id = webhook.cohort_id
    await enqueue(db, "webhooks.fan_out", now=now, cohort_id=cohort_id, of_cohort=cohort_id)
    waiting = select(WebhookDelivery.id).where(
        WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.state == DeliveryState.PENDING
    )
    each = [{"cohort_id": cohort_id, "delivery_id": its_id} for its_id in await db.scalars(waiting)]
    await enqueue_each(db, "webhooks.deliver", each, now=now)


async def remove(db: AsyncSession, actor: Person, webhook_id: UUID, *, now: datetime) -> Webhook:
    """With the last webhook of a cohort, its commits promise no more messages."""
    webhook = await get(db, actor, webhook_id)
    await _stream(db, webhook.cohort_id)  # locked: nobody adds one meanwhile
    await db.execute(delete(Webhook).where(Webhook.id == webhook_id))
    there = select(Webhook.id).where(Webhook.cohort_id == webhook.cohort_id).exists()
    stream = update(EventStream).where(EventStream.cohort_id == webhook.cohort_id)
    await db.execute(stream.values(has_webhooks=there).execution_options(synchronize_session=False))
    audit.record(db, actor, "webhook.remove", webhook_id, now=now, cohort_id=webhook.cohort_id)
    return webhook


async def replace_secret(
    db: AsyncSession, actor: Person, webhook_id: UUID, *, now: datetime
) -> Webhook:
    """A new secret; for a day we sign with the old one too, so that nothing is refused.

    Asked for twice within that day, it is still the first one that receivers have.
    """
    webhook = await get(db, actor, webhook_id, lock=True)
    if webhook.old_secret_until is None or webhook.old_secret_until <= now:
        webhook.old_secret, webhook.old_secret_until = webhook.secret, now + BOTH_SECRETS_FOR
    webhook.secret = _new_secret()
    audit.record(db, actor, "webhook.secret", webhook_id, now=now, cohort_id=webhook.cohort_id)
    await db.flush()
    return webhook


async def send_test(
    db: AsyncSession, actor: Person, webhook_id: UUID, *, now: datetime
) -> WebhookDelivery:
    """An event of the type `test`, sent like any other."""
    webhook = await _to_send_to(db, actor, webhook_id)
    payload = {
        "type": "test",
        "timestamp": now.isoformat(),
        "data": {"cohort_id": str(webhook.cohort_id), "number": None, "ids": {}},
    }
    made = WebhookDelivery(webhook_id=webhook_id, payload=payload, created_at=now, next_at=now)
    db.add(made)
    await db.flush()
    await enqueue_delivery(db, webhook, made.id, now=now)
    return made


async def _to_send_to(db: AsyncSession, actor: Person, webhook_id: UUID) -> Webhook:
    webhook = await get(db, actor, webhook_id)
    if not webhook.active:
        raise WebhookOff("This webhook is turned off. Turn it on first.")
    return webhook


async def enqueue_delivery(
    db: AsyncSession,
    webhook: Webhook,
    delivery_id: UUID,
    *,
    now: datetime,
    after: timedelta = timedelta(0),
) -> None:
    await enqueue(
        db,
        "webhooks.deliver",
        now=now,
        after=after,
        cohort_id=webhook.cohort_id,
        delivery_id=delivery_id,
    )


async def list_deliveries(
    db: AsyncSession, actor: Person, webhook_id: UUID, part: Slice
) -> Page[WebhookDelivery]:
    await get(db, actor, webhook_id)
    seen = policy.deliveries_visible_to(actor).where(WebhookDelivery.webhook_id == webhook_id)
    return await page_of(db, seen, by=WebhookDelivery.created_at, id=WebhookDelivery.id, part=part)


async def newest_deliveries(
    db: AsyncSession, actor: Person, webhook_ids: Sequence[UUID]
) -> Sequence[WebhookDelivery]:
    """For the page: the newest of all these, the newest first."""
    seen = policy.deliveries_visible_to(actor).where(WebhookDelivery.webhook_id.in_(webhook_ids))
    newest = seen.order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id).limit(50)
    return (await db.scalars(newest.options(joinedload(WebhookDelivery.webhook)))).all()


async def send_again(
    db: AsyncSession, actor: Person, delivery_id: UUID, *, now: datetime
) -> WebhookDelivery:
    """With the same message id, so that the receiver can tell it from a new event."""
    found = await db.scalar(
        policy.deliveries_visible_to(actor)
        .where(WebhookDelivery.id == delivery_id)
        .options(joinedload(WebhookDelivery.webhook))
    )
    if found is None:
        raise NotFound
    webhook = await _to_send_to(db, actor, found.webhook_id)
    again = update(WebhookDelivery).where(
        WebhookDelivery.id == delivery_id, WebhookDelivery.state != DeliveryState.PENDING
    )
    reset = {"state": DeliveryState.PENDING, "attempts": 0, "next_at": now}
    if await db.scalar(again.values(reset).returning(WebhookDelivery.id)) is not None:
        audit.record(db, actor, "webhook.resend", delivery_id, now=now, cohort_id=webhook.cohort_id)
        await enqueue_delivery(db, webhook, delivery_id, now=now)
    await db.refresh(found)
    return found


async def delete_old(db: AsyncSession, *, now: datetime) -> None:
    """Deliveries are kept as long as the events that they tell of."""
    await db.execute(delete(WebhookDelivery).where(WebhookDelivery.created_at < now - KEPT_FOR))
