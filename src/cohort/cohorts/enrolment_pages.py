"""Joining a cohort, and leaving it, in a browser."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import enrolments, pausing, policy, service
from cohort.cohorts.forms import ProfileChoices, offered_choices, profile_of, typed_profile
from cohort.cohorts.models import Admission, Cohort, Enrolment, EnrolmentState
from cohort.cohorts.schemas import EnrolmentChange, EnrolmentIn
from cohort.errors import Invalid, NotAllowed, Stale
from cohort.http.forms import Form, checked, sent_by
from cohort.http.pages import Asked, page, see
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/cohorts/{slug:str}/enrol", guards=[signed_in])
async def enrol_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    cohort = await service.get_by_slug(db, actor, slug)
    own = await enrolments.find(db, actor, cohort.id)
    if cohort.admission is Admission.APPLICATION and not _seated(own):
        return see(f"/cohorts/{slug}/apply")
    usual = profile_of(own) if own else {"time_zone": cohort.time_zone, "languages": ["en"]}
    return await _enrol(request, db, cohort, own, Form(usual))


@post("/cohorts/{slug:str}/enrol", guards=[signed_in])
async def enrol(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str] | Redirect:
    """Take a seat; or, for who has one, keep the profile."""
    cohort = await service.get_by_slug(db, actor, slug)
    own = await enrolments.find(db, actor, cohort.id)
    typed = typed_profile(await sent_by(request), own.weekly_hours if own else [])
    form = checked(EnrolmentIn, typed)
    if form.value is not None:
        try:
            return await _keep(db, actor, cohort, own, form.value, seen=form.seen, now=clock())
        except (Invalid, Stale, enrolments.CohortFull, enrolments.NotJoinable) as refusal:
            form = form.refused(refusal)
        except enrolments.ByApplication:
            return see(f"/cohorts/{slug}/apply")
        except enrolments.AlreadyEnrolled:
            return see(f"/cohorts/{slug}/enrol")  # which says why
    return await _enrol(request, db, cohort, own, form)


async def _keep(
    db: AsyncSession,
    actor: Person,
    cohort: Cohort,
    own: Enrolment | None,
    profile: EnrolmentIn,
    *,
    seen: str,
    now: datetime,
) -> Redirect:
    if own is None or not _seated(own):
        enrolment = await enrolments.enrol(db, actor, cohort.id, profile, now=now)
        return see(f"/plan/{enrolment.id}", saying=f"Welcome to {cohort.name}. This is your plan.")
    change = EnrolmentChange(**profile.model_dump())
    await enrolments.change(db, actor, own.id, change, if_match=seen, now=now)
    return see(f"/cohorts/{cohort.slug}/enrol", saying="Your profile is kept.")


@dataclass(frozen=True, slots=True)
class EnrolView:
    """A researcher's profile, and the seat that it takes or keeps."""

    cohort: Cohort
    enrolment: Enrolment | None
    seated: bool
    joinable: bool
    offered: ProfileChoices


async def _enrol(
    request: Asked,
    db: AsyncSession,
    cohort: Cohort,
    own: Enrolment | None,
    form: Form[EnrolmentIn],
) -> Response[str]:
    view = EnrolView(
        cohort=cohort,
        enrolment=own,
        seated=_seated(own),
        joinable=cohort.state in policy.JOINABLE,
        offered=await offered_choices(db, cohort.id, form.typed),
    )
    return page(request, "cohorts/enrol.html", view, form=form)


def _seated(own: Enrolment | None) -> bool:
    return own is not None and own.state == EnrolmentState.ACTIVE


@post("/cohorts/{slug:str}/withdrawal", guards=[signed_in])
async def withdraw(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Redirect:
    cohort = await service.get_by_slug(db, actor, slug)
    own = await enrolments.find(db, actor, cohort.id)
    if own is None:
        raise NotAllowed("You have no seat in this cohort.")
    await enrolments.withdraw(db, actor, own.id, now=clock())
    return see("/", saying=f"You have left {cohort.name}. What you handed in is kept.")


@post("/enrolments/{enrolment_id:uuid}/resume", guards=[signed_in])
async def resume(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    enrolment_id: FromPath[UUID],
) -> Redirect:
    await pausing.resume(db, actor, enrolment_id, now=clock())
    return see(f"/plan/{enrolment_id}", saying="Welcome back. You are in the next matching again.")


router = Router("", route_handlers=[resume, enrol_page, enrol, withdraw], include_in_schema=False)
