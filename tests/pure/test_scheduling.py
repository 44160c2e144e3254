"""Due weeks under weekly hours: the best there are, whatever the order they are asked in."""

import random
from collections.abc import Sequence
from itertools import accumulate, product

import pytest

from cohort.scheduling import (
    CircularRequirements,
    MoveReasonKind,
    Schedule,
    ScheduleProblem,
    StudyTask,
    StudyWeek,
    reasons_for,
    schedule,
    sentence,
)
from cohort.scheduling.spreading import spread, with_overload


def a_problem(seed: int) -> ScheduleProblem:
    """At most five tasks in four weeks, small enough to try everything."""
    dice = random.Random(seed)
    tasks: list[StudyTask] = []
    for number in range(dice.randint(1, 5)):
        tasks.append(
            StudyTask(
                id=f"t{number}",
                title=f"T{number}",
                effort=dice.randint(1, 6),
                wanted=dice.randint(0, 5),
                weight=dice.randint(1, 3),
                place=number,
                requires=[one.id for one in tasks if dice.random() < 0.3],
                is_optional=dice.random() < 0.3,
                latest=dice.choice([None, None, None, 1, 2]),
            )
        )
    weeks = [StudyWeek(1 + week, dice.choice([0, 3, 4, 6]), 0) for week in range(4)]
    return ScheduleProblem(tasks, weeks)


def due_by(problem: ScheduleProblem, ends: dict[str, int]) -> list[int]:
    return [
        sum(one.effort for one in problem.tasks if ends[one.id] <= week)
        for week in range(len(problem.weeks))
    ]


def cost(problem: ScheduleProblem, ends: dict[str, int]) -> tuple[int, int, int]:
    """Above capacity, late, early: to be as small as can be, one after the other."""
    until = accumulate(week.capacity for week in problem.weeks)
    over = max(0, *(due - time for due, time in zip(due_by(problem, ends), until, strict=True)))
    off = [(one.weight, problem.weeks[ends[one.id]].number - one.wanted) for one in problem.tasks]
    late = sum(weight * max(0, weeks) for weight, weeks in off)
    return over, late, sum(weight * max(0, -weeks) for weight, weeks in off)


def tried_all(problem: ScheduleProblem) -> tuple[int, int, int]:
    ids = [one.id for one in problem.tasks]
    best = (10**9, 0, 0)
    for weeks in product(range(len(problem.weeks)), repeat=len(ids)):
        ends = dict(zip(ids, weeks, strict=True))
        if all(
            ends[one.id] <= problem.latest[one.id]
            and all(ends[earlier] <= ends[one.id] for earlier in problem.before(one))
            for one in problem.tasks
        ):
            best = min(best, cost(problem, ends))
    return best


@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_better_than_what_was_found(seed: int) -> None:
    problem = a_problem(seed)
    found = schedule(problem)
    over, late, early = tried_all(problem)
    assert found.is_proved
    assert sum(found.overload) == over
    if not over:  # else weeks are stretched as evenly as can be, which the tries do not know
        assert (found.lateness, found.bound) == (late, late)
        assert cost(problem, dict(found.ends)) == (over, late, early)
    check_the_work(problem, found)
    backwards = ScheduleProblem(problem.tasks[::-1], problem.weeks)
    assert schedule(backwards) == found


def check_the_work(problem: ScheduleProblem, found: Schedule) -> None:
    """Each is worked on for as long as it takes, after what it requires, and no later than due."""
    for one in problem.tasks:
        parts = found.parts[one.id]
        assert sum(effort for _, effort in parts) == one.effort
        assert parts[-1][0] <= found.ends[one.id]
        assert all(found.parts[earlier][-1][0] <= parts[0][0] for earlier in problem.before(one))
    for week, load in enumerate(found.loads):
        done = sum(e for parts in found.parts.values() for at, e in parts if at == week)
        assert done == load
        assert load - found.overload[week] <= problem.weeks[week].capacity


def biggest_share(loads: Sequence[int], capacity: Sequence[int]) -> float:
    return max(
        load / time if time else load * 1000 for load, time in zip(loads, capacity, strict=True)
    )


def test_work_is_spread_evenly_and_in_time() -> None:
    assert spread([6, 6, 6], [0, 6, 6]) == [3, 3, 0]
    assert spread([6, 0, 6, 6], [3, 3, 9, 10]) == [5, 0, 4, 1]
    assert spread([0, 0, 6], [0, 4, 4]) == [2, 2, 0], "Where there is no time, weeks are equal."
    assert with_overload([6, 0, 6], [4, 4, 12]) == [6, 0, 6]
    assert with_overload([6, 3, 6], [0, 12, 15]) == [8, 4, 6]


