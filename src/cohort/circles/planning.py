"""From the people of a cohort to circles with their reasons, and to a place for one more. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from uuid import UUID

import numpy as np

from cohort.assignment.problem import Bools, Floats
from cohort.circles.schemas import CircleFound, CircleRules, CirclesFound, NoCircle
from cohort.grouping import suiting
from cohort.grouping.forming import Formed, Progress, form, nobody_asks, places_for, worth_of
from cohort.grouping.meeting import free_on, starts
from cohort.grouping.problem import UNPLACED, GroupProblem
from cohort.pairing.scores.taxonomy import Taxonomy

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_STARTS = 12
AS_GOOD = 1e-6


@dataclass(frozen=True, kw_only=True)
class Studying:
    """Somebody who may be in a circle; `share` is the part of her plan that is passed."""

    id: UUID
    domains: Sequence[str]
    goals: Sequence[str]
    languages: Sequence[str]
    zone: str
    hours: Sequence[Mapping[str, str]]
    share: float
    circle_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class CirclePool:
    """What circles are worked out from.

    out      who is in none whatever the others are, and why.
    apart    who is never in one circle; nothing that is shown says so.
    seated   how many are in each circle that stands, whoever they are.
    clock    the cohort's time zone; weeks are the Mondays that the circles are to hold for.
    """

    people: Sequence[Studying]
    out: Mapping[UUID, NoCircle]
    apart: Sequence[tuple[UUID, UUID]]
    seated: Mapping[UUID, int]
    parents: Mapping[str, str | None]
    clock: str
    weeks: Sequence[date]


@dataclass(frozen=True)
class Option:
    """A circle that may take somebody; `gain` is what it and the one that she leaves change by."""

    circle_id: UUID
    gain: float
    shared_hours: float


class CirclePlan:
    """A pool under some rules: its matrices, worked out once."""

    def __init__(self, pool: CirclePool, rules: CircleRules) -> None:
        self.pool, self.rules, self.people = pool, rules, pool.people
        self.ids = [str(one.id) for one in pool.people]
        self.at = {one.id: row for row, one in enumerate(pool.people)}

    @cached_property
    def free(self) -> Bools:
        hours, zones = [one.hours for one in self.people], [one.zone for one in self.people]
        return free_on(hours, zones, self.pool.clock, self.pool.weeks)

    @cached_property
    def starts(self) -> Bools:
        return starts(self.free, self.rules.minutes)

    @cached_property
    def speaks(self) -> Bools:
        codes = sorted({code for one in self.people for code in one.languages})
        rows = [[code in one.languages for code in codes] for one in self.people]
        return np.array(rows, dtype=np.bool_).reshape(len(self.people), len(codes))

    @cached_property
    def parts(self) -> dict[str, Floats]:
        return {
            "hours": suiting.same_hours(self.free),
            "domain": suiting.same_domain(
                [one.domains for one in self.people], Taxonomy(self.pool.parents)
            ),
            "goal": suiting.same_goal([one.goals for one in self.people]),
            "pace": suiting.same_pace([one.share for one in self.people]),
        }

    @cached_property
    def affinity(self) -> Floats:
        weights = {name: float(getattr(self.rules, name)) for name in self.parts}
        return suiting.affinity(self.parts, weights)

    def problem(self, keep: float = 0.0) -> GroupProblem:
        return GroupProblem(
            ids=self.ids,
            affinity=self.affinity,
            common=[self.starts, self.speaks],
            least=self.rules.least,
            most=self.rules.most,
            size=self.rules.size,
            apart=[(str(a), str(b)) for a, b in self.pool.apart if a in self.at and b in self.at],
            present={str(o.id): str(o.circle_id) for o in self.people if o.circle_id},
            keep=keep,
        )

    def shared_hours(self, rows: Sequence[int]) -> float:
        return float(self.free[list(rows)].all(axis=0).sum()) / 4


def find_circles(
    pool: CirclePool, rules: CircleRules, *, progress: Progress = nobody_asks
) -> CirclesFound:
    """Circles for everybody; those that stand go on where most of their people stay."""
    plan = CirclePlan(pool, rules)
    formed = form(plan.problem(rules.keep), progress)
    goes_on = _going_on(plan, formed)
    circles = [_circle(plan, group, goes_on.get(k)) for k, group in enumerate(formed.groups)]
    fits = [one.fit for one in circles for _ in one.members]
    people = max(len(plan.ids), 1)
    joins = {one for circle in circles for one in circle.joins}
    moved = [one.id for one in pool.people if one.circle_id]
    gone = {UUID(one) for one in formed.left}
    left = {UUID(one): _why(plan, plan.at[UUID(one)]) for one in formed.left}
    return CirclesFound(
        circles=circles,
        left={**left, **pool.out},
        fit=sum(fits) / len(fits) if fits else 0.0,
        gap=min(formed.gap, 1.0),
        is_best=formed.gap * people <= AS_GOOD,
        more_may_fit=bool(formed.left) and formed.gap * people >= UNPLACED - people,
        moves=sum(one in joins or one in gone for one in moved),
    )


def _going_on(plan: CirclePlan, formed: Formed) -> dict[int, UUID]:
    """Which circle that stands each group is: the pairs with the most people first."""
    shared: dict[tuple[int, UUID], int] = defaultdict(int)
    for k, group in enumerate(formed.groups):
        for one in group:
            now = plan.people[plan.at[UUID(one)]].circle_id
            if now is not None:
                shared[k, now] += 1
    found: dict[int, UUID] = {}
    for (k, now), _ in sorted(shared.items(), key=lambda one: (-one[1], one[0][0], str(one[0][1]))):
        if k not in found and now not in found.values():
            found[k] = now
    return found


def _circle(plan: CirclePlan, group: Sequence[str], now: UUID | None) -> CircleFound:
    members = [UUID(one) for one in group]
    rows = [plan.at[one] for one in members]
    pairs = list(combinations(rows, 2))

    def mean(matrix: Floats) -> float:
        return float(np.mean([matrix[i, j] for i, j in pairs]))

    return CircleFound(
        now=now,
        members=members,
        joins=[one for one in members if now is None or plan.people[plan.at[one]].circle_id != now],
        fit=mean(plan.affinity),
        parts={name: mean(matrix) for name, matrix in plan.parts.items()},
        shared_hours=plan.shared_hours(rows),
        starts=best_starts(plan.starts[rows]),
    )


def best_starts(theirs: Bools) -> list[int]:
    """When all of them can begin: a dozen at most, full hours before others, in order."""
    found = np.flatnonzero(theirs.all(axis=0)).tolist()
    full = [one for one in found if one % 4 == 0]
    rest = [one for one in found if one % 4]
    return sorted([*full, *rest][:MOST_STARTS])


def said(start: int) -> str:
    """`Tuesday 17:00`."""
    day, quarter = divmod(start, 96)
    return f"{DAYS[day]} {quarter // 4:02}:{quarter % 4 * 15:02}"


def _why(plan: CirclePlan, row: int) -> NoCircle:
    """Without a word of who is kept apart from whom: as if nobody was."""
    if not plan.starts[row].any():
        return NoCircle.NO_HOURS
    meets = (plan.starts & plan.starts[row]).any(axis=1)
    meets[row] = False
    if meets.sum() < plan.rules.least - 1:
        return NoCircle.NO_SHARED_TIME
    speaks = (plan.speaks & plan.speaks[row]).any(axis=1)
    if (meets & speaks).sum() < plan.rules.least - 1:
        return NoCircle.NO_LANGUAGE
    return NoCircle.NO_ROOM


def options_for(pool: CirclePool, rules: CircleRules, one: UUID) -> list[Option]:
    """The circles that may take her while everybody else stays; the best first."""
    plan = CirclePlan(pool, rules)
    problem = plan.problem()
    now = plan.people[plan.at[one]].circle_id
    loss = 0.0
    if now is not None:
        its = [str(o.id) for o in plan.people if o.circle_id == now]
        rest = [its_id for its_id in its if its_id != str(one)]
        loss = worth_of(problem, {"with": its}) - worth_of(problem, {"without": rest})
    return [
        Option(circle_id, place.gain - loss, _hours_with(plan, one, circle_id))
        for place in places_for(problem, str(one))
        if (circle_id := UUID(place.group)) != now and pool.seated[circle_id] < rules.most
    ]


def _hours_with(plan: CirclePlan, one: UUID, circle_id: UUID) -> float:
    rows = [row for row, its in enumerate(plan.people) if its.circle_id == circle_id]
    return plan.shared_hours([*rows, plan.at[one]])


def starts_of(pool: CirclePool, rules: CircleRules, members: Sequence[UUID]) -> list[int]:
    """When all of these can begin to meet; none where one of them has no hours now."""
    plan = CirclePlan(pool, rules)
    rows = [plan.at[one] for one in members if one in plan.at]
    return best_starts(plan.starts[rows]) if rows else []
