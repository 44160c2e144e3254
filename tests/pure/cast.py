"""A few people to score: Mina studies translation with Tove; Priya and Omar mentor."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from cohort.pairing.pool import Pool
from cohort.pairing.rules import Requirements, Weights
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.requirements import IdPairs, RuledOut
from cohort.pairing.scores.scorer import Scorer, scorer, units_of
from cohort.pairing.scores.scoring import Scores, profiles_of, score
from cohort.pairing.scores.taxonomy import Taxonomy

WEEK = date(2026, 1, 12)
TREE = Taxonomy(
    {
        "language": None,
        "generation": "language",
        "translation": "generation",
        "dialogue": "generation",
        "speech": "language",
        "robotics": None,
    }
)
ANYBODY = Requirements(common_ground=False)
"""Most of these tests are about other things than what Mina and Omar have in common: nothing."""
TITLES = {
    "translation": "machine translation",
    "dialogue": "dialogue systems",
    "ml-engineer": "ML engineer",
    "monitoring": "monitoring",
    "ci-cd": "CI/CD",
    "serving": "serving",
    "en": "English",
    "health": "health care",
}


def on(day: str, start: str, end: str) -> list[dict[str, str]]:
    return [{"day": day, "start": start, "end": end}]


MINA = ResearcherProfile(
    id="mina",
    stage="phd",
    domains=["translation"],
    contexts=["health"],
    role_goals=["ml-engineer", "research-scientist"],
    gaps={"monitoring": 2.0, "ci-cd": 1.0, "serving": 1.0, "testing": 1.0, "sql": 1.0},
    languages=["en", "de"],
    time_zone="Europe/Berlin",
    weekly_hours=on("monday", "09:00", "17:00"),
    organisations=["TU Berlin"],
    advisers=["Tove Lind", "tove@example.org"],
)
PRIYA = MentorProfile(
    id="priya",
    name="Priya",
    email="priya@example.org",
    came_from="phd",
    domains=["dialogue"],
    contexts=["health"],
    roles=["ml-engineer"],
    skills=["monitoring", "ci-cd", "serving"],
    languages=["en"],
    time_zone="Asia/Kolkata",
    weekly_hours=on("monday", "14:30", "20:30"),
    organisations=["Northwind"],
)
OMAR = MentorProfile(
    id="omar",
    name="Omar",
    came_from="industry",
    domains=["robotics"],
    roles=["data-engineer"],
    languages=["en"],
    weekly_hours=on("monday", "08:00", "10:00"),
)


LEV = replace(MINA, id="lev", domains=["robotics"], advisers=[])
FREE_OMAR = replace(OMAR, weekly_hours=on("monday", "09:00", "17:00"), time_zone="Europe/Berlin")
POOL = Pool(
    week=WEEK,
    researchers=[LEV, MINA],
    mentors=[FREE_OMAR, PRIYA],
    places=[1, 1],
    taxonomy=TREE,
    requirements=ANYBODY,
    names={"mina": "Mina", "lev": "Lev", "priya": "Priya", "omar": "Omar"},
    titles=TITLES,
)


def scored(
    researchers: list[ResearcherProfile] | None = None,
    mentors: list[MentorProfile] | None = None,
    *,
    weights: Weights | None = None,
    requirements: Requirements | None = None,
    blocks: IdPairs = (),
    declined: IdPairs = (),
    ended: IdPairs = (),
    vetoes: IdPairs = (),
    conflicts: IdPairs = (),
    lifted: IdPairs = (),
    strengths: Mapping[str, int] | None = None,
) -> Scores:
    return score(
        [MINA] if researchers is None else researchers,
        [PRIYA, OMAR] if mentors is None else mentors,
        TREE,
        WEEK,
        weights=weights or Weights(),
        requirements=requirements or ANYBODY,
        blocks=blocks,
        declined=declined,
        ended=ended,
        vetoes=vetoes,
        conflicts=conflicts,
        lifted=lifted,
        strengths=strengths,
    )


def in_blocks(
    researchers: Sequence[ResearcherProfile],
    mentors: Sequence[MentorProfile],
    tree: Taxonomy,
    week: date,
    *,
    weights: Weights,
    requirements: Requirements,
    blocks: IdPairs = (),
    vetoes: IdPairs = (),
) -> Scorer:
    """The scores as a large pool has them."""
    return scorer(
        profiles_of(researchers, mentors, tree, week, own=weights.own),
        units_of(weights),
        requirements,
        RuledOut(block=blocks, veto=vetoes),
    )


def mina(**changes: object) -> ResearcherProfile:
    return replace(MINA, **changes)


def priya(**changes: object) -> MentorProfile:
    return replace(PRIYA, **changes)
