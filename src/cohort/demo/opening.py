"""How the cohort came to be: its accounts, its guide, its researchers and its mentors."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments, organisers
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState, Enrolment
from cohort.cohorts.schemas import CohortIn, EnrolmentIn
from cohort.demo import cast, weeks
from cohort.demo.cast import Cast, CastMember
from cohort.demo.weeks import Weeks
from cohort.guides import importing
from cohort.guides.models import Guide
from cohort.mentors import confirming, wishes
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor, UnconfirmedMentor
from cohort.mentors.schemas import MentorIn
from cohort.people import service as people
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.schemas import JoinIn, NewPasswordIn
from cohort.study import service as study

SLUG = "demo"
SEATS = 30
PASSWORD = "four calm herons wading"  # noqa: S105  of made-up people, in development only
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
    people: dict[str, Person] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    mentors: dict[str, Mentor] = field(default_factory=dict)


async def open_cohort(db: AsyncSession, who: Cast, when: Weeks, seed: Path) -> Scene:
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
    invited = await organisers.invite(db, admin, cohort.id, organiser.email, now=now + A_DAY)
    token = organisers.new_token_of(invited)
    await db.flush()
    await organisers.accept(db, organiser, token, now=now + A_DAY)
    await cohorts.move(db, organiser, cohort.id, CohortState.OPEN, now=now + A_DAY)
    return Scene(db, who, when, cohort, organiser, admin)


async def bring_guide(db: AsyncSession, seed: Path, *, now: datetime) -> Guide:
    """The curriculum that ships with cohort, and the words that profiles choose from."""
    taxonomy, guide, milestones = (
        _read(seed / name) for name in ("taxonomy.toml", "guide.md", "milestones.toml")
    )
    await importing.import_taxonomy(db, taxonomy.decode(), now=now)
    imported = await importing.import_guide(db, guide, now=now)
    await importing.import_milestones(db, imported.guide, milestones.decode(), now=now)
    return imported.guide


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def join(db: AsyncSession, account: CastMember, *, now: datetime) -> Person:
    """Open the link in the mail."""
    token = await new_link(db, account.email, LinkPurpose.JOIN, now=now)
    form = JoinIn(token=token, name=account.name, password=SecretStr(PASSWORD))
    return await people.join(db, form, now=now)


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
        person = await _become_mentor(scene, mentor, now=now)
        if mentor.state != "pending":
            its_id = scene.mentors[mentor.email].id
            await mentors.approve(scene.db, scene.organiser, its_id, now=now + A_DAY)
        if mentor.state == "paused":
            await mentors.pause(scene.db, person, its_id, now=now + 2 * A_DAY)


async def _become_mentor(scene: Scene, mentor: cast.CastMentor, *, now: datetime) -> Person:
    known = {"name": mentor.name, "email": mentor.email, "consent": True}
    form = MentorIn.model_validate({**mentor.profile, **known})
    await confirming.ask_to_confirm(scene.db, scene.cohort.id, form, now=now)
    sent = select(UnconfirmedMentor).where(UnconfirmedMentor.email == mentor.email)
    token = confirming.new_confirmation((await scene.db.scalars(sent)).one())
    await scene.db.flush()
    first = await confirming.confirm(scene.db, token, now=now)
    if first is None:
        raise RuntimeError(f"{mentor.email} is twice in the cast.")
    chosen = NewPasswordIn(token=first, password=SecretStr(PASSWORD))
    person = await people.set_password(scene.db, chosen, now=now)
    own = select(Mentor).where(Mentor.person_id == person.id)
    scene.people[mentor.email] = person
    scene.mentors[mentor.email] = (await scene.db.scalars(own)).one()
    return person


async def note_wishes(scene: Scene, *, now: datetime) -> None:
    """Everyone names whom they would like, of those who are there by now."""
    for researcher in scene.cast.researchers:
        wanted = [scene.mentors[one].id for one in researcher.wishes if one in scene.mentors]
        actor, enrolment = scene.people[researcher.email], scene.enrolments[researcher.email]
        await wishes.rank_mentors(scene.db, actor, enrolment.id, wanted, now=now)
    for mentor in scene.cast.mentors:
        if mentor.wishes and mentor.email in scene.mentors:
            actor, row = scene.people[mentor.email], scene.mentors[mentor.email]
            liked = [scene.enrolments[one].id for one in mentor.wishes]
            await wishes.rank_researchers(scene.db, actor, row.id, liked)
