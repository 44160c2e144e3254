"""Researchers review each other's work: the organiser switches it on, and some have written."""

from datetime import datetime, timedelta

from sqlalchemy import select

from cohort.demo.opening import A_DAY, Scene
from cohort.guides.models import Milestone
from cohort.peer_reviews import allocating, service
from cohort.peer_reviews.models import ReviewTask
from cohort.peer_reviews.schemas import PeerReviewRulesIn
from cohort.people.models import Person
from cohort.study.models import PlanItem, Submission, Verdict
from cohort.study.rubrics import Rubric
from cohort.study.schemas import LevelIn, ReviewIn

WRITTEN = 5
SAID = (
    (Verdict.PASSED, "I could follow each step, and I tried two of them myself. Well done."),
    (Verdict.PASSED, "Clear and honest about what does not work yet. I took an idea home."),
    (Verdict.AGAIN, "The idea is good. Please add how you checked it, in two sentences."),
)


async def review_each_other(scene: Scene, *, now: datetime) -> None:
    db, cohort_id, began_at = scene.db, scene.cohort.id, now - A_DAY / 8
    rules = PeerReviewRulesIn(reviews_each=2, days=5, with_mentors=True)
    await service.set_rules(db, scene.organiser, cohort_id, rules, if_match=None, now=began_at)
    needs = await allocating.gather(db, cohort_id, now=began_at)
    if needs is None:
        return
    await allocating.store(db, needs, needs.solve(), now=began_at)
    given = (
        select(ReviewTask, Person, Milestone.rubric)
        .join(ReviewTask.reviewer)
        .join(ReviewTask.submission)
        .join(Submission.plan_item)
        .join(PlanItem.milestone)
        .order_by(Person.email, Milestone.slug)
        .limit(WRITTEN)
    )
    for turn, (task, reviewer, rubric) in enumerate((await db.execute(given)).all()):
        verdict, comment = SAID[turn % len(SAID)]
        levels = _levels(rubric, turn)
        said = ReviewIn(verdict=verdict, comment=comment, levels=levels)
        at = began_at + timedelta(minutes=20 * (turn + 1))
        await service.give(db, reviewer, task.id, said, now=at)


def _levels(rubric: Rubric, turn: int) -> list[LevelIn]:
    """The upper ones, now this and now that."""
    return [
        LevelIn(criterion=one["title"], level=one["levels"][-1 - (turn + place) % 2]["title"])
        for place, one in enumerate(rubric)
    ]
