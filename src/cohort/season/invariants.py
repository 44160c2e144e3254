"""What must hold in every week of every season, looked up behind the verbs' backs."""

from datetime import datetime

from icalendar import Calendar
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assignment import verify
from cohort.calendars.feed import calendar_of
from cohort.matching.models import KeptEvidence, Run
from cohort.pairing.evidence import unpack
from cohort.season.stage import SeasonStage, at_day

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
    "A mentor who pauses was proposed to somebody.": """
        SELECT p.id FROM proposals p JOIN mentors m ON m.id = p.mentor_id
        WHERE p.created_at > m.paused_at""",
    "A mentor who left still has somebody, or is proposed.": """
        SELECT m.id FROM mentors m
        LEFT JOIN mentorships s ON s.mentor_id = m.id AND s.ended_at IS NULL
        LEFT JOIN proposals p ON p.mentor_id = m.id AND p.state = 'open'
        WHERE m.state = 'left' AND (s.id IS NOT NULL OR p.id IS NOT NULL)""",
    "A proposal came into a pause that was asked for with a no.": """
        SELECT later.id FROM proposals first
        JOIN enrolments e ON e.id = first.enrolment_id AND e.person_id = first.declined_by
        JOIN proposals later ON later.enrolment_id = e.id
        WHERE later.created_at > first.closed_at AND later.created_at::date < e.paused_until
          AND NOT EXISTS (
            SELECT FROM proposals newer
            WHERE newer.enrolment_id = e.id AND newer.declined_by = e.person_id
              AND newer.closed_at > first.closed_at)""",
    "Two who would rather not were proposed to each other.": """
        SELECT p.id FROM proposals p JOIN introductions i USING (enrolment_id, mentor_id)
        WHERE p.created_at > i.closed_at
          AND 'rather_not' IN (i.researcher_answer, i.mentor_answer)""",
    "An open proposal is past its time.": """
        SELECT id FROM proposals WHERE state = 'open' AND expires_at <= :now""",
    "Work was left undone, or failed.": """
        SELECT id FROM jobs WHERE state = 'dead' OR (state = 'pending' AND due_at <= :now)""",
    "A meeting is to come in a mentorship that has ended.": """
        SELECT t.id FROM meetings t JOIN mentorships s ON s.id = t.mentorship_id
        WHERE s.ended_at IS NOT NULL AND t.state IN ('proposed', 'agreed')
          AND t.starts_at > :now""",
    "A meeting is to come in a pause.": """
        SELECT t.id FROM meetings t JOIN mentorships s ON s.id = t.mentorship_id
        WHERE s.paused_at IS NOT NULL AND t.state IN ('proposed', 'agreed')
          AND t.starts_at > :now AND t.starts_at < s.resumes_on""",
    "A mentorship pauses longer than it was to.": """
        SELECT id FROM mentorships WHERE ended_at IS NULL AND resumes_on <= :now""",
    "A mail was sent twice.": """
        SELECT min(id::text) FROM mailbox GROUP BY "to", subject, text, sent_at
        HAVING count(*) > 1""",
}

FORGOTTEN = """
    SELECT e.id FROM enrolments e, (
        SELECT r.id, r.queued_at FROM runs r JOIN rounds o ON o.id = r.round_id
        WHERE o.kind = 'matching' AND r.state = 'solved' ORDER BY r.queued_at DESC LIMIT 1
    ) AS newest
    WHERE e.state = 'active' AND e.created_at < newest.queued_at
      AND (e.paused_until IS NULL OR e.paused_until <= newest.queued_at)
      AND NOT EXISTS (
        SELECT FROM mentorships s WHERE s.enrolment_id = e.id AND s.ended_at IS NULL)
      AND NOT EXISTS (
        SELECT FROM proposals p WHERE p.enrolment_id = e.id AND p.state = 'open')
      AND NOT EXISTS (
        SELECT FROM pairs f WHERE f.run_id = newest.id AND f.enrolment_id = e.id)
      AND NOT EXISTS (
        SELECT FROM unmatched u WHERE u.run_id = newest.id AND u.enrolment_id = e.id)"""


class PromiseBroken(AssertionError):
    """Something that must hold did not; the sentence says what, and in which week."""


async def check_round(stage: SeasonStage) -> None:
    """Whoever waits is in the round of the week: after an end, too, and after a mentor left."""
    async with stage.look() as db:
        if await somebody_is_forgotten(db):
            sentence = "Someone who waits is not in the round."
            raise PromiseBroken(f"{stage.clock():%d %B %Y}: {sentence}")


async def somebody_is_forgotten(db: AsyncSession) -> bool:
    return (await db.scalars(text(FORGOTTEN))).first() is not None


async def check(stage: SeasonStage) -> None:
    async with stage.look() as db:
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
    """The calendar of somebody can be read, and names each entry once.

    Of one side and the other in turn, another one each time: to write and read the calendar of one
    of each side took a tenth of a season's time.
    """
    week = (stage.clock() - at_day(0)).days // 7
    sides = list(stage.enrolments.values()), list(stage.helping.values())
    people = sides[week % 2] or sides[0] or sides[1]
    if people:
        feed = await calendar_of(
            db, people[week // 2 % len(people)], stage.settings, now=stage.clock()
        )
        ids = [str(one["uid"]) for one in Calendar.from_ical(feed).walk("VEVENT")]
        if len(ids) != len(set(ids)):
            raise PromiseBroken(f"{stage.clock():%d %B %Y}: A calendar names an entry twice.")
