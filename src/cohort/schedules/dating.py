"""From what is known of a plan to its new dates, with reasons: a pure function of its arguments."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cohort.assessments.focus import Focus
from cohort.schedules.away import DueAway, due_away
from cohort.scheduling import (
    Schedule,
    ScheduleProblem,
    StudyTask,
    StudyWeek,
    reasons_for,
    schedule,
    sentence,
)
from cohort.study.due_dates import Work, closing, in_order, lay_out, span, week_ends

WEEK = timedelta(weeks=1)
HALF = 2
"""Urgencies are whole numbers: so many make the one of a milestone of no focus."""


class PlannedWork(NamedTuple):
    """A milestone of a plan.

    is_open       its date may move: nothing was ever handed in for it.
    after_exam    it may be due after the exam, as its result or a step of the career.
    with_exam     it is due on the day of the exam, and not before.
    focus         what she knows of it: a delay of what is new to her weighs more.
    """

    slug: str
    title: str
    hours: int
    requires: tuple[str, ...]
    position: int
    is_optional: bool
    after_exam: bool
    with_exam: bool
    is_open: bool
    due_at: datetime
    focus: Focus = Focus.NORMAL


@dataclass(frozen=True)
class PlanFacts:
    """All that the dates depend on, besides the time; equal facts have equal dates.

    joined_on  the first day that she is in it; the cohort's calendar is laid out from there.
    hours      for studying in a week; None for as many as that calendar takes.
    absences   first and last days, both included.
    """

    starts_on: date
    ends_on: date
    zone: str
    joined_on: date
    hours: int | None
    exam_on: date | None
    absences: tuple[tuple[date, date], ...]
    work: tuple[PlannedWork, ...]


class MovedDate(NamedTuple):
    """`why` compares the new week with the cohort's calendar, which it is off or not."""

    slug: str
    title: str
    before: datetime
    after: datetime
    why: str
    off_calendar: bool


class PlannedWeek(NamedTuple):
    """A week to come: what there is time for, what is planned, and what absences take; minutes."""

    number: int
    last_day: date
    capacity: int
    load: int
    lost: int
    over: int


@dataclass(frozen=True)
class NewDates:
    """What dating a plan anew would do.

    hours     a week that it was reckoned with.
    moved     the milestones with another date, by that date.
    weeks     from this one to the last.
    to_drop   titles of optional milestones without which it would fit; empty if it fits.
    away      what is due in an absence or just after, and by when it is to be done.
    lateness  hours × weeks behind the calendar, weighed by focus; none has less than `bound`.
    """

    hours: int
    moved: Sequence[MovedDate]
    weeks: Sequence[PlannedWeek]
    to_drop: Sequence[str]
    away: Sequence[DueAway]
    lateness: float
    bound: float
    is_proved: bool

    @property
    def minutes_over(self) -> int:
        return sum(week.over for week in self.weeks)


class _Frame(NamedTuple):
    """The time that there is.

    first     the first day: today, or that of the cohort if it is to come.
    ends      the last days of the weeks to come; the day before the exam ends one as well.
    exam_on   the exam, if it is to come.
    named     the last days of the cohort's weeks, which have numbers from 1.
    calendar  when the work is due by the cohort's calendar.
    """

    zone: ZoneInfo
    first: date
    ends: Sequence[date]
    exam_on: date | None
    named: Sequence[date]
    calendar: Mapping[str, datetime]

    def number(self, day: date) -> int:
        """Of the cohort's week of a day; they go on after the last."""
        if day <= self.named[-1]:
            return bisect_left(self.named, day) + 1
        return len(self.named) - (self.named[-1] - day) // WEEK

    def by_calendar(self, slug: str) -> date:
        return self.calendar[slug].astimezone(self.zone).date()


