"""Which optional work to leave out where there is more than fits."""

from itertools import accumulate
from typing import Any

from cohort.scheduling.problem import ScheduleProblem


def what_to_drop(problem: ScheduleProblem) -> tuple[str, ...]:
    """Ids of optional tasks without which the least is above capacity.

    In this order: least above capacity; least effort dropped; fewest tasks; what stands last in the
    guide. What something else requires is dropped only with it. Exact, by CP-SAT: a knapsack with
    precedence, with at most one variable for each task.
    """
    optional = [task for task in problem.ordered if task.is_optional]
    if not optional:
        return ()
    from ortools.sat.python import cp_model  # noqa: PLC0415

    model = cp_model.CpModel()
    dropped = {task.id: model.new_bool_var("") for task in optional}
    for task in problem.ordered:
        for earlier in problem.before(task):
            if earlier in dropped and task.id in dropped:
                model.add_implication(dropped[earlier], dropped[task.id])
            elif earlier in dropped:
                model.add(dropped[earlier] == 0)
    total = sum(task.effort for task in problem.ordered)
    above = model.new_int_var(0, total, "")
    until = accumulate(week.capacity for week in problem.weeks)
    for week, capacity in enumerate(until):
        must = [task for task in problem.ordered if problem.latest[task.id] <= week]
        kept: list[Any] = [
            task.effort * (1 - dropped[task.id]) if task.id in dropped else task.effort
            for task in must
        ]
        model.add(above >= sum(kept) - capacity)
    ranks = {task.id: len(optional) - at for at, task in enumerate(optional)}
    more = sum(ranks.values()) + 1
    count = more * len(optional) + more
    effort = sum(
        (count * task.effort + more + ranks[task.id]) * dropped[task.id] for task in optional
    )
    most = sum(count * task.effort + more + ranks[task.id] for task in optional) + 1
    model.minimize(most * above + effort)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = 0.1
    solver.solve(model)
    return tuple(task.id for task in optional if solver.value(dropped[task.id]))
