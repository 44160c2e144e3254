"""The pairs of a run as the console lists them: searched, filtered and ordered by the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

from cohort.cohorts.models import Enrolment
from cohort.http.listing import by_name, pattern
from cohort.matching.models import Pair, Round, Run, RunState, Unmatched
from cohort.matching.results.service import PAIR_WITH_PEOPLE
from cohort.mentors.models import Mentor
from cohort.people.models import Person

Order = Literal["best", "worst", "researcher", "mentor", "firm", "loose"]
Only = Literal["", "pinned", "changed"]
BEST: Order = "best"


@dataclass(frozen=True)
class PairSearch:
    """Which pairs a page lists, and in what order.

    q     a part of either name.
    fit   a word of `pairing.fit`.
    only  pairs that are pinned; or that changed since the run before, see `Before`.
    of    the mentor's id.
    """

    q: str = ""
    fit: str = ""
    only: Only = ""
    of: UUID | None = None
    sort: Order = BEST

    @property
    def sent(self) -> dict[str, str]:
        """What leaves pairs out, as a page's address says it."""
        wanted = {"q": self.q, "fit": self.fit, "only": self.only, "of": str(self.of or "")}
        return {name: text for name, text in wanted.items() if text}

    def address(self, page: int = 1, sort: Order | None = None) -> str:
        """The query of the same pairs, on another page or in another order; empty for the first."""
        order = sort or self.sort
        ordered = {"sort": order} if order != BEST else {}
        paged = {"pairs": str(page)} if page > 1 else {}
        query = urlencode(self.sent | ordered | paged)
        return f"?{query}" if query else ""


@dataclass(frozen=True)
class Before:
    """The last solved run before another.

    A researcher who had someone else in it has changed. Who had nobody in it has too, where both
    runs are of one round; from round to round, those who waited are meant to find someone.
    """

    run_id: UUID
    same_round: bool


async def run_before(db: AsyncSession, round_: Round, run: Run) -> Before | None:
    """Of the same round, or of the one before it."""
    sooner = and_(Run.round_id == round_.id, Run.number < run.number)
    earlier = Round.opened_at < round_.opened_at
    solved = (
        select(Run.id, Run.round_id)
        .join(Round, Round.id == Run.round_id)
        .where(Round.cohort_id == round_.cohort_id, Run.state == RunState.SOLVED)
        .where(or_(sooner, earlier))
    )
    last = await db.execute(solved.order_by(Round.opened_at.desc(), Run.number.desc()).limit(1))
    found = last.one_or_none()
    return Before(found.id, found.round_id == round_.id) if found else None


def listed(run_id: UUID | None, search: PairSearch, before: Before | None) -> Select[Pair]:
    """The pairs, with both people and the proposal."""
    researcher, mentor = aliased(Person), aliased(Person)
    of_run = (
        select(Pair)
        .join(Enrolment, Enrolment.id == Pair.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
        .where(Pair.run_id == run_id, *_conditions(search, before))
    )
    like = pattern(search.q)
    if like is not None:
        in_either = (one.name.ilike(like, escape="\\") for one in (researcher, mentor))
        of_run = of_run.where(or_(*in_either))
    orders: dict[Order, ColumnElement[Any]] = {
        "best": Pair.score.desc(),
        "worst": Pair.score.asc(),
        "researcher": by_name(researcher.name),
        "mentor": by_name(mentor.name),
        "firm": Pair.loss.desc().nulls_last(),
        "loose": Pair.loss.asc().nulls_last(),
    }
    ordered = of_run.order_by(orders[search.sort], Pair.id)
    return ordered.options(*PAIR_WITH_PEOPLE, joinedload(Pair.proposal))


async def mentors_before(
    db: AsyncSession, before: Before | None, pairs: Iterable[Pair]
) -> dict[UUID, dict[UUID, str]]:
    """Whom the researchers of these pairs had in the run before: names by id of the mentor.

    Empty for who had nobody, where that counts as a change.
    """
    if before is None:
        return {}
    theirs = {one.enrolment_id for one in pairs}
    found: dict[UUID, dict[UUID, str]] = {}
    if before.same_round:
        without = select(Unmatched.enrolment_id).where(
            Unmatched.run_id == before.run_id, Unmatched.enrolment_id.in_(theirs)
        )
        found = {one: {} for one in await db.scalars(without)}
    had = (
        select(Pair.enrolment_id, Pair.mentor_id, Person.name)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(Person, Person.id == Mentor.person_id)
        .where(Pair.run_id == before.run_id, Pair.enrolment_id.in_(theirs))
    )
    for enrolment_id, mentor_id, name in await db.execute(had):
        found.setdefault(enrolment_id, {})[mentor_id] = name
    return found


def _conditions(search: PairSearch, before: Before | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.fit:
        wanted.append(Pair.fit == search.fit)
    if search.of:
        wanted.append(Pair.mentor_id == search.of)
    if search.only == "pinned":
        wanted.append(Pair.pinned.is_(True))
    if search.only == "changed":
        wanted.append(_changed_since(before))
    return wanted


def _changed_since(before: Before | None) -> ColumnElement[bool]:
    if before is None:
        return false()
    other, without = aliased(Pair), aliased(Unmatched)
    had = exists().where(other.run_id == before.run_id, other.enrolment_id == Pair.enrolment_id)
    changed = had & ~had.where(other.mentor_id == Pair.mentor_id)
    if not before.same_round:
        return changed
    had_nobody = exists().where(
        without.run_id == before.run_id, without.enrolment_id == Pair.enrolment_id
    )
    return changed | had_nobody