def date_anew(facts: PlanFacts, *, now: datetime, to_herself: bool = True) -> NewDates:
    """New dates for the open work of a plan; nothing else moves.

    Each open milestone is wanted in the week in which the cohort's calendar, as it was laid out
    when she joined, has it. From today on there are her hours in each week, less a seventh for
    each day that is over or away. Who is not behind that calendar is taken to have worked evenly
    until today, so that who is in time keeps her dates. A date is the end of a week in the cohort's
    time zone, or of the day before the exam. Raises CircularRequirements.
    """
    frame = _frame(facts, now)
    hours = facts.hours or _usual_hours(facts)
    weeks = _weeks(facts, frame, hours)
    problem = ScheduleProblem(_tasks(facts, frame, now), weeks)
    found = schedule(problem)
    titles = {one.slug: one.title for one in facts.work}
    due = {one.slug: one.due_at for one in facts.work}
    new = _new_dates(facts, frame, problem, found)
    moved = [
        MovedDate(
            task.id, task.title, due[task.id], new[task.id], why, _is_off(problem, found, task)
        )
        for task in problem.ordered
        if due[task.id] != new[task.id]
        for why in [_why(problem, found, task, titles, to_herself=to_herself)]
    ]
    return NewDates(
        hours=hours,
        moved=sorted(moved, key=lambda one: (one.after, one.slug)),
        weeks=[
            PlannedWeek(week.number, end, week.capacity, load, week.lost, over)
            for week, end, load, over in zip(
                weeks, frame.ends, found.loads, found.overload, strict=True
            )
        ],
        to_drop=[titles[slug] for slug in found.to_drop],
        away=due_away(
            [(one.title, new[one.id].astimezone(frame.zone).date()) for one in problem.ordered],
            facts.absences,
            frame.first,
        ),
        lateness=found.lateness / HALF,
        bound=found.bound / HALF,
        is_proved=found.is_proved,
    )


def _is_off(problem: ScheduleProblem, found: Schedule, task: StudyTask) -> bool:
    return problem.weeks[found.ends[task.id]].number != task.wanted


def _why(
    problem: ScheduleProblem,
    found: Schedule,
    task: StudyTask,
    titles: Mapping[str, str],
    *,
    to_herself: bool,
) -> str:
    after = problem.weeks[found.ends[task.id]].number
    reasons = reasons_for(problem, found, task.id)
    return sentence(task.wanted, after, reasons, titles, to_herself=to_herself)


def _frame(facts: PlanFacts, now: datetime) -> _Frame:
    zone = ZoneInfo(facts.zone)
    first, last = span(facts.starts_on, max(facts.ends_on, facts.exam_on or date.min), zone, now)
    exam_on = facts.exam_on if facts.exam_on and first < facts.exam_on <= last else None
    named = week_ends(facts.starts_on, facts.ends_on)
    return _Frame(zone, first, _ends(first, last, exam_on), exam_on, named, _calendar(facts))


def _calendar(facts: PlanFacts) -> Mapping[str, datetime]:
    return _laid_out(
        tuple(
            Work(one.slug, one.hours, one.requires, one.position, one.is_optional)
            for one in facts.work
        ),
        facts.starts_on,
        facts.ends_on,
        facts.zone,
        facts.joined_on,
    )


@lru_cache(maxsize=64)
def _laid_out(
    work: tuple[Work, ...], starts_on: date, ends_on: date, zone: str, joined: date
) -> Mapping[str, datetime]:
    """The cohort's calendar for whoever joined that day: the same for most of a cohort."""
    begun = closing(joined, ZoneInfo(zone)) - timedelta(hours=12)
    dated = lay_out(work, starts_on=starts_on, ends_on=ends_on, zone=zone, now=begun)
    return {one.slug: one.due_at for one in dated}


