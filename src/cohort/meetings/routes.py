"""Meetings over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.meetings import reading, service, suggesting
from cohort.meetings.models import Meeting
from cohort.meetings.schemas import (
    AgreeIn,
    CancelIn,
    MeetingChange,
    MeetingIn,
    MeetingOut,
    OutcomeIn,
    SuggestedTimesOut,
    meeting_out,
)
from cohort.mentorships.pausing import MentorshipEnded
from cohort.people.auth import signed_in
from cohort.people.models import Person

ForMinutes = Annotated[
    int, QueryParameter(name="minutes", ge=15, le=240, description="How long the two need.")
]


def _answer(meeting: Meeting) -> Response[MeetingOut]:
    return Response(meeting_out(meeting), headers={"ETag": etag(meeting.version)})


@get("/meetings", guards=[signed_in], responses=may_refuse())
async def list_meetings(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], part: NamedDependency[Slice]
) -> PageOut[MeetingOut]:
    """Your meetings, as a researcher and as a mentor."""
    return shown(await reading.list_own(db, actor, part), meeting_out)


@get(
    "/mentorships/{mentorship_id:uuid}/meetings",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_mentorship_meetings(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    mentorship_id: FromPath[UUID],
) -> PageOut[MeetingOut]:
    """The meetings of a mentorship, for its two; an organiser finds none."""
    page = await reading.list_own(db, actor, part, mentorship_id=mentorship_id)
    return shown(page, meeting_out)


@post(
    "/mentorships/{mentorship_id:uuid}/meetings",
    guards=[signed_in],
    responses=may_refuse(
        NotFound, MentorshipEnded, service.MentorshipPaused, service.TooManyMeetings
    ),
)
async def propose_meeting(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
    data: JSONBody[MeetingIn],
) -> Response[MeetingOut]:
    """Name a time. The other one is asked by mail, with an entry for the calendar.

    Where no place is given, it is where the two met last.
    """
    meeting = await service.propose(db, actor, mentorship_id, data, now=clock())
    answer = _answer(meeting)
    answer.headers["Location"] = f"/api/v1/meetings/{meeting.id}"
    return answer


@get(
    "/mentorships/{mentorship_id:uuid}/suggested-times",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def suggest_times(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
    minutes: ForMinutes = 30,
) -> SuggestedTimesOut:
    """Times of the next three weeks at which both have said that they are free.

    Weekly hours are read in each one's own time zone, week by week, so that a change of the
    clocks is seen; what is planned between the two already is left out.
    """
    times = await suggesting.suggest(db, actor, mentorship_id, minutes, now=clock())
    return SuggestedTimesOut(starts_at=times.starts, time_zones=times.zones)


@get("/meetings/{meeting_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_meeting(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], meeting_id: FromPath[UUID]
) -> Response[MeetingOut]:
    """A meeting, for the two who meet."""
    return _answer(await reading.get(db, actor, meeting_id))


@patch(
    "/meetings/{meeting_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(
        NotFound,
        service.MeetingClosed,
        service.MeetingInTheWay,
        service.MentorshipPaused,
        Stale,
        NeedsIfMatch,
    ),
)
async def change_meeting(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
    data: JSONBody[MeetingChange],
    if_match: IfMatch = None,
) -> Response[MeetingOut]:
    """Move it, or say anew where and what about.

    With another time or length it is a proposal of yours, to which the other one agrees.
    """
    return _answer(
        await service.change(db, actor, meeting_id, data, if_match=if_match, now=clock())
    )


@post(
    "/meetings/{meeting_id:uuid}/agreement",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.MeetingClosed, service.MeetingMoved),
)
async def agree_to_meeting(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
    data: JSONBody[AgreeIn],
) -> Response[MeetingOut]:
    """Say yes to the time that the other one named."""
    return _answer(await service.agree(db, actor, meeting_id, data, now=clock()))


@post(
    "/meetings/{meeting_id:uuid}/cancellation",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.MeetingClosed),
)
async def cancel_meeting(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
    data: JSONBody[CancelIn],
) -> Response[MeetingOut]:
    """Cancel a meeting that is to come; it leaves both calendars."""
    return _answer(await service.cancel(db, actor, meeting_id, data.note, now=clock()))


@post(
    "/meetings/{meeting_id:uuid}/outcome",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.MeetingClosed, service.NotOverYet, MentorshipEnded),
)
async def record_outcome(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
    data: JSONBody[OutcomeIn],
) -> Response[MeetingOut]:
    """Say whether it took place, once it has begun; the last word counts."""
    return _answer(
        await service.record(db, actor, meeting_id, held=data.held, note=data.note, now=clock())
    )


router = Router(
    "",
    route_handlers=[
        list_meetings,
        list_mentorship_meetings,
        propose_meeting,
        suggest_times,
        read_meeting,
        change_meeting,
        agree_to_meeting,
        cancel_meeting,
        record_outcome,
    ],
    tags=["meetings"],
    opt={"room": "meetings"},
)
