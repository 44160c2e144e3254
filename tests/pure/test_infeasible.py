"""What cannot be met is told with the people who prove it, and with a way out."""

from dataclasses import replace

import numpy as np
import pytest
from brute import every_assignment
from cases import problems
from hypothesis import given, settings

from cohort.matching.counterfactual import unplaced
from cohort.matching.problem import Problem
from cohort.matching.solver import CannotMeet, solve


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
def test_allowing_a_pair_that_a_refusal_names_fills_one_place_more(problem: Problem) -> None:
    refusal = refusal_of(problem)
    if refusal is None:
        return
    for i, j in refusal.allow:
        forbidden, scores = np.asarray(problem.forbidden).copy(), problem.scores.copy()
        forbidden[i, j], scores[i, j] = False, 9.0
        opened = replace(problem, forbidden=forbidden, scores=scores)
        still = refusal_of(opened)
        lacking = 0 if still is None else (problem.min_load - still.lower).sum()
        assert lacking < (problem.min_load - refusal.lower).sum()


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
