"""Check the proof of a matching with nothing but NumPy: read this page, then run it on a file.

The file is the evidence of a run (an .npz). `python verify.py run.npz` works without cohort.

Each mentor has a price. A researcher cannot add more to the total than her best score less its
mentor's price; the mentors' places cannot bring in more than they are priced at. The sum of both
is a bound that no matching can pass. If the pairs of the file reach it, nothing is better.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

Run = dict[str, np.ndarray[Any, Any]]


def read(path: str) -> Run:
    with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def faults(run: Run) -> list[str]:
    """What is wrong with the pairs themselves, whatever they add up to."""
    pairs, forbidden = run["pairs"], run["forbidden"]
    n, m = forbidden.shape
    if len(pairs) and not ((pairs >= 0).all() and (pairs < (n, m)).all()):
        return ["A pair names somebody who is not in the file."]
    pinned = {(i, j) for i, j in run["pinned"].tolist()}
    made = [(i, j) for i, j in pairs.tolist()]
    load = np.bincount(pairs[:, 1], minlength=m)
    has = np.bincount(pairs[:, 0], minlength=n)
    floor = -np.inf if np.isnan(run["floor"]) else run["floor"]
    low = {(i, j) for i, j in made if scores_of(run)[i, j] < floor} - pinned
    bonus, largest = float(run["cover_bonus"]), float(np.abs(scores_of(run)).max(initial=0))
    extra = float(run["stickiness"]) + float(run.get("head_start", 0.0))
    most = 8 * (run["demand"].sum() + 1) * (largest + extra or 1.0)
    checks = {
        "The bonus for placing people is out of all proportion.": not 0 <= bonus <= most,
        "A pair is there twice.": len(set(made)) < len(made),
        "A pair is forbidden.": any(forbidden[i, j] for i, j in made),
        "A pair is below the least score.": bool(low),
        "A pinned pair is not there.": not pinned <= set(made),
        "A mentor has more people than places.": bool((load > run["capacity"]).any()),
        "A mentor has fewer people than promised.": bool((load < run["min_load"]).any()),
        "A researcher has too many mentors.": bool((has > run["demand"]).any()),
        "A price is below 0 where it may not be.": bool(
            ((run["mentor_prices"] < 0) & (run["min_load"] == 0)).any()
        ),
    }
    return [sentence for sentence, is_wrong in checks.items() if is_wrong]


def scores_of(run: Run) -> np.ndarray[Any, Any]:
    """In steps of 1e-8 where they are whole numbers of these."""
    return run["score_steps"] / 1e8 if "score_steps" in run else run["scores"]


def weigh(run: Run) -> tuple[float, float]:
    """The total of the pairs, and the bound by the prices."""
    scores, prices = scores_of(run).copy(), run["mentor_prices"]
    floor = -np.inf if np.isnan(run["floor"]) else run["floor"]
    barred = run["forbidden"] | (scores < floor)
    kept = np.flatnonzero(run["incumbent"] >= 0)
    scores[kept, run["incumbent"][kept]] += run["stickiness"]  # a pair that stays counts more
    if "ahead" in run:
        scores[run["ahead"]] += run["head_start"]  # as does each of those who go first
    bonus = float(run["cover_bonus"])  # and so does each person placed, where that comes first
    bound = 0.0
    for i, row in enumerate(scores - prices):
        pins = [j for one, j in run["pinned"].tolist() if one == i]
        others = np.delete(row, pins)[~np.delete(barred[i], pins)]
        best = np.sort(others)[::-1][: max(int(run["demand"][i]) - len(pins), 0)]
        gains = best + bonus * ((np.arange(len(best)) == 0) & (not pins))
        bound += row[pins].sum() + bonus * bool(pins) + gains[gains > 0].sum()
    places = np.where(prices > 0, run["capacity"], run["min_load"])
    bound += (places * prices).sum() - bonus * len(np.unique(run["pairs"][:, 0]))
    return float(scores[tuple(run["pairs"].T)].sum()), float(bound)


def check(run: Run) -> tuple[bool, str]:
    """Whether nothing is better, and what was found in one sentence."""
    wrong = faults(run)
    if wrong:
        return False, wrong[0]
    total, bound = weigh(run)
    slack = 1e-9 * max(1.0, abs(total)) + 1e-14 * float(run["cover_bonus"]) * len(run["demand"])
    if not bound - total <= slack:  # also where one of them is no number
        return False, f"Not proved: the total is {total:g}; by the prices it could be {bound:g}."
    others = "that places as many people" if run["cover"] else "by these rules"
    return True, f"Proved: the total is {total:g}, and no matching {others} has a higher one."


if __name__ == "__main__":
    proved, sentence = check(read(sys.argv[1]))
    print(sentence)  # noqa: T201
    sys.exit(not proved)
