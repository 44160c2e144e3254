"""What was solved and what was found, as one file that anyone can check; pure.

The file is such as `numpy.savez` writes: a zip of arrays, without pickle. It names people by their
ids alone. Scores that are multiples of 1e-8, as those of people are, stand in it as whole numbers.
"""

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.assignment import Level, Prices, Problem, Solution
from cohort.assignment.problem import Bools, Floats
from cohort.pairing.scores.scorer import STEPS

Arrays = Mapping[str, npt.NDArray[Any]]

AHEAD = ("ahead", "head_start")
"""Only in the files of runs in which somebody goes first."""
NUMBERS = ("capacity", "demand", "min_load", "forbidden", "incumbent")
IDS = ("researcher_ids", "mentor_ids")
SCORES = "score_steps"
"""uint32[n, m], in steps of 1e-8; in files of earlier releases `scores` are floats."""
FIGURES = ("total", "bound", "gap", "cover_bonus")


@dataclass(frozen=True, eq=False)
class Evidence:
    """`verify(problem, solution)` checks it; `removed` says what rules a pair out.

    removed  bool[n, m] by requirement; a pair may fail several.
    placing  what the scores of the problem have been raised by, as `Pool.placing` says.
    """

    problem: Problem
    solution: Solution
    removed: Mapping[str, Bools]
    placing: float = 0.0

    @cached_property
    def pairs(self) -> frozenset[tuple[int, int]]:
        """The pairs of the solution, as rows and columns."""
        return frozenset(map(tuple, self.solution.pairs.tolist()))


def pack(evidence: Evidence) -> bytes:
    """The evidence as the bytes of an .npz file; the same evidence always gives the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in _arrays(evidence).items():
            # The digits of scores are as good as random: to compress them takes long for little.
            how = zipfile.ZIP_STORED if name == SCORES else zipfile.ZIP_DEFLATED
            member = zipfile.ZipInfo(f"{name}.npy")  # with a fixed date, so that bytes are too
            archive.writestr(member, _as_npy(array), compress_type=how, compresslevel=1)
    return file.getvalue()


def _as_npy(array: npt.ArrayLike) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), allow_pickle=False)
    return file.getvalue()


def unpack(packed: bytes) -> Evidence:
    """The evidence in the bytes of `pack`. Raises ValueError or KeyError on anything else."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        arrays = dict(file)
    removed_by, bits = arrays["removed_by"].tolist(), arrays["removed"]
    return Evidence(
        problem=_problem(arrays),
        solution=_solution(arrays),
        removed={name: (bits >> k & 1).astype(np.bool_) for k, name in enumerate(removed_by)},
        placing=float(arrays["placing"]) if "placing" in arrays else 0.0,
    )


def _arrays(evidence: Evidence) -> dict[str, npt.NDArray[Any]]:
    smallest = np.min_scalar_type((1 << len(evidence.removed)) - 1)
    bits = np.zeros(evidence.problem.shape, dtype=smallest)
    for k, removes in enumerate(evidence.removed.values()):
        bits |= removes.astype(smallest) << smallest.type(k)
    return {
        **_of_problem(evidence.problem),
        **_of_solution(evidence.solution, len(evidence.problem.capacity)),
        "removed_by": np.array(list(evidence.removed), dtype=np.str_),
        "removed": bits,
        **({"placing": np.array(evidence.placing)} if evidence.placing else {}),
    }


def _of_problem(problem: Problem) -> dict[str, npt.NDArray[Any]]:
    return {
        **_of_scores(problem.scores),
        **{name: np.asarray(getattr(problem, name)) for name in NUMBERS},
        **{name: np.array(getattr(problem, name), dtype=np.str_) for name in IDS},
        "floor": np.array(math.nan if problem.floor == -math.inf else problem.floor),
        "pinned": np.array(problem.pinned, dtype=np.int64).reshape(-1, 2),
        "stickiness": np.array(problem.stickiness),
        "cover": np.array(problem.cover),
        "objective": np.array(problem.objective),
        **{name: np.array(getattr(problem, name)) for name in AHEAD if problem.ahead.any()},
    }


def _of_scores(scores: Floats) -> dict[str, npt.NDArray[Any]]:
    """Half the size as whole numbers; as they are, where that would change one of them."""
    steps = np.rint(scores * STEPS)
    whole = np.array_equal(steps / STEPS, scores) and steps.max(initial=0) < 2**32
    if whole and steps.min(initial=0) >= 0:
        return {SCORES: steps.astype(np.uint32)}
    return {"scores": scores}


def _of_solution(solution: Solution, mentors: int) -> dict[str, npt.NDArray[Any]]:
    levels = solution.levels
    prices = np.array([one.prices for one in levels], dtype=np.int64)
    return {
        "pairs": solution.pairs,
        "mentor_of": solution.mentor_of,
        "researcher_prices": solution.prices.u,
        "mentor_prices": solution.prices.v,
        **{name: np.array(getattr(solution, name)) for name in FIGURES},
        "stopped": np.array(solution.stopped),
        "level_kinds": np.array([one.kind for one in levels], dtype=np.str_),
        "level_scores": np.array([one.score for one in levels], dtype=np.int64),
        "level_counts": np.array([one.count for one in levels], dtype=np.int64),
        "level_prices": prices.reshape(len(levels), mentors),
    }


def _problem(arrays: Arrays) -> Problem:
    floor = float(arrays["floor"])
    return Problem(
        scores=arrays[SCORES] / STEPS if SCORES in arrays else arrays["scores"],
        **{name: arrays[name] for name in NUMBERS},
        researcher_ids=arrays["researcher_ids"].tolist(),
        mentor_ids=arrays["mentor_ids"].tolist(),
        floor=None if math.isnan(floor) else floor,
        pinned=arrays["pinned"].tolist(),
        stickiness=float(arrays["stickiness"]),
        cover=bool(arrays["cover"]),
        ahead=arrays.get("ahead"),
        head_start=float(arrays.get("head_start", 0.0)),
        objective="fair" if arrays["objective"] == "fair" else "total",
    )


def _solution(arrays: Arrays) -> Solution:
    levels = zip(
        arrays["level_kinds"].tolist(),
        arrays["level_scores"].tolist(),
        arrays["level_counts"].tolist(),
        arrays["level_prices"],
        strict=True,
    )
    return Solution(
        pairs=arrays["pairs"],
        mentor_of=arrays["mentor_of"],
        prices=Prices(arrays["researcher_prices"], arrays["mentor_prices"]),
        levels=tuple(Level(*one) for one in levels),
        stopped=bool(arrays["stopped"]),
        total=float(arrays["total"]),
        bound=float(arrays["bound"]),
        gap=float(arrays["gap"]),
        cover_bonus=float(arrays["cover_bonus"]),
    )
