"""People who are alike, counted once, and told apart again in the end."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cohort.matching.large.pricing import Pairs
from cohort.matching.problem import UNMATCHED, BadIdentifier, BadNumber, Ints


@dataclass(frozen=True, eq=False)
class Kinds:
    """One side's people, in an order that does not depend on the order they were given in.

    people  int[n]: positions in what was given, by a draw from the id.
    kind    int[n]: the kind of each of these, numbered as they first appear.
    given   int[k]: the number that each kind had in what was given.
    """

    people: Ints
    kind: Ints
    given: Ints


def kinds_of(kind: Ints | None, ids: Sequence[str] | None, length: int, shown: int) -> Kinds:
    """`shown` is the number of rows (or columns) that the scores have."""
    numbers = np.arange(length) if kind is None else np.asarray(kind)
    if numbers.shape != (length,) or ((numbers < 0) | (numbers >= shown)).any():
        raise BadNumber(f"Each of {length} people needs a kind from 0 to {shown - 1}.", "kind")
    people = np.argsort(_draws(ids, length), kind="stable")
    given, first, inverse = np.unique(numbers[people], return_index=True, return_inverse=True)
    by_appearance = np.argsort(first)
    rank = np.empty_like(by_appearance)
    rank[by_appearance] = np.arange(len(given))
    return Kinds(people, rank[inverse], given[by_appearance])


def _draws(ids: Sequence[str] | None, length: int) -> Ints:
    """A number for each id, so that order is a lot: nobody gains by a name or a row."""
    if ids is None:
        return np.arange(length)
    if len(ids) != length or len(set(ids)) != length:
        raise BadIdentifier(f"{length} people need {length} distinct ids.", "ids")
    texts = (one.encode("utf-8", "surrogatepass") for one in ids)
    digests = b"".join(hashlib.blake2b(text, digest_size=8).digest() for text in texts)
    return np.frombuffer(digests, dtype="<i8")


def told_apart(
    researchers: Kinds, mentors: Kinds, capacity: Ints, pairs: Pairs, used: Ints
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
    place_kind, place_of = _places(mentors, capacity)
    by_column = np.argsort(columns[by_row], kind="stable")
    place = _dealt(place_kind, columns[by_row][by_column])
    mentor_of = np.full(len(researchers.people), UNMATCHED, dtype=np.int64)
    mentor_of[researchers.people[person[by_column]]] = place_of[place]
    return mentor_of


def _places(mentors: Kinds, capacity: Ints) -> tuple[Ints, Ints]:
    """For each place, the kind of its mentor and the mentor, in the order of the draw."""
    wide = capacity[mentors.people]
    return np.repeat(mentors.kind, wide), np.repeat(mentors.people, wide)


def _dealt(kind: Ints, wanted: Ints) -> Ints:
    """For each wanted kind (sorted), the position of the next one of that kind."""
    by_kind = np.argsort(kind, kind="stable")
    starts = np.searchsorted(kind[by_kind], wanted)
    turn = np.arange(len(wanted)) - np.searchsorted(wanted, wanted)
    return by_kind[starts + turn]
