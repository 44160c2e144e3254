"""Proposals and mentorships over the API."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import Example
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.listing import A_MOMENT, InEitherName, ListQuery, moment, pattern
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.mentorships import declining, leaving, pausing, reading, service
from cohort.mentorships.models import Mentorship, MentorshipState, Proposal, ProposalState
from cohort.mentorships.schemas import (
    EndIn,
    MentorshipOut,
    MentorshipPauseIn,
    NoIn,
    ProposalOut,
)
from cohort.mentorships.showing import mentorship_out, proposal_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


class ProposalSort(StrEnum):
    OLDEST = "created_at"
    NEWEST = "-created_at"
    EXPIRES_FIRST = "expires_at"


class MentorshipSort(StrEnum):
    OLDEST = "began_at"
    NEWEST = "-began_at"


def wanted_proposals(
    q: InEitherName = None,
    in_state: Annotated[
        ProposalState | None,
        QueryParameter(name="state", description="Only proposals in this state."),
    ] = None,
    expires_before: Annotated[
        str | None,
        QueryParameter(
            max_length=40,
            examples=[Example(value=A_MOMENT)],
            description="Only those that lapse before this moment, unless both answer: with "
            "`state=open`, those that are overdue or soon will be.",
        ),
    ] = None,
    sort: Annotated[ProposalSort, QueryParameter(description="The order.")] = ProposalSort.OLDEST,
) -> ListQuery:
    until = moment("expires_before", expires_before)
    return ListQuery(sort, {"q": pattern(q), "state": in_state, "expires_before": until})


def wanted_mentorships(
    q: InEitherName = None,
    in_state: Annotated[
        MentorshipState | None,
        QueryParameter(name="state", description="Only those that go on, pause, or have ended."),
    ] = None,
    sort: Annotated[
        MentorshipSort, QueryParameter(description="The order.")
    ] = MentorshipSort.OLDEST,
) -> ListQuery:
    return ListQuery(sort, {"q": pattern(q), "state": in_state})


PROPOSALS = {"wanted": Provide(wanted_proposals, sync_to_thread=False)}
MENTORSHIPS = {"wanted": Provide(wanted_mentorships, sync_to_thread=False)}


async def _proposal(db: AsyncSession, actor: Person, proposal: Proposal) -> ProposalOut:
    return proposal_out(actor, proposal, await reading.told_in(db, [proposal]))


async def _mentorship(db: AsyncSession, actor: Person, mentorship: Mentorship) -> MentorshipOut:
    return mentorship_out(actor, mentorship, await reading.told_in(db, [mentorship]))


@get("/proposals", guards=[signed_in], dependencies=PROPOSALS, responses=may_refuse())
async def list_proposals(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
) -> PageOut[ProposalOut]:
    """Every proposal that you see: your own, and those of the cohorts that you organise."""
    page = await reading.list_proposals(db, actor, part, wanted)
    told = await reading.told_in(db, page.items)
    return shown(page, lambda proposal: proposal_out(actor, proposal, told))


@get(
    "/cohorts/{cohort_id:uuid}/proposals",
    guards=[signed_in],
    dependencies=PROPOSALS,
    responses=may_refuse(NotFound),
)
async def list_cohort_proposals(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
) -> PageOut[ProposalOut]:
    """The proposals of a cohort that you organise."""
    page = await reading.list_proposals(db, actor, part, wanted, cohort_id=cohort_id)
    return shown(page, lambda proposal: proposal_out(actor, proposal, {}))


@get("/proposals/{proposal_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_proposal(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], proposal_id: FromPath[UUID]
) -> ProposalOut:
    """A proposal, for the two whom it is made to and for their organisers."""
    return await _proposal(db, actor, await reading.get_proposal(db, actor, proposal_id))


@post(
    "/proposals/{proposal_id:uuid}/acceptance",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(
        NotFound,
        service.ProposalClosed,
        service.NoPlaceLeft,
        service.AlreadyMentored,
        service.NotEnrolled,
    ),
)
async def accept_proposal(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    proposal_id: FromPath[UUID],
) -> ProposalOut:
    """Say yes. When both have, the mentorship begins and both learn the other's address."""
    return await _proposal(db, actor, await service.accept(db, actor, proposal_id, now=clock()))


