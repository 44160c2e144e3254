"""Small problems to try the solver on."""

import numpy as np
from hypothesis import strategies as st

from cohort.assignment.problem import Problem


def integers(n: int, m: int, seed: int, low: int = -2, high: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (n, m)).astype(float)


@st.composite
def problems(draw: st.DrawFn, most: int = 4, *, plain: bool = False, fair: bool = False) -> Problem:
    """Small problems full of ties, with every kind of condition.

    `plain` ones have one mentor for each at most and no minimum, so that all can be solved.
    """
    n, m = draw(st.integers(0, most)), draw(st.integers(0, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scores = rng.integers(-2, 6, (n, m)) / draw(st.sampled_from([1.0, 4.0, 10.0]))
    capacity = rng.integers(0, 3, m)
    forbidden = rng.random((n, m)) < draw(st.sampled_from([0.0, 0.3]))
    several, at_least = (not plain and draw(st.booleans()) for _ in range(2))
    demand = rng.integers(0, 4, n) if several else np.ones(n)
    pinned = []
    if n and m and draw(st.booleans()):
        i, j = int(rng.integers(n)), int(rng.integers(m))
        if capacity[j] and demand[i] and not forbidden[i, j]:
            pinned.append((i, j))
    return Problem(
        scores,
        capacity,
        floor=draw(st.sampled_from([None, -1.0, 0.0, 1.0])),
        forbidden=forbidden,
        pinned=pinned,
        incumbent=rng.integers(-1, m, n) if draw(st.booleans()) else None,
        stickiness=draw(st.sampled_from([0.0, 0.25, 2.0])),
        cover=draw(st.booleans()),
        objective="fair" if fair else "total",
        demand=demand,
        min_load=np.minimum(capacity, rng.integers(0, 3, m)) if at_least else None,
        researcher_ids=[f"r{k}" for k in rng.permutation(n)],
        mentor_ids=[f"m{k}" for k in rng.permutation(m)],
    )
