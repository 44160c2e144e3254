"""What the two of a pair answer when they are asked how it goes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.checkins import service as checkins
from cohort.checkins.models import CheckIn, Going
from cohort.checkins.schemas import CheckInAnswer
from cohort.mentorships.models import Mentorship, Proposal
from cohort.season.acts import liking, person_of
from cohort.season.stage import SeasonStage, at_day

WELL_FROM, BADLY_BELOW = 0.5, 0.35
"""By how good the pair seems to whoever is asked, 0 to 1."""


async def check_in(stage: SeasonStage, day: int) -> None:
    """Some answer a check-in on the day after it came, and the others never."""
    async with stage.look() as db:
        waiting = select(CheckIn).where(
            CheckIn.answered_at.is_(None),
            CheckIn.closed_at.is_(None),
            CheckIn.asked_at >= at_day(day - 1),
        )
        pairs = joinedload(CheckIn.mentorship).joinedload(Mentorship.proposal)
        scored = pairs.load_only(Proposal.score)
        asked: Sequence[CheckIn] = (
            await db.scalars(waiting.options(scored).order_by(CheckIn.id))
        ).all()
    for one in asked:
        dice, behaviour = stage.plan.dice, stage.plan.behaviour
        actor = person_of(stage, one.mentorship, one.side)
        is_over = one.mentorship.ended_at is not None
        if is_over or not dice.chance(
            behaviour.checkin_answered, actor.email, one.due_on, "check-in"
        ):
            continue
        liked = liking(stage, one.mentorship, one.side, one.mentorship.proposal.score)
        going = Going.WELL if liked >= WELL_FROM else Going.SO_SO
        said = CheckInAnswer(
            met=dice.chance(behaviour.meeting_held, actor.email, day, "met"),
            going=Going.BADLY if liked < BADLY_BELOW else going,
            needs_help=False,
        )
        async with stage.act() as db:
            await checkins.answer(db, actor, one.id, said, now=stage.clock())
