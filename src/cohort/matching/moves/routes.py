"""Moves over the API, for organisers."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.matching.moves import reading
from cohort.matching.moves.schemas import MoveOut, move_out
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/runs/{run_id:uuid}/moves", guards=[signed_in], responses=may_refuse(NotFound))
async def list_moves(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    run_id: FromPath[UUID],
) -> PageOut[MoveOut]:
    """Other mentors for those who have one: somebody asked, or it is better by enough.

    The mentorships in which you are one of the two are left out.
    """
    return shown(await reading.list_moves(db, actor, run_id, part), move_out)


router = Router("", route_handlers=[list_moves], tags=["matching"], opt={"room": "matching"})
