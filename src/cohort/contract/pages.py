"""The reference of the API as pages: one for each subject, with no script and no other site."""

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from cohort.contract.document import document_of
from cohort.contract.reference import SubjectShown, subjects_of
from cohort.errors import NotFound
from cohort.http.pages import Asked, page
from cohort.people.auth import public
from cohort.settings import Settings


def subjects(request: Asked, settings: Settings) -> list[SubjectShown]:
    """Worked out once, as the document is."""
    state = request.app.state
    if state.get("reference") is None:
        state.reference = subjects_of(document_of(request.app), settings.public_url)
    found: list[SubjectShown] = state.reference
    return found


@get("/api/docs", guards=[public])
async def reference(request: Asked, settings: NamedDependency[Settings]) -> Response[str]:
    return page(request, "contract/reference.html", subjects=subjects(request, settings))


@get("/api/docs/{subject:str}", guards=[public])
async def reference_of_subject(
    request: Asked, settings: NamedDependency[Settings], subject: FromPath[str]
) -> Response[str]:
    found = {one.name: one for one in subjects(request, settings)}
    if subject not in found:
        raise NotFound
    return page(request, "contract/subject.html", subject=found[subject], subjects=list(found))


router = Router("", route_handlers=[reference, reference_of_subject], include_in_schema=False)
