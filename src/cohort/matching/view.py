"""Everything that the page of a round shows, read in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cohort.cohorts import own_terms
from cohort.cohorts.models import Enrolment
from cohort.http.formats import percent, stage
from cohort.jobs.progress import JobProgress, ProgressStore
from cohort.matching import runs
from cohort.matching.console.before import (
    Before,
    RoundChanges,
    changes_since,
    mentors_before,
    run_before,
)
from cohort.matching.console.pairs import WHOLE, PairSearch, ranked
from cohort.matching.frontier.view import FrontierView, frontier_of
from cohort.matching.gather import standing_overrides
from cohort.matching.models import (
    AdviceState,
    MentorMove,
    Override,
    Pair,
    Round,
    RoundKind,
    RoundState,
    Run,
    RunState,
    Unmatched,
)
from cohort.matching.moves.service import looked_for_in_vain, shown_to
from cohort.matching.results.service import UNMATCHED_WITH_PERSON, advice_of
from cohort.matching.results.what_ifs import can_be_asked
from cohort.matching.service import failed_since, newest_run, progress_of
from cohort.matching.warnings.service import RoundWarning, warnings_of
from cohort.mentors.models import Mentor
from cohort.pairing import saying
from cohort.pairing.fit import WEAK
from cohort.pairing.placing import WayToPlace
from cohort.people.models import Person

Row = TypeVar("Row")

PAIRS = 50
"""Pairs on one page."""
ROWS = 50
"""People without a mentor on one page."""
BRIEF = 6
"""Of each list, where the round is only a part of a page."""
STEPS = {
    "scoring": "scoring every pair",
    "solving": "finding the best pairs",
    "checking": "checking the proof",
    "explaining": "writing the reasons",
    "weighing": "asking what else could be",
}


@dataclass(frozen=True)
class PairCounts:
    pairs: int = 0
    skipped: int = 0
    weak: int = 0
    unmatched: int = 0


@dataclass(frozen=True)
class Listed(Generic[Row]):
    """One page of a list, by its number from 1."""

    rows: Sequence[Row]
    page: int
    more: bool


@dataclass(frozen=True)
class RoundView:
    """A round that comes with its cohort, and its newest run, for those who run the cohort.

    failed         the newest run, where it failed; then `run` is the solved one before it.
    names          of whoever opened, published or decided, by person id.
    titles         of terms, by kind and slug.
    run_before     the run that this one is held against; `changes` only where it is of this round.
    had            whom researchers had in it, see `before.mentors_before`.
    in_vain        whom the run found nobody else for, though one of the two had asked.
    decided_since  pins and vetoes that were made or lifted after the run had read them.
    """

    round: Round
    run: Run | None
    failed: Run | None
    progress: JobProgress | None
    counts: PairCounts
    pairs: Listed[Pair]
    search: PairSearch
    run_before: Before | None
    changes: RoundChanges | None
    had: Mapping[UUID, Mapping[UUID, str]]
    unmatched: Listed[Unmatched]
    moves: Sequence[MentorMove]
    in_vain: Sequence[str]
    warnings: Sequence[RoundWarning]
    overrides: Sequence[Override]
    decided_since: int
    names: Mapping[UUID, str]
    titles: Mapping[tuple[str, str], str]
    brief: bool

    @property
    def queued(self) -> bool:
        return self.run is not None and self.run.state is RunState.QUEUED

    @property
    def solved(self) -> bool:
        return self.run is not None and self.run.state is RunState.SOLVED

    @property
    def waits_for_advice(self) -> bool:
        return self.run is not None and self.run.advice_state is AdviceState.PENDING

    @property
    def is_large(self) -> bool:
        """Whether its scores were too many to hold, so that only its prices can be asked."""
        return self.solved and self.run is not None and self.run.cover_bonus is None

    @property
    def open(self) -> bool:
        return self.round.state is RoundState.OPEN

    @property
    def can_be_asked(self) -> bool:
        return self.run is not None and can_be_asked(self.run)

    @property
    def doing(self) -> str:
        """What the worker does now, such as `Step 2 of 5: finding the best pairs`."""
        if self.progress is None or self.progress.step not in STEPS:
            return ""
        place = list(STEPS).index(self.progress.step) + 1
        share = f", {percent(self.progress.share)}" if self.progress.share else ""
        return f"Step {place} of {len(STEPS)}: {STEPS[self.progress.step]}{share}"

    @property
    def cut_short(self) -> str:
        """How far from the best the pairs may be; empty where time did not run out."""
        if self.run is None or not self.run.stopped:
            return ""
        aim, run = self.run.aim, self.run
        return saying.cut_short(
            run.total or 0.0,
            run.gap or 0.0,
            fair=aim.objective == "fair",
            cover=aim.cover,
            bonus=run.cover_bonus,
            without=self.counts.unmatched,
        )

    @property
    def frontier(self) -> FrontierView | None:
        return frontier_of(self.run) if self.run else None

    def ways_to_place(self, names: Mapping[str, str]) -> list[tuple[WayToPlace, str, str]]:
        """Changes that would give more people a mentor: what to ask, and what would come of it."""
        if self.run is None:
            return []
        ways, total = advice_of(self.run)["ways_to_place"], self.run.total or 0.0
        each = [WayToPlace(**way) for way in ways]
        return [
            (way, saying.way_to_place(way, names), saying.what_comes(way, names, total))
            for way in each
        ]

    @property
    def other_places(self) -> list[Mapping[str, Any]]:
        """One more place each, with what it would add, but for those among the ways to place."""
        advice = advice_of(self.run) if self.run else {"places": [], "ways_to_place": []}
        asked = {way["mentor_id"] for way in advice["ways_to_place"] if way["kind"] == "place"}
        return [one for one in advice["places"] if one["mentor_id"] not in asked]

    def gain(self, one: Mapping[str, Any]) -> str:
        """What a place or a mentor would add, from the run's advice."""
        total = (self.run.total if self.run else None) or 0.0
        return saying.gain(one["gain"], one["placed"], total)

    def loss(self, pair: Pair) -> str:
        """`−0.12`: what the total would be without the pair; first, how many fewer are placed."""
        if pair.loss is None:
            return "–"
        if pair.fewer_placed:
            return f"{pair.fewer_placed} fewer"
        return f"\N{MINUS SIGN}{pair.loss:.2f}" if pair.loss >= 0.005 else "0"

    def stake(self, pair: Pair) -> str:
        total = (self.run.total if self.run else None) or 0.0
        return saying.stake(pair.loss, pair.fewer_placed, pair.score, total)

    def decision_on(self, pair: Pair) -> Override | None:
        """The pin or veto of the two that stands now, whatever the run knew of."""
        two = pair.enrolment_id, pair.mentor_id
        return next(
            (one for one in self.overrides if (one.enrolment_id, one.mentor_id) == two), None
        )

    def said_of_before(self, pair: Pair) -> str:
        """Whom the researcher had in the run before, where that was not this mentor."""
        had = self.had.get(pair.enrolment_id)
        if had is None or pair.mentor_id in had:
            return ""
        return f"{', '.join(had.values())} before" if had else "Nobody before"

    def note_on(self, one: Enrolment | Mentor) -> str:
        """What someone does, in a few words."""
        if isinstance(one, Mentor):
            return ", ".join(self.titles.get(("role", slug), slug) for slug in one.roles[:1])
        fields = [self.titles.get(("domain", slug), slug) for slug in one.domains[:1]]
        return ", ".join([stage(one.stage), *fields])


