"""How often the intervals of learned effects hold the truth, and what they cost.

Outcomes are made with known effects; goal: an interval of 95 % holds an effect of up to one in
log-odds in at least 92 % of the sets, and an effect that is not there is called clear in at most
5 %. For a reference, the same factors are told apart by plain correlations with an interval of
SciPy's, as a spreadsheet would.
"""

import time

import numpy as np
from scipy.stats import pearsonr

from cohort.outcomes.learning import effects

TRUE = np.array([0.0, 0.0, 0.5, 1.0, 1.5])
SETS = 300
SIZES = ((20, 10), (40, 15), (80, 30), (200, 60))


def made(rng, mentorships, mentors):
    scores = rng.beta(2, 2, (mentorships, len(TRUE)))
    standard = (scores - scores.mean(axis=0)) / scores.std(axis=0)
    whose = rng.integers(0, mentors, mentorships)
    leaning = rng.normal(0, 0.5, mentors)[whose]
    chance = 1 / (1 + np.exp(-(0.8 + standard @ TRUE + leaning)))
    return scores, (rng.random(mentorships) < chance).astype(float), whose.tolist()


def clear_by_correlation(scores, good):
    if good.std() == 0:
        return np.zeros(len(TRUE), bool)
    return np.array([pearsonr(column, good).pvalue < 0.05 for column in scores.T])


def main():
    rng = np.random.default_rng(1)
    print("effects in log-odds:", *TRUE)
    for mentorships, mentors in SIZES:
        held, clear, plain = (np.zeros(len(TRUE)) for _ in range(3))
        spent = 0.0
        for _ in range(SETS):
            scores, good, whose = made(rng, mentorships, mentors)
            begun = time.process_time()
            told = effects(scores, good, whose)
            spent += time.process_time() - begun
            held += [one.low <= true <= one.high for one, true in zip(told, TRUE, strict=True)]
            clear += [one.is_clear for one in told]
            plain += clear_by_correlation(scores, good)
        held, clear, plain = held / SETS, clear / SETS, plain / SETS
        met = held[:4].min() >= 0.92 and clear[:2].max() <= 0.05
        print(
            f"{mentorships} mentorships, {mentors} mentors: held {held.round(2)},"
            f" clear {clear.round(2)}, by correlation {plain.round(2)},"
            f" {1000 * spent / SETS:.1f} ms of CPU, goal {'met' if met else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
