"""How the cohort came to be: its accounts, its guide, its researchers and its mentors."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments, organisers
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.cohorts.schemas import CohortIn, EnrolmentIn
from cohort.demo import cast, weeks
from cohort.demo.arriving import become_mentor, bring_guide, join
from cohort.demo.cast import Cast
from cohort.demo.weeks import Weeks
from cohort.mentors import pausing
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.mentors.schemas import MentorPauseIn
from cohort.people import rights
from cohort.people import service as people
from cohort.people.models import Person
from cohort.people.schemas import RightsIn
from cohort.storage import Storage
from cohort.study import service as study
from cohort.wishes import listed
from cohort.wishes import service as wishes

SLUG = "demo"
SEATS = 30
A_DAY = timedelta(days=1)


@dataclass
class Scene:
    """Where the story is: the people and rows that the next acts need, by e-mail address."""

    db: AsyncSession
    cast: Cast
    weeks: Weeks
    cohort: Cohort
    organiser: Person
    admin: Person
    storage: Storage
    people: dict[str, Person] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    mentors: dict[str, Mentor] = field(default_factory=dict)


async def open_cohort(
    db: AsyncSession, who: Cast, when: Weeks, seed: Path, storage: Storage
) -> Scene:
    """The admin brings the guide and opens a cohort, which the organiser runs from then on."""
    now = when.at(-6)
    admin = await join(db, who.admin, now=now)
    await people.make_admin(db, admin.email, now=now)
    guide = await bring_guide(db, seed, now=now)
    form = CohortIn(
        guide_id=guide.id,
        slug=SLUG,
        name=f"{when.starts_on:%B %Y} (demo)",
        description="Sixteen weeks, part time, in English. Everyone here is made up.",
        starts_on=when.starts_on,
        ends_on=when.ends_on,
        time_zone=weeks.ZONE,
        seats=SEATS,
    )
    cohort = await cohorts.create(db, admin, form, now=now)
    organiser = await join(db, who.organiser, now=now + A_DAY)
    may_open = RightsIn(opens_cohorts=True)  # so that a guide of one's own can be tried out
    await rights.set_rights(db, admin, organiser.id, may_open, now=now + A_DAY)
    invited = await organisers.invite(db, admin, cohort.id, organiser.email, now=now + A_DAY)
    token = organisers.new_token_of(invited)
    await db.flush()
    await organisers.accept(db, organiser, token, now=now + A_DAY)
    await cohorts.move(db, organiser, cohort.id, CohortState.OPEN, now=now + A_DAY)
    return Scene(db, who, when, cohort, organiser, admin, storage)


async def enrol_researchers(scene: Scene) -> None:
    """One after the other, in the five weeks before the start."""
    for turn, researcher in enumerate(scene.cast.researchers):
        now = scene.weeks.at(-4) + turn * A_DAY
        person = await join(scene.db, researcher, now=now)
        form = EnrolmentIn.model_validate(researcher.profile)
        enrolment = await enrolments.enrol(scene.db, person, scene.cohort.id, form, now=now)
        await study.lay_out(scene.db, enrolment.id, now=now)
        scene.people[researcher.email], scene.enrolments[researcher.email] = person, enrolment


async def sign_up_mentors(
    scene: Scene, newcomers: Iterable[cast.CastMentor], *, since: datetime
) -> None:
    """Through the public form, one a day; the organiser answers a day later."""
    for turn, mentor in enumerate(newcomers):
        now = since + turn * A_DAY
        person, row = await become_mentor(
            scene.db, scene.cohort.id, mentor, mentor.profile, now=now
        )
        scene.people[mentor.email], scene.mentors[mentor.email] = person, row
        if mentor.state != "pending":
            await mentors.approve(scene.db, scene.organiser, row.id, now=now + A_DAY)
        if mentor.state == "paused":
            away = MentorPauseIn(back_on=(now + 140 * A_DAY).date())
            await pausing.pause(scene.db, person, row.id, away, now=now + 2 * A_DAY)


async def note_wishes(scene: Scene) -> None:
    """Everyone names whom they would like, of those who are there by now."""
    for researcher in scene.cast.researchers:
        wanted = [scene.mentors[one].id for one in researcher.wishes if one in scene.mentors]
        actor, enrolment = scene.people[researcher.email], scene.enrolments[researcher.email]
        await wishes.rank(scene.db, actor, enrolment, wanted)
        await listed.list_oneself(scene.db, actor, enrolment, is_listed=True)
    for mentor in scene.cast.mentors:
        if mentor.email not in scene.mentors:
            continue
        actor, row = scene.people[mentor.email], scene.mentors[mentor.email]
        await listed.list_oneself(scene.db, actor, row, is_listed=True)
        if mentor.wishes:
            liked = [scene.enrolments[one].id for one in mentor.wishes]
            await wishes.rank(scene.db, actor, row, liked)
