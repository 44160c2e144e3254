"""How far people come: from the application to the certificate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Select,
    Uuid,
    any_,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications.models import Application, ApplicationState
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.figures.durations import middle_of
from cohort.figures.funnel_steps import FunnelStep
from cohort.guides.models import Milestone, MilestoneKind
from cohort.study.models import PlanItem

DAY = timedelta(days=1)
NEVER: Any = literal_column("'infinity'::timestamptz", DateTime(timezone=True))


STUDYING = tuple(FunnelStep)[2:]
BEFORE = dict(zip(tuple(FunnelStep)[1:], FunnelStep, strict=False)) | {
    FunnelStep.EXAM_BOOKED: FunnelStep.HALF
}
"""From which step the time to a step is told: an exam may be booked before all is passed."""


@dataclass(frozen=True, slots=True)
class StepCounted:
    step: FunnelStep
    people: int
    """Of those who have a seat; of the first two steps, of all who applied."""
    share: float | None
    """Of those who have a seat; of the first two steps, of those who applied."""
    left: int
    """Those who came so far and have left the cohort since."""
    since: FunnelStep | None
    days: float | None
    """The median from the step `since`, of people who took both; None of few."""
    days_from_start: float | None
    """The same from joining the cohort."""


@dataclass(frozen=True, slots=True)
class Funnel:
    steps: Sequence[StepCounted]
    not_applied: int
    """Who has a seat and never applied: enrolled at once, invited, or brought from a sheet."""


async def funnel_of(db: AsyncSession, cohort: Cohort) -> Funnel:
    """Three statements, however many people there are."""
    milestones = (await db.execute(_milestones(cohort))).all()
    applied = [tuple(row) for row in await db.execute(_applications(cohort.id))]
    rows = [tuple(row) for row in await db.execute(_people(cohort.id, milestones))]
    stay = [one for one in rows if one[0] == EnrolmentState.ACTIVE]
    left = [one for one in rows if one[0] != EnrolmentState.ACTIVE]
    admitted = [one for one in applied if one[1] is not None]
    steps = [
        _step(FunnelStep.APPLIED, len(applied), len(applied), 0),
        _step(FunnelStep.ADMITTED, len(admitted), len(applied), 0, _days(admitted, 0, 1)),
    ]
    for step in STUDYING:
        place = STUDYING.index(step) + 1
        came = [one for one in stay if one[place] is not None]
        before = BEFORE[step]
        since = STUDYING.index(before) + 1 if before in STUDYING else None
        steps.append(
            _step(
                step,
                len(came),
                len(stay),
                sum(one[place] is not None for one in left),
                _days(came, since, place) if since is not None else None,
                _days(came, 1, place) if place > 1 else None,
            )
        )
    return Funnel(steps, len(stay) - sum(bool(one[-1]) for one in stay))


def _step(
    step: FunnelStep,
    people: int,
    whole: int,
    left: int,
    days: float | None = None,
    days_from_start: float | None = None,
) -> StepCounted:
    share = people / whole if whole else None
    return StepCounted(step, people, share, left, BEFORE.get(step), days, days_from_start)


def _days(people: Sequence[Any], since: int, until: int) -> float | None:
    both = [one for one in people if one[since] is not None and one[until] is not None]
    return middle_of([max((one[until] - one[since]) / DAY, 0.0) for one in both])


def _milestones(cohort: Cohort) -> Select[*tuple[Any, ...]]:
    """Those that are told apart from the rest: optional, and of the exam."""
    exam = [MilestoneKind.EXAM_BOOKING, MilestoneKind.EXAM_RESULT]
    return select(Milestone.id, Milestone.is_optional, Milestone.kind).where(
        Milestone.guide_id == cohort.guide_id, Milestone.is_optional | Milestone.kind.in_(exam)
    )


def _applications(cohort_id: UUID) -> Select[*tuple[Any, ...]]:
    """When, and when admitted; what was withdrawn before it was decided on was applied too."""
    admitted = Application.state == ApplicationState.ACCEPTED
    decided_at = func.coalesce(Application.decided_at, Application.created_at)
    return (
        select(Application.created_at, func.min(decided_at).filter(admitted).label("admitted_at"))
        .where(Application.cohort_id == cohort_id)
        .group_by(Application.id)
    )


def _people(cohort_id: UUID, milestones: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """A row for each who has or had a seat: the state, and when each step was taken.

    An item that is not passed counts as passed at the end of time: half of a plan is passed when
    the item in the middle is.
    """
    passed_at = func.coalesce(PlanItem.passed_at, NEVER)
    needed = ~_is_one_of([one.id for one in milestones if one.is_optional])
    half = func.percentile_disc(0.5).within_group(passed_at).filter(needed)
    everything = func.max(passed_at).filter(needed)

    def of_kind(kind: MilestoneKind) -> Any:
        is_one = _is_one_of([one.id for one in milestones if one.kind == kind])
        return func.min(PlanItem.passed_at).filter(is_one)

    its = (
        select(
            func.min(func.coalesce(PlanItem.handed_in_at, PlanItem.passed_at)).label("first"),
            func.nullif(half, NEVER).label("half"),
            func.nullif(everything, NEVER).label("all"),
            of_kind(MilestoneKind.EXAM_BOOKING).label("booked"),
            of_kind(MilestoneKind.EXAM_RESULT).label("certified"),
        )
        .where(PlanItem.enrolment_id == Enrolment.id)
        .lateral()
    )
    has_applied = (
        select(Application.id)
        .where(Application.cohort_id == cohort_id, Application.person_id == Enrolment.person_id)
        .exists()
    )
    return (
        select(Enrolment.state, Enrolment.created_at, *its.c, has_applied)
        .join(its, true())
        .where(Enrolment.cohort_id == cohort_id)
    )


def _is_one_of(milestone_ids: Sequence[UUID]) -> Any:
    return PlanItem.milestone_id == any_(literal(list(milestone_ids), ARRAY(Uuid)))
