"""Keeping people apart over the API: private blocks, conflicts of interest, lifting one."""

from uuid import UUID

from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.paging import PageOut, Slice, page_within, shown
from cohort.http.problems import may_refuse
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.wishes import apart, conflicts
from cohort.wishes.schemas import ConflictOut, KeptApartIn, KeptApartOut, LiftIn


@get("/cohorts/{cohort_id:uuid}/kept_apart", guards=[signed_in], responses=may_refuse(NotFound))
async def list_kept_apart(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[KeptApartOut]:
    """Whom you said you are not to be matched with; nobody else reads this list."""
    own = await apart.list_own(db, actor, cohort_id)
    return shown(page_within(own, part), KeptApartOut.model_validate)


@post(
    "/cohorts/{cohort_id:uuid}/kept_apart",
    guards=[signed_in],
    responses=may_refuse(NotFound, apart.TooManyKeptApart),
)
async def keep_apart(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[KeptApartIn],
) -> KeptApartOut:
    """Say whom you are not to be matched with. It is said once, however often it is sent."""
    kept = await apart.keep_apart(db, actor, cohort_id, data, now=clock())
    return KeptApartOut.model_validate(kept)


@delete("/kept_apart/{apart_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def take_back_kept_apart(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], apart_id: FromPath[UUID]
) -> None:
    """Take it back; only whoever said it can."""
    await apart.take_back(db, actor, apart_id)


@get("/cohorts/{cohort_id:uuid}/conflicts", guards=[signed_in], responses=may_refuse(NotFound))
async def list_conflicts(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[ConflictOut]:
    """Which pairs a conflict of interest rules out, found or declared; for the organisers."""
    found = await conflicts.list_in(db, actor, cohort_id, part)
    return PageOut(items=[*found.items], next=found.next)


@put(
    "/cohorts/{cohort_id:uuid}/conflicts/{enrolment_id:uuid}/{mentor_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, conflicts.NoConflict),
)
async def lift_conflict(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    enrolment_id: FromPath[UUID],
    mentor_id: FromPath[UUID],
    data: JSONBody[LiftIn],
) -> PageOut[ConflictOut]:
    """Let two be matched in spite of their conflicts of interest, or take that back."""
    two = (enrolment_id, mentor_id)
    told = await conflicts.lift(db, actor, cohort_id, two, data.lifted_because, now=clock())
    return PageOut(items=[*told], next=None)


router = Router(
    "",
    route_handlers=[
        list_kept_apart,
        keep_apart,
        take_back_kept_apart,
        list_conflicts,
        lift_conflict,
    ],
    tags=["wishes"],
    opt={"room": "mentors"},
)
