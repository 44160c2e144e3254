"""What matters more to a researcher or a mentor, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort
from cohort.errors import Invalid
from cohort.http.forms import Form, Sent, sent_by
from cohort.http.pages import Asked, page, see
from cohort.mentors.models import Mentor
from cohort.pairing.result import title_of
from cohort.pairing.rules import Weights
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.rules import preferences
from cohort.rules.preferences import Owner
from cohort.rules.schemas import PreferencesIn

Answer = Response[str] | Redirect


@dataclass(frozen=True, slots=True)
class PreferencesView:
    cohort: Cohort
    person: Person
    here: str
    is_own: bool
    personal: float
    factors: Sequence[tuple[str, str, str]]
    """The name, the title and what it compares, of each factor that counts here."""
    said: Mapping[str, int]


@get("/plan/{enrolment_id:uuid}/preferences", guards=[signed_in])
async def researcher_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    owner = await preferences.owner_of(db, actor, enrolment_id=enrolment_id)
    return await _show(request, db, actor, owner, Form())


@get("/mentoring/{mentor_id:uuid}/preferences", guards=[signed_in])
async def mentor_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    owner = await preferences.owner_of(db, actor, mentor_id=mentor_id)
    return await _show(request, db, actor, owner, Form())


@post("/plan/{enrolment_id:uuid}/preferences", guards=[signed_in])
async def say_as_researcher(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Answer:
    owner = await preferences.owner_of(db, actor, enrolment_id=enrolment_id)
    return await _say(request, db, actor, owner)


@post("/mentoring/{mentor_id:uuid}/preferences", guards=[signed_in])
async def say_as_mentor(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Answer:
    owner = await preferences.owner_of(db, actor, mentor_id=mentor_id)
    return await _say(request, db, actor, owner)


async def _say(request: Asked, db: AsyncSession, actor: Person, owner: Owner) -> Answer:
    offered = await preferences.offered_in(db, owner.cohort_id)
    sent = await sent_by(request)
    try:
        said = PreferencesIn(
            more=_chosen(sent, offered.factors, "more"), less=_chosen(sent, offered.factors, "less")
        )
        await preferences.say(db, actor, owner, said)
    except Invalid as refusal:
        return await _show(request, db, actor, owner, Form().refused(refusal))
    return see(f"{_here(owner)}/preferences", saying="Kept; it counts from the next run on.")


def _chosen(sent: Sent, factors: Sequence[str], step: str) -> list[str]:
    """The fields go by the place of a factor: an own question may be called anything."""
    return [name for k, name in enumerate(factors) if sent.texts(f"factor-{k}")[-1:] == [step]]


async def _show(
    request: Asked, db: AsyncSession, actor: Person, owner: Owner, form: Form[PreferencesIn]
) -> Response[str]:
    offered = await preferences.offered_in(db, owner.cohort_id)
    says = {name: one.description or "" for name, one in Weights.model_fields.items()}
    view = PreferencesView(
        cohort=owner.cohort,
        person=owner.person,
        here=_here(owner),
        is_own=owner.person_id == actor.id,
        personal=offered.personal,
        factors=[
            (name, title_of(name), says.get(name, "A question of the organisers."))
            for name in offered.factors
        ],
        said=owner.matters,
    )
    return page(request, "rules/preferences.html", view, form=form)


def _here(owner: Owner) -> str:
    return f"/{'mentoring' if isinstance(owner, Mentor) else 'plan'}/{owner.id}"


router = Router(
    "",
    route_handlers=[researcher_page, mentor_page, say_as_researcher, say_as_mentor],
    include_in_schema=False,
)