@post(
    "/proposals/{proposal_id:uuid}/refusal",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.ProposalClosed),
)
async def decline_proposal(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    proposal_id: FromPath[UUID],
    data: JSONBody[NoIn],
) -> ProposalOut:
    """Say no, and why; only the organisers read the reason. You may pause in the same step."""
    declined = await declining.decline(db, actor, proposal_id, **data.model_dump(), now=clock())
    return await _proposal(db, actor, declined)


@get("/mentorships", guards=[signed_in], dependencies=MENTORSHIPS, responses=may_refuse())
async def list_mentorships(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
) -> PageOut[MentorshipOut]:
    """Every mentorship that you see: your own, and those of the cohorts that you organise."""
    page = await reading.list_mentorships(db, actor, part, wanted)
    told = await reading.told_in(db, page.items)
    return shown(page, lambda mentorship: mentorship_out(actor, mentorship, told))


@get(
    "/cohorts/{cohort_id:uuid}/mentorships",
    guards=[signed_in],
    dependencies=MENTORSHIPS,
    responses=may_refuse(NotFound),
)
async def list_cohort_mentorships(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
) -> PageOut[MentorshipOut]:
    """The mentorships of a cohort that you organise."""
    page = await reading.list_mentorships(db, actor, part, wanted, cohort_id=cohort_id)
    return shown(page, lambda mentorship: mentorship_out(actor, mentorship, {}))


@get("/mentorships/{mentorship_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_mentorship(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentorship_id: FromPath[UUID],
) -> MentorshipOut:
    """A mentorship, for the two and for their organisers."""
    return await _mentorship(db, actor, await reading.get(db, actor, mentorship_id))


@post(
    "/mentors/{mentor_id:uuid}/departure",
    guards=[signed_in],
    status_code=204,
    responses=may_refuse(NotFound),
)
async def leave_as_mentor(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> None:
    """Leave a cohort as its mentor, or withdraw a sign-up; organisers may say it for somebody.

    Mentorships end, and those who are mentored are told what happens next: they are in the next
    round. Open proposals lapse. An organiser may approve the mentor again.
    """
    await leaving.leave(db, actor, mentor_id, now=clock())


@put(
    "/mentorships/{mentorship_id:uuid}/pause",
    guards=[signed_in],
    responses=may_refuse(NotFound, pausing.MentorshipEnded),
)
async def pause_mentorship(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
    data: JSONBody[MentorshipPauseIn],
) -> MentorshipOut:
    """Pause, as one of the two or as an organiser; sent with another day, the day changes.

    The mentor's place stays taken. Meetings planned within the pause are cancelled.
    """
    paused = await pausing.pause(db, actor, mentorship_id, data.resumes_on, now=clock())
    return await _mentorship(db, actor, paused)


@delete(
    "/mentorships/{mentorship_id:uuid}/pause",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, pausing.MentorshipEnded),
)
async def resume_mentorship(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> MentorshipOut:
    """End the pause."""
    return await _mentorship(db, actor, await pausing.resume(db, actor, mentorship_id, now=clock()))


@post(
    "/mentorships/{mentorship_id:uuid}/end",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def end_mentorship(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
    data: JSONBody[EndIn],
) -> MentorshipOut:
    """End a mentorship, as one of the two or as an organiser; the mentor has a place again."""
    ended = await service.end(db, actor, mentorship_id, data.reason, now=clock())
    return await _mentorship(db, actor, ended)


router = Router(
    "",
    route_handlers=[
        list_proposals,
        list_cohort_proposals,
        read_proposal,
        accept_proposal,
        decline_proposal,
        list_mentorships,
        list_cohort_mentorships,
        read_mentorship,
        leave_as_mentor,
        pause_mentorship,
        resume_mentorship,
        end_mentorship,
    ],
    tags=["mentorships"],
    opt={"room": "mentorships"},
)
