"""The page of a mentorship: what the two have planned, and what was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid, Stale
from cohort.http.forms import Form, read_form
from cohort.http.pages import Asked, page, see
from cohort.meetings import reading, service, suggesting
from cohort.meetings.emails import zones
from cohort.meetings.forms import TimeForm, choices, in_zones
from cohort.meetings.models import Meeting, MeetingState
from cohort.meetings.schemas import AgreeIn, CancelIn, MeetingChange, MeetingIn, OutcomeIn
from cohort.mentorships import reading as mentorships
from cohort.mentorships.emails import the_two
from cohort.mentorships.models import Mentorship, Side
from cohort.people.auth import signed_in
from cohort.people.models import Person

LENGTHS = [{"value": str(minutes), "label": f"{minutes} minutes"} for minutes in (30, 45, 60, 90)]
PLANNED = {MeetingState.PROPOSED, MeetingState.AGREED}


@dataclass(frozen=True, slots=True)
class MentorshipView:
    """A mentorship as one of the two sees it."""

    mentorship: Mentorship
    other: Person
    zones: Sequence[str]
    to_come: Sequence[Meeting]
    unsaid: Sequence[Meeting]
    """Whose time is past, and nobody has said yet whether they took place."""
    past: Sequence[Meeting]
    times: Sequence[dict[str, str]]
    lengths: Sequence[dict[str, str]]
    back: str


async def _view(
    db: AsyncSession, actor: Person, mentorship_id: UUID, now: datetime
) -> MentorshipView:
    mentorship = await mentorships.get(db, actor, mentorship_id)
    side = service.side_of(actor, mentorship)
    all_of = await reading.list_of(db, actor, mentorship_id)
    planned = [meeting for meeting in all_of if meeting.state in PLANNED]
    mine = zones(mentorship, side)
    starts: Sequence[datetime] = []
    if mentorship.ended_at is None:
        starts = (await suggesting.times_of(db, mentorship, 30, now=now)).starts
    return MentorshipView(
        mentorship=mentorship,
        other=the_two(mentorship, side)[1],
        zones=mine,
        to_come=[meeting for meeting in planned if meeting.starts_at > now],
        unsaid=[
            one for one in planned if one.starts_at <= now and one.state is MeetingState.AGREED
        ],
        past=[one for one in reversed(all_of) if _is_over(one, now)],
        times=choices(starts, mine),
        lengths=LENGTHS,
        back=f"/plan/{mentorship.enrolment_id}" if side is Side.RESEARCHER else "/mentoring",
    )


def _is_over(meeting: Meeting, now: datetime) -> bool:
    """It was held, missed or cancelled; or its time went by before anyone agreed to it."""
    unanswered = meeting.state is MeetingState.PROPOSED and meeting.starts_at <= now
    return unanswered or meeting.state not in PLANNED


@get("/mentorships/{mentorship_id:uuid}", guards=[signed_in])
async def mentorship_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str]:
    view = await _view(db, actor, mentorship_id, clock())
    return page(request, "meetings/mentorship.html", view, form=Form())


@post("/mentorships/{mentorship_id:uuid}/meetings", guards=[signed_in])
async def propose(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str] | Redirect:
    now = clock()
    form = await read_form(request, TimeForm)
    view = await _view(db, actor, mentorship_id, now)
    if form.value is not None:
        try:
            asked = _asked(form.value, view.zones[0])
            meeting = await service.propose(db, actor, mentorship_id, asked, now=now)
        except (Invalid, service.TooManyMeetings, service.MentorshipPaused) as refusal:
            form = form.refused(refusal)
        else:
            when = in_zones(meeting.starts_at, view.zones[:1])
            return see(_home(meeting), saying=f"{view.other.name} is asked: {when}.")
    return page(request, "meetings/mentorship.html", view, form=form)


def _asked(typed: TimeForm, zone: str) -> MeetingIn:
    return MeetingIn(
        starts_at=typed.starts_at(zone),
        minutes=typed.minutes,
        topic=typed.topic,
        place=typed.place,
    )


def _home(meeting: Meeting) -> str:
    return f"/mentorships/{meeting.mentorship_id}"


@post("/meetings/{meeting_id:uuid}/agree", guards=[signed_in])
async def agree(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
) -> Redirect:
    form = await read_form(request, AgreeIn)
    if form.value is None:
        raise Invalid.at("starts_at", form.errors["starts_at"])
    meeting = await service.agree(db, actor, meeting_id, form.value, now=clock())
    return see(_home(meeting), saying="It is agreed. Both of you get an entry for your calendar.")


@get("/meetings/{meeting_id:uuid}/move", guards=[signed_in])
async def move_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
) -> Response[str]:
    meeting = await reading.get(db, actor, meeting_id)
    typed = {
        "minutes": str(meeting.minutes),
        "topic": meeting.topic,
        "place": meeting.place,
        "version": str(meeting.version),
    }
    return await _move(request, db, actor, meeting, Form(typed), clock())


async def _move(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    meeting: Meeting,
    form: Form[Any],
    now: datetime,
) -> Response[str]:
    view = await _view(db, actor, meeting.mentorship_id, now)
    lengths = LENGTHS
    if str(meeting.minutes) not in {one["value"] for one in LENGTHS}:
        lengths = [{"value": str(meeting.minutes), "label": f"{meeting.minutes} minutes"}, *LENGTHS]
    return page(
        request,
        "meetings/move.html",
        form=form,
        meeting=meeting,
        closed=meeting.state not in PLANNED or meeting.starts_at <= now,
        other=view.other,
        zones=view.zones,
        times=[{"value": "", "label": "The time that stands now"}, *view.times],
        lengths=lengths,
    )


@post("/meetings/{meeting_id:uuid}/move", guards=[signed_in])
async def move(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, TimeForm)
    meeting = await reading.get(db, actor, meeting_id)
    if form.value is not None:
        try:
            asked = _change(form.value, zones(meeting.mentorship, _side(actor, meeting))[0])
            meeting = await service.change(
                db, actor, meeting_id, asked, if_match=form.seen, now=clock()
            )
        except Stale as refusal:
            newest = {**form.typed, "version": str(meeting.version)}
            form = replace(form.refused(refusal), typed=newest)
        except (Invalid, service.MeetingInTheWay, service.MentorshipPaused) as refusal:
            form = form.refused(refusal)
        else:
            return see(_home(meeting), saying=_changed(actor, meeting))
    return await _move(request, db, actor, meeting, form, clock())


def _side(actor: Person, meeting: Meeting) -> Side:
    return service.side_of(actor, meeting.mentorship)


def _changed(actor: Person, meeting: Meeting) -> str:
    side = _side(actor, meeting)
    other = the_two(meeting.mentorship, side)[1]
    if meeting.moved_from is None or meeting.proposed_by != actor.id:
        return f"It is changed, and {other.name} is told."
    when = in_zones(meeting.starts_at, zones(meeting.mentorship, side)[:1])
    return f"{other.name} is asked: {when}, {meeting.minutes} minutes."


def _change(typed: TimeForm, zone: str) -> MeetingChange:
    """The time stays where none was chosen."""
    moves = typed.suggested is not None or typed.day is not None or typed.hour is not None
    return MeetingChange(
        starts_at=typed.starts_at(zone) if moves else None,
        minutes=typed.minutes,
        topic=typed.topic,
        place=typed.place,
    )


@get("/meetings/{meeting_id:uuid}/cancel", guards=[signed_in])
async def cancel_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    meeting_id: FromPath[UUID],
) -> Response[str]:
    return await _cancel(request, db, actor, meeting_id, Form())


async def _cancel(
    request: Asked, db: AsyncSession, actor: Person, meeting_id: UUID, form: Form[Any]
) -> Response[str]:
    meeting = await reading.get(db, actor, meeting_id)
    side = _side(actor, meeting)
    other = the_two(meeting.mentorship, side)[1]
    when = in_zones(meeting.starts_at, zones(meeting.mentorship, side)[:1])
    return page(request, "meetings/cancel.html", form=form, meeting=meeting, other=other, when=when)


@post("/meetings/{meeting_id:uuid}/cancel", guards=[signed_in])
async def cancel(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form = await read_form(request, CancelIn)
    if form.value is None:
        return await _cancel(request, db, actor, meeting_id, form)
    meeting = await service.cancel(db, actor, meeting_id, form.value.note, now=clock())
    return see(_home(meeting), saying="The meeting is cancelled, in both calendars.")


@post("/meetings/{meeting_id:uuid}/outcome", guards=[signed_in])
async def record(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    meeting_id: FromPath[UUID],
) -> Redirect:
    form = await read_form(request, OutcomeIn)
    if form.value is None:
        raise Invalid.at("held", "Say whether the meeting took place.")
    said = form.value
    meeting = await service.record(
        db, actor, meeting_id, held=said.held, note=said.note, now=clock()
    )
    return see(_home(meeting), saying="Thank you, noted.")


router = Router(
    "",
    route_handlers=[
        mentorship_page,
        propose,
        agree,
        move_page,
        move,
        cancel_page,
        cancel,
        record,
    ],
    include_in_schema=False,
)
