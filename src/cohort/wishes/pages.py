"""Leafing through the other side of the cohort, and ranking it, in a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments, own_terms
from cohort.cohorts.models import Cohort, Enrolment
from cohort.errors import Invalid
from cohort.guides import service as guides
from cohort.guides.models import TermKind
from cohort.http.forms import Form, Sent, checked, sent_by
from cohort.http.listing import ListQuery
from cohort.http.pages import Asked, page, see
from cohort.http.paging import Page, Slice
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor, Wish, WishOf
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles import choices
from cohort.profiles.choices import Options
from cohort.profiles.languages import LANGUAGES
from cohort.wishes import listed, service
from cohort.wishes.filters import MENTORS_ON_PAGES, RESEARCHERS_ON_PAGES
from cohort.wishes.ranking import Choice, after
from cohort.wishes.schemas import MOST, MentorWishes, ResearcherWishes
from cohort.wishes.service import Owner, wishes_of

FILTERED = {"domain": TermKind.DOMAIN, "role": TermKind.ROLE, "skill": TermKind.SKILL}
Answer = Response[str] | Redirect


@dataclass(frozen=True, slots=True)
class Wished:
    """Somebody on the list; `row` is there while the other one may be found."""

    id: UUID
    name: str
    reason: str
    row: Mentor | Enrolment | None


@dataclass(frozen=True, slots=True)
class WishesView:
    """The list of one person, and whom she may find."""

    by_mentor: bool
    here: str
    cohort: Cohort
    person: Person
    is_own: bool
    is_listed: bool
    wished: Sequence[Wished]
    found: Sequence[Mentor | Enrolment]
    first: str | None
    next: str | None
    most: int
    filters: Mapping[str, Options]
    chosen: Mapping[str, str]
    titles: Mapping[tuple[str, str], str]
    languages: Mapping[str, str]


@get("/plan/{enrolment_id:uuid}/wishes", guards=[signed_in], dependencies=MENTORS_ON_PAGES)
async def researcher_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    enrolment_id: FromPath[UUID],
) -> Response[str]:
    owner = await enrolments.get(db, actor, enrolment_id)
    return await _show(request, db, actor, owner, Form(), part, wanted)


@get("/mentoring/{mentor_id:uuid}/wishes", guards=[signed_in], dependencies=RESEARCHERS_ON_PAGES)
async def mentor_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    owner = await mentors.get(db, actor, mentor_id)
    return await _show(request, db, actor, owner, Form(), part, wanted)


@post("/plan/{enrolment_id:uuid}/wishes", guards=[signed_in])
async def rank_mentors(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Answer:
    return await _rank(request, db, actor, await enrolments.get(db, actor, enrolment_id))


@post("/mentoring/{mentor_id:uuid}/wishes", guards=[signed_in])
async def rank_researchers(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Answer:
    return await _rank(request, db, actor, await mentors.get(db, actor, mentor_id))


@post("/plan/{enrolment_id:uuid}/listing", guards=[signed_in])
async def list_researcher(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Redirect:
    return await _list(request, db, actor, await enrolments.get(db, actor, enrolment_id))


@post("/mentoring/{mentor_id:uuid}/listing", guards=[signed_in])
async def list_mentor(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Redirect:
    return await _list(request, db, actor, await mentors.get(db, actor, mentor_id))


async def _rank(request: Asked, db: AsyncSession, actor: Person, owner: Owner) -> Answer:
    before = [Choice(_whom(one).id, one.reason) for one in await wishes_of(db, actor, owner)]
    by_mentor = isinstance(owner, Mentor)
    form: Form[Any] = Form()
    try:
        ids, reasons = _sent(await sent_by(request), before)
        schema, field = (
            (ResearcherWishes, "enrolment_ids") if by_mentor else (MentorWishes, "mentor_ids")
        )
        form = checked(schema, {field: ids, "reasons": reasons})
        if form.value is not None:
            await service.rank(db, actor, owner, ids, reasons=form.value.reasons)
            return see(f"{_here(owner)}/wishes", saying="Your wishes are kept.")
    except Invalid as refusal:
        form = form.refused(refusal)
    return await _show(request, db, actor, owner, form)


async def _list(request: Asked, db: AsyncSession, actor: Person, owner: Owner) -> Redirect:
    is_listed = bool((await sent_by(request)).texts("is_listed"))
    await listed.list_oneself(db, actor, owner, is_listed=is_listed)
    who = "researchers" if isinstance(owner, Mentor) else "mentors"
    saying = f"The {who} of the cohort can find you." if is_listed else f"No {who} find you now."
    return see(f"{_here(owner)}/wishes", saying=saying)


def _sent(sent: Sent, before: Sequence[Choice]) -> tuple[list[UUID], list[str]]:
    """The list that was on the page, or else the one that is stored, after the button's act."""
    try:
        ids = [UUID(text) for text in sent.texts("wish")]
    except ValueError as error:
        raise Invalid.at("", "This list is not one of ours. Open the page again.") from error
    on_page = [Choice(one, "".join(sent.texts(f"reason-{one}"))) for one in ids]
    ranked = after("".join(sent.texts("act")), on_page or before)
    return [one.id for one in ranked], [one.reason for one in ranked]


