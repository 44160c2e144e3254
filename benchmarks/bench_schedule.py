"""How long dates for one plan take, and how much less late they are than by the usual rule.

Run `make bench`, or this file alone. A plan has 60 milestones of 2 to 10 hours, each of which
requires up to two of the eight before it, and 20 weeks with the even share of the whole in each, or
some more (`room`); some weeks are away. The rule is list scheduling by earliest due date: one after
the other by the calendar, each due in the week in which it ends. The goals: half a second for one
plan, and 2,000 different ones in two minutes on two processors. CPU seconds of this process.
"""

import argparse
import random
import time
from collections.abc import Sequence
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


def _before(dice: random.Random, at: int) -> list[int]:
    return dice.sample(range(max(0, at - 8), at), min(at, dice.choice([0, 1, 1, 2])))


def by_due_date(problem: ScheduleProblem, found: Schedule) -> int:
    """The lateness of list scheduling, with the hours above capacity that `found` has too."""
    room = [week.capacity + over for week, over in zip(problem.weeks, found.overload, strict=True)]
    until, done, week, late = list(accumulate(room)), 0, 0, 0
    for task in problem.ordered:
        done += task.effort
        while until[week] < done and week + 1 < len(until):
            week += 1
        late += task.weight * max(0, problem.weeks[week].number - task.wanted)
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
    schedule(a_plan(0, 1.1, 1))  # imports the solver
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
    cohort = sum(each) / len(each) * PEOPLE / PROCESSORS
    print(f"slowest plan {slowest:.2f} s (goal {GOAL}): {'kept' if slowest <= GOAL else 'MISSED'}")
    print(
        f"{PEOPLE:,} different plans on {PROCESSORS} processors, by this mean: {cohort:.0f} s "
        f"(goal {GOAL_OF_COHORT:.0f}): {'kept' if cohort <= GOAL_OF_COHORT else 'MISSED'}"
    )


if __name__ == "__main__":
    main()
