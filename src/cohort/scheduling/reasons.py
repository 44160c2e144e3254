"""Why a task is due in another week than the common calendar has it, as data."""

from dataclasses import dataclass
from enum import StrEnum

from cohort.scheduling.problem import ScheduleProblem, StudyTask
from cohort.scheduling.solving import Schedule


class MoveReasonKind(StrEnum):
    PAST = "past"
    """Its week in the calendar is over."""
    DEADLINE = "deadline"
    """It has to be done by an earlier week, such as that of an exam."""
    AWAY = "away"
    """Hours are lost to absences in these weeks."""
    NEEDS = "needs"
    """It needs another task first, which ends later than this one was wanted."""
    NEEDED = "needed"
    """Another task needs it, and is due in the same week or soon after."""
    FULL = "full"
    """These weeks are full with other work."""
    LESS_URGENT = "less_urgent"
    """Another task, wanted no sooner, comes first: it is more urgent."""
    MORE_URGENT = "more_urgent"
    """It comes before another task, wanted no later, that is less urgent."""


@dataclass(frozen=True, slots=True)
class MoveReason:
    """weeks: numbers of the calendar weeks that it speaks of; task: the id of the other one."""

    kind: MoveReasonKind
    weeks: tuple[int, ...] = ()
    task: str | None = None


def reasons_for(problem: ScheduleProblem, found: Schedule, its_id: str) -> tuple[MoveReason, ...]:
    """Nothing for a task that is due when the calendar has it; else at least one."""
    task = problem.by_id[its_id]
    number = problem.weeks[found.ends[its_id]].number
    if number == task.wanted:
        return ()
    return _later(problem, found, task) if number > task.wanted else _earlier(problem, found, task)


def _later(problem: ScheduleProblem, found: Schedule, task: StudyTask) -> tuple[MoveReason, ...]:
    weeks, end = problem.weeks, found.ends[task.id]
    reasons = []
    if task.wanted < weeks[0].number:
        reasons.append(MoveReason(MoveReasonKind.PAST))
    lost = [at for at in range(end) if weeks[at].lost]
    near = [at for at in lost if at >= _backlog_since(problem, found, task)]
    away = _numbers(problem, near or lost)
    if away:
        reasons.append(MoveReason(MoveReasonKind.AWAY, away))
    waits_for = [one for one in problem.before(task) if weeks[found.ends[one]].number > task.wanted]
    if waits_for:
        last = max(waits_for, key=lambda one: (found.ends[one], one))
        its_week = weeks[found.ends[last]].number
        reasons.append(MoveReason(MoveReasonKind.NEEDS, (its_week,), last))
    told = max([task.wanted - 1, *away, *(weeks[found.ends[one]].number for one in waits_for)])
    busy = [at for at in range(end) if weeks[at].number > told and found.loads[at]]
    if busy or not reasons:
        reasons.append(MoveReason(MoveReasonKind.FULL, _numbers(problem, busy)))
    return (*reasons, *_by_urgency(problem, found, task))


def _by_urgency(problem: ScheduleProblem, found: Schedule, task: StudyTask) -> list[MoveReason]:
    """The last of those that overtake it, and the first of those that it overtakes."""
    reasons = []
    ends = found.ends
    if first := [one for one in problem.ordered if _overtakes(problem, found, one, task)]:
        last = max(first, key=lambda one: (ends[one.id], one.id))
        reasons.append(MoveReason(MoveReasonKind.LESS_URGENT, task=last.id))
    if after := [one for one in problem.ordered if _overtakes(problem, found, task, one)]:
        next_one = min(after, key=lambda one: (ends[one.id], one.id))
        reasons.append(MoveReason(MoveReasonKind.MORE_URGENT, task=next_one.id))
    return reasons


def _overtakes(
    problem: ScheduleProblem, found: Schedule, first: StudyTask, other: StudyTask
) -> bool:
    """The more urgent one is wanted no sooner and due sooner, and the other does not need it."""
    return (
        first.urgency > other.urgency
        and first.wanted >= other.wanted
        and found.ends[first.id] < found.ends[other.id]
        and first.id not in _all_before(problem, other)
    )


def _all_before(problem: ScheduleProblem, task: StudyTask) -> set[str]:
    """The ids of what it waits for, by any number of steps."""
    found: set[str] = set()
    ahead = problem.before(task)
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.add(one)
            ahead += problem.before(problem.by_id[one])
    return found


def _backlog_since(problem: ScheduleProblem, found: Schedule, task: StudyTask) -> int:
    """The first week of those in a row, up to the wanted one, with absences or open wanted work."""
    first = next(
        (at for at, week in enumerate(problem.weeks) if week.number >= task.wanted),
        len(problem.weeks),
    )

    def is_behind(at: int) -> bool:
        return any(
            one.wanted <= problem.weeks[at].number and found.ends[one.id] > at
            for one in problem.ordered
        )

    while first > 0 and (is_behind(first - 1) or problem.weeks[first - 1].lost):
        first -= 1
    return first


def _earlier(problem: ScheduleProblem, found: Schedule, task: StudyTask) -> tuple[MoveReason, ...]:
    weeks, end = problem.weeks, found.ends[task.id]
    if weeks[problem.latest[task.id]].number < task.wanted:
        return (MoveReason(MoveReasonKind.DEADLINE, (weeks[problem.latest[task.id]].number,)),)
    needed_by = [
        one.id for one in problem.ordered if task.id in one.requires and found.ends[one.id] <= end
    ]
    if needed_by:
        first = min(needed_by, key=lambda one: (found.ends[one], one))
        return (MoveReason(MoveReasonKind.NEEDED, (weeks[found.ends[first]].number,), first),)
    until = _lack_until(problem, found, end)
    after = range(end + 1, until + 1)
    away = _numbers(problem, [at for at in after if weeks[at].lost])
    if away:
        return (MoveReason(MoveReasonKind.AWAY, away),)
    busy = [at for at in after if found.loads[at]]
    return (MoveReason(MoveReasonKind.FULL, _numbers(problem, busy)),)


def _lack_until(problem: ScheduleProblem, found: Schedule, end: int) -> int:
    """The last week in a row by which what is done is only just what is due."""
    last = end + 1
    while last + 1 < len(problem.weeks) and (
        found.loads[last] >= problem.weeks[last].capacity or problem.weeks[last].lost
    ):
        last += 1
    return min(last, len(problem.weeks) - 1)


def _numbers(problem: ScheduleProblem, at: list[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(problem.weeks[one].number for one in at))