async def view_round(
    db: AsyncSession,
    actor: Person,
    round_: Round,
    *,
    progress: ProgressStore | None = None,
    pairs: int = 1,
    unmatched: int = 1,
    search: PairSearch | None = None,
    brief: bool = False,
) -> RoundView:
    """For a round that was read by `service.get_round` or `latest_round`; pages count from 1.

    `brief` is for a page that has other things to show: the start of each list.
    """
    run = await newest_run(db, round_.id)
    wanted = search or PairSearch()
    before = await run_before(db, round_, run) if run else None
    its_id, at_most = run.id if run else None, BRIEF if brief else PAIRS
    its_pairs = await _listed(db, WHOLE, Pair.id, ranked(its_id, wanted, before), pairs, at_most)
    overrides = await standing_overrides(db, round_.cohort_id)
    actors = {round_.opened_by, round_.published_by, *(one.made_by for one in overrides)}
    return RoundView(
        round=round_,
        run=run,
        failed=await failed_since(db, run),
        progress=await progress_of(run, progress) if progress else None,
        counts=await _counts(db, run),
        pairs=its_pairs,
        search=wanted,
        run_before=before,
        changes=await changes_since(db, run.id, before)
        if run and before and before.same_round and not brief
        else None,
        had=await mentors_before(db, before, its_pairs.rows),
        unmatched=await _unmatched(db, run, unmatched, BRIEF if brief else ROWS),
        moves=await _moves(db, actor, run),
        in_vain=await looked_for_in_vain(db, actor, round_.cohort_id, run)
        if run and run.state is RunState.SOLVED and round_.kind is RoundKind.MATCHING and not brief
        else [],
        warnings=await _warnings(db, round_, run),
        brief=brief,
        overrides=overrides,
        decided_since=await _decided_since(db, round_, run) if run else 0,
        names=await _names(db, [one for one in actors if one is not None]),
        titles=await own_terms.titles(db, round_.cohort_id),
    )