def _here(owner: Owner) -> str:
    return f"/{'mentoring' if isinstance(owner, Mentor) else 'plan'}/{owner.id}"


def _whom(wish: Wish) -> Owner:
    return wish.enrolment if wish.wish_of is WishOf.MENTOR else wish.mentor


async def _show(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    owner: Owner,
    form: Form[Any],
    part: Slice = Slice(),  # noqa: B008  (frozen)
    wanted: ListQuery = ListQuery(),  # noqa: B008
) -> Response[str]:
    by_mentor, is_own = isinstance(owner, Mentor), owner.person_id == actor.id
    wished = await _wished(db, actor, owner)
    on_list = {one.id for one in wished}
    found: Page[Any] = Page([], None)
    if is_own:
        look = listed.list_researchers if by_mentor else listed.list_mentors
        found = await look(db, actor, owner.cohort_id, part, wanted)
    view = WishesView(
        by_mentor=by_mentor,
        here=_here(owner),
        cohort=owner.cohort,
        person=owner.person,
        is_own=is_own,
        is_listed=owner.is_listed,
        wished=wished,
        found=[one for one in found.items if one.id not in on_list],
        first=part.cursor,
        next=found.next,
        most=MOST,
        filters=await _filters(db, owner.cohort_id, by_mentor=by_mentor),
        chosen=wanted.used,
        titles=await own_terms.titles(db, owner.cohort_id),
        languages=LANGUAGES,
    )
    return page(request, "wishes/wishes.html", view, form=form)


async def _wished(db: AsyncSession, actor: Person, owner: Owner) -> list[Wished]:
    """The name of whoever is not listed any more is for the organisers alone."""
    stored = [(_whom(one), one.reason) for one in await wishes_of(db, actor, owner)]
    others = service.side_of(owner).others
    shown = await listed.listed_among(db, others, [other.id for other, _ in stored])
    hidden = "Somebody who is not in the list any more" if owner.person_id == actor.id else None
    return [
        Wished(other.id, other.person.name, reason, other)
        if other.id in shown
        else Wished(other.id, hidden or other.person.name, reason, None)
        for other, reason in stored
    ]


async def _filters(db: AsyncSession, cohort_id: UUID, *, by_mentor: bool) -> dict[str, Options]:
    words = await guides.terms_of(db, *TermKind)
    own = await own_terms.groups(db, cohort_id)
    kinds = {name: kind for name, kind in FILTERED.items() if not (by_mentor and name == "skill")}
    offered = {
        name: choices.trees(words[kind]) if name == "domain" else choices.options(words[kind])
        for name, kind in kinds.items()
    }
    return {
        **{name: [*some, *own[kinds[name]]] for name, some in offered.items()},
        "language": choices.languages(),
    }


router = Router(
    "",
    route_handlers=[
        researcher_page,
        mentor_page,
        rank_mentors,
        rank_researchers,
        list_researcher,
        list_mentor,
    ],
    include_in_schema=False,
)
