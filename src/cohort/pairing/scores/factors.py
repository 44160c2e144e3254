"""The factors of a score, each from 0 to 1, as parts in whole units; every formula stands here.

A builder takes what its factor is worth, in units: the same formula gives the score of a pair (each
factor worth its share) and the value of one factor (worth everything, the others nothing).

What a researcher does not say (no domains, no open skills, no wishes) counts 0.5 with every
mentor. A constant in a row changes nobody's order of mentors, and it keeps the point of every
other factor worth the same for everyone; dropping the factor's weight for one would stretch
the other factors, and win places for having said less. What a mentor does not say
counts 0: there is no evidence that the mentor fits. (A mentor without wishes marks nobody down.)
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence

import numpy as np
from scipy.sparse import csr_array, hstack

from cohort.assignment.problem import Floats
from cohort.pairing.scores.incidence import (
    common_words,
    from_entries,
    kinds_of,
    members,
    positions,
    weighted_rows,
)
from cohort.pairing.scores.parts import (
    RULED_OUT,
    CappedSums,
    Careers,
    Entries,
    SharedByKind,
    SharedQuarters,
    SharedWords,
    Sums,
)
from cohort.pairing.scores.profiles import MentorProfile, Profiles, ResearcherProfile
from cohort.pairing.scores.taxonomy import domain_similarity

NEUTRAL = 0.5
ENOUGH_HOURS = 4.0
GOAL_SHARE = 0.7
RANK_STEP = 0.2
LEVELS = round(1 / RANK_STEP)
QUARTERS_AN_HOUR = 4

Worth = Mapping[str, float]
"""The most units that each factor adds; a factor that is left out adds none."""


def sums(people: Profiles, worth: Worth) -> Sums:
    """Domains and contexts, and what each researcher has with every mentor alike.

    domain    the mean closeness of the mentor's nearest domain to each of the researcher's.
    contexts  0.3 of the role: the share of the researcher's contexts that the mentor knows.
    """
    same_with_all = csr_array(np.rint(_same_with_all(people, worth)).reshape(-1, 1))
    blocks: list[tuple[csr_array, Floats]] = [(same_with_all, np.ones((1, len(people.mentors))))]
    if worth.get("domain"):
        blocks.append(_near(people, worth["domain"]))
    if worth.get("role"):
        wanted = [one.contexts for one in people.researchers]
        known = [one.contexts for one in people.mentors]
        blocks.append(_covered(wanted, known, worth["role"] * (1 - GOAL_SHARE)))
    return Sums(
        hstack([needs for needs, _ in blocks], format="csr", dtype=np.int32),
        np.vstack([answers for _, answers in blocks]).astype(np.int32),
    )


def skills(people: Profiles, worth: float, *, common_ground: bool = False) -> CappedSums:
    """How far the mentor's strengths cover what is due, as `needs_of` weighs it; at most 1.

    With `common_ground` a pair must share a field (their domains lie in one branch of the tree), a
    role goal or a skill. Whoever names none of the three is kept from nobody.
    """
    words = sorted(people.strengths)
    needs = [
        {skill: max(round(worth * share), 1) for skill, share in own.items()}
        for own in people.needs
    ]
    return CappedSums(
        weighted_rows(needs, words).astype(np.int32),
        members([one.skills for one in people.mentors], words).astype(np.int32),
        round(worth),
        _field_or_role(people) if common_ground else None,
    )


def shared_time(people: Profiles, worth: float, least: float = 0.0) -> SharedQuarters:
    """Shared hours a week, up to the 4 beyond which more choice adds nothing, over 4.

    `least` is in hours: with less, there is no pair.
    """
    ours, theirs = people.free
    padded = np.pad(ours.astype(np.int8), ((0, 0), (1, 1)))
    edges = padded[:, :-1] - padded[:, 1:]
    used = np.flatnonzero(edges.any(axis=0))
    before = np.zeros((edges.shape[1], len(people.mentors)), dtype=np.int16)
    np.cumsum(theirs.T, axis=0, out=before[1:])
    most = ENOUGH_HOURS * QUARTERS_AN_HOUR
    quarters = np.arange(np.ceil(max(most, least * QUARTERS_AN_HOUR)) + 1)
    units = np.rint(worth * np.minimum(quarters, most) / most).astype(np.int32)
    units[quarters < least * QUARTERS_AN_HOUR] -= RULED_OUT
    return SharedQuarters(csr_array(edges[:, used]).astype(np.int16), before[used], units)


def careers(people: Profiles, role: float, path: float) -> Careers:
    """Two factors that look at the same few words of a mentor.

    role  0.7 of it: the dearest role goal that the mentor holds. The first goal counts 1, each
          later one 0.2 less, none below 0.2.
    path  1 where the mentor came from the researcher's stage into one of the role goals, 0.5 where
          only the start of the way is the same, otherwise 0.
    """
    kinds = kinds_of((frozenset(one.roles), one.came_from) for one in people.mentors)
    some = [people.mentors[j] for j in kinds.first]
    roles = list(dict.fromkeys(role for one in some for role in one.roles))
    origins = list(dict.fromkeys(one.came_from for one in some if one.came_from))
    n, longest = (
        len(people.researchers),
        max((len(r.role_goals) for r in people.researchers), default=0),
    )
    goals = [
        [*positions(one.role_goals, roles), *[-1] * longest][:longest] for one in people.researchers
    ]
    nobody = np.zeros((1, len(some)))
    solved = members([one.roles for one in some], roles)
    came = members([[one.came_from] for one in some], origins)
    return Careers(
        goals=np.array(goals, dtype=np.int64).reshape(n, longest),
        stage=np.array(
            positions([one.stage for one in people.researchers], origins), dtype=np.int64
        ),
        roles=np.vstack([solved, nobody]).astype(np.int8),
        origins=np.vstack([came, nobody]).astype(np.int8),
        kind=kinds.kind,
        levels=np.rint(role * GOAL_SHARE * np.arange(LEVELS + 1) / LEVELS).astype(np.int32),
        moves=np.rint(path * np.array([0.0, 0.5, 1.0])).astype(np.int32),
    )


def languages(people: Profiles, worth: float, *, required: bool = False) -> SharedWords:
    """The share of the researcher's languages that the mentor speaks."""
    spoken = [one.languages for one in people.mentors]
    without = -RULED_OUT if required else 0
    return share_had([one.languages for one in people.researchers], spoken, worth, without)


