"""What the latest round found, and how to sign in, as lines for a terminal."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.demo.arriving import PASSWORD
from cohort.demo.cast import Cast
from cohort.http.paging import Slice
from cohort.matching import service as matching
from cohort.matching.models import Pair, Round, Run, RunState, Unmatched
from cohort.matching.results import service as results
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship
from cohort.people.models import Person

EVERYONE = Slice(limit=200)
INDENT = " " * 8


@dataclass(frozen=True)
class Outcome:
    """A round with its newest run, its pairs, the best first, and who stays without a mentor."""

    round: Round
    run: Run
    pairs: Sequence[Pair]
    unmatched: Sequence[Unmatched]


async def read_outcome(db: AsyncSession, actor: Person, cohort_id: UUID) -> Outcome | None:
    """The latest round; None while there is none, or while its run waits for a worker."""
    round_ = await matching.latest_round(db, actor, cohort_id)
    run = await matching.newest_run(db, round_.id) if round_ else None
    if round_ is None or run is None or run.state is RunState.QUEUED:
        return None
    pairs = (await results.list_pairs(db, actor, run.id, EVERYONE)).items
    unmatched = (await results.list_unmatched(db, actor, run.id, EVERYONE)).items
    return Outcome(
        round_,
        run,
        sorted(pairs, key=lambda one: (-one.score, one.enrolment.person.name)),
        sorted(unmatched, key=lambda one: one.enrolment.person.name),
    )


def describe(outcome: Outcome, *, width: int, with_reasons: bool) -> Iterator[str]:
    run = outcome.run
    if run.state is not RunState.SOLVED:
        yield from _wrapped(f"The latest matching could not be solved: {run.error}", width)
        return
    yield (
        f"Matching of {outcome.round.period}: {_count(len(outcome.pairs), 'pair')}"
        f" from {_count(run.researchers or 0, 'researcher')},"
        f" {_count(run.mentors or 0, 'mentor')}, {_count(run.places or 0, 'free place')}"
    )
    if outcome.pairs:
        yield "Each with its score (1 at most), and how well field, role and skills fit:"
    yield ""
    longest = max((len(pair.enrolment.person.name) for pair in outcome.pairs), default=0)
    for pair in outcome.pairs:
        researcher, mentor = pair.enrolment.person.name, pair.mentor.person.name
        yield f"  {pair.score:4.2f} {pair.fit or '':<6}  {researcher:<{longest}}  →  {mentor}"
        if with_reasons:
            yield from _wrapped(pair.reason, width, INDENT)
    if outcome.unmatched:
        yield ""
        yield f"Without a mentor this time: {len(outcome.unmatched)}"
        yield ""
    for one in outcome.unmatched:
        yield f"  {one.enrolment.person.name}"
        if with_reasons:
            yield from _wrapped(one.reason, width, INDENT)
    yield ""
    yield from _wrapped(_proof(run), width)


def _proof(run: Run) -> str:
    total, bound, gap = (value or 0.0 for value in (run.total, run.bound, run.gap))
    is_best = "no other assignment is better" if run.is_proved else "a better one may exist"
    return (
        f"Proof: the scores add up to {total:.4f}, and none can exceed {bound:.4f}"
        f" (gap {gap:g}): {is_best}. Solved in {1000 * (run.seconds or 0):.0f} ms."
    )


async def describe_logins(db: AsyncSession, outcome: Outcome, who: Cast) -> list[str]:
    """Whom to sign in as: the two who run things, and one member of each kind."""
    logins = [
        ("organiser", who.organiser.email, "runs the cohort, publishes the matching"),
        ("admin", who.admin.email, "opens cohorts and sees them all"),
    ]
    active = mentorships.active_in(outcome.round.cohort_id).options(
        joinedload(Mentorship.enrolment).joinedload(Enrolment.person),
        joinedload(Mentorship.mentor).joinedload(Mentor.person),
    )
    by_busiest = active.join(Mentorship.mentor).order_by(Mentor.taken.desc(), Mentorship.began_at)
    pair = await db.scalar(by_busiest.limit(1))
    if pair is not None:
        researcher, mentor = pair.enrolment.person, pair.mentor.person
        logins.append(("researcher", researcher.email, f"has {mentor.name} as mentor"))
        logins.append(
            ("mentor", mentor.email, f"mentors {_count(pair.mentor.taken, 'researcher')}")
        )
    if outcome.pairs:
        waiting = outcome.pairs[0].enrolment.person
        logins.append(("researcher", waiting.email, "has a plan, is paired in this matching"))
    longest = max(len(email) for _, email, _ in logins)
    return [
        f"Sign in with the password: {PASSWORD}",
        "",
        *(f"  {role:<10}  {email:<{longest}}  {what}" for role, email, what in logins),
    ]


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
