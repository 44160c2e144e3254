"""What the sessions room reads and answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from cohort.cohorts.schemas import WallTime
from cohort.http.fields import Day, Line, MaybeLine, MaybeUrl, Note, Shown, Strict
from cohort.sessions.models import (
    AttendedBy,
    LiveSession,
    PlaceState,
    SessionPlace,
    SessionState,
)
from cohort.sessions.recurrence import read_rule


def _a_rule(text: str) -> str:
    if text:
        read_rule(text)
    return text.upper().removeprefix("RRULE:")


Title = Annotated[Line, Field(examples=["Serving models: questions and answers"])]
About = Annotated[Note, Field(examples=["Bring one thing that went wrong."])]
OnDay = Annotated[Day, Field(description="On the cohort's clock.", examples=["2027-03-09"])]
AtHour = Annotated[WallTime, Field(description="On the cohort's clock.", examples=["17:00"])]
ForMinutes = Annotated[int, Field(ge=15, le=480, examples=[60])]
Capacity = Annotated[
    int, Field(ge=0, le=10_000, description="Seats; 0 for as many as come.", examples=[20])
]
Repeats = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200),
    AfterValidator(_a_rule),
    Field(
        description="By which rule it repeats (RRULE of RFC 5545), on the cohort's clock; until "
        "the cohort's last day, where it says no end. Empty for once.",
        examples=["FREQ=WEEKLY;INTERVAL=2;COUNT=6"],
    ),
]
Host = Annotated[MaybeLine, Field(description="Who leads it.", examples=["Grace Example"])]
Address = Annotated[
    MaybeUrl, Field(description="Empty for none.", examples=["https://meet.example.org/spring"])
]
Following = Annotated[
    bool, Field(description="Whether the same holds for all that follow in its series.")
]


class SessionIn(Strict):
    title: Title
    about: About = ""
    host: Host = ""
    day: OnDay
    hour: AtHour
    minutes: ForMinutes = 60
    repeats: Repeats = ""
    capacity: Capacity = 0
    link: Address = ""


class SessionChange(Strict):
    """What is not given stays. Links to what came of it are of this one session alone."""

    title: Title | None = None
    about: About | None = None
    host: Host | None = None
    day: OnDay | None = None
    hour: AtHour | None = None
    minutes: ForMinutes | None = None
    capacity: Capacity | None = None
    link: Address | None = None
    recording_link: Address | None = None
    notes_link: Address | None = None
    following: Following = False


class SessionCancellation(Strict):
    note: Note = Field(default="", description="Why; whoever signed up reads it.")
    following: Following = False


class AttendanceIn(Strict):
    code: Annotated[
        Line,
        Field(description="As it is read out in the session.", examples=["K7PMXQ"]),
    ]


class AttendanceList(Strict):
    """People by their ids; of those who are not named, nothing changes."""

    present: Annotated[list[UUID], Field(max_length=1000, description="Who was there.")] = Field(
        default=[]
    )
    absent: Annotated[list[UUID], Field(max_length=1000, description="Who was not.")] = Field(
        default=[]
    )


class SessionOut(Shown):
    id: UUID
    cohort_id: UUID
    series_id: UUID | None
    repeats: str
    state: SessionState
    title: str
    about: str
    host: str
    starts_at: datetime
    minutes: int
    time_zone: str = Field(description="The cohort's.", examples=["Europe/Berlin"])
    capacity: int
    taken: int
    link: str
    recording_link: str
    notes_link: str
    note: str
    own_place: PlaceState | None = Field(description="Yours; null where you never asked for one.")
    code: str | None = Field(
        description="Read out in the session, to note who is there; for organisers.",
        examples=["K7PMXQ"],
    )
    own_attendance: bool = Field(description="Whether you are noted as having been there.")
    created_at: datetime
    changed_at: datetime


class PlannedOut(Shown):
    """What was planned with one request, in the order of time."""

    sessions: list[SessionOut]


class SeriesPlacesOut(Shown):
    """What somebody has who signed up for a series."""

    coming: int = Field(description="In how many of them you have a seat.")
    waiting: int = Field(description="In how many of them you wait for one.")
    sessions: list[SessionOut] = Field(description="Those to come, in the order of time.")


class PlaceOut(Shown):
    """Of one person, for organisers."""

    id: UUID
    person_id: UUID
    name: str
    state: PlaceState
    asked_at: datetime
    attended_at: datetime | None
    attended_by: AttendedBy | None


def session_out(
    session: LiveSession, own: SessionPlace | None, *, runs_it: bool = False
) -> SessionOut:
    told = {"time_zone", "own_place", "own_attendance", "code"}
    plain = SessionOut.model_fields.keys() - told
    return SessionOut(
        **{name: getattr(session, name) for name in plain},
        time_zone=session.cohort.time_zone,
        code=session.code if runs_it else None,
        own_place=own.state if own else None,
        own_attendance=own is not None and own.attended_at is not None,
    )


def series_places_out(
    sessions: Sequence[LiveSession], own: Mapping[UUID, SessionPlace]
) -> SeriesPlacesOut:
    states = [place.state for place in own.values()]
    return SeriesPlacesOut(
        coming=states.count(PlaceState.COMING),
        waiting=states.count(PlaceState.WAITING),
        sessions=[session_out(one, own.get(one.id)) for one in sessions],
    )


def place_out(place: SessionPlace) -> PlaceOut:
    plain = PlaceOut.model_fields.keys() - {"name"}
    return PlaceOut(name=place.person.name, **{name: getattr(place, name) for name in plain})
