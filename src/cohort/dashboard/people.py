"""The researchers of a cohort: who is behind, who has no mentor, who was quiet."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    ScalarSelect,
    Select,
    String,
    Uuid,
    case,
    exists,
    func,
    literal,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import reading as enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment
from cohort.dashboard.figures import HAS_MENTOR, IS_PROPOSED
from cohort.dashboard.schemas import Include, Matching
from cohort.db import NOW, given
from cohort.http.listing import Listing, ListQuery, by_name, has_in_name
from cohort.http.paging import Page, Slice
from cohort.mentors.models import Mentor
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.people.asker import asker
from cohort.people.models import Person
from cohort.study.models import ItemState, PlanItem, Submission

NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""Comes before every time at which something was handed in."""
OWED = PlanItem.state.in_([ItemState.OPEN, ItemState.AGAIN])
IS_LATE = OWED & (PlanItem.due_at < NOW)
PASSED = PlanItem.state == ItemState.PASSED
MATCHING = case(
    (HAS_MENTOR, Matching.MATCHED), (IS_PROPOSED, Matching.PROPOSED), else_=Matching.WAITING
)


def _of_plan(what: Any) -> ScalarSelect[Any]:
    """Something about all items of a researcher's plan, worked out for the rows of a page only."""
    of_plan = select(what).where(PlanItem.enrolment_id == Enrolment.id)
    return of_plan.correlate(Enrolment).scalar_subquery()


def _handed_in_at() -> ScalarSelect[Any]:
    last = select(func.max(Submission.submitted_at)).join(Submission.plan_item)
    of_one = last.where(PlanItem.enrolment_id == Enrolment.id)
    return of_one.correlate(Enrolment).scalar_subquery()


def _their_mentor() -> ScalarSelect[Any]:
    """Id and name of the mentor, or of whoever is proposed, as two words; null for neither."""
    person = aliased(Person)
    links = [
        select(link.mentor_id.label("mentor_id"), literal(rank).label("rank"))
        .where(link.enrolment_id == Enrolment.id, stands)
        .correlate(Enrolment)
        for rank, link, stands in (
            (0, Mentorship, Mentorship.ended_at.is_(None)),
            (1, Proposal, Proposal.state == ProposalState.OPEN),
        )
    ]
    link = links[0].union_all(links[1]).subquery()
    return (
        select(array([sql_cast(link.c.mentor_id, String), person.name]))
        .select_from(link)
        .join(Mentor, Mentor.id == link.c.mentor_id)
        .join(person, person.id == Mentor.person_id)
        .order_by(link.c.rank)
        .limit(1)
        .scalar_subquery()
    )


@cache
def _listing(include: frozenset[Include]) -> Listing:
    """The list with what is included, which costs the more the more it is."""
    columns: list[ColumnElement[Any]] = []
    if Include.PROGRESS in include:
        many = func.count()
        counts = array([many, many.filter(PASSED), many.filter(IS_LATE)])
        columns += [_of_plan(counts).label("counts"), _handed_in_at().label("handed_in_at")]
    if Include.MATCHING in include:
        columns += [MATCHING.label("matching_state"), _their_mentor().label("their_mentor")]

    def statement(is_admin: bool) -> Select[*tuple[Any, ...]]:  # noqa: FBT001
        cohort_id = given("cohort_id", Uuid())
        cohort = cohort_policy.visible_to(asker(is_admin=is_admin)).where(Cohort.id == cohort_id)
        seen = enrolments.visible(is_admin=is_admin).where(Enrolment.cohort_id == cohort_id)
        return seen.where(cohort.exists()).add_columns(*columns)

    late = exists().where(PlanItem.enrolment_id == Enrolment.id, IS_LATE)
    share = sql_cast(func.count().filter(PASSED), Float) / func.nullif(func.count(), 0)
    return Listing(
        statement,
        id=Enrolment.id,
        filters={
            "q": has_in_name(Person.name),
            "state": Enrolment.state == given("state", String()),
            "late": {True: late, False: ~late},
            "matching": {
                Matching.MATCHED: HAS_MENTOR,
                Matching.PROPOSED: IS_PROPOSED & ~HAS_MENTOR,
                Matching.WAITING: ~HAS_MENTOR & ~IS_PROPOSED,
            },
        },
        orders={
            "created_at": Enrolment.created_at,
            "name": by_name(Person.name),
            "progress": func.coalesce(_of_plan(share), 0.0),
            "late": sql_cast(_of_plan(func.count().filter(IS_LATE)), Integer),
            "handed_in_at": func.coalesce(_handed_in_at(), NEVER),
        },
    )


async def list_in(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    wanted: ListQuery,
    part: Slice,
    *,
    include: Collection[Include],
    now: datetime,
) -> Page[Record]:
    """One statement, which asks for the cohort as well; only where it is empty, we ask why."""
    page = await _listing(frozenset(include)).read(
        db,
        part,
        wanted,
        is_admin=actor.is_admin,
        actor_id=actor.id,
        cohort_id=cohort_id,
        now=now,
    )
    if not page.items:
        await cohorts.get(db, actor, cohort_id)
    return page


def listed_json(row: Record) -> dict[str, Any]:
    """With the fields of ListedEnrolmentOut."""
    its = enrolments.enrolment_json(row)
    its["progress"], its["matching"] = progress_of(its), matching_of(its)
    return its


def progress_of(row: dict[str, Any]) -> Mapping[str, Any] | None:
    """With the fields of PlanProgressOut; takes the columns out of the row."""
    counts = row.pop("counts", None)
    if counts is None:
        return None
    total, passed, late = counts
    at = row.pop("handed_in_at")
    return {"total": total, "passed": passed, "late": late, "handed_in_at": at}


def matching_of(row: dict[str, Any]) -> Mapping[str, Any] | None:
    """With the fields of MatchingOut; takes the columns out of the row."""
    state = row.pop("matching_state", None)
    if state is None:
        return None
    mentor_id, mentor = row.pop("their_mentor") or (None, None)
    return {"state": state, "mentor_id": mentor_id, "mentor": mentor}
