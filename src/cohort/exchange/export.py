"""Everybody of a cohort, and who is and was paired with whom, as sheets that an import reads."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts import own_terms
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.exchange.own_answers import (
    asked_here,
    cells_of,
    columns_of,
    retired_here,
    titles_of_retired,
)
from cohort.exchange.schemas import ExportFormat
from cohort.guides.models import TermKind
from cohort.http.formats import local_day
from cohort.matching.models import Override, OverrideKind
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships.models import Mentorship
from cohort.people import audit
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf
from cohort.sheets.columns import MENTORS, RESEARCHERS
from cohort.sheets.csv_file import write_sheet
from cohort.sheets.spreadsheet import FOR_EXCEL
from cohort.sheets.workbook import write_book
from cohort.sheets.writing import write_hours, write_list

Cells = list[object]
Tabs = dict[str, list[Cells]]
KINDS = {
    "domains": TermKind.DOMAIN,
    "contexts": TermKind.CONTEXT,
    "role_goals": TermKind.ROLE,
    "roles": TermKind.ROLE,
    "skills": TermKind.SKILL,
}
SHARED = ("domains", "contexts", "languages", "time_zone", "weekly_hours", "organisations")
RESEARCHER_FIELDS = ("name", "email", "stage", "role_goals", *SHARED, "advisers", "about")
MENTOR_FIELDS = ("name", "email", "came_from", "roles", "skills", "capacity", *SHARED, "motivation")
STAGES = {"phd": "PhD"}


async def export(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: ExportFormat, *, now: datetime
) -> tuple[Cohort, bytes]:
    """A workbook, or the same sheets as CSV files in a ZIP; that it was made is recorded."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    tabs = await _tabs(db, cohort)
    counts = {name.lower().replace(" ", "_"): len(rows) - 1 for name, rows in tabs.items()}
    audit.record(
        db, actor, "cohort.export", cohort_id, now=now, cohort_id=cohort_id, format=form, **counts
    )
    return cohort, await to_thread.run_sync(_zipped if form == "csv" else _book(form), tabs)


def _book(form: ExportFormat) -> Any:
    return lambda tabs: write_book("ods" if form == "ods" else "xlsx", tabs)


def _zipped(tabs: Tabs) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (titles, *rows) in tabs.items():
            member = zipfile.ZipInfo(f"{name.lower().replace(' ', '-')}.csv")
            sheet = write_sheet(titles, rows, FOR_EXCEL)
            archive.writestr(member, sheet, zipfile.ZIP_DEFLATED)
    return file.getvalue()


async def _tabs(db: AsyncSession, cohort: Cohort) -> Tabs:
    """Active researchers and approved mentors: those whom an import would bring in again."""
    titles = await own_terms.titles(db, cohort.id)
    asked, retired = await asked_here(db, cohort.id), await retired_here(db, cohort.id)
    answers = await answering.of_everybody(db, cohort.id)
    studying = (
        select(Enrolment, Person.name, Person.email)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
    )
    mentoring = (
        select(Mentor, Person.name, Person.email)
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort.id, Mentor.state == MentorState.APPROVED)
    )

    def more(side: AnswerOf, whose: UUID | None) -> Cells:
        """The answers of somebody; without a person, what the questions are."""
        if whose is None:
            now_asked = [one.column.title for one in columns_of(asked.of(side), side)]
            return [*now_asked, *titles_of_retired(retired.of(side), side)]
        return cells_of([*asked.of(side), *retired.of(side)], answers.get((whose, side), {}))

    return {
        "Researchers": [
            [*cells, *more(AnswerOf.RESEARCHER, whose)]
            async for whose, cells in _people(db, studying, RESEARCHER_FIELDS, RESEARCHERS, titles)
        ],
        "Mentors": [
            [*cells, *more(AnswerOf.MENTOR, whose)]
            async for whose, cells in _people(db, mentoring, MENTOR_FIELDS, MENTORS, titles)
        ],
        "Past pairs": await _past_pairs(db, cohort),
        "Mentorships": await _mentorships(db, cohort),
    }


async def _people(
    db: AsyncSession,
    people: Select[Any, str, str],
    fields: Sequence[str],
    columns: Sequence[Any],
    titles: Mapping[tuple[str, str], str],
) -> AsyncIterator[tuple[UUID | None, Cells]]:
    """The titles of the columns, and then everybody's cells with whose they are."""
    called = {column.field: column.title for column in columns}
    yield None, [called[field] for field in fields]
    for its, name, email in await db.execute(people.order_by(Person.email)):
        said = {"name": name, "email": email}
        yield its.person_id, [said.get(one) or _cell(its, one, titles) for one in fields]


def _cell(its: Enrolment | Mentor, field: str, titles: Mapping[tuple[str, str], str]) -> object:
    value = getattr(its, field)
    if field == "weekly_hours":
        return write_hours(value)
    if field == "languages":
        return "; ".join(LANGUAGES.get(code, code) for code in value)
    if field in KINDS:
        return write_list([titles.get((KINDS[field], slug), slug) for slug in value])
    if field in {"stage", "came_from"}:
        return STAGES.get(value, value.title())
    return write_list(value) if isinstance(value, list) else value


async def _past_pairs(db: AsyncSession, cohort: Cohort) -> list[Cells]:
    """Vetoes that stand, and mentorships that have ended; of one pair, the veto."""
    vetoes = _of_two(Override, Override.reason).where(
        Override.cohort_id == cohort.id,
        Override.kind == OverrideKind.VETO,
        Override.lifted_at.is_(None),
    )
    ended = _of_two(Mentorship, Mentorship.ended_at).where(
        Mentorship.cohort_id == cohort.id, Mentorship.ended_at.is_not(None)
    )
    found: dict[tuple[str, str], str] = {
        (one, other): f"They were a pair until {local_day(at, cohort.time_zone)}."
        for one, other, at in await db.execute(ended.order_by(Mentorship.ended_at))
    }
    found |= {(one, other): reason for one, other, reason in await db.execute(vetoes)}
    rows: list[Cells] = [[*two, reason] for two, reason in sorted(found.items()) if all(two)]
    return [["Researcher", "Mentor", "Note"], *rows]


async def _mentorships(db: AsyncSession, cohort: Cohort) -> list[Cells]:
    """For people to read: an import brings nobody into a mentorship."""
    columns = (Mentorship.began_at, Mentorship.ended_at, Mentorship.end_reason)
    theirs = _of_two(Mentorship, *columns).where(Mentorship.cohort_id == cohort.id)

    def cells() -> Iterator[Cells]:
        for one, other, began, end, reason in rows:
            days = [str(local_day(at, cohort.time_zone)) if at else "" for at in (began, end)]
            yield [one, other, *days, reason]

    rows = await db.execute(theirs.order_by(Mentorship.began_at, Mentorship.id))
    return [["Researcher", "Mentor", "Began", "Ended", "Reason"], *cells()]


def _of_two(kind: type[Override | Mentorship], *columns: Any) -> Select[Any]:
    """The addresses of the two, and more."""
    researcher, mentor = aliased(Person), aliased(Person)
    return (
        select(func.coalesce(researcher.email, ""), func.coalesce(mentor.email, ""), *columns)
        .select_from(kind)
        .join(kind.enrolment)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(kind.mentor)
        .join(mentor, mentor.id == Mentor.person_id)
    )
