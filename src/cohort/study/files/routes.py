"""Files of evidence over the API."""

from uuid import UUID

from litestar import Router, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Malformed, NotFound, TooLarge
from cohort.http.pages import Asked
from cohort.http.problems import may_refuse
from cohort.http.uploads import form_with_files, raw_upload
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.files import service
from cohort.study.files.downloads import answered, storage_of
from cohort.study.files.schemas import LARGEST_FILE, FileOut
from cohort.study.service import AlreadyPassed, PlanFrozen

ROOM_FOR_A_FORM = 64 * 1024


@put(
    "/plan_items/{item_id:uuid}/files/{file_name:str}",
    guards=[signed_in],
    request_max_body_size=LARGEST_FILE + ROOM_FOR_A_FORM,
    opt={"takes_files": "always"},
    responses=may_refuse(NotFound, AlreadyPassed, PlanFrozen, service.TooManyFiles, TooLarge),
)
async def upload_file(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    item_id: FromPath[UUID],
    file_name: FromPath[str],
) -> FileOut:
    """Upload a file for one item of your plan, to be handed in with it. Up to 10 MB.

    The body is the file itself, or a form (multipart/form-data) with one file in it. It waits until
    evidence is handed in with its id. Taken are PDF, PNG, JPEG, text in UTF-8, notebooks and ZIP,
    whatever the name says: what is in it is looked at. The same again is the same file. An
    anonymous reviewer sees a neutral name; what is in a file, its author too, stays as it is.
    """
    kind, _ = request.content_type
    if kind == "multipart/form-data":
        form = await form_with_files(request, largest=LARGEST_FILE, most=1, longest_text=1024)
        uploads, problem = form.uploads, form.problem
    else:
        uploads, problem = [await raw_upload(request, file_name, largest=LARGEST_FILE)], None
    if problem is not None:
        raise problem
    if not uploads:
        raise Malformed("There is no file in the form. Send one.")
    one = uploads[0]
    kept = await service.keep(
        db,
        actor,
        item_id,
        storage_of(request),
        name=file_name,
        file=one.file,
        size=one.size,
        sha256=one.sha256,
        now=clock(),
    )
    return FileOut.model_validate(kept)


@get("/plan_items/{item_id:uuid}/files", guards=[signed_in], responses=may_refuse(NotFound))
async def list_files(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], item_id: FromPath[UUID]
) -> list[FileOut]:
    """The files of one item of a plan, the newest first: at most 50.

    What was not handed in yet, only the researcher sees.
    """
    return [FileOut.model_validate(one) for one in await service.of_item(db, actor, item_id)]


@get("/submissions/{submission_id:uuid}/files", guards=[signed_in], responses=may_refuse(NotFound))
async def list_submission_files(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], submission_id: FromPath[UUID]
) -> list[FileOut]:
    """The files that one version of the evidence was handed in with."""
    found = await service.of_submission(db, actor, submission_id)
    return [FileOut.model_validate(one) for one in found]


@get(
    "/files/{file_id:uuid}",
    guards=[signed_in],
    media_type="application/octet-stream",
    opt={"streams": True},
    responses=may_refuse(NotFound),
)
async def download_file(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    file_id: FromPath[UUID],
) -> Stream:
    """The bytes of a file, to keep: for the researcher, and once handed in for whoever sees it."""
    return await answered(request, await service.find(db, actor, file_id))


@delete("/files/{file_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound, PlanFrozen))
async def discard_file(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    file_id: FromPath[UUID],
) -> None:
    """Take a file of yours out of what you hand in next. What was handed in stays."""
    await service.discard(db, actor, file_id, now=clock())


router = Router(
    "",
    route_handlers=[
        upload_file,
        list_files,
        list_submission_files,
        download_file,
        discard_file,
    ],
    tags=["study"],
    opt={"room": "study"},
)
