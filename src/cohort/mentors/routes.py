"""Mentors over the API."""

from typing import Annotated, cast
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale, TooMany
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.listing import ListQuery, PartOfName, pattern
from cohort.http.paging import PageOut, Slice, listed
from cohort.http.patterns import SLUG
from cohort.http.problems import may_refuse
from cohort.mentors import approving, confirming, pausing, reading, service
from cohort.mentors.models import Mentor, MentorState
from cohort.mentors.schemas import (
    ApprovalsIn,
    ApprovalsOut,
    MentorChangeIn,
    MentorIn,
    MentorOut,
    MentorPauseIn,
    MentorSort,
    RefusalIn,
)
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.schemas import NoticeOut
from cohort.people.throttle import Tries

THANKS = "Thank you. The organisers are told, and answer you by mail."
CONFIRM = "Thank you. We have sent you a mail: open its link, and this counts."


def as_out(mentor: Mentor) -> MentorOut:
    return MentorOut.model_validate(
        {
            **{name: getattr(mentor, name, None) for name in MentorOut.model_fields},
            "name": mentor.person.name,
            "email": mentor.person.email,
            "is_confirmed": mentor.person.verified_at is not None,
        }
    )


def answered(mentor: Mentor) -> Response[MentorOut]:
    return Response(as_out(mentor), headers={"ETag": etag(mentor.version)})


@post(
    "/cohorts/{cohort_id:uuid}/mentors",
    guards=[public],
    status_code=202,
    responses=may_refuse(NotFound, TooMany),
)
async def sign_up_mentor(
    request: Request[Person | None, object, State],
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    *,
    cohort_id: FromPath[UUID],
    data: JSONBody[MentorIn],
) -> NoticeOut:
    """Sign up as a mentor of an open or running cohort, with or without an account.

    Signed in, you are the mentor, and name and e-mail are not read; signing up again changes
    nothing. Else both are needed, and the form counts once the link in the mail is opened. The
    answer never tells whether an address is known.
    """
    if request.user is not None:
        await signed_in(request, request.route_handler)  # an API key needs its scope here too
        await service.sign_up(db, request.user, cohort_id, data, now=clock())
        return NoticeOut(detail=THANKS)
    if data.email is not None:
        await tries.form(data.email)
    await service.check_sign_up(db, cohort_id, data)
    await confirming.ask_to_confirm(db, cohort_id, data, now=clock())
    return NoticeOut(detail=CONFIRM)


def wanted_mentors(
    q: PartOfName = None,
    in_state: Annotated[
        MentorState | None,
        QueryParameter(name="state", description="Only mentors in this state."),
    ] = None,
    paused: Annotated[
        bool | None, QueryParameter(description="Only those who pause (true) or do not (false).")
    ] = None,
    free: Annotated[
        bool | None,
        QueryParameter(description="Only those with a free place (true) or with none (false)."),
    ] = None,
    domain: Annotated[
        str | None,
        QueryParameter(
            max_length=80,
            pattern=SLUG,
            description="Only those in this field or one within it: a slug of "
            "`GET /taxonomies/domain`.",
        ),
    ] = None,
    sort: Annotated[
        MentorSort, QueryParameter(description="The order; `-free` has the most free places first.")
    ] = MentorSort.OLDEST,
) -> ListQuery:
    flags = {"paused": paused, "free": free}
    return ListQuery(sort, {"q": pattern(q), "state": in_state, "domain": domain, **flags})


WANTED = {"wanted": Provide(wanted_mentors, sync_to_thread=False)}


@get(
    "/cohorts/{cohort_id:uuid}/mentors",
    guards=[signed_in],
    dependencies=WANTED,
    responses=may_refuse(NotFound),
)
async def list_mentors(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    cohort_id: FromPath[UUID],
) -> PageOut[MentorOut]:
    """The mentors of a cohort that you organise, the first sign-up first unless you sort."""
    page = await reading.list_in(db, actor, cohort_id, wanted, part)
    return listed(page, reading.mentor_json)


@get("/mentors/{mentor_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_mentor(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], mentor_id: FromPath[UUID]
) -> Response[MentorOut]:
    """A mentor, for that mentor and for the organisers of the cohort."""
    found = await reading.read(db, actor, mentor_id)
    answer = cast("MentorOut", reading.mentor_json(found))
    return Response(answer, headers={"ETag": etag(found["version"])})


@patch(
    "/mentors/{mentor_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.CapacityBelowTaken, Stale, NeedsIfMatch),
)
async def change_mentor(
    *,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
    data: JSONBody[MentorChangeIn],
    if_match: IfMatch = None,
) -> Response[MentorOut]:
    """Change your own profile; fields left out stay as they are."""
    return answered(
        await service.change(db, actor, mentor_id, data, if_match=if_match, now=clock())
    )


@post(
    "/mentors/{mentor_id:uuid}/approval",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def approve_mentor(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[MentorOut]:
    """Approve a mentor of a cohort that you organise; a mail says so."""
    return answered(await service.approve(db, actor, mentor_id, now=clock()))


@post(
    "/cohorts/{cohort_id:uuid}/approvals",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def approve_mentors(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[ApprovalsIn],
) -> ApprovalsOut:
    """Approve many mentors of a cohort that you organise at once, all or none; mails say so.

    With `dry_run` the answer is the same, and nothing is kept.
    """
    outcomes = await approving.approve_many(db, actor, cohort_id, data, now=clock())
    return ApprovalsOut(dry_run=data.dry_run, outcomes=outcomes)


@post(
    "/mentors/{mentor_id:uuid}/refusal",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.AlreadyApproved),
)
async def decline_mentor(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
    data: JSONBody[RefusalIn],
) -> Response[MentorOut]:
    """Decline a mentor of a cohort that you organise; a mail says why."""
    return answered(await service.decline(db, actor, mentor_id, data.note, now=clock()))


@put("/mentors/{mentor_id:uuid}/pause", guards=[signed_in], responses=may_refuse(NotFound))
async def plan_pause(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
    data: JSONBody[MentorPauseIn],
) -> Response[MentorOut]:
    """Pause from a day on, until a day, or both; sent with other days, the pause has those."""
    return answered(await pausing.pause(db, actor, mentor_id, data, now=clock()))


@post(
    "/mentors/{mentor_id:uuid}/pause",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def pause_mentor(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[MentorOut]:
    """Ask for no new proposals until you resume; mentorships and open proposals go on."""
    return answered(await pausing.pause(db, actor, mentor_id, MentorPauseIn(), now=clock()))


@delete(
    "/mentors/{mentor_id:uuid}/pause",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def resume_mentor(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[MentorOut]:
    """End the pause, or give up one that is planned."""
    return answered(await pausing.resume(db, actor, mentor_id, now=clock()))


router = Router(
    "",
    route_handlers=[
        sign_up_mentor,
        list_mentors,
        read_mentor,
        change_mentor,
        approve_mentor,
        approve_mentors,
        decline_mentor,
        plan_pause,
        pause_mentor,
        resume_mentor,
    ],
    tags=["mentors"],
    opt={"room": "mentors"},
)
