"""Each figure as tables: what its page prints is what its files hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from zoneinfo import ZoneInfo

from cohort.figures.attendance import Attendance
from cohort.figures.funnel import Funnel
from cohort.figures.funnel_steps import FunnelStep
from cohort.figures.milestones import MilestoneCounted
from cohort.figures.progress import ProgressShown
from cohort.figures.review_queue import AgeCounted, ReviewQueue
from cohort.figures.schemas import FigureFormat, WeeksFigureOut
from cohort.http.formats import percent
from cohort.sheets.csv_file import write_sheet
from cohort.sheets.spreadsheet import FOR_EXCEL
from cohort.sheets.workbook import write_book

Cell: TypeAlias = str | int | float | date | None
STEPS = {
    FunnelStep.APPLIED: "Applied",
    FunnelStep.ADMITTED: "Admitted",
    FunnelStep.ENROLLED: "Enrolled",
    FunnelStep.FIRST_EVIDENCE: "First evidence handed in",
    FunnelStep.HALF: "Half of the plan passed",
    FunnelStep.ALL: "All of the plan passed",
    FunnelStep.EXAM_BOOKED: "Exam booked",
    FunnelStep.CERTIFIED: "Certified",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    cells: Sequence[Cell]
    href: str = ""
    """Where the first cell leads."""


@dataclass(frozen=True, slots=True)
class FigureTable:
    title: str
    columns: Sequence[str]
    rows: Sequence[TableRow]
    text_columns: int = 1
    """So many from the left hold words or days, the rest numbers."""


def as_file(tables: Sequence[FigureTable], form: FigureFormat) -> bytes:
    """A workbook with a sheet for each; as CSV the first of them, which is the figure's own."""
    if form is FigureFormat.XLSX:
        return write_book("xlsx", {one.title: [one.columns, *_plain(one)] for one in tables})
    return write_sheet(tables[0].columns, _plain(tables[0]), FOR_EXCEL)


def _plain(table: FigureTable) -> list[list[object]]:
    """A day is written as text, so that no program reads it in its own order."""
    return [
        [cell.isoformat() if isinstance(cell, date) else cell for cell in row.cells]
        for row in table.rows
    ]


def whole_percent(share: float | None) -> int | None:
    """As it is printed: only nothing is 0 and only all is 100."""
    return None if share is None else int(percent(share)[:-1])


def _tenths(days: float | None) -> float | None:
    return None if days is None else round(days, 1)


def of_progress(shown: ProgressShown) -> list[FigureTable]:
    columns = ["Researcher", "E-mail", "Stage", "Mentor", "Passed", "Milestones", "Overdue"]
    columns += [f"{one.number} {one.title} (%)" for one in shown.columns]
    rows = [
        TableRow(
            [
                one.name,
                one.email,
                one.stage.value,
                one.mentor,
                one.whole.passed,
                one.whole.total,
                one.whole.overdue,
                *(whole_percent(cell.share) if cell else None for cell in one.cells),
            ],
            f"/plan/{one.enrolment_id}",
        )
        for one in shown.people
    ]
    return [FigureTable("Progress", columns, rows, text_columns=4)]


def of_weeks(told: WeeksFigureOut) -> list[FigureTable]:
    columns = ["Week", "From", "To", "People", "Milestones", "Planned", "Handed in", "Passed"]
    columns += ["Planned (%)", "Handed in (%)", "Passed (%)"]
    rows = [
        TableRow(
            [
                one.week,
                one.begins_on,
                one.ends_on,
                one.people,
                one.items,
                one.planned,
                one.handed_in,
                one.passed,
                whole_percent(one.planned_share),
                whole_percent(one.handed_in_share),
                whole_percent(one.passed_share),
            ]
        )
        for one in told.weeks
    ]
    return [FigureTable("Weeks", columns, rows, text_columns=3)]


def of_cohorts(told: Sequence[WeeksFigureOut]) -> list[FigureTable]:
    """A row for each week; a cohort's columns are empty where it had or has no such week yet."""
    columns = ["Week since the start"]
    for one in told:
        columns += [f"{one.name}: planned (%)", f"{one.name}: passed (%)"]
    rows = []
    for place in range(max(len(one.weeks) for one in told)):
        cells: list[Cell] = [place + 1]
        for one in told:
            week = one.weeks[place] if place < len(one.weeks) else None
            cells.append(whole_percent(week.planned_share) if week else None)
            cells.append(whole_percent(week.passed_share) if week else None)
        rows.append(TableRow(cells))
    return [FigureTable("Cohorts", columns, rows)]


