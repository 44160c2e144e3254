"""Wishes over the API: whom researchers and mentors would like."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.mentors import wishes
from cohort.mentors.schemas import MentorWishes, ResearcherWishes
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/enrolments/{enrolment_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def read_researcher_wishes(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> MentorWishes:
    """The mentors whom a researcher would like; for the researcher and the organisers."""
    return MentorWishes(mentor_ids=list(await wishes.of_enrolment(db, actor, enrolment_id)))


@put("/enrolments/{enrolment_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def rank_mentors(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
    data: JSONBody[MentorWishes],
) -> MentorWishes:
    """Say which mentors of the cohort you would like, the dearest first; it replaces what was."""
    await wishes.rank_mentors(db, actor, enrolment_id, data.mentor_ids, now=clock())
    return data


@get("/mentors/{mentor_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def read_mentor_wishes(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], mentor_id: FromPath[UUID]
) -> ResearcherWishes:
    """The researchers whom a mentor would like; for the mentor and the organisers."""
    return ResearcherWishes(enrolment_ids=list(await wishes.of_mentor(db, actor, mentor_id)))


@put("/mentors/{mentor_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def rank_researchers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
    data: JSONBody[ResearcherWishes],
) -> ResearcherWishes:
    """Say whom you would like to mentor, the dearest first; it replaces what was there."""
    await wishes.rank_researchers(db, actor, mentor_id, data.enrolment_ids)
    return data


router = Router(
    "",
    route_handlers=[read_researcher_wishes, rank_mentors, read_mentor_wishes, rank_researchers],
    tags=["mentors"],
    opt={"room": "mentors"},
)
