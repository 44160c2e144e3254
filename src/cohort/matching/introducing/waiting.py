"""What becomes of introductions that nobody has published when the week's matching is due."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict
from cohort.jobs.outbox import enqueue_each
from cohort.matching import service
from cohort.matching.models import Round, RoundKind, RoundState
from cohort.matching.overrides.lifting import lift_of_round
from cohort.matching.periods import Tick
from cohort.mentors.service import organisers_of
from cohort.people import audit
from cohort.people.models import Person


class NotSetAside(Conflict):
    code = "not_set_aside"
    title = "This round is not set aside"


async def open_week(
    db: AsyncSession, cohort_id: UUID, tick: Tick, *, now: datetime
) -> Round | None:
    """Open the round of a week, unless introductions wait to be published; then the week has none.

    The organisers are told, once for each week, by the one of all workers whose UPDATE finds the
    round not held for this week yet.
    """
    held = await db.scalar(
        update(Round)
        .where(Round.cohort_id == cohort_id, Round.kind == RoundKind.INTRODUCTIONS)
        .where(Round.state == RoundState.OPEN, Round.held_back.is_distinct_from(tick.period))
        .values(held_back=tick.period)
        .returning(Round.id)
    )
    if held is not None:
        about = {"cohort_id": cohort_id, "round_id": held, "period": tick.period}
        each = [{**about, "organiser_id": one} for one in await organisers_of(db, cohort_id)]
        await enqueue_each(db, "matching.tell_introductions_wait", each, now=now)
    this_week = Round.cohort_id == cohort_id, Round.held_back == tick.period
    if await db.scalar(select(Round.id).where(*this_week).limit(1)) is not None:
        return None
    return await service.open_weekly(db, cohort_id, tick, now=now)


async def set_aside(db: AsyncSession, actor: Person, round_id: UUID, *, now: datetime) -> Round:
    """Give up a round that is not published. A second time changes nothing."""
    round_ = await service.get_round(db, actor, round_id)
    won = await db.scalar(
        update(Round)
        .where(Round.id == round_id, Round.state == RoundState.OPEN)
        .values(state=RoundState.SUPERSEDED)
        .returning(Round.id)
        .execution_options(synchronize_session=False)
    )
    await db.refresh(round_)
    if won is not None:
        await lift_of_round(db, round_.cohort_id, now=now)
        audit.record(db, actor, "round.set_aside", round_id, now=now, cohort_id=round_.cohort_id)
    elif round_.state is RoundState.PUBLISHED:
        raise NotSetAside("This round is published: people have been told of it.")
    return round_