def of_funnel(funnel: Funnel) -> list[FigureTable]:
    columns = ["Step", "Days counted from", "People", "Share (%)", "Have left since"]
    columns += ["Days from that step (median)", "Days from joining (median)"]
    rows = [
        TableRow(
            [
                STEPS[one.step],
                STEPS[one.since] if one.since and one.days is not None else None,
                one.people,
                whole_percent(one.share),
                one.left,
                _tenths(one.days),
                _tenths(one.days_from_start),
            ]
        )
        for one in funnel.steps
    ]
    return [FigureTable("Funnel", columns, rows, text_columns=2)]


def of_milestones(milestones: Sequence[MilestoneCounted]) -> list[FigureTable]:
    columns = ["Milestone", "Section", "Begun", "Passed", "Open", "Waiting for a review"]
    columns += ["Overdue", "Stand here", "Sent back", "Open for (days, median)"]
    columns += ["A quarter passed by day", "Half passed by day", "Three quarters passed by day"]
    rows = [
        TableRow(
            [
                one.title,
                one.section,
                one.begun,
                one.passed,
                one.open,
                one.waiting,
                one.overdue,
                one.stand_here,
                one.sent_back,
                one.open_days,
                one.days.quarter,
                one.days.half,
                one.days.three_quarters,
            ]
        )
        for one in milestones
    ]
    return [FigureTable("Milestones", columns, rows, text_columns=2)]


def age_in_words(age: AgeCounted) -> str:
    if age.to_days is None:
        return f"{age.from_days} days and more"
    return "Less than a day" if age.from_days == 0 else f"{age.from_days} to {age.to_days} days"


def of_reviews(queue: ReviewQueue, zone: str) -> list[FigureTable]:
    weeks = [
        TableRow(
            [
                one.week.number,
                one.week.begins_on,
                one.handed_in,
                one.judged,
                one.waiting,
                _tenths(one.half_days),
            ]
        )
        for one in queue.weeks
    ]
    columns = ["Week", "From", "Handed in", "Have a verdict", "Wait", "Half had one by day"]
    ages = [TableRow([age_in_words(one), one.waiting]) for one in queue.ages]
    longest = [
        TableRow(
            [one.name, one.milestone, one.handed_in_at.astimezone(ZoneInfo(zone)).date()],
            f"/plan/{one.enrolment_id}/{one.item_id}",
        )
        for one in queue.longest
    ]
    return [
        FigureTable("First verdicts", columns, weeks, text_columns=2),
        FigureTable("Waiting now", ["Waits for", "Pieces"], ages),
        FigureTable(
            "Longest waiting", ["Researcher", "Milestone", "Handed in"], longest, text_columns=3
        ),
    ]


def of_sessions(attendance: Attendance, zone: str) -> list[FigureTable]:
    columns = ["Session", "Day", "Seats", "Signed up", "In line", "Came", "Came (%)", "Walked in"]
    rows = [
        TableRow(
            [
                one.title,
                one.starts_at.astimezone(ZoneInfo(zone)).date(),
                one.capacity or None,
                one.signed_up,
                one.waiting,
                one.came if one.is_over else None,
                whole_percent(one.share),
                one.walked_in if one.is_over else None,
            ],
            f"/sessions/{one.session_id}",
        )
        for one in attendance.sessions
    ]
    return [FigureTable("Sessions", columns, rows, text_columns=2)]


CAPTIONS: Mapping[str, str] = {
    "Weeks": "The plans at the end of each week",
    "Progress": "Milestones passed by section of the guide",
    "Funnel": "From the application to the certificate",
    "Milestones": "How long each milestone takes",
    "First verdicts": "Time to the first verdict, by the week of handing in",
    "Waiting now": "What waits for a review now, by how long",
    "Longest waiting": "What has waited longest",
    "Sessions": "Sign-ups and attendance of live sessions",
    "Cohorts": "Cohorts of this guide by week since their start",
}
