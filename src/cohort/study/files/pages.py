"""Files of evidence in a browser: to keep, and to take out again."""

from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.http.pages import Asked, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.files import service
from cohort.study.files.downloads import answered
from cohort.study.files.schemas import LONGEST_FORM


@get("/files/{file_id:uuid}", guards=[signed_in], opt={"streams": True})
async def file_to_keep(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    file_id: FromPath[UUID],
) -> Stream:
    return await answered(request, await service.find(db, actor, file_id))


@post(
    "/files/{file_id:uuid}/remove",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
    opt={"takes_files": "in a form"},
)
async def remove_file(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    file_id: FromPath[UUID],
) -> Redirect:
    """The button stands in the form of the evidence, which comes with it."""
    file = await service.find(db, actor, file_id)
    await service.discard(db, actor, file_id, now=clock())
    item = file.plan_item
    return see(f"/plan/{item.enrolment_id}/{item.id}#hand-in", saying=f"{file.name} is removed.")


router = Router("", route_handlers=[file_to_keep, remove_file], include_in_schema=False)
