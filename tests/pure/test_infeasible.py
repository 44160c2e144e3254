"""What cannot be met is told with the people who prove it, and with a way out."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from cohort.assignment import CannotMeet, solve
from cohort.assignment.counterfactual import unplaced
from cohort.assignment.problem import Problem
from tests.pure.brute import Assignment, chosen, every_assignment, merit
from tests.pure.cases import problems


def test_two_mentors_who_need_more_people_than_could_come_are_named_alone() -> None:
    forbidden = np.zeros((4, 3), dtype=bool)
    forbidden[1:, :2] = True
    problem = Problem(np.ones((4, 3)), [2, 2, 4], forbidden=forbidden, min_load=[1, 1, 1])
    with pytest.raises(CannotMeet) as refusal:
        solve(problem)
    assert refusal.value.mentors == (0, 1)
    assert refusal.value.researchers == (0,)
    assert (refusal.value.asked, refusal.value.room) == (2, 1)
    assert "Mentors 0, 1 must have 2 people together, but only 1" in str(refusal.value)


def test_a_pin_that_takes_a_mentors_only_candidate_is_part_of_the_proof() -> None:
    problem = Problem([[1.0, 1.0]], [1, 1], pinned=[(0, 0)], min_load=[0, 1])
    with pytest.raises(CannotMeet) as refusal:
        solve(problem)
    assert (refusal.value.mentors, refusal.value.room) == ((1,), 0)


def test_a_pin_that_takes_one_of_two_mentors_from_somebody_is_part_of_the_proof() -> None:
    places = {"demand": [2], "pinned": [(0, 0)], "min_load": [0, 1, 1]}
    refusal = refusal_of(Problem(np.ones((1, 3)), [1, 1, 1], **places))  # type: ignore[arg-type]
    assert refusal is not None
    assert (refusal.mentors, refusal.room, refusal.pins) == ((1, 2), 1, ((0, 0),))


def refusal_of(problem: Problem) -> CannotMeet | None:
    try:
        solve(problem)
    except CannotMeet as refusal:
        return refusal
    return None


@given(problems())
@settings(max_examples=150, deadline=None)
def test_every_refusal_proves_itself_and_its_way_out_works(problem: Problem) -> None:
    refusal = refusal_of(problem)
    if refusal is None:
        return
    alone = np.zeros(problem.shape[1], dtype=int)
    alone[list(refusal.mentors)] = problem.min_load[list(refusal.mentors)]
    assert not every_assignment(replace(problem, min_load=alone))
    for mentor in refusal.mentors:
        fewer = np.where(np.arange(len(alone)) == mentor, 0, alone)
        assert every_assignment(replace(problem, min_load=fewer))
    assert (refusal.lower <= problem.min_load).all()
    assert every_assignment(replace(problem, min_load=refusal.lower))


@given(problems())
@settings(max_examples=150, deadline=None)
def test_no_proof_has_fewer_mentors_when_it_says_so(problem: Problem) -> None:
    refusal = refusal_of(problem)
    if refusal is None:
        return
    assert refusal.smallest
    m = problem.shape[1]
    for size in range(len(refusal.mentors)):
        for some in combinations(range(m), size):
            alone = np.where(np.isin(np.arange(m), some), problem.min_load, 0)
            assert every_assignment(replace(problem, min_load=alone))


def short_of(problem: Problem, assignment: Assignment) -> int:
    load = np.bincount([j for held in assignment for j in held], minlength=problem.shape[1])
    return int(np.maximum(problem.min_load - load, 0).sum())


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_minimums_that_are_left_miss_the_fewest_places_and_have_the_best_answer(
    problem: Problem,
) -> None:
    refusal = refusal_of(problem)
    if refusal is None:
        return
    nearest = replace(problem, min_load=refusal.lower)
    every = every_assignment(replace(problem, min_load=None))
    fewest = min(short_of(problem, one) for one in every)
    assert (problem.min_load - refusal.lower).sum() == fewest
    able = [one for one in every if short_of(problem, one) == fewest]
    assert merit(nearest, chosen(nearest, solve(nearest))) == max(
        merit(problem, one) for one in able
    )


def test_the_place_that_costs_least_is_filled_where_only_one_can_be() -> None:
    problem = Problem([[0.2, 0.9, 0.5]], [1, 1, 1], min_load=[1, 0, 1])
    refusal = refusal_of(problem)
    assert refusal is not None
    assert refusal.lower.tolist() == [0, 0, 1]


def test_a_smaller_proof_is_found_beside_a_large_one() -> None:
    """Three mentors share two people; further on, two who share one."""
    allowed = np.zeros((3, 5), dtype=bool)
    allowed[:2, :3] = allowed[2, 3:] = True
    problem = Problem(np.ones((3, 5)), np.ones(5), forbidden=~allowed, min_load=np.ones(5))
    refusal = refusal_of(problem)
    assert refusal is not None
    assert (refusal.mentors, refusal.researchers, refusal.smallest) == ((3, 4), (2,), True)


def test_one_mentor_who_asks_for_too_many_is_named_and_not_the_three_who_do_together() -> None:
    """The search ends with people at the three, and comes to them first."""
    problem = Problem(np.eye(3, 4, k=1), [4, 1, 1, 2], min_load=[4, 1, 1, 2])
    refusal = refusal_of(problem)
    assert refusal is not None
    assert (refusal.mentors, refusal.asked, refusal.room) == ((0,), 4, 3)


def test_too_many_sets_to_try_are_not_tried_and_that_is_said() -> None:
    rng = np.random.default_rng(3)
    allowed = rng.random((58, 60)) < 0.2
    problem = Problem(np.ones((58, 60)), np.ones(60), forbidden=~allowed, min_load=np.ones(60))
    refusal = refusal_of(problem)
    assert refusal is not None
    assert not refusal.smallest
    assert refusal.asked == refusal.room + 1


def test_the_sentence_uses_the_names_that_were_given() -> None:
    problem = Problem(
        [[1.0]], [2], min_load=[2], researcher_ids=["Ada"], mentor_ids=["Professor Kim"]
    )
    assert str(refusal_of(problem)) == (
        "Mentor Professor Kim must have 2 people, but only 1 of these places can be filled: those "
        "who could go to this mentor are Ada. Lower the minimum by 1, or allow this mentor more "
        "people."
    )


@given(problems(plain=True))
@settings(max_examples=120, deadline=None)
def test_whom_even_cover_leaves_without_a_mentor_belongs_to_a_crowd(problem: Problem) -> None:
    problem = replace(problem, cover=True)
    solution = solve(problem)
    told = unplaced(problem, solution)
    without = [i for crowd in told for i in crowd.without]
    assert sorted(without) == np.flatnonzero(solution.mentor_of == -1).tolist()
    for crowd in told:
        assert len(crowd.researchers) == crowd.places + len(crowd.without)
        if crowd.best is not None:
            roomier = problem.capacity.copy()
            roomier[crowd.best] += 1
            more = solve(replace(problem, capacity=roomier))
            assert len(more.pairs) == len(solution.pairs) + 1