def test_what_requires_itself_is_refused_by_name() -> None:
    tasks = [
        StudyTask("b", "B", 1, 1, requires=["a"]),
        StudyTask("c", "C", 1, 1, requires=["b"]),
        StudyTask("a", "A", 1, 1, requires=["c", "gone"]),
        StudyTask("d", "D", 1, 1, requires=["a"]),
    ]
    with pytest.raises(CircularRequirements, match="a → c → b → a"):
        ScheduleProblem(tasks, [StudyWeek(1, 5)])
    with pytest.raises(ValueError, match=r"weeks\[1\]"):
        ScheduleProblem([], [StudyWeek(2, 5), StudyWeek(1, 5)])


def test_a_move_says_why() -> None:
    tasks = [
        StudyTask("x", "X", 8, 2, place=1),
        StudyTask("y", "Y", 2, 2, place=2, requires=["x"]),
        StudyTask("z", "Z", 4, 3, place=3),
    ]
    weeks = [StudyWeek(1, 4), StudyWeek(2, 0, 4), StudyWeek(3, 4), StudyWeek(4, 6)]
    problem = ScheduleProblem(tasks, weeks)
    found = schedule(problem)
    titles = {one.id: one.title for one in tasks}
    assert dict(found.ends) == {"x": 2, "y": 3, "z": 3}
    why = reasons_for(problem, found, "y")
    assert [one.kind for one in why] == [MoveReasonKind.AWAY, MoveReasonKind.NEEDS]
    said = sentence(2, 4, why, titles)
    assert said == (
        "Moved from week 2 to week 4, because you are away in week 2 and it needs “X” first."
    )
    assert "she is away in week 2" in sentence(2, 4, why, titles, to_herself=False)


def test_what_is_new_to_her_comes_first_and_only_she_reads_why() -> None:
    tasks = [StudyTask("known", "Known", 4, 1), StudyTask("new", "New", 4, 1, urgency=3, place=1)]
    problem = ScheduleProblem(tasks, [StudyWeek(2, 4), StudyWeek(3, 4)])
    found = schedule(problem)
    assert dict(found.ends) == {"new": 0, "known": 1}
    titles = {one.id: one.title for one in tasks}
    known, new = (reasons_for(problem, found, one.id) for one in tasks)
    assert sentence(1, 3, known, titles).endswith(
        "and “New”, which you know less well, comes first."
    )
    assert sentence(1, 2, new, titles) == (
        "Moved from week 1 to week 2, because its week is past. "
        "It comes before “Known”, which you know better."
    )
    for after, why in ((3, known), (2, new)):
        assert "know" not in sentence(1, after, why, {}, to_herself=False)


def test_what_is_optional_is_dropped_where_it_does_not_fit() -> None:
    tasks = [
        StudyTask("must", "Must", 6, 1),
        StudyTask("large", "Large", 5, 2, is_optional=True),
        StudyTask("small", "Small", 2, 2, is_optional=True),
        StudyTask("needed", "Needed", 1, 2, is_optional=True),
        StudyTask("last", "Last", 1, 2, requires=["needed"]),
    ]
    found = schedule(ScheduleProblem(tasks, [StudyWeek(1, 7), StudyWeek(2, 6)]))
    assert (sum(found.overload), found.to_drop) == (2, ("small",))
    fits = schedule(ScheduleProblem(tasks, [StudyWeek(1, 7), StudyWeek(2, 8)]))
    assert (sum(fits.overload), fits.to_drop) == (0, ())


def test_out_of_time_the_bound_says_how_far_off_it_may_be() -> None:
    dice = random.Random(2)
    efforts = [dice.choice([2, 3, 4, 5, 6, 8]) for _ in range(40)]
    tasks = [
        StudyTask(f"t{at:02}", "-", effort, sum(efforts[: at + 1]) // 20 + 1, effort, at)
        for at, effort in enumerate(efforts)
    ]
    time = sum(efforts) // 8 + 1
    weeks = [StudyWeek(week, 0 if week in {3, 6} else time, 0) for week in range(1, 11)]
    found = schedule(ScheduleProblem(tasks, weeks), limit=1e-6)
    better = schedule(ScheduleProblem(tasks, weeks))
    assert found.bound <= better.bound <= better.lateness <= found.lateness
    assert not found.is_proved
