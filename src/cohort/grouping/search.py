"""Making groups better by small steps, many at once, until none helps.

A round weighs every step that there is: two people change places, one goes to another group, one
who is in none takes a place or somebody's place, also where that one then finds another group. The
best step of each person is taken where it touches no group that a better step touched; what is
equal is settled by positions. So the same groups always lead to the same end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment.problem import Bools, Floats, Ints
from cohort.grouping.problem import ALONE, UNEVEN, UNPLACED, Ordered, Singles
from cohort.grouping.start import grown

ROUNDS = 200
WORK = 120_000_000
"""Cells of pairs that all rounds together may weigh: a bound that is no clock."""
TINY = 1e-6


@dataclass(frozen=True)
class GroupStep:
    """One goes to where another one is, or to a group; and that one to `onward`."""

    gain: float
    one: int
    other: int = ALONE
    group: int = ALONE
    onward: int = ALONE

    @property
    def order(self) -> tuple[float, int, int, int]:
        return -self.gain, self.one, self.other, self.group


def improved(people: Ordered, groups: Sequence[Sequence[int]]) -> list[list[int]]:
    """At least as good as before, and no step of one round would make it better; or out of work."""
    held = _Held(people, [list(one) for one in groups])
    rounds = min(ROUNDS, WORK // max(len(people.ids), 1) ** 2)
    for _ in range(rounds):
        held.look()
        if not held.take(sorted(held.steps(), key=lambda one: one.order)) and not held.found_new():
            break
    return [sorted(one) for one in held.groups if one]


class _Held:
    """Groups as they stand in one round, and what each step would change."""

    def __init__(self, people: Ordered, groups: list[list[int]]) -> None:
        self.people, self.problem, self.groups = people, people.problem, groups
        self.fixed = np.zeros(len(people.ids), dtype=np.bool_)
        self.fixed[[one for bundle in people.bundles for one in bundle]] = True
        self.apart = people.apart.astype(np.float32)
        self.free = [one.astype(np.float32) for one in people.common]

    def look(self) -> None:
        n, k = len(self.people.ids), len(self.groups)
        self.of = np.full(n, ALONE)
        for number, group in enumerate(self.groups):
            self.of[group] = number
        member = np.zeros((n, k), dtype=np.float32)
        placed = np.flatnonzero(self.of != ALONE)
        member[placed, self.of[placed]] = 1
        self.sizes = member.sum(axis=0).astype(int)
        self.near: Singles = self.people.affinity @ member
        self.quarrels: Singles = self.apart @ member
        self.pairs = (member * self.near).sum(axis=0) / 2
        self.shared = [np.zeros((k, one.shape[1]), dtype=np.bool_) for one in self.people.common]
        self.others = [np.zeros(one.shape, dtype=np.bool_) for one in self.people.common]
        for one, shared, others in zip(self.people.common, self.shared, self.others, strict=True):
            for number, group in enumerate(self.groups):
                has = one[group]
                count = has.sum(axis=0)
                shared[number] = count == len(group)
                others[group] = count - has == len(group) - 1
        self.entering = self._entering()

    def _worth(self, pairs: Floats, sizes: Ints) -> Floats:
        partners = np.maximum(sizes - 1, 1)
        found: Floats = 2 * pairs / partners - UNEVEN * (sizes - self.problem.size) ** 2
        return found

    def _entering(self) -> Floats:
        """What a group gains by each person beside it: float[n, k], minus infinity for never."""
        now = self._worth(self.pairs, self.sizes)
        gains = self._worth(self.pairs + self.near, self.sizes + 1) - now
        may = (self.quarrels == 0) & (self.sizes < self.problem.most)
        for free, shared in zip(self.free, self.shared, strict=True):
            may &= free @ shared.T.astype(np.float32) > 0
        inside = np.flatnonzero(self.of != ALONE)
        may[inside, self.of[inside]] = False
        may[self.fixed] = False
        return np.where(may, gains, -np.inf)

    def steps(self) -> Iterator[GroupStep]:
        if self.groups:
            yield from self._moves()
            yield from self._exchanges()

    def _moves(self) -> Iterator[GroupStep]:
        inside, outside = np.flatnonzero(self.of != ALONE), np.flatnonzero(self.of == ALONE)
        leaving = np.full(len(self.of), UNPLACED)
        its = self.of[inside]
        rest = self._worth(self.pairs[its] - self.near[inside, its], self.sizes[its] - 1)
        left = rest - self._worth(self.pairs, self.sizes)[its]
        leaving[inside] = np.where(self.sizes[its] > self.problem.least, left, -np.inf)
        gains = leaving[:, None] + self.entering
        for one in (*inside.tolist(), *outside.tolist()):
            group = int(gains[one].argmax())
            if gains[one, group] > TINY:
                yield GroupStep(float(gains[one, group]), one, group=group)

    def _exchanges(self) -> Iterator[GroupStep]:
        gains, may = self._replacing()
        outside = np.flatnonzero(self.of == ALONE)
        yield from self._chains(gains, may, outside)
        both = np.where(may & may.T, gains + gains.T, -np.inf)
        both[:, outside] = np.where(may, gains, -np.inf)[:, outside]
        best = both.argmax(axis=1)
        top = both[np.arange(len(best)), best]
        for one in np.flatnonzero(top > TINY).tolist():
            yield GroupStep(float(top[one]), int(best[one]), one)

    def _replacing(self) -> tuple[Floats, Bools]:
        """What the group of i gains if j is there in her place, and whether he may be."""
        n, its = len(self.of), np.maximum(self.of, 0)
        inside = self.of != ALONE
        mine = self.near[np.arange(n), its]
        gains = (self.near[:, its].T - self.people.affinity) - mine[:, None]
        gains *= (2 / np.maximum(self.sizes[its] - 1, 1)).astype(np.float32)[:, None]
        may = self.apart == self.quarrels[:, its].T
        for free, others in zip(self.free, self.others, strict=True):
            may &= others.astype(np.float32) @ free.T > 0
        may &= (inside & ~self.fixed)[:, None] & ~self.fixed
        may &= self.of[:, None] != self.of
        return gains, may

    def _chains(self, gains: Floats, may: Bools, outside: Ints) -> Iterator[GroupStep]:
        """Somebody who is in none takes i's place, and i goes on to another group."""
        onward = self.entering.argmax(axis=1)
        goes = self.entering[np.arange(len(self.of)), onward]
        goes[self.of == ALONE] = -np.inf
        for one in outside.tolist():
            total = np.where(may[:, one], gains[:, one] + goes, -np.inf) + UNPLACED
            other = int(total.argmax())
            if total[other] > TINY:
                yield GroupStep(float(total[other]), one, other, onward=int(onward[other]))

    def take(self, steps: Sequence[GroupStep]) -> int:
        touched: set[int] = set()
        moved: set[int] = set()
        taken = 0
        for step in steps:
            groups = {int(self.of[step.one]), step.group, step.onward} - {ALONE}
            people = {step.one, step.other} - {ALONE}
            if step.other != ALONE:
                groups |= {int(self.of[step.other])} - {ALONE}
            if not (touched & groups or moved & people):
                self._go(step)
                touched |= groups
                moved |= people
                taken += 1
        return taken

    def _go(self, step: GroupStep) -> None:
        here = int(self.of[step.one])
        if here != ALONE:
            self.groups[here].remove(step.one)
        if step.other == ALONE:
            self.groups[step.group].append(step.one)
            return
        there = int(self.of[step.other])
        if there != ALONE:
            self.groups[there].remove(step.other)
            self.groups[there].append(step.one)
        target = step.onward if step.onward != ALONE else here
        if target != ALONE:
            self.groups[target].append(step.other)

    def found_new(self) -> bool:
        """Whether those who are left make groups by themselves."""
        before = len(self.groups)
        self.groups = grown(self.people, np.zeros(len(self.of), np.float32), self.groups)
        return len(self.groups) > before
