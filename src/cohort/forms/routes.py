"""The public forms over the API: for pages of other sites, with no account and no cookie."""

from typing import Annotated, Any, cast

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications import service as applications
from cohort.applications.schemas import ApplicationIn
from cohort.clock import Clock
from cohort.errors import NotFound, TooMany
from cohort.forms import service
from cohort.forms.schemas import (
    ChallengeOut,
    FormSchemaOut,
    MentorForm,
    OpenFormsOut,
    ResearcherForm,
)
from cohort.forms.words import THANKS, FormKind, FormLanguage
from cohort.http.problems import may_refuse
from cohort.mentors import confirming
from cohort.mentors import service as mentors
from cohort.mentors.schemas import MentorIn
from cohort.people import proof
from cohort.people.auth import public
from cohort.people.schemas import NoticeOut
from cohort.people.throttle import Tries
from cohort.settings import Settings

NOT_OF_THE_FORM = {"website", "proof"}
FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}
In = Annotated[FormLanguage, QueryParameter(name="language", description="Of titles and help.")]


@get("/forms", guards=[public], responses=may_refuse())
async def list_open_forms(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Response[OpenFormsOut]:
    """The cohorts that take mentors and those that take applications, with their forms."""
    items = await service.list_open(db, now=clock(), site=settings.public_url)
    return Response(OpenFormsOut(items=items), headers=FOR_A_MINUTE)


@get("/forms/mentor/{slug:str}", guards=[public], responses=may_refuse(NotFound))
async def read_mentor_form(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    slug: FromPath[str],
    language: In = FormLanguage.EN,
) -> Response[FormSchemaOut]:
    """What the sign-up of a mentor asks, as JSON Schema: titles, help, order, choices, limits."""
    return await _schema(db, clock, settings, FormKind.MENTOR, slug, language)


@get(
    "/forms/researcher/{slug:str}",
    guards=[public],
    responses=may_refuse(NotFound, applications.ApplicationsClosed),
)
async def read_researcher_form(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    slug: FromPath[str],
    language: In = FormLanguage.EN,
) -> Response[FormSchemaOut]:
    """What an application asks, as JSON Schema: titles, help, order, choices, limits."""
    return await _schema(db, clock, settings, FormKind.RESEARCHER, slug, language)


@get(
    "/forms/challenges/{kind:str}/{slug:str}",
    guards=[public],
    responses=may_refuse(NotFound, applications.ApplicationsClosed),
)
async def read_challenge(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    redis: NamedDependency[Redis],
    kind: FromPath[str],
    slug: FromPath[str],
) -> Response[ChallengeOut]:
    """A challenge to solve and to send with the form; it is taken once, within ten minutes."""
    if kind not in set(FormKind):
        raise NotFound("There are two kinds of forms: mentor and researcher.")
    await service.find(db, FormKind(kind), slug, now=clock())
    made = await proof.challenge(redis, f"{kind}/{slug}", now=clock())
    told = ChallengeOut.model_validate(made)
    return Response(told, headers={"Cache-Control": "no-store"})  # each is taken once


async def _schema(
    db: AsyncSession,
    clock: Clock,
    settings: Settings,
    kind: FormKind,
    slug: str,
    language: FormLanguage,
) -> Response[FormSchemaOut]:
    cohort = await service.find(db, kind, slug, now=clock())
    found = await service.schema_of(
        db, kind, cohort, language, site=settings.public_url, now=clock()
    )
    return Response(cast("Any", found), headers=FOR_A_MINUTE)


@post(
    "/forms/mentor/{slug:str}",
    guards=[public],
    status_code=202,
    responses=may_refuse(NotFound, TooMany, proof.NoProof),
)
async def send_mentor_form(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    redis: NamedDependency[Redis],
    *,
    slug: FromPath[str],
    data: JSONBody[MentorForm],
    language: In = FormLanguage.EN,
) -> NoticeOut:
    """Sign up as a mentor, from a page of any site that the cohort names.

    The link in the mail confirms the address; the answer never tells whether it is known.
    """
    cohort = await service.find(db, FormKind.MENTOR, slug, now=clock())
    if not data.website:  # which only a program fills, and which is thanked like others
        await proof.require(redis, f"mentor/{slug}", data.proof, now=clock())
        await tries.form(data.email)
        form = MentorIn.model_validate(data.model_dump(exclude=NOT_OF_THE_FORM))
        await mentors.check_sign_up(db, cohort.id, form)
        await confirming.ask_to_confirm(db, cohort.id, form, now=clock())
    return NoticeOut(detail=THANKS[language])


@post(
    "/forms/researcher/{slug:str}",
    guards=[public],
    status_code=202,
    responses=may_refuse(NotFound, applications.ApplicationsClosed, TooMany, proof.NoProof),
)
async def send_researcher_form(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    tries: NamedDependency[Tries],
    redis: NamedDependency[Redis],
    *,
    slug: FromPath[str],
    data: JSONBody[ResearcherForm],
    language: In = FormLanguage.EN,
) -> NoticeOut:
    """Apply for a seat, from a page of any site that the cohort names.

    The form counts once the link in the mail is opened; the answer never tells whether an address
    is known.
    """
    cohort = await service.find(db, FormKind.RESEARCHER, slug, now=clock())
    if not data.website:  # which only a program fills, and which is thanked like others
        await proof.require(redis, f"researcher/{slug}", data.proof, now=clock())
        await tries.form(data.email)
        form = ApplicationIn.model_validate(data.model_dump(exclude=NOT_OF_THE_FORM))
        await applications.apply(db, None, cohort.id, form, now=clock())
    return NoticeOut(detail=THANKS[language])


router = Router(
    "",
    route_handlers=[
        list_open_forms,
        read_mentor_form,
        read_researcher_form,
        read_challenge,
        send_mentor_form,
        send_researcher_form,
    ],
    tags=["forms"],
    # Nobody is looked up: a cookie or a key that came along means nothing here.
    opt={"same_for_everyone": True},
)
