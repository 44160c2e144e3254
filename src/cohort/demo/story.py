"""Seven weeks of one cohort, act by act, at the times when people would have acted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import service as cohorts
from cohort.cohorts.models import CohortState
from cohort.demo import (
    announcing,
    applying,
    circling,
    confiding,
    gathering,
    introducing,
    mentoring,
    opening,
    pairing,
    peers,
    quizzing,
    studying,
)
from cohort.demo.cast import Cast
from cohort.demo.weeks import FIRST_ROUND, THIS_WEEK, Weeks
from cohort.jobs import outbox
from cohort.jobs.outbox import Enqueued
from cohort.matching.next_best import service as next_best
from cohort.storage import Storage

THERE_FROM_THE_START = 5
"""So many of the approved mentors are there for the first round; the others join in week 5."""
OTHERS_JOIN = 5
OLD_MAIL = timedelta(days=3)


async def tell(
    db: AsyncSession,
    cast: Cast,
    seed: Path,
    storage: Storage,
    *,
    now: datetime,
    on_week: Callable[[int], None],
) -> list[Enqueued]:
    """Build the demo in the caller's transaction, up to a round that waits for a worker.

    Calls `on_week` when a week begins. Returns the jobs that are still to be done, the
    latest first.
    """
    when = Weeks.up_to(now)
    scene = await opening.open_cohort(db, cast, when, seed, storage)
    await opening.enrol_researchers(scene)
    approved, paused, pending = (
        [one for one in cast.mentors if one.state == state]
        for state in ("approved", "paused", "pending")
    )
    early, late = approved[:THERE_FROM_THE_START], approved[THERE_FROM_THE_START:]
    await opening.sign_up_mentors(scene, [*early, *paused], since=when.at(-1))
    await opening.note_wishes(scene)
    await cohorts.move(db, scene.organiser, scene.cohort.id, CohortState.RUNNING, now=when.at(1))
    plans = await studying.read_plans(scene)
    work = await studying.work_of_everyone(scene, plans, now=now)
    for week in range(1, THIS_WEEK + 1):
        on_week(week)
        if week == FIRST_ROUND:
            await pairing.pair_in(scene, week)
        if week == OTHERS_JOIN:
            await opening.sign_up_mentors(scene, late, since=when.at(week))
            await opening.note_wishes(scene)
        if week == introducing.WEEK:
            await introducing.introduce(scene)
        done = [one for one in work if when.week_of(one.ended_at) == week]
        await studying.play(scene, plans, done)
    await quizzing.say_what_they_know(scene)
    await quizzing.take_quizzes(scene)
    await peers.review_each_other(scene, now=now)
    await circling.form_circles(scene)
    await studying.tell_time(scene, now=now - opening.A_DAY)
    await gathering.come_together(scene, now=now)
    await mentoring.meet(scene, now=now)
    await mentoring.check_in(scene, now=when.at(6, day=1))
    await confiding.write_agendas(scene, now=now)
    await confiding.keep_apart(scene, now=now - 5 * opening.A_DAY)
    await confiding.ask_for_another(scene, now=now - opening.A_DAY)
    await announcing.write_to_mentors(scene, now=now)
    await opening.sign_up_mentors(scene, pending, since=now - timedelta(days=1, hours=7))
    await applying.open_next(scene, now=now)
    await pairing.open_weekly(scene, now=now)
    return await _leave_out_old_mail(db, now=now)


async def _leave_out_old_mail(db: AsyncSession, *, now: datetime) -> list[Enqueued]:
    """Drop the mails that would have been read weeks ago: hundreds, about what is long decided.

    And the next best offers of back then: whoever waits since is in the round of this week.

    All else that was enqueued back then has been done by the story itself, but for advice on runs.
    """
    enqueued = outbox.enqueued_by(db)
    is_past = (outbox.Job.queue == outbox.Queue.DEFAULT) | (outbox.Job.name == next_best.JOB)
    old = (outbox.Job.enqueued_at < now - OLD_MAIL) & is_past
    ids = [one.job_id for one in enqueued]
    dropped = await db.scalars(
        delete(outbox.Job).where(outbox.Job.id.in_(ids), old).returning(outbox.Job.id)
    )
    gone = set(dropped)
    return [one for one in reversed(enqueued) if one.job_id not in gone]
