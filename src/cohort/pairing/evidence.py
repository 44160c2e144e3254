"""What was solved and what was found, as one file that anyone can check; pure.

The file is such as `numpy.savez_compressed` writes: a zip of arrays, without pickle. It names
people by their ids alone.
"""

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.assignment import Level, Prices, Problem, Solution
from cohort.assignment.problem import Bools

Arrays = Mapping[str, npt.NDArray[Any]]

NUMBERS = ("scores", "capacity", "demand", "min_load", "forbidden", "incumbent")
IDS = ("researcher_ids", "mentor_ids")
FIGURES = ("total", "bound", "gap", "cover_bonus")


@dataclass(frozen=True, eq=False)
class Evidence:
    """`verify(problem, solution)` checks it; `removed` says what rules a pair out.

    removed  bool[n, m] by requirement; a pair may fail several.
    """

    problem: Problem
    solution: Solution
    removed: Mapping[str, Bools]


def pack(evidence: Evidence) -> bytes:
    """The evidence as the bytes of an .npz file; the same evidence always gives the same bytes."""
    file = io.BytesIO()
    # As numpy.savez_compressed does, which takes four times as long for nearly the same size.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in _arrays(evidence).items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
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
    )


def _arrays(evidence: Evidence) -> dict[str, npt.NDArray[Any]]:
    bits = np.zeros(evidence.problem.shape, dtype=np.uint16)
    for k, removes in enumerate(evidence.removed.values()):
        bits |= removes.astype(np.uint16) << k
    return {
        **_of_problem(evidence.problem),
        **_of_solution(evidence.solution, len(evidence.problem.capacity)),
        "removed_by": np.array(list(evidence.removed), dtype=np.str_),
        "removed": bits,
    }


def _of_problem(problem: Problem) -> dict[str, npt.NDArray[Any]]:
    return {
        **{name: np.asarray(getattr(problem, name)) for name in NUMBERS},
        **{name: np.array(getattr(problem, name), dtype=np.str_) for name in IDS},
        "floor": np.array(math.nan if problem.floor == -math.inf else problem.floor),
        "pinned": np.array(problem.pinned, dtype=np.int64).reshape(-1, 2),
        "stickiness": np.array(problem.stickiness),
        "cover": np.array(problem.cover),
        "objective": np.array(problem.objective),
    }


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
        **{name: arrays[name] for name in NUMBERS},
        researcher_ids=arrays["researcher_ids"].tolist(),
        mentor_ids=arrays["mentor_ids"].tolist(),
        floor=None if math.isnan(floor) else floor,
        pinned=arrays["pinned"].tolist(),
        stickiness=float(arrays["stickiness"]),
        cover=bool(arrays["cover"]),
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
