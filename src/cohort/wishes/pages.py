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

from cohort.clock import Clock
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
from cohort.mentors.models import Mentor, Wish
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.profiles import choices
from cohort.profiles.choices import Options
from cohort.profiles.languages import LANGUAGES
from cohort.wishes import listed, service
from cohort.wishes.filters import MENTORS_ON_PAGES, RESEARCHERS_ON_PAGES
from cohort.wishes.ranking import Choice, after
from cohort.wishes.schemas import MOST, MentorWishes, ResearcherWishes

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
    return await _of_researcher(request, db, actor, enrolment_id, Form(), part, wanted)


@get("/mentoring/{mentor_id:uuid}/wishes", guards=[signed_in], dependencies=RESEARCHERS_ON_PAGES)
async def mentor_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    mentor_id: FromPath[UUID],
) -> Response[str]:
    return await _of_mentor(request, db, actor, mentor_id, Form(), part, wanted)


@post("/plan/{enrolment_id:uuid}/wishes", guards=[signed_in])
async def rank_mentors(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Answer:
    stored = await service.of_enrolment(db, actor, enrolment_id)
    before = [Choice(one.mentor_id, one.reason) for one in stored]
    form: Form[Any] = Form()
    try:
        ids, reasons = _sent(await sent_by(request), before)
        form = checked(MentorWishes, {"mentor_ids": ids, "reasons": reasons})
        if form.value is not None:
            await service.rank_mentors(
                db, actor, enrolment_id, ids, reasons=form.value.reasons, now=clock()
            )
            return see(f"/plan/{enrolment_id}/wishes", saying="Your wishes are kept.")
    except Invalid as refusal:
        form = form.refused(refusal)
    return await _of_researcher(request, db, actor, enrolment_id, form)


@post("/mentoring/{mentor_id:uuid}/wishes", guards=[signed_in])
async def rank_researchers(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Answer:
    stored = await service.of_mentor(db, actor, mentor_id)
    before = [Choice(one.enrolment_id, one.reason) for one in stored]
    form: Form[Any] = Form()
    try:
        ids, reasons = _sent(await sent_by(request), before)
        form = checked(ResearcherWishes, {"enrolment_ids": ids, "reasons": reasons})
        if form.value is not None:
            await service.rank_researchers(db, actor, mentor_id, ids, reasons=form.value.reasons)
            return see(f"/mentoring/{mentor_id}/wishes", saying="Your wishes are kept.")
    except Invalid as refusal:
        form = form.refused(refusal)
    return await _of_mentor(request, db, actor, mentor_id, form)


@post("/plan/{enrolment_id:uuid}/listing", guards=[signed_in])
async def list_researcher(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    enrolment_id: FromPath[UUID],
) -> Redirect:
    is_listed = bool((await sent_by(request)).texts("is_listed"))
    await listed.list_researcher(db, actor, enrolment_id, is_listed=is_listed)
    return see(f"/plan/{enrolment_id}/wishes", saying=_said(is_listed, "mentors"))


@post("/mentoring/{mentor_id:uuid}/listing", guards=[signed_in])
async def list_mentor(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    mentor_id: FromPath[UUID],
) -> Redirect:
    is_listed = bool((await sent_by(request)).texts("is_listed"))
    await listed.list_mentor(db, actor, mentor_id, is_listed=is_listed)
    return see(f"/mentoring/{mentor_id}/wishes", saying=_said(is_listed, "researchers"))


def _said(is_listed: bool, who: str) -> str:  # noqa: FBT001
    return f"The {who} of the cohort can find you." if is_listed else f"No {who} find you now."


def _sent(sent: Sent, before: Sequence[Choice]) -> tuple[list[UUID], list[str]]:
    """The list that was on the page, or else the one that is stored, after the button's act."""
    try:
        ids = [UUID(text) for text in sent.texts("wish")]
    except ValueError as error:
        raise Invalid.at("", "This list is not one of ours. Open the page again.") from error
    on_page = [Choice(one, "".join(sent.texts(f"reason-{one}"))) for one in ids]
    ranked = after("".join(sent.texts("act")), on_page or before)
    return [one.id for one in ranked], [one.reason for one in ranked]


async def _of_researcher(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    enrolment_id: UUID,
    form: Form[Any],
    part: Slice = Slice(),  # noqa: B008  (frozen)
    wanted: ListQuery = ListQuery(),  # noqa: B008
) -> Response[str]:
    own = await enrolments.get(db, actor, enrolment_id)
    stored = await service.of_enrolment(db, actor, enrolment_id)
    may_be_found = await listed.mentors_among(db, [one.mentor_id for one in stored])
    found: Page[Mentor] = Page([], None)
    if own.person_id == actor.id:
        found = await listed.list_mentors(db, actor, own.cohort_id, part, wanted)
    wished = [_wished(one, one.mentor, may_be_found, actor, own) for one in stored]
    view = await _view(db, actor, own, wished, found, part, wanted)
    return page(request, "wishes/wishes.html", view, form=form)


async def _of_mentor(
    request: Asked,
    db: AsyncSession,
    actor: Person,
    mentor_id: UUID,
    form: Form[Any],
    part: Slice = Slice(),  # noqa: B008
    wanted: ListQuery = ListQuery(),  # noqa: B008
) -> Response[str]:
    own = await mentors.get(db, actor, mentor_id)
    stored = await service.of_mentor(db, actor, mentor_id)
    may_be_found = await listed.researchers_among(db, [one.enrolment_id for one in stored])
    found: Page[Enrolment] = Page([], None)
    if own.person_id == actor.id:
        found = await listed.list_researchers(db, actor, own.cohort_id, part, wanted)
    wished = [_wished(one, one.enrolment, may_be_found, actor, own) for one in stored]
    view = await _view(db, actor, own, wished, found, part, wanted)
    return page(request, "wishes/wishes.html", view, form=form)


def _wished(
    wish: Wish,
    other: Mentor | Enrolment,
    may_be_found: set[UUID],
    actor: Person,
    own: Mentor | Enrolment,
) -> Wished:
    """The name of whoever is not listed any more is for the organisers alone."""
    shown = other.id in may_be_found
    named = shown or own.person_id != actor.id
    name = other.person.name if named else "Somebody who is not in the list any more"
    return Wished(other.id, name, wish.reason, other if shown else None)


async def _view(
    db: AsyncSession,
    actor: Person,
    own: Mentor | Enrolment,
    wished: Sequence[Wished],
    found: Page[Any],
    part: Slice,
    wanted: ListQuery,
) -> WishesView:
    by_mentor = isinstance(own, Mentor)
    on_list = {one.id for one in wished}
    return WishesView(
        by_mentor=by_mentor,
        here=f"/{'mentoring' if by_mentor else 'plan'}/{own.id}",
        cohort=own.cohort,
        person=own.person,
        is_own=own.person_id == actor.id,
        is_listed=own.is_listed,
        wished=wished,
        found=[one for one in found.items if one.id not in on_list],
        first=part.cursor,
        next=found.next,
        most=MOST,
        filters=await _filters(db, own.cohort_id, by_mentor=by_mentor),
        chosen=wanted.used,
        titles=await own_terms.titles(db, own.cohort_id),
        languages=LANGUAGES,
    )


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
