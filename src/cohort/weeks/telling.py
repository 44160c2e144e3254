"""How the milestones of a plan are told to the researcher: with what they are good for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments import service as assessments
from cohort.assessments.judging import MilestoneFocus, goal_of
from cohort.cohorts import own_terms
from cohort.guides.models import Guide, Milestone
from cohort.people.models import Person
from cohort.quizzes import suggesting
from cohort.quizzes.schemas import QuizOut
from cohort.quizzes.suggesting import AboutQuiz
from cohort.study.plans import Plan, Step
from cohort.weeks.schemas import (
    WeekExamSectionOut,
    WeekFocusOut,
    WeekGoalOut,
    WeekItemOut,
    WeekQuizOut,
    WeekWhyOut,
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known of a plan besides its dates: words, the exam, goals, focus and quizzes."""

    titles: Mapping[tuple[str, str], str]
    exam: Mapping[str, Any]
    """Its official sections, by slug."""
    goals: Sequence[str]
    roles: Mapping[str, Sequence[str]]
    focuses: Mapping[str, MilestoneFocus]
    quizzes: Sequence[AboutQuiz]

    def item(self, step: Step) -> WeekItemOut:
        item, milestone = step.item, step.item.milestone
        its = self.focuses.get(milestone.slug)
        return WeekItemOut(
            id=item.id,
            slug=milestone.slug,
            title=milestone.title,
            kind=milestone.kind,
            hours=milestone.hours,
            due_at=item.due_at,
            state=item.state,
            waits_for=list(step.waits_for),
            why=self._why(milestone),
            focus=WeekFocusOut.model_validate(its) if its else None,
            quizzes=[WeekQuizOut.model_validate(one) for one in self.checked_by(milestone.slug)],
        )

    def checked_by(self, slug: str) -> list[QuizOut]:
        """The quizzes that check this milestone."""
        return [one.quiz for one in self.quizzes if one.quiz.milestone == slug]

    def _why(self, milestone: Milestone) -> WeekWhyOut:
        its = [self.exam[slug] for slug in milestone.exam_sections if slug in self.exam]
        goal = goal_of(milestone.skills, self.goals, self.roles)
        return WeekWhyOut(
            section=milestone.section.title,
            skills=[self._title("skill", slug) for slug in milestone.skills],
            goal=WeekGoalOut(slug=goal, title=self._title("role", goal)) if goal else None,
            exam_sections=[WeekExamSectionOut.model_validate(one) for one in its],
        )

    def _title(self, kind: str, slug: str) -> str:
        return self.titles.get((kind, slug), slug)


async def telling_of(db: AsyncSession, actor: Person, plan: Plan) -> Telling:
    """For the researcher whose plan it is; as many statements for a long plan as for a short."""
    enrolment = plan.enrolment
    guide = await db.get_one(Guide, enrolment.cohort.guide_id)
    milestones = [one.item.milestone for one in plan.steps]
    sections = {one.slug: one.exam_sections for one in milestones}
    return Telling(
        titles=await own_terms.titles(db, enrolment.cohort_id),
        exam={one["slug"]: one for one in (guide.exam or {}).get("sections", [])},
        goals=enrolment.role_goals,
        roles=await assessments.roles_of(db, enrolment.cohort_id),
        focuses=await assessments.focuses_of(db, enrolment.id, sections),
        quizzes=await suggesting.quizzes_for(db, actor, enrolment.id),
    )
