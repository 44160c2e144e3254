"""The rounds of the story: one long answered, and one that was opened a moment ago."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.demo.opening import Scene
from cohort.matching import periods, runs
from cohort.matching import service as matching
from cohort.matching.models import Round
from cohort.mentors.models import Mentor
from cohort.mentorships import declining
from cohort.mentorships import policy as mentorships
from cohort.mentorships import service as proposals
from cohort.mentorships.models import Proposal
from cohort.mentorships.reminding import days_later
from cohort.people.models import Person

NO_THANK_YOU = (
    "Thank you for the proposal. We talked, and both think that someone nearer to my field would "
    "help me more; I would rather wait for the next round."
)


async def pair_in(scene: Scene, week: int) -> None:
    """The weekly round of that week: solved, published the same morning, and answered."""
    opened_at = scene.weeks.at(week, hour=6)
    round_ = await open_weekly(scene, now=opened_at)
    run = await matching.newest_run(scene.db, round_.id)
    if run is None:
        raise RuntimeError("A round was opened without a run.")
    await runs.solve(scene.db, run.id, now=opened_at)
    published_at = opened_at + timedelta(hours=4)
    await matching.publish(scene.db, scene.organiser, round_.id, now=published_at)
    await _answer(scene, now=published_at)


async def open_weekly(scene: Scene, *, now: datetime) -> Round:
    """What the worker does once a week, so that it finds this week's round opened."""
    cohort = scene.cohort
    tick = periods.latest_tick(
        now, zone=cohort.time_zone, day=cohort.matching_day, at=cohort.matching_time
    )
    opened = await matching.open_weekly(scene.db, cohort.id, tick, now=now)
    if opened is None:
        raise RuntimeError(f"The round of {tick.period} is there already.")
    return opened


async def _answer(scene: Scene, *, now: datetime) -> None:
    """Most say yes; the weakest pair is declined, and nobody answers for the one before it."""
    *agreed, _forgotten, refused = await _open_proposals(scene)
    for turn, proposal in enumerate(agreed):
        researcher, mentor = _the_two(scene, proposal)
        soon = now + timedelta(hours=5 + 7 * turn)
        await proposals.accept(scene.db, researcher, proposal.id, now=soon)
        await proposals.accept(scene.db, mentor, proposal.id, now=soon + timedelta(hours=3))
    researcher, mentor = _the_two(scene, refused)
    cohort = scene.cohort
    in_two_days = now + timedelta(days=2)
    await proposals.accept(scene.db, mentor, refused.id, now=now + timedelta(hours=9))
    await declining.decline(scene.db, researcher, refused.id, NO_THANK_YOU, now=in_two_days)
    await proposals.expire_due(
        scene.db, now=days_later(now, cohort.days_to_answer, cohort.time_zone)
    )


def _the_two(scene: Scene, proposal: Proposal) -> tuple[Person, Person]:
    researcher, mentor = proposal.enrolment.person, proposal.mentor.person
    return scene.people[researcher.email], scene.people[mentor.email]


async def _open_proposals(scene: Scene) -> Sequence[Proposal]:
    """The best first."""
    found = mentorships.open_in(scene.cohort.id).options(
        joinedload(Proposal.enrolment).joinedload(Enrolment.person),
        joinedload(Proposal.mentor).joinedload(Mentor.person),
    )
    by_score = found.order_by(Proposal.score.desc(), Proposal.enrolment_id)
    return (await scene.db.scalars(by_score)).all()
