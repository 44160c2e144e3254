"""A webhook of Olga's cohort, and a delivery that failed."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.people.models import Person
from cohort.webhooks import service as webhooks
from cohort.webhooks.models import DeliveryState, WebhookDelivery
from cohort.webhooks.schemas import WebhookIn


async def add_a_webhook(
    db: AsyncSession, ids: dict[str, Any], organiser: Person, now: datetime
) -> dict[str, Any]:
    form = WebhookIn(url="https://hooks.example.org/old")
    hook = await webhooks.add(db, organiser, ids["cohort_id"], form, private_too=False, now=now)
    sent = WebhookDelivery(
        webhook_id=hook.id, payload={"type": "test"}, state=DeliveryState.FAILED, created_at=now
    )
    db.add(sent)
    await db.flush()
    return {"webhook_id": hook.id, "delivery_id": sent.id}
