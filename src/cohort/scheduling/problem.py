"""What is to be scheduled: tasks with a wanted week, and weeks with so much time each."""

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property


class CircularRequirements(ValueError):
    """Tasks that require each other; the message names the circle."""

    def __init__(self, circle: Sequence[str]) -> None:
        super().__init__(
            f"These require each other in a circle: {' → '.join([*circle, circle[0]])}."
        )
        self.circle = circle


@dataclass(frozen=True, slots=True)
class StudyTask:
    """A piece of work that is still to be done.

    effort    how long it takes, > 0, in whole units of the weeks' capacity (minutes, say).
    requires  ids of tasks that end before it begins; ids of no task here are taken as done.
    wanted    the number of the calendar week in which it is due by the common calendar.
    weight    what one week off the calendar costs, > 0.
    urgency   how many times that a week of delay costs, > 0.
    place     its place in the order of the guide, which settles what is else equal.
    latest    the index of the last week in which it may end; None for the last of all.
    """

    id: str
    title: str
    effort: int
    wanted: int
    weight: int = 1
    place: int = 0
    requires: Collection[str] = ()
    is_optional: bool = False
    latest: int | None = None
    urgency: int = 1


@dataclass(frozen=True, slots=True)
class StudyWeek:
    """A stretch of time, by its calendar week; a week that an exam divides is two of them.

    number    of the calendar week; never smaller than that of the one before.
    capacity  how much may be done in it, >= 0.
    lost      how much more it would be without absences, >= 0.
    """

    number: int
    capacity: int
    lost: int = 0


@dataclass(frozen=True)
class ScheduleProblem:
    """Raises ValueError for what cannot be scheduled, and CircularRequirements for a circle."""

    tasks: Sequence[StudyTask]
    weeks: Sequence[StudyWeek]
    ordered: tuple[StudyTask, ...] = field(init=False)
    """Each after what it requires, then by wanted week, place and id: one order for one problem."""

    def __post_init__(self) -> None:
        self._check()
        object.__setattr__(self, "ordered", tuple(_in_order(self.by_id, self._before)))

    def _check(self) -> None:
        if not self.weeks:
            raise ValueError("There is no week to work in.")
        if len(self.by_id) < len(self.tasks):
            raise ValueError("Two tasks have the same id.")
        for at, week in enumerate(self.weeks):
            if week.capacity < 0 or week.lost < 0:
                raise ValueError(f"weeks[{at}] has a capacity below nothing.")
            if at and week.number < self.weeks[at - 1].number:
                raise ValueError(f"weeks[{at}] comes before the one in front of it.")
        for task in self.tasks:
            if min(task.effort, task.weight, task.urgency) < 1:
                raise ValueError(f"Task {task.id} takes no effort, or has no weight or urgency.")
            if task.latest is not None and not 0 <= task.latest < len(self.weeks):
                raise ValueError(f"Task {task.id} may end latest in a week that is not there.")

    @cached_property
    def by_id(self) -> Mapping[str, StudyTask]:
        return {task.id: task for task in self.tasks}

    @cached_property
    def _before(self) -> dict[str, set[str]]:
        return {task.id: {*task.requires} & self.by_id.keys() for task in self.tasks}

    def before(self, task: StudyTask) -> list[str]:
        """The ids of the tasks here that it waits for, in a fixed order."""
        return sorted(self._before[task.id])

    @cached_property
    def latest(self) -> Mapping[str, int]:
        """The last week in which each may end, so that what requires it can end in time too."""
        found = {task.id: len(self.weeks) - 1 for task in self.tasks}
        for task in reversed(self.ordered):
            if task.latest is not None:
                found[task.id] = min(found[task.id], task.latest)
            for earlier in self._before[task.id]:
                found[earlier] = min(found[earlier], found[task.id])
        return found


def _in_order(tasks: Mapping[str, StudyTask], before: Mapping[str, set[str]]) -> list[StudyTask]:
    """Kahn's algorithm with a heap: O(n log n + requirements)."""

    def key(task: StudyTask) -> tuple[int, int, str]:
        return task.wanted, task.place, task.id

    waits_for = {its_id: set(earlier) for its_id, earlier in before.items()}
    needed_by: dict[str, list[str]] = {its_id: [] for its_id in tasks}
    for its_id, earlier in before.items():
        for one in earlier:
            needed_by[one].append(its_id)
    ready = [key(tasks[its_id]) for its_id, earlier in waits_for.items() if not earlier]
    heapq.heapify(ready)
    ordered = []
    while ready:
        *_, its_id = heapq.heappop(ready)
        ordered.append(tasks[its_id])
        for later in needed_by[its_id]:
            waits_for[later].discard(its_id)
            if not waits_for[later]:
                heapq.heappush(ready, key(tasks[later]))
    if len(ordered) < len(tasks):
        raise CircularRequirements(_circle(waits_for))
    return ordered


def _circle(waits_for: Mapping[str, set[str]]) -> list[str]:
    """Follow what waits to what it waits for, until one comes twice."""
    path = [min(its_id for its_id, earlier in waits_for.items() if earlier)]
    while (following := min(waits_for[path[-1]])) not in path:
        path.append(following)
    circle = path[path.index(following) :]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]
