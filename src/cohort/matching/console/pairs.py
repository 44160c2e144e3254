"""The pairs of a run as the console lists them: searched, filtered and ordered by the database."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from cohort.cohorts.models import Enrolment
from cohort.http.listing import by_name, pattern
from cohort.matching.console.before import Before, changed_since
from cohort.matching.models import Pair
from cohort.matching.results.service import PAIR_WITH_PEOPLE
from cohort.mentors.models import Mentor
from cohort.people.models import Person

Order = Literal["best", "worst", "researcher", "mentor", "firm", "loose"]
Only = Literal["", "pinned", "changed"]
BEST: Order = "best"
BY_NAME: frozenset[Order] = frozenset({"researcher", "mentor"})


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


WHOLE = select(Pair).options(*PAIR_WITH_PEOPLE, joinedload(Pair.proposal))
"""Pairs with both people and the proposal."""


def ranked(run_id: UUID | None, search: PairSearch, before: Before | None) -> Select[UUID, int]:
    """The ids of the pairs, each with its place; names are looked up only where they matter."""
    researcher, mentor = aliased(Person), aliased(Person)
    orders: dict[Order, ColumnElement[Any]] = {
        "best": Pair.score.desc(),
        "worst": Pair.score.asc(),
        "researcher": by_name(researcher.name),
        "mentor": by_name(mentor.name),
        "firm": Pair.loss.desc().nulls_last(),
        "loose": Pair.loss.asc().nulls_last(),
    }
    place = func.row_number().over(order_by=(orders[search.sort], Pair.id)).label("place")
    of_run = select(Pair.id, place).where(Pair.run_id == run_id, *_conditions(search, before))
    like = pattern(search.q)
    if like is None and search.sort not in BY_NAME:
        return of_run
    with_names = (
        of_run.join(Enrolment, Enrolment.id == Pair.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
    )
    if like is None:
        return with_names
    in_either = (one.name.ilike(like, escape="\\") for one in (researcher, mentor))
    return with_names.where(or_(*in_either))


def _conditions(search: PairSearch, before: Before | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.fit:
        wanted.append(Pair.fit == search.fit)
    if search.of:
        wanted.append(Pair.mentor_id == search.of)
    if search.only == "pinned":
        wanted.append(Pair.pinned.is_(True))
    if search.only == "changed":
        wanted.append(changed_since(before))
    return wanted
