"""Mail about check-ins, and asking on the days that are due."""

from uuid import UUID

from cohort.checkins import emails, following_up, policy, reading, service, surveys
from cohort.checkins.health import reasons_of
from cohort.checkins.standings import standings
from cohort.jobs.context import CronContext, Delivery, JobContext
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Side
from cohort.mentorships.reading import with_people
from cohort.people.models import Person

FOLLOWS_UP_AT = 17
"""The minute of each hour; an hour that was missed is made up for by the next."""


async def ask(context: JobContext, check_in_id: str) -> Delivery:
    """Unless it was answered on the site already, or is past."""
    check_in = await reading.get_for_job(context.db, UUID(check_in_id))
    if check_in.answered_at is not None or not check_in.is_open:
        return None
    since = await reading.day_before(context.db, check_in)
    return context.deliver(emails.asked(check_in, since))


async def tell_low(context: JobContext, check_in_id: str, organiser_id: str) -> Delivery:
    """One organiser, if it still stands as it was said."""
    check_in = await reading.get_for_job(context.db, UUID(check_in_id))
    if not policy.is_low(check_in):
        return None
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    return context.deliver(emails.low(check_in, organiser))


async def ask_due(context: CronContext) -> None:
    """Every minute: ask whoever is due, and both of what has ended."""
    if await context.finds(service.MAY_BE_DUE):
        async with context.transaction() as db:
            await service.ask_due(db, now=context.clock())
    if await context.finds(surveys.NOT_ASKED):
        async with context.transaction() as db:
            await surveys.ask_ended(db, now=context.clock())


async def ask_to_close(context: JobContext, survey_id: str) -> Delivery:
    survey = await surveys.get_for_job(context.db, UUID(survey_id))
    if survey.answered_at is not None:
        return None
    return context.deliver(emails.closing(survey))


async def nudge(context: JobContext, mentorship_id: str, side: str) -> Delivery:
    """One of the two, about what both know."""
    mentorship = await _going_on(context, mentorship_id)
    if mentorship is None:
        return None
    [one] = await standings(context.db, Mentorship.id == mentorship.id, now=context.now)
    waits = await reading.waiting_of(context.db, mentorship.id, Side(side))
    return context.deliver(emails.nudge(mentorship, Side(side), one.last_meeting_at, waits))


async def tell_unwell(
    context: JobContext, mentorship_id: str, organiser_id: str, *, about_ending: bool
) -> Delivery:
    """One organiser, with the reasons as they are by now."""
    mentorship = await _going_on(context, mentorship_id)
    organiser = await context.db.get_one(Person, UUID(organiser_id))
    if mentorship is None or mentorships.side_of(organiser, mentorship) is not None:
        return None
    [one] = await standings(context.db, Mentorship.id == mentorship.id, now=context.now)
    reasons = reasons_of(one, context.now)
    if not reasons:
        return None
    return context.deliver(
        emails.unwell(mentorship, organiser, one, reasons, about_ending=about_ending)
    )


async def ask_about_ending(context: JobContext, mentorship_id: str, side: str) -> Delivery:
    mentorship = await _going_on(context, mentorship_id)
    if mentorship is None:
        return None
    return context.deliver(emails.about_ending(mentorship, Side(side)))


async def follow_up(context: CronContext) -> None:
    """Once an hour: take the steps that are due about mentorships that need somebody."""
    now = context.clock()
    if now.minute == FOLLOWS_UP_AT:
        async with context.transaction() as db:
            await following_up.follow_up(db, now=now)


async def _going_on(context: JobContext, mentorship_id: str) -> Mentorship | None:
    mentorship = await context.db.get_one(
        Mentorship, UUID(mentorship_id), options=with_people(Mentorship)
    )
    return mentorship if mentorship.ended_at is None else None
