"""How long dates for one plan take, and how much less late they are than by the usual rule.

Run `make bench`, or this file alone. A plan has 60 milestones of 2 to 10 hours, each of which
requires up to two of the eight before it, and 20 weeks with the even share of the whole in each, or
some more (`room`); some weeks are away. Then shapes that are hard in other ways: far too little
time, chains, all wanted at once or long ago, and focus, which makes some work more urgent.
The rule is list scheduling by earliest due date: one after the other by the calendar, each due in
the week in which it ends. The goals: half a second for one plan, and 2,000 different ones in two
minutes on two processors. CPU seconds of this process, without the import of the solver.
"""

import argparse
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from statistics import median

from cohort.scheduling import Schedule, ScheduleProblem, StudyTask, StudyWeek, schedule

GOAL, GOAL_OF_COHORT = 0.5, 120.0
PEOPLE, PROCESSORS = 2000, 2
MILESTONES, WEEKS = 60, 20


def a_plan(seed: int, room: float, away: int) -> ScheduleProblem:
    dice = random.Random(seed)
    efforts = [dice.choice([2, 3, 4, 4, 5, 6, 8, 10]) for _ in range(MILESTONES)]
    whole, so_far = sum(efforts), list(accumulate(efforts))
    tasks = [
        StudyTask(
            id=f"m{at:02}",
            title=f"Milestone {at}",
            effort=60 * effort,
            wanted=-(-so_far[at] * WEEKS // whole),
            weight=effort,
            place=at,
            requires=[
                f"m{one:02}"
                for one in dice.sample(
                    range(max(0, at - 8), at), min(at, dice.choice([0, 1, 1, 2]))
                )
            ],
        )
        for at, effort in enumerate(efforts)
    ]
    time_for_it = int(60 * whole / WEEKS * room) + 1
    gone = set(dice.sample(range(2, WEEKS - 1), away))
    weeks = [
        StudyWeek(week, 0 if week in gone else time_for_it, time_for_it if week in gone else 0)
        for week in range(1, WEEKS + 1)
    ]
    return ScheduleProblem(tasks, weeks)


def _in_chains(chains: int) -> Callable[[int, StudyTask], StudyTask]:
    return lambda at, task: replace(task, requires=[f"m{at - chains:02}"] if at >= chains else [])


SHAPES: Mapping[str, tuple[float, int, Callable[[int, StudyTask], StudyTask]]] = {
    "far too little time": (0.8, 1, lambda _, task: task),
    "plenty of time": (2.0, 2, lambda _, task: task),
    "five weeks away": (1.05, 5, lambda _, task: task),
    "four long chains": (1.05, 2, _in_chains(4)),
    "one long chain": (1.05, 2, _in_chains(1)),
    "all wanted at once": (1.05, 2, lambda _, task: replace(task, wanted=3)),
    "all wanted long ago": (1.05, 2, lambda _, task: replace(task, wanted=-1)),
    "focus": (1.05, 2, lambda at, task: replace(task, urgency=1 + at * 7 % 3)),
}


def a_shape(kind: str, seed: int) -> ScheduleProblem:
    room, away, changed = SHAPES[kind]
    plan = a_plan(seed, room, away)
    return ScheduleProblem([changed(at, one) for at, one in enumerate(plan.tasks)], plan.weeks)


def by_due_date(problem: ScheduleProblem, found: Schedule) -> int:
    """The lateness of list scheduling, with the hours above capacity that `found` has too."""
    room = [week.capacity + over for week, over in zip(problem.weeks, found.overload, strict=True)]
    until, done, week, late = list(accumulate(room)), 0, 0, 0
    for task in problem.ordered:
        done += task.effort
        while until[week] < done and week + 1 < len(until):
            week += 1
        late += task.weight * task.urgency * max(0, problem.weeks[week].number - task.wanted)
    return late


def measure(problems: Sequence[ScheduleProblem]) -> tuple[list[float], str]:
    seconds, late, rule, proved = [], 0, 0, 0
    rule_seconds = 0.0
    for problem in problems:
        begun = time.process_time()
        found = schedule(problem)
        seconds.append(time.process_time() - begun)
        begun = time.process_time()
        rule += by_due_date(problem, found)
        rule_seconds += time.process_time() - begun
        late, proved = late + found.lateness, proved + found.is_proved
    ratio = late / rule if rule else 1.0
    times = sum(seconds) / max(rule_seconds, 1e-9)
    return seconds, (
        f"lateness {late:6} against {rule:6} by due date ({ratio:.2f}), "
        f"{times:5.0f} x its time, {proved} of {len(problems)} proved"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--plans", type=int, default=12, help="of each kind")
    plans = parser.parse_args().plans
    schedule(a_shape("all wanted at once", 0))  # imports the solver, which fits of itself do not
    slowest, each = 0.0, []
    for room in (1.0, 1.1, 1.3):
        for away in (0, 1, 3):
            seconds, said = measure([a_plan(seed, room, away) for seed in range(plans)])
            slowest = max(slowest, *seconds)
            each += seconds
            print(
                f"room {room:.1f}, {away} weeks away: median {median(seconds):.3f} s, "
                f"slowest {max(seconds):.3f} s, {said}",
                flush=True,
            )
    for kind in SHAPES:
        seconds, said = measure([a_shape(kind, seed) for seed in range(max(1, plans // 3))])
        slowest = max(slowest, *seconds)
        print(f"{kind}: slowest {max(seconds):.3f} s, {said}", flush=True)
    cohort = sum(each) / len(each) * PEOPLE / PROCESSORS
    print(f"slowest plan {slowest:.2f} s (goal {GOAL}): {'kept' if slowest <= GOAL else 'MISSED'}")
    print(
        f"{PEOPLE:,} different plans on {PROCESSORS} processors, by this mean: {cohort:.0f} s "
        f"(goal {GOAL_OF_COHORT:.0f}): {'kept' if cohort <= GOAL_OF_COHORT else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
