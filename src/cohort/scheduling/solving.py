"""The due week of each task: weighted lateness first, then nearness to the calendar; exact.

A task is due in week f(i). One person does one thing after the other, and a piece of work may go
on in the following week, so weeks f can be met if and only if each task is due no earlier than
what it requires and, for every week k, what is due by its end fits into the time until then: work
in the order of f, and nothing is missed. That makes a model with one yes or no for each task and
week, "is it due by the end of week k", a knapsack for each week and an implication for each
requirement: 1 | prec | sum of w(i) T(i) (Graham et al. 1979; strongly NP-hard), with the completion
times counted in weeks. CP-SAT of OR-tools solves it, with one thread and a limit on its
deterministic time, so that the same problem has the same answer on a fast machine and on a slow
one (for one version of OR-tools).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import gcd
from typing import Any

from cohort.scheduling.dropping import what_to_drop
from cohort.scheduling.problem import ScheduleProblem, StudyTask
from cohort.scheduling.spreading import spread, with_overload

LIMIT = 0.05
"""Of deterministic time, a measure of the solver's own: about 0.3 s on a processor of 2023."""

LONGEST = 20.0
"""Seconds after which the solver stops in any case."""
EXACT = 2**50
"""The solver tells its bound as a float: larger costs leave the order of the guide aside."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When what is due, how much is done when, and how good that is.

    ends        the index of the week in which each task is due, by its id.
    loads       how much work falls into each week, in units of effort.
    parts       the weeks in which each task is worked on, with the effort in each.
    overload    how much of each week's load is above its capacity: nothing, unless it must be.
    lateness    the sum over tasks of weight × urgency × weeks behind the calendar.
    bound       no schedule with these loads' weeks has less lateness.
    is_proved   `lateness` is the least there is; else it may be too much by `lateness - bound`.
    to_drop     optional tasks without which it fits, or is least above; empty if it fits.
    """

    ends: Mapping[str, int]
    loads: Sequence[int]
    parts: Mapping[str, Sequence[tuple[int, int]]]
    overload: Sequence[int]
    lateness: int
    bound: int
    is_proved: bool
    to_drop: Sequence[str]


def schedule(problem: ScheduleProblem, *, limit: float = LIMIT) -> Schedule:
    """The best due weeks that `limit` finds, with a bound on what any others could be.

    In this order: as little above capacity as can be; least weighted lateness; least weighted
    earliness, so that nothing moves without need; what stands first in the guide first. Raises
    nothing: every checked problem has a schedule.
    """
    tasks, weeks = problem.ordered, problem.weeks
    capacity = [week.capacity for week in weeks]
    must = _by_week(tasks, problem.latest, len(weeks))
    room = with_overload(capacity, must)
    costs = _Costs(problem)
    start = _start(problem, room)
    ends, bound = _solve(problem, room, costs, start, limit)
    loads = spread(room, _by_week(tasks, ends, len(weeks)))
    lateness = sum(costs.late(task, ends[task.id]) for task in tasks)
    bound = min(lateness, max(bound, 0))
    overload = [max(0, load - has) for load, has in zip(loads, capacity, strict=True)]
    return Schedule(
        ends=ends,
        loads=loads,
        parts=_parts(tasks, ends, loads),
        overload=overload,
        lateness=lateness,
        bound=bound,
        is_proved=lateness == bound,
        to_drop=what_to_drop(problem) if any(overload) else (),
    )


class _Costs:
    """What it costs that a task is due in a week, as one whole number: three, one after another."""

    def __init__(self, problem: ScheduleProblem) -> None:
        self.numbers = [week.number for week in problem.weeks]
        self.rank = {task.id: len(problem.ordered) - at for at, task in enumerate(problem.ordered)}
        last = len(problem.weeks) - 1
        by_place = sum(self.rank.values()) * last
        by_week = sum(self.early(task, 0) for task in problem.ordered)
        by_delay = sum(self.late(task, last) for task in problem.ordered)
        if (by_place + 1) * (by_week + 1) * (by_delay + 1) > EXACT:
            self.rank, by_place = dict.fromkeys(self.rank, 0), 0
        self.nearness = by_place + 1
        self.punctuality = self.nearness * (by_week + 1)

    def late(self, task: StudyTask, week: int) -> int:
        return task.weight * task.urgency * max(0, self.numbers[week] - task.wanted)

    def early(self, task: StudyTask, week: int) -> int:
        return task.weight * max(0, task.wanted - self.numbers[week])

    def of(self, task: StudyTask, week: int) -> int:
        late, early = self.late(task, week), self.early(task, week)
        return self.punctuality * late + self.nearness * early + self.rank[task.id] * week


