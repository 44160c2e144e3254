"""What became of the mentorships: meetings, and what the two say about them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from cohort.checkins import service as checkins
from cohort.checkins.models import CheckIn, Going
from cohort.checkins.reading import with_the_two
from cohort.checkins.schemas import CheckInAnswer
from cohort.demo.opening import A_DAY, Scene
from cohort.meetings import service as meetings
from cohort.meetings.schemas import AgreeIn, MeetingIn
from cohort.mentorships import policy
from cohort.mentorships.models import Mentorship, Side
from cohort.mentorships.reading import with_people
from cohort.people.models import Person

CALL = "https://meet.example.org/demo"
TOPICS = ("Getting to know each other, and the plan.", "What the first milestone taught me.")
UNHAPPY = "We have met once, and never find a time since. I do not want to bother anyone."


async def mentorships(scene: Scene) -> Sequence[Mentorship]:
    """In the order in which they began; the last one is the one that does not go well."""
    found = policy.active_in(scene.cohort.id).options(*with_people(Mentorship))
    return (await scene.db.scalars(found.order_by(Mentorship.began_at, Mentorship.id))).all()


async def meet(scene: Scene, *, now: datetime) -> None:
    """Once in the first days, a second time most of them, and some have agreed to a next one."""
    for turn, mentorship in enumerate(pairs := await mentorships(scene)):
        is_last = turn == len(pairs) - 1
        first = _in_the_evening(mentorship.began_at + 3 * A_DAY)
        for number, topic in enumerate(TOPICS[: 1 if is_last else 2]):
            at = first + number * 14 * A_DAY
            if at < now:
                await _meet(scene, mentorship, at, topic, named_at=at - 2 * A_DAY, is_over=True)
        if turn % 2 == 0 and not is_last:
            at = _in_the_evening(now + (2 + turn) * A_DAY)
            await _meet(scene, mentorship, at, "", named_at=now - 4 * A_DAY, is_over=False)


def _in_the_evening(day: datetime) -> datetime:
    return day.replace(hour=17, minute=0, second=0, microsecond=0)


async def _meet(
    scene: Scene,
    mentorship: Mentorship,
    at: datetime,
    topic: str,
    *,
    named_at: datetime,
    is_over: bool,
) -> None:
    db = scene.db
    researcher, mentor = _of(scene, mentorship)
    asked = MeetingIn(starts_at=at, topic=topic, place=CALL)
    meeting = await meetings.propose(db, researcher, mentorship.id, asked, now=named_at)
    await meetings.agree(db, mentor, meeting.id, AgreeIn(starts_at=at), now=named_at)
    if is_over:
        later = at + timedelta(hours=1)
        await meetings.record(db, mentor, meeting.id, held=True, note="", now=later)


async def check_in(scene: Scene, *, now: datetime) -> None:
    """All are asked; most say that it goes well, one asks for help, and one mentor is silent."""
    await checkins.ask_due(scene.db, now=now)
    pairs = [one.id for one in await mentorships(scene)]
    asked = await scene.db.scalars(with_the_two(select(CheckIn).order_by(CheckIn.side.desc())))
    for one in asked.all():
        turn, is_last = pairs.index(one.mentorship_id), one.mentorship_id == pairs[-1]
        researcher, mentor = _of(scene, one.mentorship)
        if one.side is Side.MENTOR and is_last:
            continue
        said = CheckInAnswer(met=True, going=Going.WELL, needs_help=False)
        if is_last:
            said = CheckInAnswer(met=False, going=Going.BADLY, needs_help=True, words=UNHAPPY)
        elif turn == 1 and one.side is Side.MENTOR:
            said = CheckInAnswer(met=True, going=Going.SO_SO, needs_help=False)
        who = researcher if one.side is Side.RESEARCHER else mentor
        await checkins.answer(scene.db, who, one.id, said, now=now + timedelta(hours=3 + turn))


def _of(scene: Scene, mentorship: Mentorship) -> tuple[Person, Person]:
    two = mentorship.enrolment.person.email, mentorship.mentor.person.email
    return scene.people[two[0]], scene.people[two[1]]
