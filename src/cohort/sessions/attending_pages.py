"""Saying that one is there, and the organisers' list, in a browser."""

from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import Invalid, TooMany
from cohort.http.forms import Form, checked, read_form, sent_by
from cohort.http.pages import Asked, page, see
from cohort.meetings.forms import in_zones
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.sessions import attending, reading
from cohort.sessions.models import AttendedBy, LiveSession
from cohort.sessions.schemas import AttendanceIn, AttendanceList


class HereForm(AttendanceIn):
    by: Literal["code", "link"] = "code"


@get("/sessions/{session_id:uuid}/here", guards=[signed_in])
async def here_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    session_id: FromPath[UUID],
) -> Response[str]:
    session = await reading.get(db, actor, session_id)
    code = request.query_params.get("code", "")[:20]
    typed = {"code": code, "by": "link"} if code else {}
    return await _here(request, db, actor, session, Form(typed))


@post("/sessions/{session_id:uuid}/here", guards=[signed_in])
async def say_here(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    session_id: FromPath[UUID],
) -> Response[str] | Redirect:
    session = await reading.get(db, actor, session_id)
    form = await read_form(request, HereForm)
    if form.value is not None:
        said, by = form.value, AttendedBy(form.value.by)
        try:
            await tries.attendance(actor.id, session_id)
            await attending.attend(db, actor, session_id, said.code, by=by, now=clock())
        except (Invalid, TooMany, attending.AttendanceClosed) as refusal:
            form = form.refused(refusal)
        else:
            return see(f"/sessions/{session_id}", saying="You are noted. Enjoy the session.")
    return await _here(request, db, actor, session, form)


async def _here(
    request: Asked, db: AsyncSession, actor: Person, session: LiveSession, form: Form[Any]
) -> Response[str]:
    zone = await reading.zone_of(db, actor, session.cohort)
    when = in_zones(session.starts_at, [zone])
    return page(request, "sessions/here.html", form=form, session=session, when=when)


@post("/sessions/{session_id:uuid}/attendance_list", guards=[signed_in])
async def note_list(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    session_id: FromPath[UUID],
) -> Redirect:
    """Whoever was shown as there and is not ticked any more was not; others stay as they are."""
    sent = await sent_by(request)
    ticked, noted = sent.texts("present"), sent.texts("noted")
    absent = [one for one in noted if one not in set(ticked)]
    form = checked(AttendanceList, {"present": ticked, "absent": absent})
    if form.value is None:
        raise Invalid("The list could not be read. Open the session again, and tick anew.")
    await attending.note_list(db, actor, session_id, form.value, now=clock())
    shown = urlencode({"cursor": cursor}) if (cursor := request.query_params.get("cursor")) else ""
    return see(f"/sessions/{session_id}?{shown}#people", saying="The list is kept.")


router = Router("", route_handlers=[here_page, say_here, note_list], include_in_schema=False)
