"""What people do on a day: answer, meet, pause, end, leave; each by the verb of a request."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.cohorts import enrolments
from cohort.errors import Conflict
from cohort.meetings import service as meetings
from cohort.meetings.models import Meeting, MeetingState
from cohort.meetings.schemas import AgreeIn, MeetingIn
from cohort.mentors import pausing
from cohort.mentors.schemas import MentorPauseIn
from cohort.mentorships import declining
from cohort.mentorships import policy as mentorship_policy
from cohort.mentorships import service as mentorships
from cohort.mentorships.models import Mentorship, Proposal, Side
from cohort.people.models import Person
from cohort.season.behaviour import PAUSE_WEEKS, declines
from cohort.season.stage import SeasonStage, at_day
from cohort.wishes import service as wishes

WISHES_AFTER = 3
"""Days after someone came: by then, most mentors of the first day are there to be ranked."""
MOST_WISHES = 3
CALL_AT = 17
"""The hour of the cohort's clock at which the pairs of a season meet."""


def person_of(stage: SeasonStage, pair: Proposal | Mentorship, side: Side) -> Person:
    if side is Side.RESEARCHER:
        return stage.researchers[pair.enrolment_id]
    return stage.mentors[pair.mentor_id]


def liking(stage: SeasonStage, pair: Proposal | Mentorship, side: Side, score: float) -> float:
    """How good the pair seems to that side, 0 to 1: its score, and what no score knows."""
    two = (person_of(stage, pair, Side.RESEARCHER).email, person_of(stage, pair, Side.MENTOR).email)
    return score + stage.plan.behaviour.taste * stage.plan.dice.normal(*two, side, "taste")


async def wish(stage: SeasonStage, day: int) -> None:
    """Who came three days ago says whom she would like, of those who are there."""
    dice, behaviour = stage.plan.dice, stage.plan.behaviour
    there = sorted(stage.mentors, key=lambda one: stage.mentors[one].email)
    for enrolment_id, person in stage.came_on.get(day - WISHES_AFTER, []):
        if not there or not dice.chance(behaviour.wishes, person.email, "wishes"):
            continue
        liked = sorted(there, key=lambda one: dice.share(person.email, stage.mentors[one].email))
        async with stage.act() as db:
            owner = await enrolments.get(db, person, enrolment_id)
            await wishes.rank(db, person, owner, liked[:MOST_WISHES])


async def answer(stage: SeasonStage, day: int) -> None:
    """Each side that has not answered yet may do so today, or never will."""
    async with stage.sessions() as db:
        waiting = mentorship_policy.open_in(stage.cohort_id).order_by(Proposal.id)
        proposals: Sequence[Proposal] = (await db.scalars(waiting)).all()
    for proposal in proposals:
        for side in Side:
            if await _answer_one(stage, day, proposal, side):
                break


async def _answer_one(stage: SeasonStage, day: int, proposal: Proposal, side: Side) -> bool:
    """Returns whether the proposal is closed by it."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    actor = person_of(stage, proposal, side)
    two = [person_of(stage, proposal, one).email for one in Side]
    is_hers = side is Side.RESEARCHER
    said = proposal.researcher_accepted_at if is_hers else proposal.mentor_accepted_at
    asked_on = f"{proposal.created_at:%j}"
    if said is not None or dice.chance(behaviour.never_answers, *two, side, asked_on, "never"):
        return False
    if not dice.chance(behaviour.answers_today, *two, side, day, "answers"):
        return False
    refuses = declines(behaviour, liking(stage, proposal, side, proposal.score))
    try:
        async with stage.act() as db:
            if dice.chance(refuses, *two, side, asked_on, "declines"):
                await declining.decline(db, actor, proposal.id, "Not for me.", now=now)
                return True
            await mentorships.accept(db, actor, proposal.id, now=now)
    except Conflict as error:
        stage.refused[error.code] += 1
        return True
    return False


async def live(stage: SeasonStage, day: int) -> None:
    """Meetings and ends of the pairs there are."""
    async with stage.sessions() as db:
        active = mentorship_policy.active_in(stage.cohort_id).options(
            joinedload(Mentorship.proposal)
        )
        pairs: Sequence[Mentorship] = (await db.scalars(active.order_by(Mentorship.id))).all()
    for pair in pairs:
        age = (stage.clock() - pair.began_at).days
        if age and age % 7 == 0 and await _ends(stage, day, pair):
            continue
        if age % stage.plan.behaviour.meets_every == 2:
            await _plan_meeting(stage, day, pair)
    await _look_back(stage, day)


async def _ends(stage: SeasonStage, day: int, pair: Mentorship) -> bool:
    """Once a week; a pair that one of them finds bad ends more often."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    two = [person_of(stage, pair, side).email for side in Side]
    worst = min(liking(stage, pair, side, pair.proposal.score) for side in Side)
    is_bad = worst < behaviour.goes_badly
    likely = behaviour.ends_early + behaviour.asks_for_another * is_bad
    if not dice.chance(likely, *two, day // 7, "ends"):
        return False
    async with stage.act() as db:
        actor = person_of(stage, pair, Side.RESEARCHER)
        await mentorships.end(db, actor, pair.id, "It did not work for us.", now=now)
    return True


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
    async with stage.sessions() as db:
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


async def come_and_go(stage: SeasonStage, day: int) -> None:
    """Once a week for each: researchers drop out; mentors pause, come back, and leave."""
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    for enrolment_id, person in list(stage.enrolments.items()):
        if _is_today(dice.day(0, 6, person.email, "weekday"), day) and dice.chance(
            behaviour.drops_out, person.email, day // 7, "drops out"
        ):
            async with stage.act() as db:
                await enrolments.withdraw(db, person, enrolment_id, now=now)
            del stage.enrolments[enrolment_id]
            stage.left[enrolment_id] = now
    for mentor_id in stage.mentors:
        await _pause_or_come_back(stage, day, mentor_id)


def _is_today(weekday: int, day: int) -> bool:
    return day % 7 == weekday


async def _pause_or_come_back(stage: SeasonStage, day: int, mentor_id: UUID) -> None:
    dice, behaviour, now = stage.plan.dice, stage.plan.behaviour, stage.clock()
    person = stage.mentors[mentor_id]
    if stage.paused.get(mentor_id) == day:
        del stage.paused[mentor_id]
        async with stage.act() as db:
            await pausing.resume(db, person, mentor_id, now=now)
    elif (
        mentor_id not in stage.paused
        and _is_today(dice.day(0, 6, person.email, "weekday"), day)
        and dice.chance(behaviour.mentor_pauses, person.email, day // 7, "pauses")
    ):
        stage.paused[mentor_id] = day + 7 * PAUSE_WEEKS
        async with stage.act() as db:
            await pausing.pause(db, person, mentor_id, MentorPauseIn(), now=now)