def _start(problem: ScheduleProblem, room: Sequence[int]) -> dict[str, int]:
    """Due weeks that can be met, to begin with: one after the other in the canonical order.

    Where a task would be done before it is wanted, it is due when it is wanted.
    """
    until = list(accumulate(room))
    done, week = 0, 0
    ends: dict[str, int] = {}
    for task in sorted(problem.ordered, key=lambda one: problem.latest[one.id]):
        done += task.effort
        while until[week] < done:
            week += 1
        ends[task.id] = week
    last = len(problem.weeks) - 1
    wanted = [week.number for week in problem.weeks]
    for task in reversed(problem.ordered):
        needed = [ends[one.id] for one in problem.ordered if task.id in one.requires]
        near = max((at for at in range(last + 1) if wanted[at] <= task.wanted), default=0)
        ends[task.id] = min([max(ends[task.id], near), problem.latest[task.id], *needed])
    return ends


def _solve(
    problem: ScheduleProblem,
    room: Sequence[int],
    costs: _Costs,
    start: Mapping[str, int],
    limit: float,
) -> tuple[dict[str, int], int]:
    """The due weeks, and the bound on the lateness."""
    least = {task.id: _cheapest(problem, costs, task) for task in problem.ordered}
    if _fits(problem, room, least):
        return least, sum(costs.late(task, least[task.id]) for task in problem.ordered)
    from ortools.sat.python import cp_model  # noqa: PLC0415  (a second, for those who need it)

    model = cp_model.CpModel()
    by = {
        task.id: [model.new_bool_var("") for _ in range(problem.latest[task.id])]
        for task in problem.ordered
    }
    for task in problem.ordered:
        mine = by[task.id]
        for earlier, later in pairwise(mine):
            model.add_implication(earlier, later)
        for required in problem.before(task):
            for earlier, later in zip(by[required], mine, strict=False):
                model.add_implication(later, earlier)
        for week, one in enumerate(mine):
            model.add_hint(one, start[task.id] <= week)
    _add_room(model, problem, room, by)
    terms: list[Any] = []
    for task in problem.ordered:
        prices = [costs.of(task, week) for week in range(problem.latest[task.id] + 1)]
        terms.append(prices[-1])
        terms += [(prices[week] - prices[week + 1]) * one for week, one in enumerate(by[task.id])]
    model.minimize(sum(terms))
    solver = cp_model.CpSolver()
    _set_up(solver.parameters, limit)
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return dict(start), 0
    found = {
        its_id: next((week for week, one in enumerate(mine) if solver.value(one)), len(mine))
        for its_id, mine in by.items()
    }
    best = min((found, start), key=lambda ends: _price(problem, costs, ends))
    return dict(best), int(solver.best_objective_bound // costs.punctuality)


def _price(problem: ScheduleProblem, costs: "_Costs", ends: Mapping[str, int]) -> int:
    return sum(costs.of(task, ends[task.id]) for task in problem.ordered)


def _set_up(parameters: Any, limit: float) -> None:
    """Measured on 60 tasks × 20 weeks: linear relaxations of all constraints prove most."""
    parameters.num_workers = 1
    parameters.random_seed = 1
    parameters.max_deterministic_time = limit
    parameters.max_time_in_seconds = LONGEST
    parameters.linearization_level = 2
    parameters.cp_model_probing_level = 0
    parameters.symmetry_level = 0


def _add_room(
    model: Any, problem: ScheduleProblem, room: Sequence[int], by: Mapping[str, Sequence[Any]]
) -> None:
    """What is due by the end of a week fits into the time until then, in units of all efforts."""
    unit = gcd(*(task.effort for task in problem.ordered))
    for week, until in enumerate(accumulate(room)):
        chosen, certain = [], 0
        for task in problem.ordered:
            if week < len(by[task.id]):
                chosen.append(task.effort // unit * by[task.id][week])
            else:
                certain += task.effort // unit
        if chosen:
            model.add(sum(chosen) <= until // unit - certain)


def _cheapest(problem: ScheduleProblem, costs: _Costs, task: StudyTask) -> int:
    weeks = range(problem.latest[task.id] + 1)
    return min(weeks, key=lambda week: costs.of(task, week))


def _fits(problem: ScheduleProblem, room: Sequence[int], ends: Mapping[str, int]) -> bool:
    due = _by_week(problem.ordered, ends, len(room))
    if any(needed > until for needed, until in zip(due, accumulate(room), strict=True)):
        return False
    return all(
        ends[earlier] <= ends[task.id]
        for task in problem.ordered
        for earlier in problem.before(task)
    )


def _by_week(tasks: Sequence[StudyTask], ends: Mapping[str, int], weeks: int) -> list[int]:
    """How much effort is due by the end of each week, in all."""
    in_week = [0] * weeks
    for task in tasks:
        in_week[ends[task.id]] += task.effort
    return list(accumulate(in_week))


def _parts(
    tasks: Sequence[StudyTask], ends: Mapping[str, int], loads: Sequence[int]
) -> dict[str, list[tuple[int, int]]]:
    """One after the other, by due week and canonical order, laid over the loads."""
    parts: dict[str, list[tuple[int, int]]] = {}
    week, left = 0, loads[0]
    for task in sorted(tasks, key=lambda one: ends[one.id]):
        needs, parts[task.id] = task.effort, []
        while needs:
            if not left:
                week += 1
                left = loads[week]
                continue
            now = min(needs, left)
            parts[task.id].append((week, now))
            needs, left = needs - now, left - now
    return parts