def _usual_hours(facts: PlanFacts) -> int:
    """What the whole of the work takes in a week, spread over her time; at least one hour."""
    days = (_last_for_her(facts) - facts.joined_on).days + 1
    return max(1, min(60, -(-7 * sum(one.hours for one in facts.work) // days)))


def _last_for_her(facts: PlanFacts) -> date:
    """The last day of the calendar; a week for whoever joined after the end."""
    late = facts.joined_on + timedelta(days=6)
    return facts.ends_on if facts.joined_on <= facts.ends_on else late


def _ends(first: date, last: date, exam_on: date | None) -> list[date]:
    """The last days of the weeks to come; the day before the exam ends one as well."""
    sunday = first + timedelta(days=6 - first.weekday())
    ends = {last}
    while sunday < last:
        ends.add(sunday)
        sunday += WEEK
    if exam_on is not None:
        ends.add(exam_on - timedelta(days=1))
    return sorted(ends)


def _weeks(facts: PlanFacts, frame: _Frame, hours: int) -> list[StudyWeek]:
    weeks, begins = [], frame.first
    for end in frame.ends:
        days = (end - begins).days + 1
        away = sum(
            any(start <= day <= stop for start, stop in facts.absences)
            for day in (begins + timedelta(days=step) for step in range(days))
        )
        whole, left = hours * 60 * days // 7, hours * 60 * (days - away) // 7
        weeks.append(StudyWeek(frame.number(end), left, whole - left))
        begins = end + timedelta(days=1)
    return weeks


def _tasks(facts: PlanFacts, frame: _Frame, now: datetime) -> list[StudyTask]:
    begun = _worked_on(facts, frame, now)
    after = _following(facts.work, [one.slug for one in facts.work if one.after_exam])
    eve = None
    if frame.exam_on is not None:
        eve = bisect_left(frame.ends, frame.exam_on - timedelta(days=1))
    return [
        StudyTask(
            id=one.slug,
            title=one.title,
            effort=max(1, 60 * one.hours - begun.get(one.slug, 0)),
            wanted=frame.number(frame.by_calendar(one.slug)),
            weight=one.hours,
            urgency=int(HALF * one.focus.weight),
            place=one.position,
            requires=one.requires,
            is_optional=one.is_optional,
            latest=None if one.slug in after else eve,
        )
        for one in facts.work
        if one.is_open
    ]


def _worked_on(facts: PlanFacts, frame: _Frame, now: datetime) -> dict[str, int]:
    """Minutes that an even worker would have put into open work; none, behind the calendar."""
    if any(one.is_open and frame.calendar[one.slug] < now for one in facts.work):
        return {}
    joined, last = facts.joined_on, _last_for_her(facts)
    required = in_order(
        Work(one.slug, one.hours, one.requires, one.position)
        for one in facts.work
        if not one.is_optional
    )
    whole = 60 * sum(one.hours for one in required)
    done = whole * max(0, (frame.first - joined).days) // ((last - joined).days + 1)
    begun = {}
    for one in required:
        begun[one.slug] = min(60 * one.hours, max(0, done))
        done -= 60 * one.hours
    return begun


def _following(work: Iterable[PlannedWork], slugs: Collection[str]) -> set[str]:
    """These, and all that requires them, by any number of steps."""
    found = set(slugs)
    pieces = {one.slug: one for one in work}
    while more := {s for s, one in pieces.items() if found & {*one.requires}} - found:
        found |= more
    return found


def _new_dates(
    facts: PlanFacts, frame: _Frame, problem: ScheduleProblem, found: Schedule
) -> dict[str, datetime]:
    """The ends of the weeks, or the day of the calendar inside of one; in the order of working."""
    with_exam = _following(facts.work, [one.slug for one in facts.work if one.with_exam])
    days: dict[str, date] = {}
    for task in problem.ordered:
        at = found.ends[task.id]
        begins = frame.ends[at - 1] + timedelta(days=1) if at else frame.first
        day, by_calendar = frame.ends[at], frame.by_calendar(task.id)
        if begins <= by_calendar <= day:
            day = by_calendar
        if frame.exam_on is not None and task.id in with_exam:
            day = max(day, frame.exam_on)
        days[task.id] = max([day, *(days[earlier] for earlier in problem.before(task))])
    return {slug: closing(day, frame.zone) for slug, day in days.items()}
