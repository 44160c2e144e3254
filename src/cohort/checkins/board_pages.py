"""All mentorships of a cohort, for its organisers, and one of them by itself."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.checkins import following_up, reading, surveys
from cohort.checkins.board import BoardQuery, Judged, board, everyone, one_of, told
from cohort.checkins.health import Health
from cohort.checkins.schemas import BoardSearch, NudgeOutcome, NudgesForm, NudgesIn
from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid, NotFound
from cohort.http.formats import local_day, plural
from cohort.http.forms import Form, checked, read_form
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Slice, page_within
from cohort.mentorships import reading as mentorships
from cohort.mentorships import rematching
from cohort.mentorships.models import Mentorship
from cohort.people.auth import signed_in
from cohort.people.downloads import recorded_download
from cohort.people.models import Person
from cohort.sheets.csv_file import write_sheet
from cohort.sheets.tables import Dialect

FOR_EXCEL = Dialect(marked=True, newline="\r\n")
SHOWN = 100
COLUMNS = (
    "Researcher",
    "Mentor",
    "Health",
    "Reasons",
    "Began",
    "Ended",
    "Last meeting",
    "Next meeting",
    "Researcher says",
    "Mentor says",
)


def _searched(request: Asked) -> Form[BoardSearch]:
    """What the form above the list was sent with; where it does not fit, everything is listed."""
    sent = request.query_params
    names = (one for one in BoardSearch.model_fields if sent.get(one))
    return checked(BoardSearch, {one: sent[one] for one in names})


@get("/cohorts/{slug:str}/mentorships", guards=[signed_in])
async def board_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    return await _board(
        request, db, actor, await cohorts.organised_by_slug(db, actor, slug), clock()
    )


async def _board(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    now: datetime,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    form, cursor = _searched(request), request.query_params.get("cursor") or None
    wanted = form.value or BoardSearch()
    query = BoardQuery(wanted.q, wanted.health, wanted.sort)
    rows = await board(db, actor, cohort.id, query, now=now)
    part = page_within(rows, Slice(cursor, SHOWN))
    return page(
        request,
        "checkins/board.html",
        status=422 if errors else form.status,
        typed=form.typed,
        errors=errors or form.errors,
        cohort=cohort,
        rows=await told(db, actor, part.items, now=now),
        counts={one: sum(row.health is one for row in rows) for one in Health},
        found=len(rows),
        next=part.next,
        begun=cursor,
        narrowed=bool(wanted.q or wanted.health),
    )


@post("/cohorts/{slug:str}/mentorships", guards=[signed_in])
async def nudge(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """First whom it would tell; then, from that page, told."""
    now, cohort = clock(), await cohorts.organised_by_slug(db, actor, slug)
    form = await read_form(request, NudgesForm)
    if form.value is None:
        errors = dict(form.errors)
        if not form.typed.get("mentorship_ids"):
            errors["mentorship_ids"] = "Choose at least one mentorship."
        return await _board(request, db, actor, cohort, now, errors)
    asked = NudgesIn(mentorship_ids=form.value.mentorship_ids, dry_run=not form.value.send)
    try:
        outcomes = await following_up.nudge_many(db, actor, cohort.id, asked, now=now)
    except Invalid as refusal:
        return await _board(request, db, actor, cohort, now, dict(form.refused(refusal).errors))
    nudged = [one for one in outcomes if one.outcome is NudgeOutcome.NUDGED]
    if asked.dry_run:
        return page(request, "checkins/nudge.html", cohort=cohort, outcomes=outcomes, nudged=nudged)
    mails = plural(sum(len(one.told) for one in nudged), "mail")
    return see(f"/cohorts/{slug}/mentorships", saying=f"{mails} on the way.")


@get("/cohorts/{slug:str}/mentorships.csv", guards=[signed_in])
async def board_csv(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[bytes]:
    cohort, now = await cohorts.organised_by_slug(db, actor, slug), clock()
    rows = await everyone(db, actor, cohort.id, now=now)
    sheet = write_sheet(COLUMNS, [_cells(one, cohort.time_zone) for one in rows], FOR_EXCEL)
    name = f"{cohort.slug}-mentorships.csv"
    headers = await recorded_download(request, actor, cohort.id, name, now=now)
    return Response(sheet, media_type="text/csv", headers=headers)


def _cells(one: Judged, zone: str) -> list[str]:
    its = one.standing
    days = (its.began_at, its.ended_at, its.last_meeting_at, its.next_meeting_at)
    return [
        its.researcher,
        its.mentor,
        one.health,
        " ".join(one.reasons),
        *(str(local_day(at, zone)) if at else "" for at in days),
        *(" ".join(said.answers) for said in its.said.values()),
    ]


@get("/cohorts/{slug:str}/mentorships/{mentorship_id:uuid}", guards=[signed_in])
async def standing_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    mentorship_id: FromPath[UUID],
) -> Response[str]:
    now, cohort = clock(), await cohorts.organised_by_slug(db, actor, slug)
    mentorship = await _mentorship(db, actor, cohort, mentorship_id)
    view: dict[str, Any] = {
        "cohort": cohort,
        "mentorship": mentorship,
        "one": await one_of(db, actor, mentorship, now),
        "check_ins": await reading.all_of(db, actor, mentorship_id),
        "asked": await rematching.standing_of(db, actor, mentorship_id),
        "surveys": await surveys.of_mentorship(db, actor, mentorship_id),
        # Why somebody looks after the two is for those who are not one of them.
        "episode": None
        if actor.id in (mentorship.enrolment.person_id, mentorship.mentor.person_id)
        else await reading.open_episode(db, mentorship_id),
    }
    return page(request, "checkins/standing.html", **view)


async def _mentorship(
    db: AsyncSession, actor: Person, cohort: Cohort, mentorship_id: UUID
) -> Mentorship:
    mentorship = await mentorships.get(db, actor, mentorship_id)
    if mentorship.cohort_id != cohort.id:
        raise NotFound
    return mentorship


@post("/cohorts/{slug:str}/mentorships/{mentorship_id:uuid}/ending", guards=[signed_in])
async def ask_about_ending(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
    mentorship_id: FromPath[UUID],
) -> Redirect:
    cohort = await cohorts.organised_by_slug(db, actor, slug)
    await _mentorship(db, actor, cohort, mentorship_id)
    await following_up.ask_about_ending(db, actor, mentorship_id, now=clock())
    return see(f"/cohorts/{slug}/mentorships/{mentorship_id}", saying="Both are asked by mail.")


router = Router(
    "",
    route_handlers=[board_page, nudge, board_csv, standing_page, ask_about_ending],
    include_in_schema=False,
)
