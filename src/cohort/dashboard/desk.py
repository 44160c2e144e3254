"""What each page of the dashboard is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import contains_eager

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.cohorts.policy import JOINABLE
from cohort.dashboard import figures, policy, progress
from cohort.dashboard.progress import Sort
from cohort.guides.models import Term, TermKind
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Person

ROWS = 50
"""People or mentors on one page."""

Told = dict[str, Any]


async def home(db: AsyncSession, actor: Person, *, now: datetime) -> Told:
    failed = await failed_anywhere(db, actor)
    return {
        "now": now,
        "organised": await figures.organised_by(db, actor),
        "studies": await figures.studies_of(db, actor),
        "mentoring": await figures.mentoring_of(db, actor),
        "failed": failed,
        "today_in": figures.today_in,
        "weeks_of": figures.weeks_of,
    }


async def failed_anywhere(db: AsyncSession, actor: Person) -> Sequence[Any]:
    """What failed for no cohort in particular is an admin's to look at."""
    if not actor.is_admin:
        return []
    return await figures.failed_work(db, policy.promises_visible_to(actor), None)


async def door(db: AsyncSession, actor: Person, cohort: Cohort, *, now: datetime) -> Told:
    """What someone who does not run the cohort sees of it."""
    return {
        "cohort": cohort,
        "week": figures.weeks_of(cohort, figures.today_in(cohort, now)),
        "enrolment_id": await cohorts.seat_of(db, actor, cohort.id),
        "takes_people": cohort.state in JOINABLE and cohort.taken < cohort.seats,
    }


async def cohort(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    *,
    now: datetime,
    sort: Sort,
    people: int,
    mentors: int,
) -> Told:
    """Ten or so statements, however many people there are."""
    researchers = await progress.researchers_of(
        db, cohort, now=now, sort=sort, at_most=ROWS + 1, skip=(people - 1) * ROWS
    )
    shown = researchers[:ROWS]
    columns = await progress.columns_of(db, cohort)
    shares = await progress.shares_of(db, [one.enrolment.id for one in shown])
    listed = await mentors_of(db, cohort, page=mentors)
    visible = policy.promises_visible_to(actor)
    return {
        "now": now,
        "cohort": cohort,
        "week": figures.weeks_of(cohort, figures.today_in(cohort, now)),
        "figures": await figures.overview_of(db, cohort),
        "people": shown,
        "people_page": people,
        "more_people": len(researchers) > ROWS,
        "sort": sort,
        "columns": columns,
        "cells": progress.cells_of(shown, columns, shares),
        "mentors": listed[:ROWS],
        "mentors_page": mentors,
        "more_mentors": len(listed) > ROWS,
        "titles": await titles(db),
        "failed": await figures.failed_work(db, visible, cohort.id),
    }


async def mentors_of(db: AsyncSession, cohort: Cohort, *, page: int) -> Sequence[Mentor]:
    """Those who wait for a decision first, those who were declined last."""
    order = case(
        (Mentor.state == MentorState.PENDING, 0),
        (Mentor.state == MentorState.DECLINED, 2),
        else_=1,
    )
    found = await db.scalars(
        select(Mentor)
        .join(Mentor.person)
        .options(contains_eager(Mentor.person))
        .where(Mentor.cohort_id == cohort.id)
        .order_by(order, Person.name, Mentor.id)
        .limit(ROWS + 1)
        .offset((page - 1) * ROWS)
    )
    return found.all()


async def titles(db: AsyncSession) -> dict[tuple[str, str], str]:
    """(kind, slug) -> what a person calls it."""
    kinds = [TermKind.DOMAIN, TermKind.ROLE]
    rows = await db.execute(select(Term.kind, Term.slug, Term.title).where(Term.kind.in_(kinds)))
    return {(kind.value, slug): title for kind, slug, title in rows}


async def progress_rows(
    db: AsyncSession, cohort: Cohort, *, now: datetime
) -> Iterable[Sequence[str | float | None]]:
    """The whole cohort as a table: percent of the milestones of each section that are passed."""
    people = await progress.researchers_of(db, cohort, now=now)
    columns = await progress.columns_of(db, cohort)
    shares = await progress.shares_of(db, [one.enrolment.id for one in people])
    head = ["Researcher", "E-mail", "Stage", "Mentor", "Passed", "Milestones", "Late"]
    rows: list[Sequence[str | float | None]] = [
        [*head, *(f"{column.number} {column.title} (%)" for column in columns)]
    ]
    for one, cells in zip(people, progress.cells_of(people, columns, shares), strict=True):
        person = one.enrolment.person
        rows.append(
            [
                person.name,
                person.email,
                one.enrolment.stage.value,
                one.mentor,
                one.passed,
                one.total,
                one.late,
                *(None if share is None else round(share * 100) for share in cells),
            ]
        )
    return rows
