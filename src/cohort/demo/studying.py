"""Handing in and reviewing, in the order in which it happened."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cohort.demo.attaching import attach_notebook
from cohort.demo.evidence import HandIn, steps_of
from cohort.demo.opening import Scene
from cohort.guides.models import Term, TermKind
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person
from cohort.schedules import service as schedules
from cohort.schedules.schemas import AbsenceIn, StudyPaceIn
from cohort.study import service as study
from cohort.study.models import PlanItem, Verdict
from cohort.study.schemas import ReviewIn, SubmissionIn

Plans = dict[UUID, list[PlanItem]]


async def read_plans(scene: Scene) -> Plans:
    """The items of each enrolment, in their order."""
    plans: Plans = defaultdict(list)
    of_cohort = PlanItem.enrolment_id.in_(one.id for one in scene.enrolments.values())
    items = select(PlanItem).where(of_cohort).options(joinedload(PlanItem.milestone))
    for item in await scene.db.scalars(items.order_by(PlanItem.position)):
        plans[item.enrolment_id].append(item)
    return plans


async def work_of_everyone(scene: Scene, plans: Plans, *, now: datetime) -> list[HandIn]:
    """All steps of all researchers up to `now`, in the order of time."""
    titles = select(Term.slug, Term.title).where(Term.kind == TermKind.DOMAIN)
    fields = {row.slug: row.title for row in await scene.db.execute(titles)}
    work = [
        step
        for turn, researcher in enumerate(scene.cast.researchers)
        for step in steps_of(
            researcher,
            turn,
            [item.milestone.slug for item in plans[scene.enrolments[researcher.email].id]],
            scene.cast.words,
            field=_inside_a_sentence(fields[researcher.profile["domains"][0]]),
            starts_at=scene.weeks.at(1) + timedelta(days=1),
            now=now,
        )
    ]
    return sorted(work, key=lambda one: one.handed_in_at)


async def play(scene: Scene, plans: Plans, work: Sequence[HandIn]) -> None:
    paired = await _mentorships(scene)
    for step in work:
        enrolment = scene.enrolments[step.email]
        item = plans[enrolment.id][step.place]
        # It names nobody, as an anonymous review may be of it.
        link = f"https://code.example.org/{item.id.hex[-8:]}/{item.milestone.slug}"
        attached = await attach_notebook(scene, step, item, now=step.handed_in_at)
        submission = await study.submit(
            scene.db,
            scene.people[step.email],
            item.id,
            SubmissionIn(text=step.text, links=[link], files=attached),
            now=step.handed_in_at,
        )
        if step.reviewed_at is not None:
            await study.review(
                scene.db,
                _reviewer(scene, paired.get(enrolment.id), step.reviewed_at),
                submission.id,
                ReviewIn(
                    verdict=Verdict.PASSED if step.is_passed else Verdict.AGAIN,
                    comment=step.comment,
                ),
                now=step.reviewed_at,
            )


async def _mentorships(scene: Scene) -> dict[UUID, Mentorship]:
    active = mentorships.active_in(scene.cohort.id).options(
        joinedload(Mentorship.mentor).joinedload(Mentor.person)
    )
    return {one.enrolment_id: one for one in await scene.db.scalars(active)}


def _reviewer(scene: Scene, mentorship: Mentorship | None, at: datetime) -> Person:
    """The mentor as soon as there is one, until then the organiser."""
    if mentorship is None or mentorship.began_at > at:
        return scene.organiser
    return mentorship.mentor.person


async def tell_time(scene: Scene, *, now: datetime) -> None:
    """The first researcher tells her hours and a conference to come; the dates are hers to take."""
    whose = scene.cast.researchers[0].email
    who, enrolment = scene.people[whose], scene.enrolments[whose]
    pace = StudyPaceIn(hours=12)
    await schedules.set_pace(scene.db, who, enrolment.id, pace, if_match="*", now=now)
    first_day = now.date() + timedelta(weeks=2)
    away = AbsenceIn(
        first_day=first_day, last_day=first_day + timedelta(days=4), reason="A conference"
    )
    await schedules.add_absence(scene.db, who, enrolment.id, away, now=now)


def _inside_a_sentence(title: str) -> str:
    """“Robot learning” becomes “robot learning”; “NLP” stays."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title
