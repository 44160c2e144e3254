"""One circle in a browser, for those who are in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import membership, reading
from cohort.circles.models import Circle
from cohort.circles.planning import said
from cohort.circles.reading import CircleSeen
from cohort.circles.schemas import CircleChange
from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Conflict, Invalid, Stale
from cohort.http.fields import MaybeUrl, Note, Strict
from cohort.http.forms import Form, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person

Answer = Response[str] | Redirect


class CircleForm(Strict):
    """`start` is a quarter of the week on the cohort's clock."""

    start: Annotated[int, Field(ge=-1, lt=672)] = -1
    link: MaybeUrl = ""
    notes: Note = ""

    def asked(self) -> CircleChange:
        given: dict[str, Any] = {"link": self.link, "notes": self.notes}
        if self.start >= 0:
            day, quarter = divmod(self.start, 96)
            given |= {"meets_on": day, "meets_at": f"{quarter // 4:02}:{quarter % 4 * 15:02}"}
        return CircleChange.model_validate(given)


@dataclass(frozen=True, slots=True)
class CircleView:
    """One circle as one of those in it sees it, or an organiser."""

    circle: Circle
    cohort: Cohort
    told: CircleSeen
    zones: Sequence[str]
    next_at: datetime | None
    starts: Sequence[dict[str, str]]
    runs_it: bool


@get("/circles/{circle_id:uuid}", guards=[signed_in])
async def circle_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    circle_id: FromPath[UUID],
) -> Response[str]:
    circle = await reading.get(db, actor, circle_id)
    return await _circle(request, db, actor, circle, Form(), now=clock())


async def _circle(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    circle: Circle,
    form: Form[CircleForm],
    *,
    now: datetime,
) -> Response[str]:
    [told] = await reading.seen(db, actor, [circle])
    can = await membership.starts(db, circle, now=now) if circle.ended_at is None else []
    own_zone = await reading.zone_of(db, actor, circle.cohort)
    stored = {"link": circle.link, "notes": circle.notes, "version": str(circle.version)}
    if circle.meets_on is not None and circle.meets_at is not None:
        at = 96 * circle.meets_on + 4 * circle.meets_at.hour + circle.meets_at.minute // 15
        stored["start"] = str(at)
        can = sorted({*can, at})
    view = CircleView(
        circle=circle,
        cohort=circle.cohort,
        told=told,
        zones=list(dict.fromkeys([own_zone, circle.cohort.time_zone])),
        next_at=reading.next_meeting(circle, now),
        starts=[{"value": str(one), "label": _said(one, circle, own_zone, now)} for one in can],
        runs_it=await cohorts.may_organise(db, actor, circle.cohort_id),
    )
    form = replace(form, typed=stored | dict(form.typed))
    return page(request, "circles/circle.html", view, form=form)


def _said(quarter: int, circle: Circle, zone: str, now: datetime) -> str:
    """On the reader's clock, as it stands to the cohort's in this week."""
    there = said(quarter)
    at = reading.next_start(quarter, circle.cohort.time_zone, now).astimezone(ZoneInfo(zone))
    here = f"{at:%A %H:%M}"
    return here if here == there else f"{here}; on the cohort’s clock {there}"


@post("/circles/{circle_id:uuid}/change", guards=[signed_in])
async def change_circle(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    circle_id: FromPath[UUID],
) -> Answer:
    circle, now = await reading.get(db, actor, circle_id), clock()
    form = await read_form(request, CircleForm)
    if form.value is not None:
        try:
            asked, seen = form.value.asked(), form.seen
            await membership.change(db, actor, circle_id, asked, if_match=seen, now=now)
        except Stale as refusal:
            newest = {**form.typed, "version": str(circle.version)}
            form = replace(form.refused(refusal), typed=newest)
        except Invalid as refusal:
            form = form.refused(refusal, at="start")
        except Conflict as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/circles/{circle_id}", saying="It is kept.")
    return await _circle(request, db, actor, circle, form, now=now)


@post("/circles/{circle_id:uuid}/progress", guards=[signed_in])
async def show_progress(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    circle_id: FromPath[UUID],
) -> Redirect:
    shows = bool((await sent_by(request)).texts("shows_progress"))
    await membership.show_progress(db, actor, circle_id, shows=shows)
    saying = "The others see how far you are." if shows else "Only you see how far you are."
    return see(f"/circles/{circle_id}", saying=saying)


@post("/circles/{circle_id:uuid}/leave", guards=[signed_in])
async def leave_circle(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    circle_id: FromPath[UUID],
) -> Redirect:
    left = await membership.leave(db, actor, circle_id, now=clock())
    return see("/", saying=f"You are not in {left.name} any more, and the others are told.")


router = Router(
    "",
    route_handlers=[circle_page, change_circle, show_progress, leave_circle],
    include_in_schema=False,
)
