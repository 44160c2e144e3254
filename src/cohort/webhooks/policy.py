"""Who sees webhooks: the organisers of their cohort. And when a delivery is tried again."""

from datetime import timedelta

from sqlalchemy import Select, select

from cohort.cohorts import policy as cohorts
from cohort.people.models import Person
from cohort.webhooks.models import Webhook, WebhookDelivery

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Between attempts: over three days in all, as Standard Webhooks advises."""
AT_MOST = 20
"""Webhooks of one cohort."""


def visible_to(actor: Person) -> Select[Webhook]:
    return select(Webhook).where(Webhook.cohort_id.in_(cohorts.organised_by(actor)))


def deliveries_visible_to(actor: Person) -> Select[WebhookDelivery]:
    organised = Webhook.cohort_id.in_(cohorts.organised_by(actor))
    return select(WebhookDelivery).join(WebhookDelivery.webhook).where(organised)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after this many failed attempts; None when they were the last."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
