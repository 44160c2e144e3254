"""What matters more to a researcher or a mentor, over the API."""

from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.rules import preferences
from cohort.rules.preferences import Owner
from cohort.rules.schemas import PreferencesIn, PreferencesOut


@get(
    "/enrolments/{enrolment_id:uuid}/preferences",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_researcher_preferences(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], enrolment_id: FromPath[UUID]
) -> PreferencesOut:
    """What matters more to a researcher; for the researcher and the organisers."""
    return await _out(db, await preferences.owner_of(db, actor, enrolment_id=enrolment_id))


@put(
    "/enrolments/{enrolment_id:uuid}/preferences",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def say_researcher_preferences(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
    data: JSONBody[PreferencesIn],
) -> PreferencesOut:
    """Say what matters more or less to you as a researcher; it replaces what was there."""
    owner = await preferences.owner_of(db, actor, enrolment_id=enrolment_id)
    await preferences.say(db, actor, owner, data)
    return await _out(db, owner, data)


@get("/mentors/{mentor_id:uuid}/preferences", guards=[signed_in], responses=may_refuse(NotFound))
async def read_mentor_preferences(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], mentor_id: FromPath[UUID]
) -> PreferencesOut:
    """What matters more to a mentor; for the mentor and the organisers."""
    return await _out(db, await preferences.owner_of(db, actor, mentor_id=mentor_id))


@put("/mentors/{mentor_id:uuid}/preferences", guards=[signed_in], responses=may_refuse(NotFound))
async def say_mentor_preferences(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
    data: JSONBody[PreferencesIn],
) -> PreferencesOut:
    """Say what matters more or less to you as a mentor; it replaces what was there."""
    owner = await preferences.owner_of(db, actor, mentor_id=mentor_id)
    await preferences.say(db, actor, owner, data)
    return await _out(db, owner, data)


async def _out(db: AsyncSession, owner: Owner, said: PreferencesIn | None = None) -> PreferencesOut:
    offered = await preferences.offered_in(db, owner.cohort_id)
    more, less = (said.more, said.less) if said else preferences.said_by(owner.matters)
    return PreferencesOut(
        more=more, less=less, offered=[*offered.factors], personal=offered.personal
    )


router = Router(
    "",
    route_handlers=[
        read_researcher_preferences,
        say_researcher_preferences,
        read_mentor_preferences,
        say_mentor_preferences,
    ],
    tags=["rules"],
    opt={"room": "mentors"},
)
