"""Mail about introductions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from cohort.introductions import emails, reading, service
from cohort.introductions.models import Introduction, IntroductionState
from cohort.jobs.context import Delivery, JobContext
from cohort.jobs.outbox import enqueue
from cohort.mentorships.models import Side


async def tell(context: JobContext, side: str, whose: str) -> Delivery:
    """Whom to meet, and why."""
    return await _write(context, await _open(context, side, whose), Side(side), again=False)


async def remind_all(context: JobContext, of_cohort: str) -> None:
    """Some days later: whoever has said nothing is asked once more."""
    cohort_id = UUID(of_cohort)
    there = select(Introduction).where(Introduction.cohort_id == cohort_id)
    still = (await context.db.scalars(there.where(Introduction.closed_at.is_(None)))).all()
    await service.remind_all(context.db, still, cohort_id, now=context.now)


async def remind(context: JobContext, side: str, whose: str) -> Delivery:
    asked = Side(side)
    waits = [one for one in await _open(context, side, whose) if one.answer_of(asked) is None]
    return await _write(context, waits, asked, again=True)


async def tell_cancelled(context: JobContext, introduction_id: str, side: str) -> Delivery:
    found = await context.db.get_one(
        Introduction, UUID(introduction_id), options=reading.WITH_PEOPLE
    )
    me, _ = emails.the_two(found, Side(side))
    return None if me.is_placeholder else context.deliver(emails.cancelled(found, Side(side)))


async def _open(context: JobContext, side: str, whose: str) -> list[Introduction]:
    which = "enrolment_id" if Side(side) is Side.RESEARCHER else "mentor_id"
    found = await reading.open_of(context.db, **{which: UUID(whose)})
    return [one for one in found if one.state is IntroductionState.OPEN]


async def _write(
    context: JobContext, introductions: Sequence[Introduction], side: Side, *, again: bool
) -> Delivery:
    """Names and reasons are for those who confirmed their address, and about those who did.

    Others are asked for that; until then nobody is given their address.
    """
    if not introductions:
        return None
    me, _ = emails.the_two(introductions[0], side)
    if not me.is_placeholder:
        known = [one for one in introductions if not emails.the_two(one, side)[1].is_placeholder]
        return context.deliver(emails.introduced(known, side, again=again)) if known else None
    await enqueue(
        context.db,
        "exchange.ask_to_confirm",
        now=context.now,
        cohort_id=introductions[0].cohort_id,
        person_id=me.id,
        waits=True,
    )
    return None
