"""A plan by week or by section of the guide, in parts that fold: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from cohort.cohorts.models import Cohort
from cohort.guides.models import Section
from cohort.http.formats import local_day
from cohort.study.models import ItemState
from cohort.study.plans import Plan, Step

WEEK = timedelta(weeks=1)
NEAR = 4
"""So many weeks to come have a line each."""
OWED = {ItemState.OPEN, ItemState.AGAIN}


class PartKind(StrEnum):
    BEFORE = "before"
    LATE = "late"
    NOW = "now"
    LATER = "later"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """From Monday to Sunday on the cohort's clock; the one with the first day is number 1."""

    number: int
    monday: date

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class PlanPart:
    """A line that unfolds to the milestones in it; open from the start, if that is where she is."""

    kind: PartKind
    anchor: str
    steps: Sequence[Step]
    is_open: bool
    first: PlanWeek | None = None
    last: PlanWeek | None = None
    title: str = ""

    @property
    def passed(self) -> int:
        return sum(step.item.state == ItemState.PASSED for step in self.steps)

    @property
    def hours_left(self) -> int:
        owed = (one.item.milestone for one in self.steps if one.item.state in OWED)
        return sum(milestone.hours for milestone in owed)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(day: date, cohort: Cohort) -> PlanWeek:
    monday = monday_of(day)
    return PlanWeek(1 + (monday - monday_of(cohort.starts_on)) // WEEK, monday)


def weeks_in(cohort: Cohort) -> int:
    return week_of(cohort.ends_on, cohort).number


def by_week(plan: Plan, now: datetime) -> list[PlanPart]:
    """What is behind in one line, what is late, this week, the next ones, and the rest in one line.

    What is late stands in a part of its own and not in the week in which it was due.
    """
    cohort = plan.enrolment.cohort
    here = week_of(local_day(now, cohort.time_zone), cohort)
    late = [step for step in plan.steps if step.is_late]
    rest = [(_week(step, cohort), step) for step in plan.steps if not step.is_late]
    weeks = [
        (week, [step for _, step in group]) for week, group in groupby(rest, lambda one: one[0])
    ]
    goes_on = not plan.is_frozen
    parts = []
    if before := [one for one in weeks if one[0].monday < here.monday]:
        parts.append(_together(PartKind.BEFORE, before))
    if late:
        parts.append(PlanPart(PartKind.LATE, "late", late, goes_on))
    if steps := dict(weeks).get(here):
        parts.append(PlanPart(PartKind.NOW, "this-week", steps, goes_on, here, here))
    coming = [one for one in weeks if one[0].monday > here.monday]
    near = len(coming) if len(coming) <= NEAR + 1 else NEAR
    parts += [_together(PartKind.LATER, [one]) for one in coming[:near]]
    return parts + ([_together(PartKind.LATER, coming[near:])] if coming[near:] else [])


def _together(kind: PartKind, weeks: Sequence[tuple[PlanWeek, Sequence[Step]]]) -> PlanPart:
    """Some weeks in one line, folded."""
    first, last = weeks[0][0], weeks[-1][0]
    steps = [step for _, found in weeks for step in found]
    return PlanPart(kind, f"week-{first.number}", steps, is_open=False, first=first, last=last)


def _week(step: Step, cohort: Cohort) -> PlanWeek:
    return week_of(local_day(step.item.due_at, cohort.time_zone), cohort)


def by_section(plan: Plan) -> list[PlanPart]:
    """In the order of the guide, inside a section by date; open where the next step is."""

    def section(step: Step) -> Section:
        return step.item.milestone.section

    ordered = sorted(plan.steps, key=lambda step: (section(step).position, section(step).id))
    return [
        PlanPart(
            PartKind.SECTION,
            found.slug,
            steps := list(group),
            not plan.is_frozen and plan.next_step in steps,
            title=found.title,
        )
        for found, group in groupby(ordered, section)
    ]
