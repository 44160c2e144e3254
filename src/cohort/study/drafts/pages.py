"""The button that keeps a draft, for browsers without scripts too."""

from uuid import UUID

from litestar import Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Stale
from cohort.http.forms import checked
from cohort.http.pages import Asked, see
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.study.drafts import service
from cohort.study.drafts.schemas import EvidenceDraftIn
from cohort.study.files import pages as file_pages
from cohort.study.files.schemas import LONGEST_FORM
from cohort.study.files.typed import keep_all, read_evidence
from cohort.study.pages import show_item
from cohort.study.schemas import LONGEST_EVIDENCE

KEPT = "Your draft is kept. Nobody else sees it until you hand it in."


@post(
    "/plan/{enrolment_id:uuid}/{item_id:uuid}/draft",
    guards=[signed_in],
    request_max_body_size=LONGEST_FORM,
    opt={"takes_files": "in a form", "longest_without_files": LONGEST_EVIDENCE},
)
async def keep_draft(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    *,
    enrolment_id: FromPath[UUID],
    item_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """What was typed and chosen; where another window has saved since, both are shown."""
    now, came = clock(), await read_evidence(request)
    form = checked(EvidenceDraftIn, came.as_draft())
    if form.value is not None:
        try:
            await service.save(db, actor, item_id, form.value, form.seen, now=now)
        except Stale as refusal:
            form = form.refused(refusal, status=refusal.status)
    shown = came.shown_again(form)
    shown = await keep_all(request, db, actor, item_id, came, shown, now=now)
    if shown.errors:
        return await show_item(request, db, actor, item_id, shown, now=now, within=enrolment_id)
    return see(f"/plan/{enrolment_id}/{item_id}#hand-in", saying=KEPT)


router = Router("", route_handlers=[keep_draft, file_pages.router], include_in_schema=False)
