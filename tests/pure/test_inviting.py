"""Whom to invite: Mina and Bo want the mentor that only one can have."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.assignment.neighbourhood import NotTheBest
from cohort.pairing import saying
from cohort.pairing.find import find_pairs
from cohort.pairing.inviting import AT_ANY_HOUR, Invitation, invitations, wanted
from cohort.pairing.pool import Pool
from cohort.pairing.rules import Weights
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from tests.pure.cast import ANYBODY, MINA, OMAR, PRIYA, TITLES, TREE, WEEK, on

LEV = replace(MINA, id="lev", domains=["robotics"], advisers=[])
BO = replace(MINA, id="bo", wishes=["priya"])
FREE_OMAR = replace(OMAR, weekly_hours=on("monday", "09:00", "17:00"), time_zone="Europe/Berlin")
POOL = Pool(
    week=WEEK,
    researchers=[LEV, MINA, BO],
    mentors=[FREE_OMAR, PRIYA],
    places=[1, 1],
    taxonomy=TREE,
    requirements=ANYBODY,
    names={"mina": "Mina", "lev": "Lev", "bo": "Bo", "priya": "Priya", "omar": "Omar"},
    titles=TITLES,
)


def whom_to_invite(pool: Pool) -> tuple[Invitation, ...]:
    solved = find_pairs(pool).solved
    assert solved is not None
    return invitations(pool, solved)


def test_the_mentor_to_look_for_is_named_with_what_they_would_add() -> None:
    first, *others = whom_to_invite(POOL)
    assert (first.domain, first.role, first.language) == ("translation", "ml-engineer", "en")
    assert saying.invitation(first, POOL.names, TITLES) == (
        "A mentor in machine translation who knows the role of ML engineer, strong in monitoring, "
        f"CI/CD, serving, sql and testing, would add {first.gain:.2f} to the total and give Mina "
        "a mentor."
    )
    assert all(first.gain >= one.gain > 0 for one in others)


def test_matching_again_with_the_new_mentor_gains_what_was_said() -> None:
    # How rare a strength is changes with a newcomer; the gain is by how rare it is now.
    rest = replace(POOL, weights=Weights(skills=0))
    invited = whom_to_invite(rest)
    assert invited
    for one in invited:
        newcomer = MentorProfile(
            id="nia",
            name="Nia",
            domains=[one.domain],
            roles=[one.role],
            skills=one.skills,
            languages=[one.language],
            weekly_hours=AT_ANY_HOUR,
        )
        pool = replace(rest, mentors=[*POOL.mentors, newcomer], places=[*POOL.places, 1])
        before, after = find_pairs(rest), find_pairs(pool)
        assert after.total - before.total == pytest.approx(one.gain)
        assert len(after.pairs) - len(before.pairs) == one.placed
        assert {pair.researcher for pair in after.pairs if pair.mentor == "nia"} == set(one.takes)
        assert set(before.unmatched) - set(after.unmatched) == set(one.newly)


def test_what_nobody_is_strong_in_yet_counts_for_whom_to_invite() -> None:
    wants = {"sql": 1.0}
    pool = replace(POOL, researchers=[replace(one, gaps=wants) for one in POOL.researchers])
    settled = replace(pool, researchers=[replace(one, gaps={}) for one in POOL.researchers])
    assert whom_to_invite(pool)[0].skills == ("sql",)
    assert whom_to_invite(pool)[0].gain > whom_to_invite(settled)[0].gain


def test_with_cover_a_mentor_counts_by_whom_they_place_first() -> None:
    advice = whom_to_invite(replace(POOL, cover=True))
    assert [one.placed for one in advice] == [1] * len(advice) != []
    assert all("give " in saying.invitation(one, POOL.names, TITLES) for one in advice)


def test_a_new_mentor_needs_hours_that_somebody_gave() -> None:
    silent = [replace(one, weekly_hours=()) for one in POOL.researchers]
    assert whom_to_invite(replace(POOL, researchers=silent)) == ()


def test_nobody_is_to_be_found_for_nobody() -> None:
    assert whom_to_invite(replace(POOL, researchers=[], mentors=[], places=[])) == ()


def test_the_order_of_people_changes_no_advice() -> None:
    turned = replace(
        POOL,
        researchers=POOL.researchers[::-1],
        mentors=POOL.mentors[::-1],
        places=POOL.places[::-1],
    )
    assert whom_to_invite(turned) == whom_to_invite(POOL)


def test_a_fair_matching_has_no_total_to_add_to() -> None:
    with pytest.raises(NotTheBest):
        whom_to_invite(replace(POOL, objective="fair"))


def test_profiles_to_look_for_name_what_people_lack() -> None:
    ada = ResearcherProfile(id="a", domains=["nlp"], role_goals=["mle"])
    bo = ResearcherProfile(id="b", domains=["vision"], role_goals=["mle"])
    needs = [{"sql": 0.25, "ci": 0.75}, {"sql": 1.0}]
    found = wanted([ada, bo], needs, np.array([1.0, 0.0]))
    assert [(one.domain, one.role) for one in found] == [("nlp", "mle"), ("vision", "mle")]
    assert found[0].skills == ("ci", "sql")


def test_a_rare_strength_is_looked_for_before_one_that_many_have() -> None:
    wants = dict.fromkeys(("a", "b", "c", "d", "e", "z"), 1.0)
    many = [replace(PRIYA, id=f"m{k}", skills=["a", "b", "c", "d", "e"]) for k in range(3)]
    rare = replace(PRIYA, id="rare", skills=["z"])
    pool = replace(
        POOL,
        researchers=[replace(one, gaps=wants) for one in POOL.researchers],
        mentors=[*many, rare],
        places=[1, 0, 0, 0],
    )
    assert whom_to_invite(pool)[0].skills[0] == "z"
