"""The week before, those who wait meet two mentors each, and most say how it was."""

from datetime import datetime, timedelta

from sqlalchemy import select

from cohort.demo.opening import Scene
from cohort.introductions import reading, service
from cohort.introductions.models import Impression, Introduction
from cohort.introductions.schemas import ImpressionIn
from cohort.matching import runs
from cohort.matching import service as matching
from cohort.matching.introducing.schemas import IntroductionsIn

WEEK = 6
SAID = (
    ("gladly", "gladly"),
    ("could_work", "gladly"),
    ("gladly", None),
    ("rather_not", "could_work"),
    ("gladly", "could_work"),
    (None, None),
)
"""What the two said, talk by talk and then anew; some have not met yet."""
NOTES = {Impression.RATHER_NOT: "A kind talk, but we work on very different things."}


async def introduce(scene: Scene) -> None:
    now = scene.weeks.at(WEEK, day=1)
    form = IntroductionsIn(per_researcher=2, per_mentor=4)
    opened = await matching.open_introductions(
        scene.db, scene.organiser, scene.cohort.id, form, now=now
    )
    run = await matching.newest_run(scene.db, opened.id)
    if run is None:
        raise RuntimeError("A round was opened without a run.")
    await runs.solve(scene.db, run.id, now=now)
    await matching.publish(scene.db, scene.organiser, opened.id, now=now + timedelta(hours=1))
    await _answer(scene, now=now)


async def _answer(scene: Scene, *, now: datetime) -> None:
    made = select(Introduction).where(Introduction.cohort_id == scene.cohort.id)
    talks = (await scene.db.scalars(made.options(*reading.WITH_PEOPLE))).all()
    in_order = sorted(talks, key=lambda one: (one.enrolment.person.email, one.mentor.person.email))
    for turn, talk in enumerate(in_order):
        after = now + timedelta(hours=20 + 2 * turn)
        two = talk.enrolment.person.email, talk.mentor.person.email
        for email, said in zip(two, SAID[turn % len(SAID)], strict=True):
            if said is not None:
                answer = Impression(said)
                form = ImpressionIn(answer=answer, note=NOTES.get(answer, ""))
                await service.say(scene.db, scene.people[email], talk.id, form, now=after)
