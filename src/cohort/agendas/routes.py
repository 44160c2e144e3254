"""Agendas over the API."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas import reading, service
from cohort.agendas.models import AgendaEntry, EntryKind
from cohort.agendas.schemas import AgendaOut, EntryChangeIn, EntryIn, EntryOut
from cohort.clock import Clock
from cohort.errors import NeedsIfMatch, NotFound, Stale
from cohort.http.etag import etag
from cohort.http.headers import IfMatch
from cohort.http.paging import PageOut, Slice, shown
from cohort.http.problems import may_refuse
from cohort.mentorships.pausing import MentorshipEnded
from cohort.people.auth import signed_in
from cohort.people.models import Person

OfKind = Annotated[
    EntryKind | None, QueryParameter(name="kind", description="Only entries of this kind.")
]


def _out(entry: AgendaEntry) -> EntryOut:
    return EntryOut.model_validate(
        {name: getattr(entry, name, None) for name in EntryOut.model_fields}
    )


def _answer(entry: AgendaEntry) -> Response[EntryOut]:
    return Response(_out(entry), headers={"ETag": etag(entry.version)})


@get(
    "/mentorships/{mentorship_id:uuid}/agenda",
    guards=[signed_in],
    responses=may_refuse(NotFound, MentorshipEnded),
)
async def read_agenda(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> AgendaOut:
    """What the researcher's plan says to talk about: built from it, not typed.

    For the two of a mentorship that has not ended.
    """
    return await reading.agenda(db, actor, mentorship_id, now=clock())


@get(
    "/mentorships/{mentorship_id:uuid}/entries",
    guards=[signed_in],
    responses=may_refuse(NotFound),
)
async def list_entries(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    mentorship_id: FromPath[UUID],
    of_kind: OfKind = None,
) -> PageOut[EntryOut]:
    """Goals, points and notes: yours, and what the other one shares until the mentorship ends."""
    return shown(await reading.list_of(db, actor, mentorship_id, of_kind, part), _out)


@post(
    "/mentorships/{mentorship_id:uuid}/entries",
    guards=[signed_in],
    responses=may_refuse(NotFound, MentorshipEnded, service.TooManyEntries),
)
async def write_entry(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
    data: JSONBody[EntryIn],
) -> Response[EntryOut]:
    """Write down a goal or a point for both, or a note, for yourself unless it is shared.

    Nobody else reads any of them, organisers neither.
    """
    return _answer(await service.write(db, actor, mentorship_id, data, now=clock()))


@get("/entries/{entry_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_entry(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], entry_id: FromPath[UUID]
) -> Response[EntryOut]:
    """One entry, for its writer, and for the other one where it is shared."""
    return _answer(await reading.get(db, actor, entry_id))


@patch(
    "/entries/{entry_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, MentorshipEnded, Stale, NeedsIfMatch),
)
async def change_entry(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    entry_id: FromPath[UUID],
    data: JSONBody[EntryChangeIn],
    if_match: IfMatch = None,
) -> Response[EntryOut]:
    """Change a goal or a point, or a note of yours; fields left out stay as they are."""
    return _answer(await service.change(db, actor, entry_id, data, if_match=if_match, now=clock()))


@delete("/entries/{entry_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def remove_entry(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], entry_id: FromPath[UUID]
) -> None:
    """Remove what you wrote, for good; where there is nothing of the kind, nothing changes."""
    await service.remove(db, actor, entry_id)


router = Router(
    "",
    route_handlers=[
        read_agenda,
        list_entries,
        write_entry,
        read_entry,
        change_entry,
        remove_entry,
    ],
    tags=["agendas"],
    opt={"room": "agendas"},
)
