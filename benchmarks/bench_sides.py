"""The same pools given to other solvers: time, memory, what is lost, and what is proved.

    python benchmarks/bench_sides.py               200, 500 and 2,000 people
    python benchmarks/bench_sides.py --sizes 500   other numbers of researchers
    python benchmarks/bench_sides.py --full        also what takes minutes

Three places for each mentor, m = n / 3. "CPU" is a multiple of SciPy's bare
`linear_sum_assignment` on a matrix with a column per place, in turns in the same process: a side
is given scores and has to come to pairs, the bare one has its matrix ready. Medians of up to five
turns. "peak" is the memory of a process that does nothing else, Python, packages and scores
included. "lost" is the share of the best total that is missing. "proof" is what comes with the
pairs to show that nothing is better.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
from bench_matching import PLACES, factored, tied, uniform
from scipy.optimize import linear_sum_assignment
from sides import SIDES, Ints, Side, expanded

KINDS = {made.__name__: made for made in (uniform, factored, tied)}
TURNS, ENOUGH = 5, 3.0  # turns at most, and seconds after which no other begins
PATIENCE = 3600
MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10  # the unit of ru_maxrss differs


def measured(side: Side, kind: str, n: int) -> dict[str, float]:
    m = -(-n // PLACES)
    scores, places = KINDS[kind](n, m), np.full(m, PLACES)
    side.find(scores[:4, :2], np.full(2, PLACES))  # some import what they need only now
    spent, mentor_of = timed(lambda: side.find(scores, places))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    columns, _ = expanded(scores, places)
    ratios, turns = [], [spent]
    while True:
        ratios.append(turns[-1] / timed(lambda: linear_sum_assignment(columns, maximize=True))[0])
        if len(turns) == TURNS or sum(turns) > ENOUGH:
            break
        turns.append(timed(lambda: side.find(scores, places))[0])
    placed = np.flatnonzero(mentor_of >= 0)
    return {
        "ratio": median(ratios),
        "cpu": median(turns),
        "megabytes": peak,
        "total": float(scores[placed, mentor_of[placed]].sum()),
        "unplaced": n - len(placed),
    }


def timed(act: Callable[[], Ints]) -> tuple[float, Ints]:
    """Seconds of this process's own work, on all its threads."""
    start = time.process_time()
    found = act()
    return time.process_time() - start, found


def in_a_fresh_process(side: Side, kind: str, n: int) -> dict[str, float] | str:
    """What was measured, or why nothing was."""
    command = [sys.executable, __file__, "--case", side.name, kind, str(n)]
    try:
        ran = subprocess.run(  # noqa: S603
            command, check=False, capture_output=True, text=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return f"stopped after {PATIENCE} s"
    if ran.returncode:
        return f"failed: {ran.stderr.strip().splitlines()[-1]}"
    # HiGHS greets the reader, whatever it is told.
    return json.loads(next(line for line in ran.stdout.splitlines() if line.startswith("{")))


def shown(side: Side, found: dict[str, float] | str, best: float) -> str:
    if isinstance(found, str):
        return found
    lost = 1 - found["total"] / best
    share = "0" if abs(lost) < 1e-9 else f"{lost:.3%}"
    return (
        f"{found['ratio']:>7.2f}x {found['cpu']:>7.3f}s {found['megabytes']:>5.0f} MB"
        f" {share:>8} {found['unplaced']:>8}  {side.proof}"
    )


def compare(kind: str, n: int, *, full: bool) -> None:
    """One line for each side; the first is our own, whose total is proved to be the best."""
    best = 0.0
    for side in SIDES:
        if not side.installed:
            told = "not installed (make bench installs it, where there is a build for this Python)"
        elif n > side.largest and not full:
            told = f"left out above {side.largest} people: takes up to minutes (--full runs it)"
        else:
            found = in_a_fresh_process(side, kind, n)
            if side is SIDES[0] and not isinstance(found, str):
                best = found["total"]
            told = shown(side, found, best)
        print(f"{n:>5} x {-(-n // PLACES):<4} {kind:>8}  {side.name:<24} {told}", flush=True)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", default="200,500,2000")
    asked.add_argument("--kinds", default=",".join(KINDS))
    asked.add_argument("--full", action="store_true")
    asked.add_argument("--case", nargs=3)
    given = asked.parse_args()
    if given.case:
        name, kind, n = given.case
        print(json.dumps(measured({one.name: one for one in SIDES}[name], kind, int(n))))
        return
    heads = ("CPU", "seconds", "peak", "lost", "unplaced")
    print(
        f"{'people':>12} {'scores':>8}  {'side':<24}", *(f"{head:>8}" for head in heads), " proof"
    )
    for n in map(int, given.sizes.split(",")):
        for kind in given.kinds.split(","):
            compare(kind, n, full=given.full)


if __name__ == "__main__":
    main()
