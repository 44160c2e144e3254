"""How good forecasts of a pace are on simulated cohorts, held against a rule that sites show.

Six kinds of cohorts, each of 12 and of 60 people over 18 weeks with 40 milestones: all alike,
mixed (some give up), of very different paces, paces that change on the way, holidays, and work
that comes in bursts. What is forecast after 3, 6, 9, 12 and 15 weeks is held against what comes.
"""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from cohort.forecasts import pace
from cohort.forecasts.pace import Facts, Floats, chance, pace_of

WEEKS, UNITS = 18, 40
KINDS = ("alike", "mixed", "wide", "changing", "holidays", "bursts")
SHAPES = {"alike": 8.0, "mixed": 3.0, "wide": 1.5}
LOOKS = (3, 6, 9, 12, 15)
SEEDS = range(6)
HALF_LIVES = (3.0, 4.0, 6.0, 9.0)
Times = npt.NDArray[np.float64]


def somebody(random: np.random.Generator, kind: str) -> Times:
    """When each milestone is done, in weeks from the beginning."""
    shape = SHAPES.get(kind, 3.0)
    rate = random.gamma(shape, 1.05 * UNITS / WEEKS / shape)
    gives_up = random.uniform(1, WEEKS) if kind != "alike" and random.random() < 0.18 else np.inf
    changes_at, factor = random.uniform(3, WEEKS - 3), random.choice([0.4, 1.8])
    away_from, away_for = random.uniform(2, WEEKS - 4), random.uniform(1, 3)
    is_away = kind == "holidays" and random.random() < 0.5
    now, done = 0.0, list[float]()
    while len(done) < UNITS:
        current = rate * (factor if kind == "changing" and now > changes_at else 1.0)
        now += random.exponential(1 / current)
        if is_away and away_from < now < away_from + away_for:
            now = away_from + away_for
        if now > gives_up or now > 3 * WEEKS:
            break
        done.append(now)
        if kind == "bursts":
            at_once = int(random.poisson(1.0))
            now += at_once / current
            done += [now] * min(at_once, UNITS - len(done))
    return np.array(done)


def facts_of(people: Sequence[Times], at: float) -> Facts:
    done = [times[times <= at] for times in people]
    lately = [float(np.sum(0.5 ** ((at - times) / pace.HALF_LIFE))) for times in done]
    left = [float(UNITS - len(times)) for times in done]
    half_lives = at / pace.HALF_LIFE
    asked = UNITS / WEEKS * pace.HALF_LIFE / np.log(2) * (1 - 0.5**half_lives)
    return Facts(np.array(lately), np.full(len(people), asked), np.array(left))


def forecasts(kind: str) -> Iterator[tuple[Floats, Floats, Floats]]:
    """What was said, what the rule of days says, and what came; of those not done yet."""
    for seed in SEEDS:
        random = np.random.default_rng(seed)
        for size in (12, 60):
            people = [somebody(random, kind) for _ in range(size)]
            came = np.array([len(one) >= UNITS and one[UNITS - 1] <= WEEKS for one in people])
            for at in LOOKS:
                facts = facts_of(people, at)
                ahead = np.full(size, UNITS * (1 - at / WEEKS))
                said = chance(facts, pace_of(facts), ahead)
                so_far = (UNITS - facts.left) / at
                needed = facts.left / np.maximum(so_far, 1e-9)
                rule = np.minimum((WEEKS - at) / np.maximum(needed, 1e-9), 1.0)
                open_still = facts.left > 0
                yield said[open_still], rule[open_still], came[open_still].astype(float)


def brier(said: Floats, came: Floats) -> float:
    return float(np.mean((said - came) ** 2))


def quality() -> None:
    print("Brier score of the chance to be done in time (0 perfect, 0.25 a coin)")
    print(f"{'cohorts':10s} {'ours':>6s} {'rule':>6s} {'on or off':>9s}   goal: ours below both")
    every = []
    for kind in KINDS:
        said, rule, came = (np.concatenate(part) for part in zip(*forecasts(kind), strict=True))
        every.append((said, came))
        on_or_off = (rule >= 1).astype(float)
        ours, theirs, theirs_too = (brier(one, came) for one in (said, rule, on_or_off))
        verdict = "met" if ours < min(theirs, theirs_too) else "MISSED"
        print(f"{kind:10s} {ours:6.3f} {theirs:6.3f} {theirs_too:9.3f}   {verdict}")
    said, came = (np.concatenate(part) for part in zip(*every, strict=True))
    print("said       came true")
    for low in np.arange(0, 1, 0.2):
        among = (said >= low) & (said < low + 0.2 + (low > 0.7))
        print(f"{said[among].mean():4.2f}       {came[among].mean():4.2f}  of {among.sum()}")


def half_lives() -> None:
    kept = pace.HALF_LIFE
    for half_life in HALF_LIVES:
        pace.HALF_LIFE = half_life
        scores = []
        for kind in KINDS:
            parts = list(forecasts(kind))
            scores.append(brier(*(np.concatenate([one[of] for one in parts]) for of in (0, 2))))
        print(f"half-life of {half_life:.0f} weeks: mean Brier score {np.mean(scores):.4f}")
    pace.HALF_LIFE = kept


def speed() -> None:
    random = np.random.default_rng(0)
    asked = np.full(2_000, 12.0)
    done = random.poisson(random.gamma(3.0, 0.3, 2_000) * asked).astype(float)
    facts = Facts(done, asked, np.maximum(40 - done, 0))
    begin = time.process_time()
    its = pace_of(facts)
    chance(facts, its, np.full(2_000, 20.0))
    pace.still_asked(facts, its, 0.5)
    print(f"2,000 people: {1e3 * (time.process_time() - begin):.0f} ms of one processor")


if __name__ == "__main__":
    quality()
    half_lives()
    speed()