def share_had(
    wanted: Sequence[Collection[Hashable]],
    offered: Sequence[Collection[Hashable]],
    worth: float,
    without: int = 0,
) -> SharedWords:
    """The share of the wanted words that each offer has, or `without` where it has none."""
    kinds = kinds_of(frozenset(one) for one in offered)
    needs, had = common_words(wanted, [offered[j] for j in kinds.first])
    return SharedWords(
        needs.astype(np.int32),
        worth / np.array([max(len(set(one)), 1) for one in wanted], dtype=np.float64),
        np.ascontiguousarray(had.toarray().T.astype(np.int32)),
        kinds.kind,
        without,
    )


def wishes(people: Profiles, worth: float) -> Entries:
    """What wishes add to the neutral half: the mean of both sides' wish for each other.

    A wish counts 1 for the first of a list, 0.75 for the second, 0.5 + 0.5 / rank in general,
    and 0.5 for everybody not on it: a list lifts those on it and marks nobody down. What was said
    after a talk counts as a wish where that is more: 1 for gladly, 0.75 for one who could do.
    """
    row, column = people.rows_by_id(), people.columns_by_id()
    extra: list[tuple[int, int, float]] = []
    for i, one in enumerate(people.researchers):
        extra += [(i, column[j], w) for j, w in _wanted(one) if j in column]
    for j, other in enumerate(people.mentors):
        extra += [(row[i], j, w) for i, w in _wanted(other) if i in row]
    extra = [(i, j, round(w * worth / 2)) for i, j, w in extra]
    return Entries(from_entries(extra, people.shape).astype(np.int32))


def _same_with_all(people: Profiles, worth: Worth) -> Floats:
    """float[n]: half of each factor of which nothing is known; what wishes add comes on top."""
    silent = people.silent
    role = GOAL_SHARE * silent["role_goals"] + (1 - GOAL_SHARE) * silent["contexts"]
    others = np.zeros_like(role)
    for name in ("domain", "skills", "availability", "language", "path", *people.own):
        others += worth.get(name, 0.0) * silent[name]
    others += worth.get("wishes", 0.0)
    return NEUTRAL * (worth.get("role", 0.0) * role + others)


def _near(people: Profiles, worth: float) -> tuple[csr_array, Floats]:
    """A domain is a word for each number of domains that it is one of: so its units are whole."""
    named = [set(one.domains) for one in people.researchers]
    needs = [{(slug, len(some)): 1 for slug in some} for some in named]
    parents = people.taxonomy.parents
    words = sorted({word for one in needs for word in one if word[0] in parents})
    offered = [one.domains for one in people.mentors]
    reach = domain_similarity([[slug] for slug, _ in words], offered, people.taxonomy)
    of_how_many = np.array([many for _, many in words]).reshape(-1, 1)
    return weighted_rows(needs, words), np.rint(worth * reach / of_how_many)


def _covered(
    wanted: Sequence[Collection[str]], offered: Sequence[Collection[str]], worth: float
) -> tuple[csr_array, Floats]:
    """The share of the wanted words that each offer has."""
    words = dict.fromkeys(word for one in offered for word in one)
    needs = [
        {word: round(worth / len(some)) for word in some if word in words}
        for some in map(set, wanted)
    ]
    return weighted_rows(needs, [*words]), members(offered, [*words])


def _field_or_role(people: Profiles) -> SharedByKind:
    tree = people.taxonomy
    branch = {slug: f"branch {tree.lineage(slug)[-1]}" for slug in tree.parents}

    def named(domains: Iterable[str], roles: Iterable[str]) -> set[str]:
        fields = {branch[one] for one in domains if one in branch}
        return fields.union(f"role {one}" for one in roles)

    asked = [named(one.domains, one.role_goals) for one in people.researchers]
    offers = [frozenset(named(one.domains, one.roles) | {""}) for one in people.mentors]
    kinds = kinds_of(offers)
    for one, researcher in zip(asked, people.researchers, strict=True):
        if not (researcher.domains or researcher.role_goals or researcher.gaps):
            one.add("")  # every mentor offers this one
    needs, offered = common_words(asked, [offers[j] for j in kinds.first])
    return SharedByKind(
        needs.astype(np.int32),
        np.ascontiguousarray(offered.toarray().T.astype(np.int32)),
        kinds.kind,
    )


def _wanted(one: ResearcherProfile | MentorProfile) -> Iterable[tuple[str, float]]:
    """Whom somebody wishes for, or has met and would have, each with what that adds."""
    lifts = dict(_ranked(one.wishes))
    for other, how_gladly in one.talks.items():
        lifts[other] = max(lifts.get(other, 0.0), (1 - NEUTRAL) * how_gladly)
    return lifts.items()


def _ranked(wanted: Sequence[str]) -> Iterable[tuple[str, float]]:
    first: dict[str, int] = {}
    for rank, one in enumerate(wanted, start=1):
        first.setdefault(one, rank)
    return [(one, (1 - NEUTRAL) / rank) for one, rank in first.items()]
