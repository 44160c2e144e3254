"""What PostgreSQL finds mentorships by is what is said of each of them, in each kind of health."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins.health import Health
from cohort.checkins.models import CheckIn, Going
from cohort.meetings.models import Meeting, MeetingState
from cohort.mentorships.models import Mentorship, Side
from tests.conftest import MONDAY, Cast
from tests.rooms.mentorship_world import Spring
from tests.world import enrolled, mentored

A_DAY = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Story:
    """Days are those before MONDAY, when all of them are looked at."""

    health: Health
    began: float = 1.0
    changes: dict[str, Any] = field(default_factory=dict)
    meetings: tuple[tuple[MeetingState, float], ...] = ()
    answers: tuple[dict[str, Any], ...] = ()


def answered(days: float, going: Going, **more: Any) -> dict[str, Any]:
    at = MONDAY - days * A_DAY
    said = {"answered_at": at, "closed_at": at, "met": False, "going": going, "needs_help": False}
    return asked(days) | said | more


def asked(days: float, **more: Any) -> dict[str, Any]:
    at = MONDAY - days * A_DAY
    return {"side": Side.RESEARCHER, "due_on": at.date(), "asked_at": at, "words": ""} | more


HELD, AGREED, PROPOSED = MeetingState.HELD, MeetingState.AGREED, MeetingState.PROPOSED
BY_MENTOR = {"side": Side.MENTOR}
HELP, LOOK, BEGINS, GOOD = Health.NEEDS_HELP, Health.NEEDS_A_LOOK, Health.BEGINS, Health.GOOD
A_MINUTE_OF_DAYS = A_MINUTE / A_DAY
EVERYONE = {
    "Bea": Story(BEGINS),
    "Cleo": Story(BEGINS, began=60, meetings=((AGREED, 2),)),
    "Dora": Story(GOOD, began=60, meetings=((HELD, 3), (HELD, 80))),
    "Effi": Story(GOOD, answers=(answered(3, Going.WELL),)),
    "Fay": Story(GOOD, answers=(answered(9, Going.BADLY), answered(3, Going.WELL))),
    "Gus": Story(HELP, answers=(answered(9, Going.WELL), answered(3, Going.BADLY))),
    "Hal": Story(HELP, answers=(answered(3, Going.WELL, needs_help=True, **BY_MENTOR),)),
    "Ida": Story(LOOK, answers=(answered(3, Going.SO_SO), answered(3, Going.WELL, **BY_MENTOR))),
    "Jon": Story(LOOK, began=28),
    "Kim": Story(BEGINS, began=28 - A_MINUTE_OF_DAYS),
    "Lea": Story(HELP, began=56),
    "Max": Story(LOOK, began=56 - A_MINUTE_OF_DAYS),
    "Ned": Story(GOOD, began=90, answers=(answered(3, Going.WELL, met=True),)),
    "Oda": Story(LOOK, answers=(asked(7, **BY_MENTOR),)),
    "Pam": Story(BEGINS, answers=(asked(7 - A_MINUTE_OF_DAYS),)),
    "Quin": Story(BEGINS, answers=(asked(9, closed_at=MONDAY),)),
    "Ria": Story(LOOK, began=30, meetings=((PROPOSED, -2), (AGREED, -1))),
    "Sam": Story(
        Health.PAUSED, began=60, changes={"paused_at": MONDAY}, answers=(answered(3, Going.BADLY),)
    ),
    "Tess": Story(Health.ENDED, began=60, changes={"ended_at": MONDAY, "paused_at": MONDAY}),
    # She looks at it herself, and what was said in confidence is not for the two.
    "Olga": Story(BEGINS, answers=(answered(3, Going.BADLY, met=True, **BY_MENTOR),)),
}


async def stored(db: AsyncSession, mentorship: Mentorship, its: Story, spring: Spring) -> None:
    mentorship.began_at = MONDAY - its.began * A_DAY
    for name, value in its.changes.items():
        setattr(mentorship, name, value)
    for state, days in its.meetings:
        at = MONDAY - days * A_DAY
        when = {"starts_at": at, "minutes": 30, "created_at": MONDAY, "changed_at": MONDAY}
        who = {"mentorship_id": mentorship.id, "proposed_by": spring.grace.person.id}
        db.add(Meeting(state=state, topic="", place="", **when, **who))
    for one in its.answers:
        db.add(CheckIn(mentorship_id=mentorship.id, **one))


async def test_each_is_found_by_the_health_that_is_said_of_it(
    spring: Spring, enter: Cast, db: AsyncSession
) -> None:
    for name, its in EVERYONE.items():
        person = (spring.olga if name == "Olga" else await enter(name)).person
        enrolment = await enrolled(db, spring.cohort, person, now=MONDAY)
        await stored(db, await mentored(db, enrolment, spring.mentor, now=MONDAY), its, spring)
    await db.commit()

    for health in Health:
        query = f"?health={health}&sort=name&limit=200"
        answer = await spring.olga.get(f"/api/v1/cohorts/{spring.cohort.id}/board{query}")
        items = answer.json()["items"]
        names = [name for name, its in EVERYONE.items() if its.health is health]
        assert [one["researcher"].removesuffix(" Example") for one in items] == sorted(names)
        assert {one["health"] for one in items} == {health}, "PostgreSQL and the row say the same"

    desk = (await spring.olga.get("/cohorts/spring")).text
    assert "3 mentorships need help" in desk
    assert "5 mentorships need a look" in desk


async def test_the_board_is_in_the_order_of_what_is_said_of_each(
    spring: Spring, enter: Cast, db: AsyncSession
) -> None:
    for name in ("Bea", "Cleo", "Dora", "Ned", "Ria"):
        enrolment = await enrolled(db, spring.cohort, (await enter(name)).person, now=MONDAY)
        mentorship = await mentored(db, enrolment, spring.mentor, now=MONDAY)
        await stored(db, mentorship, EVERYONE[name], spring)
    await db.commit()

    async def board(sort: str) -> list[dict[str, Any]]:
        address = f"/api/v1/cohorts/{spring.cohort.id}/board?sort={sort}"
        items: list[dict[str, Any]] = (await spring.olga.get(address)).json()["items"]
        assert len(items) == 5
        return items

    met = [one["met_at"] for one in await board("met_at")]
    assert met == sorted(met)
    by_next = [one["researcher"] for one in await board("next_meeting_at")]
    assert by_next[0] == "Ria Example"
    worst = [(list(Health).index(one["health"]), one["met_at"]) for one in await board("health")]
    assert worst == sorted(worst)
