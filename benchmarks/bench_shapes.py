"""Every shape of pool, as a multiple of SciPy's bare assignment in the same run.

    python benchmarks/bench_shapes.py                        500, 2,000 and 6,000 people
    python benchmarks/bench_shapes.py --sizes 500,2000       other numbers of researchers
    python benchmarks/bench_shapes.py --places 2 --scores tied

One mentor for three researchers, with 2, 3, 4 or an uneven 1 to 6 places each. `solve` comes with
prices, a gap of 0 and one settled answer among equals. The reference is `linear_sum_assignment` on
a ready matrix with a column per place: no answer for who is equal, no proof. It runs in a process
of its own that is stopped after `LIMIT` seconds, because it takes minutes on some shapes; the
ratio is then an upper bound. Ratios are medians of up to five rounds, each of both sides one after
the other, in seconds of CPU. The goal stands beside each: at most 3 x below 2,000 people, 1.5 x
from there on; scores that are all equal have none.
"""

import argparse
import multiprocessing
import resource
import time
from itertools import product
from multiprocessing.connection import Connection
from statistics import median

import numpy as np
import numpy.typing as npt
from bench_matching import factored, tied, uniform
from scipy.optimize import linear_sum_assignment

from cohort.assignment import Problem, solve, verify

Floats = npt.NDArray[np.float64]

LIMIT = 20  # seconds of CPU of the reference
ROUNDS, ENOUGH = 5, 1.5  # rounds at most, and seconds after which no other begins
SAME = 1e-9  # of the total, in which floats may differ


def starred(n: int, m: int) -> Floats:
    """A few mentors are wanted by everybody: popularity falls off as a power."""
    rng = np.random.default_rng(n + 3)
    return 0.07 * rng.pareto(1.5, m).clip(0, 10) + 0.3 * rng.random((n, m))


def all_equal(n: int, m: int) -> Floats:
    return np.full((n, m), 0.5)


SCORES = {made.__name__: made for made in (uniform, factored, tied, starred, all_equal)}
PLACES = ("2", "3", "4", "1-6")


def places(name: str, m: int) -> npt.NDArray[np.int64]:
    low, _, high = name.partition("-")
    return np.random.default_rng(7).integers(int(low), int(high or low) + 1, m)


def reference(matrix: Floats, answers: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    start = time.process_time()
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    answers.send((time.process_time() - start, float(matrix[rows, columns].sum())))


def bounded_reference(matrix: Floats) -> tuple[float, float] | None:
    """Seconds and total of SciPy's answer; None where it took longer than `LIMIT`."""
    fork = multiprocessing.get_context("fork")  # shares the matrix
    ours, theirs = fork.Pipe(duplex=False)
    side = fork.Process(target=reference, args=(matrix, theirs))
    side.start()
    theirs.close()
    try:
        answer: tuple[float, float] = ours.recv()
    except EOFError:
        return None
    finally:
        side.join()
    return answer


def measure(n: int, kind: str, name: str) -> str:
    m = -(-n // 3)
    scores, capacity = SCORES[kind](n, m), places(name, m)
    problem = Problem(scores, capacity)
    solution = solve(problem)
    if not verify(problem, solution):
        raise SystemExit(verify(problem, solution).sentence)
    matrix = scores[:, np.repeat(np.arange(m), capacity)]
    most = 3.0 if n < 2000 else 1.5
    goal = "no goal" if kind == all_equal.__name__ else f"goal <= {most}x"
    spent, bare = [], []
    while len(spent) < ROUNDS and sum(spent) + sum(bare) < ENOUGH:
        start = time.process_time()
        solve(problem)
        spent.append(time.process_time() - start)
        found = bounded_reference(matrix)
        if found is None:
            return (
                f"{median(spent):>7.3f}s {f'>{LIMIT}':>8}s {spent[-1] / LIMIT:>7.2f}x  less, {goal}"
            )
        seconds, total = found
        if abs(total - solution.total) > SAME * max(total, 1.0):
            raise SystemExit(f"SciPy found {total}, not {solution.total}")
        bare.append(seconds)
    ratio = median(one / max(other, 1e-6) for one, other in zip(spent, bare, strict=True))
    verdict = f"over, {goal}" if ratio > most and kind != all_equal.__name__ else goal
    return f"{median(spent):>7.3f}s {median(bare):>8.3f}s {ratio:>7.2f}x  {verdict}"


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", default="500,2000,6000")
    asked.add_argument("--scores", default=",".join(SCORES))
    asked.add_argument("--places", default=",".join(PLACES))
    given = asked.parse_args()
    heads = ("solve", "SciPy", "ratio")
    print(f"{'people':>12} {'places':>6} {'scores':>9}", *(f"{head:>8}" for head in heads))
    kinds, names = given.scores.split(","), given.places.split(",")
    for n, name, kind in product(map(int, given.sizes.split(",")), names, kinds):
        told = measure(n, kind, name)
        print(f"{n:>5} x {-(-n // 3):<4} {name:>6} {kind:>9} {told}", flush=True)


if __name__ == "__main__":
    main()
