"""What the two of a mentorship do: meet, pause, ask for somebody else, end; each by its verb."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.meetings import service as meetings
from cohort.meetings.models import Meeting, MeetingState
from cohort.meetings.schemas import AgreeIn, MeetingIn
from cohort.mentorships import pausing, rematching
from cohort.mentorships import policy as mentorship_policy
from cohort.mentorships import service as mentorships
from cohort.mentorships.models import Mentorship, Proposal, Side
from cohort.season.acts import liking, person_of
from cohort.season.behaviour import PAUSE_WEEKS
from cohort.season.stage import FIRST_DAY, SeasonStage, at_day

CALL_AT = 17
"""The hour of the cohort's clock at which the pairs of a season meet."""


async def live(stage: SeasonStage, day: int) -> None:
    """Meetings, pauses, questions for somebody else and ends, of the pairs there are."""
    async with stage.look() as db:
        active = mentorship_policy.active_in(stage.cohort_id).options(
            joinedload(Mentorship.proposal).load_only(Proposal.score)
        )
        pairs: Sequence[Mentorship] = (await db.scalars(active.order_by(Mentorship.id))).all()
    for pair in pairs:
        age = (stage.clock() - pair.began_at).days
        if age and age % 7 == 0 and await _changes(stage, day, pair):
            continue
        if age % stage.plan.behaviour.meets_every == 2 and pair.paused_at is None:
            await _plan_meeting(stage, day, pair)
    await _look_back(stage, day)


async def _changes(stage: SeasonStage, day: int, pair: Mentorship) -> bool:
    """Once a week it may end, pause, or one of the two asks for somebody else."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    two = [person_of(stage, pair, side).email for side in Side]
    liked = {side: liking(stage, pair, side, pair.proposal.score) for side in Side}
    worst = min(Side, key=lambda side: liked[side])
    week = day // 7
    if dice.chance(behaviour.ends_early, *two, week, "ends"):
        async with stage.act() as db:
            actor = person_of(stage, pair, Side.RESEARCHER)
            await mentorships.end(db, actor, pair.id, "It did not work for us.", now=now)
        return True
    if liked[worst] < behaviour.goes_badly and dice.chance(
        behaviour.asks_for_another, *two, week, "asks"
    ):
        async with stage.act() as db:
            await rematching.ask(
                db, person_of(stage, pair, worst), pair.id, "It is hard for us.", now=now
            )
    if pair.paused_at is None and dice.chance(behaviour.pair_pauses, *two, week, "pauses"):
        goes_on = FIRST_DAY + timedelta(days=day, weeks=PAUSE_WEEKS)
        async with stage.act() as db:
            actor = person_of(stage, pair, Side.RESEARCHER)
            await pausing.pause(db, actor, pair.id, goes_on, now=now)
        return True
    return False


async def _plan_meeting(stage: SeasonStage, day: int, pair: Mentorship) -> None:
    """The mentor names an evening two days ahead, and the researcher agrees."""
    now = stage.clock()
    asked = MeetingIn(starts_at=at_day(day + 2, CALL_AT), topic="How is it going?")
    async with stage.act() as db:
        actor = person_of(stage, pair, Side.MENTOR)
        meeting = await meetings.propose(db, actor, pair.id, asked, now=now)
        named = AgreeIn(starts_at=meeting.starts_at)
    async with stage.act() as db:
        actor = person_of(stage, pair, Side.RESEARCHER)
        await meetings.agree(db, actor, meeting.id, named, now=now)


async def _look_back(stage: SeasonStage, day: int) -> None:
    """The researcher says of yesterday's meetings whether they took place."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    async with stage.look() as db:
        over = select(Meeting).where(
            Meeting.state == MeetingState.AGREED,
            Meeting.starts_at <= now,
            Meeting.starts_at > now - timedelta(days=1),
        )
        found = over.options(joinedload(Meeting.mentorship)).order_by(Meeting.id)
        yesterday = (await db.scalars(found)).all()
    for meeting in yesterday:
        actor = person_of(stage, meeting.mentorship, Side.RESEARCHER)
        held = dice.chance(behaviour.meeting_held, actor.email, day, "held")
        async with stage.act() as db:
            await meetings.record(db, actor, meeting.id, held=held, note="", now=now)
