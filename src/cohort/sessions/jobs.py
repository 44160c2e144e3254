"""Mail about sessions, reminders, and the seats of those who leave a cohort."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.jobs.context import CronContext, Delivery, JobContext
from cohort.mentors.models import Mentor
from cohort.people.models import Person
from cohort.sessions import emails, reading, reminding, telling
from cohort.sessions.models import LiveSession, PlaceState, SessionPlace

STANDS = {
    telling.COMING: (PlaceState.COMING,),
    telling.SEATED: (PlaceState.COMING,),
    telling.WAITING: (PlaceState.WAITING,),
    telling.LEFT: (PlaceState.LEFT,),
    telling.CHANGED: telling.HAVE_IT,
    telling.CANCELLED: telling.HAVE_IT,
    telling.SOON: (PlaceState.COMING,),
    telling.SERIES: telling.HAVE_IT,
}
"""What of a place makes each mail true."""


async def tell(
    context: JobContext, person_id: str, why: str, sequences: Mapping[str, int]
) -> Delivery:
    """One person; of what has changed again since, a later mail tells."""
    db = context.db
    person = await db.get_one(Person, UUID(person_id))
    its = (
        select(SessionPlace)
        .join(SessionPlace.session)
        .where(
            SessionPlace.person_id == person.id,
            SessionPlace.session_id.in_([UUID(one) for one in sequences]),
            SessionPlace.state.in_(STANDS[why]),
        )
        .options(joinedload(SessionPlace.session).joinedload(LiveSession.cohort))
        .order_by(LiveSession.starts_at)
    )
    found = [
        place
        for place in await db.scalars(its)
        if place.session.sequence == sequences[str(place.session_id)]
    ]
    if not found:
        return None
    cohort = found[0].session.cohort
    zones = dict.fromkeys([await reading.zone_of(db, person, cohort), cohort.time_zone])
    message = emails.told(
        person,
        why,
        [place.session for place in found],
        {place.session_id: place.state for place in found},
        list(zones),
        context.settings,
        now=context.now,
    )
    return context.deliver(message)


async def remind(context: JobContext, session_id: str) -> None:
    """Everyone who comes; each mail is a job of its own."""
    session = await context.db.get(LiveSession, UUID(session_id))
    if session is not None:
        await telling.tell_all(context.db, [session], telling.SOON, now=context.now)


async def free_for_enrolment(context: JobContext, enrolment_id: str) -> None:
    """Enqueued when a researcher's seat in the cohort is given back."""
    left = await context.db.get_one(Enrolment, UUID(enrolment_id))
    await reminding.free_places(context.db, left.cohort_id, left.person_id, now=context.now)


async def free_for_mentor(context: JobContext, mentor_id: str) -> None:
    """Enqueued when a mentor leaves the cohort."""
    left = await context.db.get_one(Mentor, UUID(mentor_id))
    await reminding.free_places(context.db, left.cohort_id, left.person_id, now=context.now)


async def remind_due(context: CronContext) -> None:
    """Every minute."""
    if not await context.finds(reminding.DUE):
        return
    async with context.transaction() as db:
        await reminding.remind_due(db, now=context.clock())
