"""The next cohort: cloned from this one, with applications, scores, decisions and invitations."""

from datetime import datetime, timedelta

from cohort.applications import decisions, reviews
from cohort.applications import service as applications
from cohort.applications.schemas import (
    ApplicationIn,
    ApplicationReviewIn,
    Decision,
    DecisionIn,
)
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Admission, Cohort, CohortState
from cohort.cohorts.schemas import CloneIn, CohortChange
from cohort.demo.arriving import join
from cohort.demo.opening import A_DAY, Scene
from cohort.http.etag import etag
from cohort.invitations import service as invitations
from cohort.invitations.models import InvitedAs
from cohort.invitations.schemas import InvitationsIn

SLUG = "demo-next"
SEATS = 4
"""Two are given, two are kept for those who are invited: somebody waits."""


async def open_next(scene: Scene, *, now: datetime) -> None:
    """A week ago it opened for applications, which are taken for two more weeks."""
    cohort = await _open(scene, now=now - 7 * A_DAY)
    await _invite(scene, cohort, now=now - 2 * A_DAY)
    await _apply(scene, cohort, since=now - 6 * A_DAY)


async def _open(scene: Scene, *, now: datetime) -> Cohort:
    starts_on = scene.weeks.ends_on + timedelta(days=1, weeks=2)
    form = CloneIn(
        slug=SLUG,
        name=f"{starts_on:%B %Y} (demo)",
        starts_on=starts_on,
        ends_on=starts_on + (scene.weeks.ends_on - scene.weeks.starts_on),
    )
    actor = scene.organiser
    cohort = await cohorts.clone(scene.db, actor, scene.cohort.id, form, now=now)
    by_application = CohortChange(
        seats=SEATS,
        admission=Admission.APPLICATION,
        apply_by=(now + 21 * A_DAY).date(),
    )
    seen = etag(cohort.version)
    await cohorts.change(scene.db, actor, cohort.id, by_application, if_match=seen, now=now)
    return await cohorts.move(scene.db, actor, cohort.id, CohortState.OPEN, now=now)


async def _invite(scene: Scene, cohort: Cohort, *, now: datetime) -> None:
    """Two researchers, with a seat kept for each, and a mentor."""
    words = scene.cast.invited
    for side, lines in (
        (InvitedAs.RESEARCHER, words.researchers),
        (InvitedAs.MENTOR, words.mentors),
    ):
        form = InvitationsIn(invited_as=side, lines=[*lines], admits=True, note=words.note)
        await invitations.invite(scene.db, scene.organiser, cohort.id, form, now=now)


async def _apply(scene: Scene, cohort: Cohort, *, since: datetime) -> None:
    """One a day; the organiser and the admin score some, and the organiser decides on a few."""
    admin = scene.admin
    for turn, applicant in enumerate(scene.cast.applicants):
        now = since + turn * A_DAY
        person = await join(scene.db, applicant, now=now)
        form = ApplicationIn.model_validate(applicant.profile)
        made = await applications.apply(scene.db, person, cohort.id, form, now=now)
        if made is None:
            raise RuntimeError(f"{applicant.email} has no account.")
        for reviewer, score in zip((scene.organiser, admin), applicant.scores, strict=False):
            said = ApplicationReviewIn(score=score)
            await reviews.review(scene.db, reviewer, made.id, said, now=now + timedelta(hours=4))
        if applicant.decision:
            decision = DecisionIn(application_ids=[made.id], decision=Decision(applicant.decision))
            later = now + timedelta(hours=5)
            await decisions.decide(scene.db, scene.organiser, cohort.id, decision, now=later)
