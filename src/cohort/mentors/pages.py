"""The public sign-up of mentors, and an organiser's view of one."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.guides import service as guides
from cohort.guides.models import TermKind
from cohort.http.forms import errors_of, read_form
from cohort.http.pages import Asked, page, see
from cohort.mentors import service
from cohort.mentors.schemas import MentorIn, RefusalIn
from cohort.people.auth import public, signed_in
from cohort.people.models import Person
from cohort.people.throttle import Tries
from cohort.profiles import choices, forms
from cohort.profiles.languages import LANGUAGES

CAME_FROM = [
    {"value": "phd", "label": "A PhD"},
    {"value": "postdoc", "label": "A postdoc"},
    {"value": "researcher", "label": "Another research position"},
    {"value": "industry", "label": "Industry from the start"},
]


@get("/mentors/join", guards=[public])
async def cohorts_to_join(request: Asked, db: NamedDependency[AsyncSession]) -> Response[str]:
    return page(request, "mentors/join.html", cohorts=await service.list_taking_mentors(db))


@get("/mentors/join/{slug:str}", guards=[public])
async def join_page(
    request: Asked, db: NamedDependency[AsyncSession], slug: FromPath[str]
) -> Response[str]:
    cohort = await service.taking_mentors(db, Cohort.slug == slug)
    typed = {"time_zone": cohort.time_zone, "languages": ["en"], "capacity": 2}
    return await _form(request, db, cohort, typed=typed)


@post("/mentors/join/{slug:str}", guards=[public])
async def join(
    request: Asked,
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await service.taking_mentors(db, Cohort.slug == slug)
    form, errors, typed = await read_form(request, MentorIn, **await _given(request))
    if form is not None:
        if request.user is None and form.email is not None:
            await tries.mail(form.email)
        try:
            await service.sign_up(db, request.user, cohort.id, form, now=clock())
        except Invalid as refusal:
            errors = errors_of(refusal)
        else:
            return see("/mentors/thanks")
    return await _form(request, db, cohort, typed=typed, errors=errors, status=422)


async def _given(request: Asked) -> dict[str, Any]:
    """What the browser sends in another shape than the API: boxes, lines, a tick."""
    sent = await request.form()
    given: dict[str, Any] = {
        "weekly_hours": forms.hours(sent),
        "organisations": forms.lines(sent, "organisations"),
    }
    return given | ({"consent": True} if "yes" in forms.texts(sent, "consent") else {})


async def _form(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    *,
    typed: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    terms = await guides.terms_of(db, *TermKind)
    return page(
        request,
        "mentors/sign_up.html",
        status=status,
        cohort=cohort,
        typed=typed,
        errors=errors or {},
        domains=choices.trees(terms[TermKind.DOMAIN]),
        roles=choices.options(terms[TermKind.ROLE]),
        contexts=choices.options(terms[TermKind.CONTEXT]),
        skills=choices.options(terms[TermKind.SKILL]),
        languages=choices.languages(typed.get("languages", [])),
        zones=choices.zones(str(typed.get("time_zone", ""))),
        came_from=CAME_FROM,
    )


@get("/mentors/thanks", guards=[public])
async def thanks_page(request: Asked) -> Response[str]:
    return page(request, "mentors/thanks.html")


@get("/mentors/{mentor_id:uuid}", guards=[signed_in])
async def mentor_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    return await _mentor(request, db, actor, mentor_id)


@post("/mentors/{mentor_id:uuid}/approve", guards=[signed_in])
async def approve(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Redirect:
    mentor = await service.approve(db, actor, mentor_id, now=clock())
    notice = f"{mentor.person.name} is approved, and is in the next matching."
    return see(f"/mentors/{mentor_id}", saying=notice)


@post("/mentors/{mentor_id:uuid}/decline", guards=[signed_in])
async def decline(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    mentor_id: FromPath[UUID],
) -> Response[str] | Redirect:
    form, errors, typed = await read_form(request, RefusalIn)
    if form is None:
        return await _mentor(request, db, actor, mentor_id, typed=typed, errors=errors, status=422)
    mentor = await service.decline(db, actor, mentor_id, form.note, now=clock())
    return see(f"/mentors/{mentor_id}", saying=f"{mentor.person.name} is told, with your words.")


async def _mentor(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    mentor_id: UUID,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    mentor = await service.get(db, actor, mentor_id)
    return page(
        request,
        "mentors/mentor.html",
        status=status,
        mentor=mentor,
        titles=await guides.titles(db),
        languages=LANGUAGES,
        may_decide=await cohorts.may_organise(db, actor, mentor.cohort_id),
        typed=typed or {},
        errors=errors or {},
    )


router = Router(
    "",
    route_handlers=[
        cohorts_to_join,
        join_page,
        join,
        thanks_page,
        mentor_page,
        approve,
        decline,
    ],
    include_in_schema=False,
)
