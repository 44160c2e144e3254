"""Answering an invitation from a page of another site: the token in its link is the key."""

from datetime import datetime
from typing import Annotated, Any, cast

from litestar import Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.applications.service import AlreadyApplied
from cohort.clock import Clock
from cohort.cohorts.enrolments import AlreadyEnrolled, CohortFull
from cohort.forms import service
from cohort.forms.schemas import FormSchemaOut
from cohort.forms.words import ANSWERED, DECLINED, FormLanguage
from cohort.http.problems import may_refuse
from cohort.invitations import answers
from cohort.invitations.answers import InvitationEnded
from cohort.invitations.schemas import MentorAnswer, ResearcherAnswer
from cohort.people import service as people
from cohort.people.auth import public
from cohort.people.models import Person
from cohort.people.schemas import NoticeOut
from cohort.settings import Settings

In = Annotated[FormLanguage, QueryParameter(name="language", description="Of titles and help.")]
ONLY_FOR_THE_INVITED = {"Cache-Control": "no-store"}


@get(
    "/forms/invitation/{token:str}",
    guards=[public],
    responses=may_refuse(InvitationEnded),
    opt={"secret_answer": True},
)
async def read_invitation_form(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
    state: State,
    *,
    token: FromPath[str],
    language: In = FormLanguage.EN,
) -> Response[FormSchemaOut]:
    """What an invitation asks, as JSON Schema; `token` is that of the mailed link."""
    invitation = await answers.read(db, token, now=clock())
    await answers.note_opened(state.sessions, invitation, now=clock())
    site = settings.public_url
    found = await service.schema_of_invitation(
        db, invitation, token, language, site=site, now=clock()
    )
    return Response(cast("Any", found), headers=ONLY_FOR_THE_INVITED)


@post(
    "/forms/invitation/{token:str}/researcher",
    guards=[public],
    status_code=202,
    responses=may_refuse(InvitationEnded, CohortFull, AlreadyEnrolled, AlreadyApplied),
)
async def answer_as_researcher(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    *,
    token: FromPath[str],
    data: JSONBody[ResearcherAnswer],
    language: In = FormLanguage.EN,
) -> NoticeOut:
    """Answer an invitation to study: a seat where one is kept or seats are first come, else an
    application. No proof of work is needed."""
    person = await answers.answer_as_researcher(db, token, data, now=clock())
    return await _thanks(db, person, language, now=clock())


@post(
    "/forms/invitation/{token:str}/mentor",
    guards=[public],
    status_code=202,
    responses=may_refuse(InvitationEnded),
)
async def answer_as_mentor(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    *,
    token: FromPath[str],
    data: JSONBody[MentorAnswer],
    language: In = FormLanguage.EN,
) -> NoticeOut:
    """Answer an invitation to mentor: approved where the invitation says so, else decided by the
    organisers. No proof of work is needed."""
    person = await answers.answer_as_mentor(db, token, data, now=clock())
    return await _thanks(db, person, language, now=clock())


async def _thanks(
    db: AsyncSession, person: Person, language: FormLanguage, *, now: datetime
) -> NoticeOut:
    """The link to choose a first password goes by mail: this page is not ours."""
    if person.password_hash is None:
        await people.ask_for_password(db, person.email, now=now)
    return NoticeOut(detail=ANSWERED[language])


@post(
    "/forms/invitation/{token:str}/refusal",
    guards=[public],
    status_code=200,
    responses=may_refuse(InvitationEnded),
)
async def decline_invitation(
    db: NamedDependency[AsyncSession],
    clock: NamedDependency[Clock],
    *,
    token: FromPath[str],
    language: In = FormLanguage.EN,
) -> NoticeOut:
    """Say no to an invitation; a seat that was kept goes to someone else."""
    await answers.decline(db, token, now=clock())
    return NoticeOut(detail=DECLINED[language])


router = Router(
    "",
    route_handlers=[
        read_invitation_form,
        answer_as_researcher,
        answer_as_mentor,
        decline_invitation,
    ],
    tags=["forms"],
    # Nobody is looked up: a cookie or a key that came along means nothing here.
    opt={"same_for_everyone": True},
)
