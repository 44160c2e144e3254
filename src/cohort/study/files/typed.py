"""Evidence as a form brings it: what was typed, and the files with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import Conflict, Invalid
from cohort.http.forms import Form, checked
from cohort.http.pages import Asked
from cohort.http.uploads import FormWithFiles, Upload, form_with_files
from cohort.people.models import Person
from cohort.study.files import service
from cohort.study.files.downloads import storage_of
from cohort.study.files.schemas import LARGEST_FILE
from cohort.study.schemas import LONGEST_EVIDENCE, MOST_FILES, SubmissionIn


@dataclass(slots=True)
class Typed:
    """What came; the ids of its files once they are kept."""

    came: FormWithFiles
    kept: list[UUID] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, Any]:
        links = " ".join(self.came.sent.texts("links")).split()
        return self.came.sent.as_typed(SubmissionIn) | {"links": links}

    def as_draft(self) -> dict[str, Any]:
        """Half of a link is one too."""
        return self.fields | {"links": "\n".join(self.came.sent.lines("links"))}

    def shown_again(self, form: Form[Any]) -> Form[Any]:
        return replace(form, typed=self.fields)


async def read_evidence(asked: Asked) -> Typed:
    return Typed(
        await form_with_files(
            asked, largest=LARGEST_FILE, most=MOST_FILES, longest_text=LONGEST_EVIDENCE
        )
    )


async def typed_evidence(
    asked: Asked, db: AsyncSession, actor: Person, item_id: UUID, *, now: datetime
) -> Form[SubmissionIn]:
    """With the files that waited and those that came now, kept unless the form is refused."""
    typed = await read_evidence(asked)
    waiting = [one.id for one in await service.waiting_for(db, item_id)]
    # Whether the rest is right does not depend on which files they are.
    some = waiting or [item_id] * bool(typed.came.uploads)
    form = checked(SubmissionIn, typed.fields | {"files": some[:MOST_FILES]})
    form = await keep_all(asked, db, actor, item_id, typed, form, now=now)
    if form.errors:
        return form
    every = list(dict.fromkeys([*waiting, *typed.kept]))
    return checked(SubmissionIn, typed.fields | {"files": every})


async def keep_all(
    asked: Asked,
    db: AsyncSession,
    actor: Person,
    item_id: UUID,
    typed: Typed,
    form: Form[Any],
    *,
    now: datetime,
) -> Form[Any]:
    """Keep the files that came with a form that is right so far, or say at the form why not."""
    uploads: Sequence[Upload] = typed.came.uploads
    if typed.came.problem is not None:
        return form.refused(typed.came.problem)
    if form.errors:
        return form
    try:
        for one in uploads:
            typed.kept.append(await _keep(asked, db, actor, item_id, one, now=now))
    except (Invalid, Conflict) as refusal:
        at = "files" if isinstance(refusal, service.TooManyFiles) else None
        return form.refused(refusal, at=at, status=refusal.status)
    return form


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
