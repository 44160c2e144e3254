"""How mentorships go, over the API, for organisers."""

from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import following_up
from cohort.checkins.board import BoardQuery, board, one_of, standing_out, told
from cohort.checkins.health import Health
from cohort.checkins.schemas import NudgesIn, NudgesOut, StandingOut, StandingSort
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.listing import InEitherName, pattern
from cohort.http.paging import Page, PageOut, Slice, page_within, shown
from cohort.http.problems import may_refuse
from cohort.mentorships import reading as mentorships
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get(
    "/cohorts/{cohort_id:uuid}/board",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_standings(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
    q: InEitherName = None,
    health: Annotated[
        Health | None,
        QueryParameter(description="Only these; without it, all but those that have ended."),
    ] = None,
    sort: Annotated[StandingSort, QueryParameter(description="The order.")] = StandingSort.WORST,
) -> PageOut[StandingOut]:
    """How the mentorships of a cohort go, for its organisers; the worst first."""
    pattern(q)
    wanted = BoardQuery(q or "", health, sort)
    now = clock()
    page = page_within(await board(db, actor, cohort_id, wanted, now=now), part)
    return shown(Page(await told(db, actor, page.items, now=now), page.next), standing_out)


@get(
    "/mentorships/{mentorship_id:uuid}/standing",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def read_standing(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> StandingOut:
    """How a mentorship goes, for the organisers of its cohort."""
    mentorship = await mentorships.get(db, actor, mentorship_id)
    return standing_out(await one_of(db, actor, mentorship, clock()))


@post(
    "/cohorts/{cohort_id:uuid}/nudges",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound),
)
async def nudge_mentorships(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[NudgesIn],
) -> NudgesOut:
    """Remind the two of each of these mentorships of each other, by mail.

    Both are told where they should meet, else whoever has a check-in to answer; nobody is nudged
    twice in a week. With `dry_run`, it says whom it would tell.
    """
    outcomes = await following_up.nudge_many(db, actor, cohort_id, data, now=clock())
    return NudgesOut(dry_run=data.dry_run, outcomes=outcomes)


@post(
    "/mentorships/{mentorship_id:uuid}/ending_question",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, following_up.NotGoingOn),
)
async def ask_about_ending(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> StandingOut:
    """Let both be asked by mail whether to go on or to end it kindly.

    For organisers; asked again while nothing has changed, nobody gets a second mail.
    """
    now = clock()
    mentorship = await following_up.ask_about_ending(db, actor, mentorship_id, now=now)
    return standing_out(await one_of(db, actor, mentorship, now))


router = Router(
    "",
    route_handlers=[list_standings, read_standing, nudge_mentorships, ask_about_ending],
    tags=["checkins"],
    opt={"room": "checkins"},
)
