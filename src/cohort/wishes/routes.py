"""Wishes over the API: who may be found, and whom researchers and mentors would like."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.errors import NotFound
from cohort.http.listing import ListQuery
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.mentors import service as mentors
from cohort.mentorships.schemas import MentorCardOut, ResearcherOut
from cohort.mentorships.showing import mentor_out, researcher_out
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.wishes import listed, service
from cohort.wishes.filters import MENTORS, RESEARCHERS
from cohort.wishes.schemas import (
    ListingChoice,
    MentorWishes,
    MentorWishesOut,
    ResearcherWishes,
    ResearcherWishesOut,
)


@get(
    "/cohorts/{cohort_id:uuid}/listed_mentors",
    guards=[signed_in],
    dependencies=MENTORS,
    responses=may_refuse(NotFound),
)
async def list_listed_mentors(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
) -> PageOut[MentorCardOut]:
    """The mentors who let the researchers of the cohort find them; never e-mail or hours."""
    found = await listed.list_mentors(db, actor, cohort_id, part, wanted)
    return shown(found, mentor_out)


@get(
    "/cohorts/{cohort_id:uuid}/listed_researchers",
    guards=[signed_in],
    dependencies=RESEARCHERS,
    responses=may_refuse(NotFound),
)
async def list_listed_researchers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
) -> PageOut[ResearcherOut]:
    """The researchers who let the mentors of the cohort find them; never e-mail or hours."""
    found = await listed.list_researchers(db, actor, cohort_id, part, wanted)
    return shown(found, researcher_out)


@get("/enrolments/{enrolment_id:uuid}/listing", guards=[signed_in], responses=may_refuse(NotFound))
async def read_researcher_listing(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> ListingChoice:
    """Whether the mentors of the cohort may find this researcher."""
    return ListingChoice(is_listed=(await enrolments.get(db, actor, enrolment_id)).is_listed)


@put("/enrolments/{enrolment_id:uuid}/listing", guards=[signed_in], responses=may_refuse(NotFound))
async def list_researcher(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
    data: JSONBody[ListingChoice],
) -> ListingChoice:
    """Let the mentors of the cohort find you, or not any more."""
    owner = await enrolments.get(db, actor, enrolment_id)
    await listed.list_oneself(db, actor, owner, is_listed=data.is_listed)
    return data


@get("/mentors/{mentor_id:uuid}/listing", guards=[signed_in], responses=may_refuse(NotFound))
async def read_mentor_listing(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], mentor_id: FromPath[UUID]
) -> ListingChoice:
    """Whether the researchers of the cohort may find this mentor."""
    return ListingChoice(is_listed=(await mentors.get(db, actor, mentor_id)).is_listed)


@put("/mentors/{mentor_id:uuid}/listing", guards=[signed_in], responses=may_refuse(NotFound))
async def list_mentor(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
    data: JSONBody[ListingChoice],
) -> ListingChoice:
    """Let the researchers of the cohort find you, or not any more."""
    owner = await mentors.get(db, actor, mentor_id)
    await listed.list_oneself(db, actor, owner, is_listed=data.is_listed)
    return data


@get("/enrolments/{enrolment_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def read_researcher_wishes(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> MentorWishesOut:
    """The mentors whom a researcher would like; for the researcher and the organisers."""
    ranked = await service.wishes_of(db, actor, await enrolments.get(db, actor, enrolment_id))
    return MentorWishesOut(
        mentor_ids=[one.mentor_id for one in ranked], reasons=[one.reason for one in ranked]
    )


@put("/enrolments/{enrolment_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def rank_mentors(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
    data: JSONBody[MentorWishes],
) -> MentorWishesOut:
    """Say which mentors of the cohort you would like, the dearest first; it replaces what was."""
    ids, why = data.mentor_ids, data.reasons
    owner = await enrolments.get(db, actor, enrolment_id)
    await service.rank(db, actor, owner, ids, reasons=why)
    return MentorWishesOut(mentor_ids=ids, reasons=why or [""] * len(ids))


@get("/mentors/{mentor_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def read_mentor_wishes(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], mentor_id: FromPath[UUID]
) -> ResearcherWishesOut:
    """The researchers whom a mentor would like; for the mentor and the organisers."""
    ranked = await service.wishes_of(db, actor, await mentors.get(db, actor, mentor_id))
    return ResearcherWishesOut(
        enrolment_ids=[one.enrolment_id for one in ranked], reasons=[one.reason for one in ranked]
    )


@put("/mentors/{mentor_id:uuid}/wishes", guards=[signed_in], responses=may_refuse(NotFound))
async def rank_researchers(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
    data: JSONBody[ResearcherWishes],
) -> ResearcherWishesOut:
    """Say whom you would like to mentor, the dearest first; it replaces what was there."""
    ids, why = data.enrolment_ids, data.reasons
    owner = await mentors.get(db, actor, mentor_id)
    await service.rank(db, actor, owner, ids, reasons=why)
    return ResearcherWishesOut(enrolment_ids=ids, reasons=why or [""] * len(ids))


router = Router(
    "",
    route_handlers=[
        list_listed_mentors,
        list_listed_researchers,
        read_researcher_listing,
        list_researcher,
        read_mentor_listing,
        list_mentor,
        read_researcher_wishes,
        rank_mentors,
        read_mentor_wishes,
        rank_researchers,
    ],
    tags=["wishes"],
    opt={"room": "mentors"},
)
