"""How long it takes to offer the next best mentor, as a share of the whole round in the same run.

Run `make bench`, or this file alone. Of 2,000 x 667 people some wait, and of these some ask: their
proposals came to nothing. The reference is `find_pairs` for all 2,000: what the weekly round takes.
The goal is at most a quarter for one who asks while nobody else waits. Medians of CPU seconds.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from bench_advice import Case

from cohort.pairing.find import find_pairs
from cohort.pairing.next_best import next_best

GOAL = 0.25
ROUNDS = 3
WAITING = ((1, 1), (20, 5), (100, 20), (500, 100))


def seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def main() -> None:
    print(f"goal: at most {GOAL} of the whole round for one who asks alone, 2,000 x 667")
    whole = Case(2000, alike=False, places=2).pool()
    for waiting, asking in WAITING:
        pool = replace(whole, researchers=whole.researchers[:waiting])
        ids = {one.id for one in pool.researchers[:asking]}
        shares = []
        for _ in range(ROUNDS):
            found = seconds(lambda: next_best(pool, ids))  # noqa: B023
            shares.append((found, found / seconds(lambda: find_pairs(whole))))
        took, share = (median(one) for one in zip(*shares, strict=True))
        print(f"{waiting:>5} wait, {asking:>4} ask {took:>8.3f}s {share:>7.2f}x", flush=True)


if __name__ == "__main__":
    main()
