"""What each page of the dashboard is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.offers import Offers, offers_of
from cohort.checkins import health_in_sql
from cohort.checkins import reading as check_ins
from cohort.checkins.health import Health
from cohort.circles import reading as circles
from cohort.circles.models import Circle
from cohort.cohorts import enrolments
from cohort.cohorts.models import Cohort
from cohort.cohorts.policy import JOINABLE, jobs_visible_to
from cohort.dashboard import figures
from cohort.dashboard.figures import Mentoring, Overview, Study
from cohort.introductions import reading as introductions
from cohort.jobs.outbox import Job
from cohort.matching import service as matching
from cohort.matching.view import RoundView, view_round
from cohort.mentorships import rematching
from cohort.peer_reviews import reading as peer_reviews
from cohort.people.models import Person
from cohort.sessions import reading as sessions
from cohort.sessions.models import LiveSession

ROWS = 25
"""People or mentors on one page."""


@dataclass(frozen=True, slots=True)
class HomeView:
    """What waits for someone on the first page."""

    now: datetime
    organised: Sequence[Overview]
    studies: Sequence[Study]
    mentoring: Sequence[Mentoring]
    sessions: Mapping[UUID, LiveSession]
    """What comes next in each cohort in which she mentors, by the cohort's id."""
    circles: Mapping[UUID, Circle]
    """Her study circle in each cohort in which she studies, by the cohort's id."""
    next_meetings: Mapping[UUID, datetime | None]
    """When each of these circles meets next, by the circle's id."""
    talks: int
    """Introductions about which nothing was said yet."""
    peer_reviews: int
    """Which others wait for."""
    check_ins: int
    """How a mentorship goes, or went: asked, and not answered yet."""
    failed: Sequence[Job]
    """What failed for no cohort in particular, for an admin to look at."""


@dataclass(frozen=True, slots=True)
class DoorView:
    """What someone who does not run the cohort sees of it."""

    cohort: Cohort
    week: tuple[int, int]
    enrolment_id: UUID | None
    circle: Circle | None
    """Hers, where she studies in one."""
    takes_people: bool
    sees_sessions: bool


@dataclass(frozen=True, slots=True)
class DeskView:
    """A cohort as its organisers see it."""

    now: datetime
    cohort: Cohort
    view: RoundView | None
    """Of the latest round."""
    week: tuple[int, int]
    figures: Overview
    offers: Offers
    asked_for_another: int
    """Mentorships in which one of the two would like somebody else."""
    need_help: int
    need_a_look: int
    """Mentorships, by their health."""
    failed: Sequence[Job]


async def home(db: AsyncSession, actor: Person, *, now: datetime) -> HomeView:
    visible = jobs_visible_to(actor)
    studies = await figures.studies_of(db, actor)
    studied = [one.enrolment.cohort_id for one in studies]
    own = await circles.own_in(db, actor, studied) if studied else {}
    mentoring = await figures.mentoring_of(db, actor)
    cohort_ids = [one.mentor.cohort_id for one in mentoring]
    return HomeView(
        now=now,
        organised=await figures.organised_by(db, actor),
        studies=studies,
        circles=own,
        next_meetings={one.id: circles.next_meeting(one, now) for one in own.values()},
        mentoring=mentoring,
        sessions=await sessions.next_in(db, actor, cohort_ids, now=now) if mentoring else {},
        talks=await introductions.waiting_for(db, actor),
        peer_reviews=await peer_reviews.count_waiting(db, actor),
        check_ins=await check_ins.count_waiting(db, actor, now=now),
        failed=await figures.failed_work(db, visible, None) if actor.is_admin else [],
    )


async def door(db: AsyncSession, actor: Person, cohort: Cohort, *, now: datetime) -> DoorView:
    return DoorView(
        cohort=cohort,
        week=figures.weeks_of(cohort, figures.today_in(cohort, now)),
        enrolment_id=await enrolments.seat_of(db, actor, cohort.id),
        circle=(await circles.own_in(db, actor, [cohort.id])).get(cohort.id),
        takes_people=cohort.state in JOINABLE and cohort.taken < cohort.seats,
        sees_sessions=await sessions.is_member(db, actor, cohort.id),
    )


async def desk(db: AsyncSession, actor: Person, cohort: Cohort, *, now: datetime) -> DeskView:
    """Ten or so statements, however many people there are."""
    latest = await matching.latest_round(db, actor, cohort.id)
    healths = await health_in_sql.count_by_health(db, actor, cohort.id, now=now)
    return DeskView(
        now=now,
        cohort=cohort,
        view=await view_round(db, actor, latest, brief=True) if latest else None,
        week=figures.weeks_of(cohort, figures.today_in(cohort, now)),
        figures=await figures.overview_of(db, cohort),
        offers=await offers_of(db, cohort.id),
        asked_for_another=await rematching.count_in(db, actor, cohort.id),
        need_help=healths[Health.NEEDS_HELP],
        need_a_look=healths[Health.NEEDS_A_LOOK],
        failed=await figures.failed_work(db, jobs_visible_to(actor), cohort.id),
    )
