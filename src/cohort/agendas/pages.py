"""The agenda of a mentorship in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.agendas import mentees, reading, service
from cohort.agendas.models import AgendaEntry, EntryKind
from cohort.agendas.schemas import EntryChangeIn, EntryIn
from cohort.clock import Clock
from cohort.errors import Stale
from cohort.http.fields import Strict
from cohort.http.forms import Form, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.meetings.emails import zones
from cohort.mentorships import policy as mentorships
from cohort.mentorships.emails import the_two
from cohort.mentorships.models import Mentorship, Side
from cohort.people.auth import signed_in
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class AgendaView:
    """What one of the two reads before and after they meet."""

    mentorship: Mentorship
    other: Person
    zone: str
    plan: Any
    """With the fields of AgendaOut; none after the end."""
    entries: Mapping[EntryKind, Sequence[AgendaEntry]]


class DoneIn(Strict):
    is_done: bool


@get("/mentorships/{mentorship_id:uuid}/agenda", guards=[signed_in])
async def agenda_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str]:
    return await _agenda(request, db, actor, mentorship_id, Form(), clock)


async def _agenda(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    mentorship_id: UUID,
    form: Form[Any],
    clock: Clock,
) -> Response[str]:
    mentorship = await reading.of_the_two(db, actor, mentorship_id)
    side = mentorships.side_of(actor, mentorship) or Side.RESEARCHER
    goes_on = mentorship.ended_at is None
    view = AgendaView(
        mentorship=mentorship,
        other=the_two(mentorship, side)[1],
        zone=zones(mentorship, side)[0],
        plan=await reading.agenda(db, actor, mentorship_id, now=clock()) if goes_on else None,
        entries=await reading.all_of(db, actor, mentorship_id),
    )
    return page(request, "agendas/agenda.html", view, form=form)


def _home(entry: AgendaEntry) -> str:
    return f"/mentorships/{entry.mentorship_id}/agenda"


@post("/mentorships/{mentorship_id:uuid}/entries", guards=[signed_in])
async def write(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentorship_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """The form asks in one question what it is, and who reads it."""
    typed = (await sent_by(request)).as_typed(EntryIn)
    meant = {"kind": EntryKind.NOTE, "is_shared": True} if typed.get("kind") == "shared" else {}
    form = replace(checked(EntryIn, typed | meant), typed=typed)
    if form.value is None:
        return await _agenda(request, db, actor, mentorship_id, form, clock)
    entry = await service.write(db, actor, mentorship_id, form.value, now=clock())
    return see(f"{_home(entry)}#{entry.kind}s", saying="It is written down.")


@post("/entries/{entry_id:uuid}/done", guards=[signed_in])
async def tick(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    entry_id: FromPath[UUID],
) -> Redirect:
    form = await read_form(request, DoneIn)
    is_done = form.value is None or form.value.is_done
    entry = await service.tick(db, actor, entry_id, is_done=is_done, now=clock())
    return see(f"{_home(entry)}#{entry.kind}s", saying="Done." if is_done else "Open again.")


@get("/entries/{entry_id:uuid}", guards=[signed_in])
async def entry_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    entry_id: FromPath[UUID],
) -> Response[str]:
    entry = await reading.get(db, actor, entry_id)
    typed = {"text": entry.text, "is_shared": entry.is_shared, "version": str(entry.version)}
    return page(request, "agendas/entry.html", form=Form(typed), entry=entry)


@post("/entries/{entry_id:uuid}", guards=[signed_in])
async def change(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    entry_id: FromPath[UUID],
) -> Response[str] | Redirect:
    """A box that is not ticked is not sent, which of a note means that it is hers alone."""
    entry = await reading.get(db, actor, entry_id)
    typed = (await sent_by(request)).as_typed(EntryChangeIn)
    if entry.kind is EntryKind.NOTE:
        typed = {"is_shared": False} | typed
    form = checked(EntryChangeIn, typed)
    if form.value is not None:
        try:
            await service.change(db, actor, entry_id, form.value, if_match=form.seen, now=clock())
        except Stale as refusal:
            newest = {**form.typed, "version": str(entry.version)}
            form = replace(form.refused(refusal), typed=newest)
        else:
            return see(f"{_home(entry)}#{entry.kind}s", saying="It is changed.")
    return page(request, "agendas/entry.html", form=form, entry=entry)


@post("/entries/{entry_id:uuid}/remove", guards=[signed_in])
async def remove(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    entry_id: FromPath[UUID],
) -> Redirect:
    mentorship_id = await service.remove(db, actor, entry_id)
    if mentorship_id is None:
        return see("/", saying="It is removed.")
    return see(f"/mentorships/{mentorship_id}/agenda", saying="It is removed.")


@get("/mentoring/mentees", guards=[signed_in])
async def mentees_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """Where each of the actor's mentees stands."""
    found = await mentees.standings(db, actor, now=clock())
    return page(request, "agendas/mentees.html", standings=found)


router = Router(
    "",
    route_handlers=[agenda_page, mentees_page, write, tick, entry_page, change, remove],
    include_in_schema=False,
)