async def _counts(db: AsyncSession, run: Run | None) -> PairCounts:
    if run is None:
        return PairCounts()
    left = select(func.count()).where(Unmatched.run_id == run.id).scalar_subquery()
    weak = func.count().filter(Pair.fit == WEAK)
    of_run = select(func.count(Pair.id), func.count(Pair.skipped), weak, left)
    found = await db.execute(of_run.where(Pair.run_id == run.id))
    return PairCounts(*found.one())


async def _listed(
    db: AsyncSession,
    whole: Select[Row],
    its_id: InstrumentedAttribute[UUID],
    ranked: Select[UUID, int],
    page: int,
    at_most: int,
) -> Listed[Row]:
    """Only what is on the page is read whole: thousands of rows with people are slow to sort."""
    part = ranked.order_by("place").offset((page - 1) * at_most).limit(at_most + 1).subquery()
    on_page = whole.join(part, part.c.id == its_id).order_by(part.c.place)
    rows = (await db.scalars(on_page)).all()
    return Listed(rows[:at_most], page, more=len(rows) > at_most)


async def _unmatched(
    db: AsyncSession, run: Run | None, page: int, at_most: int
) -> Listed[Unmatched]:
    place = func.row_number().over(order_by=(Unmatched.code, Unmatched.id)).label("place")
    of_run = select(Unmatched.id, place).where(Unmatched.run_id == (run.id if run else None))
    whole = select(Unmatched).options(UNMATCHED_WITH_PERSON)
    return await _listed(db, whole, Unmatched.id, of_run, page, at_most)


async def _warnings(db: AsyncSession, round_: Round, run: Run | None) -> Sequence[RoundWarning]:
    if run is None or round_.state is not RoundState.OPEN:
        return []
    return await warnings_of(db, await runs.read(db, run.id))


async def _moves(db: AsyncSession, actor: Person, run: Run | None) -> Sequence[MentorMove]:
    if run is None:
        return []
    best_first = shown_to(actor, run.id).order_by(
        MentorMove.asked.desc(), MentorMove.gain.desc(), MentorMove.id
    )
    return (await db.scalars(best_first.limit(ROWS))).all()


async def _decided_since(db: AsyncSession, round_: Round, run: Run) -> int:
    if run.finished_at is None:
        return 0
    read_at = run.finished_at - timedelta(seconds=run.seconds or 0)
    later = or_(Override.made_at > read_at, Override.lifted_at > read_at)
    count = select(func.count()).where(Override.cohort_id == round_.cohort_id, later)
    return await db.scalar(count) or 0


async def _names(db: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    of_them = select(Person.id, Person.name).where(Person.id.in_(person_ids))
    return dict((await db.execute(of_them)).all())
