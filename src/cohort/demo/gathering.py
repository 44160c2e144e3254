"""The cohort comes together: a series with a past, and a small session that is full."""

from datetime import datetime, time, timedelta

from cohort.demo.opening import A_DAY, Scene
from cohort.demo.weeks import THIS_WEEK
from cohort.people.models import Person
from cohort.sessions import attending, places, service
from cohort.sessions.models import LiveSession
from cohort.sessions.schemas import SessionChange, SessionIn

CALL = "https://meet.example.org/demo-sessions"
RECORDING = "https://videos.example.org/demo"
NOTES = "https://notes.example.org/demo"
COMES, FEWER = 12, 3
"""So many come at first, and so many fewer to each session after that."""
SEATS, ASK = 4, 6


async def come_together(scene: Scene, *, now: datetime) -> None:
    """Every second week on a Thursday evening; and soon a practice for few."""
    series = SessionIn(
        title="Open hour: bring what went wrong",
        about="Each brings one thing that did not work this week. We look at three of them.",
        host=scene.organiser.name,
        day=scene.weeks.starts_on + timedelta(weeks=1, days=3),
        hour=time(18),
        repeats="FREQ=WEEKLY;INTERVAL=2;COUNT=6",
        link=CALL,
    )
    begun = scene.weeks.at(1)
    planned = await service.plan(scene.db, scene.organiser, scene.cohort.id, series, now=begun)
    for turn, session in enumerate(planned[:4]):
        await _sign_up(scene, session, COMES - turn * FEWER, since=begun, now=now)
    for session in planned:
        if session.ends_at + A_DAY < now:
            links = SessionChange(recording_link=RECORDING, notes_link=NOTES)
            who, at = scene.organiser, session.ends_at + A_DAY
            await service.change(scene.db, who, session.id, links, if_match="*", now=at)
    small = SessionIn(
        title="Practice: the interview about a system",
        about="Two ask, one answers, one listens; then you change places.",
        host="A guest from a search team",
        day=scene.weeks.starts_on + timedelta(weeks=THIS_WEEK, days=1),
        hour=time(17, 30),
        minutes=90,
        capacity=SEATS,
        link=CALL,
    )
    asked_at = now - A_DAY
    [practice] = await service.plan(scene.db, scene.organiser, scene.cohort.id, small, now=asked_at)
    await _sign_up(scene, practice, ASK, since=asked_at, now=now)


async def _sign_up(
    scene: Scene, session: LiveSession, many: int, *, since: datetime, now: datetime
) -> None:
    """Where it is over, all but the last of them were there."""
    people = [scene.people[one.email] for one in scene.cast.researchers[:many]]
    for turn, person in enumerate(people):
        at = since + timedelta(hours=1 + turn)
        await places.sign_up(scene.db, person, session.id, now=at)
    if session.ends_at < now:
        for person in people[:-1]:
            await _attend(scene, session, person)


async def _attend(scene: Scene, session: LiveSession, person: Person) -> None:
    at = session.starts_at + timedelta(minutes=5)
    await attending.attend(scene.db, person, session.id, session.code, now=at)
