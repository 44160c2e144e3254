"""Evidence as a form brings it: what was typed, and the files with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid
from cohort.http.forms import Form, checked
from cohort.http.pages import Asked
from cohort.http.uploads import Upload, closing, form_with_files
from cohort.people.models import Person
from cohort.study.files import service
from cohort.study.files.downloads import storage_of
from cohort.study.files.schemas import LARGEST_FILE
from cohort.study.schemas import LONGEST_EVIDENCE, MOST_FILES, SubmissionIn


async def typed_evidence(
    asked: Asked, db: AsyncSession, actor: Person, item_id: UUID, *, now: datetime
) -> Form[SubmissionIn]:
    """With the files that waited and those that came now, kept unless the form is refused."""
    found = await form_with_files(
        asked, largest=LARGEST_FILE, most=MOST_FILES, longest_text=LONGEST_EVIDENCE
    )
    with closing(found.uploads):
        links = " ".join(found.sent.texts("links")).split()
        typed = found.sent.as_typed(SubmissionIn) | {"links": links}
        waiting = [one.id for one in await service.waiting_for(db, item_id)]
        as_if = waiting or [item_id] * bool(found.uploads)
        form = checked(SubmissionIn, typed | {"files": as_if[:MOST_FILES]})
        if found.problem is not None:
            return form.refused(found.problem)
        if form.value is None:
            return form
        try:
            came = [await _keep(asked, db, actor, item_id, one, now=now) for one in found.uploads]
        except (Invalid, Conflict) as refusal:
            at = "files" if isinstance(refusal, service.TooManyFiles) else None
            return form.refused(refusal, at=at, status=refusal.status)
    return checked(SubmissionIn, typed | {"files": list(dict.fromkeys([*waiting, *came]))})


async def _keep(
    asked: Asked, db: AsyncSession, actor: Person, item_id: UUID, one: Upload, *, now: datetime
) -> UUID:
    kept = await service.keep(
        db,
        actor,
        item_id,
        storage_of(asked),
        name=one.name,
        file=one.file,
        size=one.size,
        sha256=one.sha256,
        now=now,
    )
    return kept.id
