"""What people say on a day: whom they would like, how a talk was, yes or no to a proposal.

Each by the verb of a request.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from cohort.cohorts import enrolments
from cohort.errors import Conflict
from cohort.introductions import service as introductions
from cohort.introductions.models import Impression, Introduction
from cohort.introductions.schemas import ImpressionIn
from cohort.matching.models import Pair, Round, RoundKind, Run
from cohort.mentors import service as mentors
from cohort.mentorships import declining
from cohort.mentorships import policy as mentorship_policy
from cohort.mentorships import service as mentorships
from cohort.mentorships.models import Mentorship, Proposal, Side
from cohort.people.models import Person
from cohort.season.behaviour import PAUSE_WEEKS, declines
from cohort.season.stage import FIRST_DAY, SeasonStage
from cohort.wishes import service as wishes

WISHES_AFTER = 3
"""Days after someone came: by then, most mentors of the first day are there to be ranked."""
MOST_WISHES = 3
GLADLY_FROM, RATHER_NOT_BELOW = 0.55, 0.35
"""After a talk, by how good the pair seems to whoever is asked, 0 to 1."""


TwoPeople = Proposal | Mentorship | Introduction


def person_of(stage: SeasonStage, pair: TwoPeople, side: Side) -> Person:
    if side is Side.RESEARCHER:
        return stage.researchers[pair.enrolment_id]
    return stage.mentors[pair.mentor_id]


def liking(stage: SeasonStage, pair: TwoPeople, side: Side, score: float) -> float:
    """How good the pair seems to that side, 0 to 1: its score, and what no score knows."""
    two = (person_of(stage, pair, Side.RESEARCHER).email, person_of(stage, pair, Side.MENTOR).email)
    return score + stage.plan.behaviour.taste * stage.plan.dice.normal(*two, side, "taste")


async def wish(stage: SeasonStage, day: int) -> None:
    """Who came three days ago says whom she would like, of those who are there."""
    likely = stage.plan.behaviour.wishes
    for enrolment_id, person in stage.came_on.get(day - WISHES_AFTER, []):
        liked = _liked(stage, person, stage.helping, likely)
        if liked:
            async with stage.act() as db:
                owner = await enrolments.get(db, person, enrolment_id)
                await wishes.rank(db, person, owner, liked)
    for mentor_id, person in stage.signed_up_on.get(day - WISHES_AFTER, []):
        liked = _liked(stage, person, stage.enrolments, likely / 2)
        if liked:
            async with stage.act() as db:
                mentor = await mentors.get(db, person, mentor_id)
                await wishes.rank(db, person, mentor, liked)


def _liked(
    stage: SeasonStage, person: Person, there: Mapping[UUID, Person], likely: float
) -> list[UUID]:
    """Of those who are there; none for whoever says nothing."""
    dice = stage.plan.dice
    if not dice.chance(likely, person.email, "wishes"):
        return []
    liked = sorted(there, key=lambda one: dice.share(person.email, there[one].email))
    return liked[:MOST_WISHES]


async def talk(stage: SeasonStage, day: int) -> None:
    """Who was introduced to somebody says how it was, on the day after the talk, or never."""
    if not stage.plan.policy.introduces:
        return
    score = (
        select(func.max(Pair.score))
        .join(Run, Run.id == Pair.run_id)
        .join(Round, Round.id == Run.round_id)
        .where(Round.kind == RoundKind.INTRODUCTIONS)
        .where(Pair.enrolment_id == Introduction.enrolment_id)
        .where(Pair.mentor_id == Introduction.mentor_id)
        .scalar_subquery()
    )
    open_ones = select(Introduction, score).where(
        Introduction.closed_at.is_(None), Introduction.cancelled_at.is_(None)
    )
    async with stage.look() as db:
        talks = (await db.execute(open_ones.order_by(Introduction.id))).all()
    for introduction, its_score in talks:
        for side in Side:
            await _say(stage, day, introduction, side, its_score)


async def _say(
    stage: SeasonStage, day: int, introduction: Introduction, side: Side, score: float
) -> None:
    dice, behaviour = stage.plan.dice, stage.plan.behaviour
    two = [person_of(stage, introduction, one).email for one in Side]
    if (
        introduction.answer_of(side) is not None
        or dice.chance(behaviour.never_talks, *two, "never talks")
        or not dice.chance(behaviour.talks_today, *two, side, day, "talks")
    ):
        return
    liked = liking(stage, introduction, side, score)
    said = Impression.GLADLY if liked >= GLADLY_FROM else Impression.COULD_WORK
    said = Impression.RATHER_NOT if liked < RATHER_NOT_BELOW else said
    actor, form = person_of(stage, introduction, side), ImpressionIn(answer=said)
    try:
        async with stage.act() as db:
            await introductions.say(db, actor, introduction.id, form, now=stage.clock())
    except Conflict as error:
        stage.refused[error.code] += 1


async def answer(stage: SeasonStage, day: int) -> None:
    """Each side that has not answered yet may do so today, or never will."""
    async with stage.look() as db:
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
                pauses = dice.chance(behaviour.pauses_when_declining, *two, side, "pauses")
                until = FIRST_DAY + timedelta(days=day, weeks=PAUSE_WEEKS) if pauses else None
                await declining.decline(
                    db, actor, proposal.id, "Not for me.", pause_until=until, now=now
                )
                return True
            await mentorships.accept(db, actor, proposal.id, now=now)
    except Conflict as error:
        stage.refused[error.code] += 1
        return True
    return False
