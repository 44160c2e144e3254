"""Pins that cannot hold, with the names of the people, before anything is solved; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from cohort.pairing.pool import IdPair, Pool, score_people

REMOVED_BY = {
    "conflict_of_interest": "they share an organisation, or one advises the other",
    "common_language": "they have no language in common",
    "shared_hours": "they share too few hours",
    "common_ground": "they have no field, role goal or skill in common",
    "block": "they are kept apart",
    "declined": "one of them declined the other before",
    "ended": "they had a mentorship that ended",
    "veto": "the pair is vetoed",
}


PINS_AT_ONCE = 128
"""So that many pins take neither a call for each of them nor the memory of all pairs."""
UNTOLD = "the two cannot be a pair; one of them runs this cohort, so the reason is not told"


class PinsCannotHold(ValueError):
    """Pins that no assignment can honour; the sentence names the people."""


def pins_by_position(pool: Pool) -> list[tuple[int, int]]:
    """The pins of those who wait, as rows and columns. Raises PinsCannotHold with every fault."""
    row = {one.id: i for i, one in enumerate(pool.researchers)}
    column = {one.id: j for j, one in enumerate(pool.mentors)}
    pins = [(researcher, mentor) for researcher, mentor in pool.pins if researcher in row]
    absent = [pin for pin in pins if pin[1] not in column]
    present = [(row[i], column[j]) for i, j in pins if j in column]
    faults = [*_absent(pool, absent), *_removed(pool, present), *_crowded(pool, present)]
    if faults:
        raise PinsCannotHold(" ".join(faults))
    return present


def _absent(pool: Pool, pins: Sequence[IdPair]) -> Iterator[str]:
    for researcher, mentor in pins:
        # Whoever is no mentor of the pool has a name there only where a pin that stands names her.
        absent = pool.names.get(mentor, "a mentor")
        yield (
            f"{pool.names[researcher]} is pinned to {absent}, who is paused or not approved. "
            "Lift the pin, or let the mentor in."
        )


def _removed(pool: Pool, pins: Sequence[tuple[int, int]]) -> Iterator[str]:
    for start in range(0, len(pins), PINS_AT_ONCE):
        some = pins[start : start + PINS_AT_ONCE]
        row = {i: k for k, i in enumerate(sorted({i for i, _ in some}))}
        column = {j: k for k, j in enumerate(sorted({j for _, j in some}))}
        researchers, mentors = [pool.researchers[i] for i in row], [pool.mentors[j] for j in column]
        reasons = score_people(pool, researchers, mentors).reasons
        for i, j in some:
            causes = [why for name, why in REMOVED_BY.items() if reasons[name][row[i], column[j]]]
            if not causes:
                continue
            researcher, mentor = pool.researchers[i], pool.mentors[j]
            told = {researcher.id, mentor.id}.isdisjoint(pool.organisers)
            yield (
                f"{pool.names[researcher.id]} is pinned to {pool.names[mentor.id]}, but "
                f"{' and '.join(causes) if told else UNTOLD}. Lift the pin, or change the rules."
            )


def _crowded(pool: Pool, pins: Sequence[tuple[int, int]]) -> Iterator[str]:
    for j, count in Counter(j for _, j in pins).items():
        free = pool.places[j]
        if count <= free:
            continue
        there = (
            "no free place" if free == 0 else f"{free} free {'place' if free == 1 else 'places'}"
        )
        pinned = sorted(pool.names[pool.researchers[i].id] for i, other in pins if other == j)
        yield (
            f"{pool.names[pool.mentors[j].id]} has {there}, and pinned there are: "
            f"{', '.join(pinned)}. Lift a pin, or ask for one more place."
        )
