"""What must hold in every week of every season, looked up behind the verbs' backs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from icalendar import Calendar
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assignment import verify
from cohort.calendars.feed import calendar_of
from cohort.matching.models import KeptEvidence, Run
from cohort.pairing.evidence import unpack
from cohort.season.stage import SeasonStage

FEEDS_READ = 3
"""People of each side whose calendar is read each week."""

NONE_OF_THESE = {
    "A mentor's count of people is wrong.": """
        SELECT m.id FROM mentors m
        LEFT JOIN mentorships s ON s.mentor_id = m.id AND s.ended_at IS NULL
        GROUP BY m.id HAVING count(s.id) <> m.taken""",
    "A researcher has two open proposals.": """
        SELECT enrolment_id FROM proposals WHERE state = 'open'
        GROUP BY enrolment_id HAVING count(*) > 1""",
    "Two were proposed to each other again after a no or an end.": """
        SELECT later.id FROM proposals later
        JOIN proposals first USING (enrolment_id, mentor_id)
        LEFT JOIN mentorships s ON s.proposal_id = first.id
        WHERE later.created_at > first.closed_at
          AND (first.state = 'declined' OR s.ended_at < later.created_at)""",
    "Someone who has left still has a mentor.": """
        SELECT s.id FROM mentorships s JOIN enrolments e ON e.id = s.enrolment_id
        WHERE s.ended_at IS NULL AND e.state = 'withdrawn'""",
    "An open proposal is past its time.": """
        SELECT id FROM proposals WHERE state = 'open' AND expires_at <= :now""",
    "Work was left undone, or failed.": """
        SELECT id FROM jobs WHERE state = 'dead' OR (state = 'pending' AND due_at <= :now)""",
    "A meeting is to come in a mentorship that has ended.": """
        SELECT t.id FROM meetings t JOIN mentorships s ON s.id = t.mentorship_id
        WHERE s.ended_at IS NOT NULL AND t.state IN ('proposed', 'agreed')
          AND t.starts_at > :now""",
    "A mail was sent twice.": """
        SELECT min(id::text) FROM mailbox GROUP BY "to", subject, text, sent_at
        HAVING count(*) > 1""",
}


class PromiseBroken(AssertionError):
    """Something that must hold did not; the sentence says what, and in which week."""


async def check(stage: SeasonStage) -> None:
    async with stage.sessions() as db:
        wrong = await broken(db, now=stage.clock())
        if wrong:
            raise PromiseBroken(f"{stage.clock():%d %B %Y}: {' '.join(wrong)}")
        await _check_proof(stage, db)
        await _check_feeds(stage, db)


async def broken(db: AsyncSession, *, now: datetime) -> list[str]:
    """Which of the promises that rows can tell of are broken; none where all is well."""
    found = []
    for sentence, statement in NONE_OF_THESE.items():
        asked = text(statement)
        bound = asked.bindparams(now=now) if ":now" in statement else asked
        if (await db.scalars(bound)).first() is not None:
            found.append(sentence)
    return found


async def _check_proof(stage: SeasonStage, db: AsyncSession) -> None:
    """The evidence of the newest run proves it, to code that shares nothing with the solver."""
    newest = select(KeptEvidence.packed).join(Run, Run.id == KeptEvidence.run_id)
    packed = await db.scalar(newest.order_by(Run.queued_at.desc()).limit(1))
    if packed is None:
        return
    evidence = unpack(packed)
    verdict = verify(evidence.problem, evidence.solution)
    if not verdict.holds:
        raise PromiseBroken(f"{stage.clock():%d %B %Y}: {verdict.sentence}")


async def _check_feeds(stage: SeasonStage, db: AsyncSession) -> None:
    """The calendars of a few people can be read, and name each entry once."""
    some: Sequence[Any] = [
        *list(stage.enrolments.values())[:FEEDS_READ],
        *list(stage.mentors.values())[:FEEDS_READ],
    ]
    for person in some:
        feed = await calendar_of(db, person, stage.settings, now=stage.clock())
        ids = [str(one["uid"]) for one in Calendar.from_ical(feed).walk("VEVENT")]
        if len(ids) != len(set(ids)):
            raise PromiseBroken(f"{stage.clock():%d %B %Y}: A calendar names an entry twice.")
