"""What the page of a figure shows: its sentences, its picture, and its tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.figures import service, tables
from cohort.figures.durations import FEW
from cohort.figures.lines import Line, LinePicture, picture_of
from cohort.figures.milestones import MilestoneCounted, stuck
from cohort.figures.progress import ProgressShown
from cohort.figures.schemas import Figure, ProgressSearch, WeekFigureOut, WeeksFigureOut
from cohort.figures.tables import FigureTable
from cohort.http.formats import day, moment, percent, plural, zone_label
from cohort.http.paging import Slice
from cohort.people.models import Person

PLANNED, HANDED_IN, PASSED = 0, 1, 2
"""Styles of lines."""
STYLES = (PASSED, PLANNED, HANDED_IN, 3, 4, 5)
"""Of cohorts, this one first."""


@dataclass(frozen=True, slots=True)
class FigureView:
    cohort: Cohort
    figure: Figure
    tables: Sequence[FigureTable]
    sentences: Sequence[str] = ()
    picture: LinePicture | None = None
    picture_title: str = ""
    progress: ProgressShown | None = None


async def view_of(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    figure: Figure,
    wanted: ProgressSearch,
    part: Slice,
    *,
    now: datetime,
) -> FigureView:
    if figure is Figure.WEEKS:
        return _weeks(
            cohort, await service.weeks(db, actor, cohort.id, now=now, circle=wanted.circle)
        )
    if figure is Figure.COHORTS:
        return _beside(cohort, await service.beside(db, actor, cohort.id, now=now))
    if figure is Figure.PROGRESS:
        shown = await service.progress(db, actor, cohort.id, wanted, part, now=now)
        found = f"{plural(shown.found, 'person', 'people')} found."
        return FigureView(cohort, figure, tables.of_progress(shown), [found], progress=shown)
    if figure is Figure.MILESTONES:
        return _milestones(
            cohort, await service.milestones(db, actor, cohort.id, now=now, circle=wanted.circle)
        )
    if figure is Figure.FUNNEL:
        funnel = await service.funnel(db, actor, cohort.id)
        more = f"{plural(funnel.not_applied, 'person', 'people')} joined without applying."
        return FigureView(
            cohort, figure, tables.of_funnel(funnel), [more] if funnel.not_applied else []
        )
    if figure is Figure.REVIEWS:
        queue = await service.reviews(db, actor, cohort.id, now=now, circle=wanted.circle)
        waits = f"{plural(queue.waiting, 'piece')} of evidence waiting for a review now."
        return FigureView(cohort, figure, tables.of_reviews(queue, cohort.time_zone), [waits])
    attendance = await service.sessions(db, actor, cohort.id, now=now, circle=wanted.circle)
    gone = f"{plural(attendance.cancelled, 'session')} cancelled, and not in the table."
    return FigureView(
        cohort,
        figure,
        tables.of_sessions(attendance, cohort.time_zone),
        [gone] if attendance.cancelled else [],
    )


def _weeks(cohort: Cohort, told: WeeksFigureOut) -> FigureView:
    lines = [
        Line("Planned", PLANNED, [week.planned_share for week in told.weeks]),
        Line("Handed in", HANDED_IN, [week.handed_in_share for week in told.weeks]),
        Line("Passed", PASSED, [week.passed_share for week in told.weeks]),
    ]
    return FigureView(
        cohort,
        Figure.WEEKS,
        tables.of_weeks(told),
        [_standing(told.weeks)],
        picture_of(lines),
        "Share of all milestones planned, handed in and passed, by week",
    )


def _standing(weeks: Sequence[WeekFigureOut]) -> str:
    told = [week for week in weeks if week.passed_share is not None]
    if not told:
        begins = f"The first week begins on {day(weeks[0].begins_on)}."
        return f"Nothing to count yet. {begins}"
    last = told[-1]
    passed, handed_in = percent(last.passed_share or 0), percent(last.handed_in_share or 0)
    return (
        f"By week {last.week} of {len(weeks)}, {passed} of all milestones are passed and "
        f"{handed_in} handed in; the plan asks for {percent(last.planned_share or 0)} by the end "
        f"of that week ({day(last.ends_on)})."
    )


def _beside(cohort: Cohort, told: Sequence[WeeksFigureOut]) -> FigureView:
    lines = [
        Line(one.name, style, [week.passed_share for week in one.weeks])
        for style, one in zip(STYLES, told, strict=False)
    ]
    return FigureView(
        cohort,
        Figure.COHORTS,
        tables.of_cohorts(told),
        _how_new(cohort, told),
        picture_of(lines),
        "Share of all milestones passed, by week since the start of each cohort",
    )


def _how_new(cohort: Cohort, told: Sequence[WeeksFigureOut]) -> Sequence[str]:
    mine, *others = told
    if not others:
        return ["No other cohort of this guide is yours to compare with yet."]
    oldest = min(one.counted_at for one in others)
    if oldest == mine.counted_at:
        return []
    since = f"{moment(oldest, cohort.time_zone)} ({zone_label(oldest, cohort.time_zone)})"
    return [f"The other cohorts are counted once a day: they are as of {since} or later."]


def _milestones(cohort: Cohort, told: Sequence[MilestoneCounted]) -> FigureView:
    sentences = [_stuck_in_words(one) for one in stuck(told)]
    nobody = "Nobody has an overdue milestone: nobody stands still."
    return FigureView(cohort, Figure.MILESTONES, tables.of_milestones(told), sentences or [nobody])


def _stuck_in_words(one: MilestoneCounted) -> str:
    people = f"{one.stand_here} of {plural(one.begun, 'person', 'people')}"
    verb = "stands" if one.stand_here == 1 else "stand"
    first = f"“{one.title}”: {people} {verb} here, it is the first that is overdue for them."
    if one.begun < FEW:
        return f"{first} So few have come to it that this may be chance."
    half = (
        f"Half pass it by day {one.days.half}"
        if one.days.half is not None
        else "Fewer than half have passed it so far"
    )
    back = f"; {one.sent_back} were asked for another version" if one.sent_back else ""
    return f"{first} {half}{back}."
