"""People who are alike, counted once, and disaggregated in the end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cohort.assignment.large.pairs import Pairs, Positions
from cohort.assignment.large.problem import LargeProblem
from cohort.assignment.problem import UNMATCHED, Ints


@dataclass(frozen=True, eq=False)
class Kinds:
    """One side's people, in an order that does not depend on the order they were given in.

    people  int[n]: positions in what was given, by a draw from the id.
    kind    int[n]: the kind of each of these, numbered as they first appear.
    given   int[k]: the row (or column) of the scores that holds for each kind.
    """

    people: Ints
    kind: Ints
    given: Ints

    @property
    def first(self) -> Ints:
        """Somebody of each kind, as a position in what was given."""
        return self.people[np.unique(self.kind, return_index=True)[1]]


def both_sides(problem: LargeProblem) -> tuple[Kinds, Kinds]:
    """The researchers without the pinned ones, and the mentors.

    Researchers are alike who have the same row and the same incumbent; a mentor who is
    somebody's incumbent is a kind of her own.
    """
    m, incumbent = len(problem.capacity), problem.incumbent
    open_ = np.ones(len(incumbent), dtype=np.bool_)
    open_[[i for i, _ in problem.pinned]] = False
    by_draw = _drawn(problem.researcher_ids, len(incumbent))
    researchers = _alike(
        by_draw[open_[by_draw]],
        problem.researcher_kind * (m + 1) + incumbent + 1,
        problem.researcher_kind,
    )
    is_incumbent = np.zeros(m, dtype=np.bool_)
    is_incumbent[incumbent[incumbent >= 0]] = True
    shown = int(problem.mentor_kind.max(initial=0)) + 1
    label = np.where(is_incumbent, shown + np.arange(m), problem.mentor_kind)
    return researchers, _alike(_drawn(problem.mentor_ids, m), label, problem.mentor_kind)


def _alike(people: Ints, label: Ints, row: Ints) -> Kinds:
    """Those with the same label are of one kind."""
    _, first, inverse = np.unique(label[people], return_index=True, return_inverse=True)
    by_appearance = np.argsort(first)
    rank = np.empty_like(by_appearance)
    rank[by_appearance] = np.arange(len(first))
    return Kinds(people, rank[inverse], row[people[first[by_appearance]]])


def _drawn(ids: Sequence[str] | None, length: int) -> Ints:
    """Everybody by a number drawn from the id, so that nobody gains by a name or a row."""
    if ids is None:
        return np.arange(length)
    texts = (str(one).encode("utf-8", "surrogatepass") for one in ids)
    digests = b"".join(hashlib.blake2b(text, digest_size=8).digest() for text in texts)
    return np.argsort(np.frombuffer(digests, dtype="<i8"), kind="stable")


def disaggregated(
    researchers: Kinds, mentors: Kinds, problem: LargeProblem, pairs: Pairs, used: Ints
) -> Ints:
    """The mentor of each researcher, int[n], from how many of each kind go to which kind.

    Within a kind, people and places are dealt in the order of the draw; who draws last may
    stay unmatched.
    """
    on = np.flatnonzero(used)
    rows = np.repeat(pairs.rows[on], used[on])
    columns = np.repeat(pairs.columns[on], used[on])
    by_row = np.argsort(rows, kind="stable")
    person = _dealt(researchers.kind, rows[by_row])
    wide = np.minimum(problem.free, len(researchers.people))[mentors.people]
    place_kind, place_of = np.repeat(mentors.kind, wide), np.repeat(mentors.people, wide)
    by_column = np.argsort(columns[by_row], kind="stable")
    place = _dealt(place_kind, columns[by_row][by_column])
    mentor_of = np.full(len(problem.incumbent), UNMATCHED, dtype=np.int64)
    mentor_of[researchers.people[person[by_column]]] = place_of[place]
    for i, j in problem.pinned:
        mentor_of[i] = j
    return mentor_of


def _dealt(kind: Ints, wanted: Positions) -> Ints:
    """For each wanted kind (sorted), the position of the next one of that kind."""
    by_kind = np.argsort(kind, kind="stable")
    starts = np.searchsorted(kind[by_kind], wanted)
    turn = np.arange(len(wanted)) - np.searchsorted(wanted, wanted)
    return by_kind[starts + turn]
