"""The same question gets the same bytes: on any number of threads, anywhere, at any time."""

import json
import os
import subprocess
import sys
from pathlib import Path

from cohort.settings import PACKAGE

ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
SHARED = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "PYTHONHASHSEED": "1"}
PLAIN = {"OPENBLAS_CORETYPE": "Prescott"}
"""Products of matrices as an old processor adds them up."""
GOLDEN = {
    "canonical": "b16b8d6928de4f22",
    "lots": "c8726759e4412d28",
    "total": "894234e64363fbd6",
    "cover": "cf9f6172f3445760",
    "pinned": "abe0e013787f92e9",
    "fair": "0efbe80655e78753",
    "many": "644bb8486126b9aa",
    "regrets": "d2e940f10e3099ff",
    "regrets with cover": "26ba3e8ff76a18dc",
    "scores": "a35eabb05a6436ad",
    "scores in blocks": "df63adfaa5cf246a",
    "large": "c3d347abe6b4959a",
}
"""Python 3.11 and 3.13, NumPy 2.4 and 2.5, SciPy 1.17 and 1.18 have agreed on these. Where an
answer changes on purpose, `python -m tests.pure.digests` prints the new ones."""


def answers(environment: dict[str, str]) -> dict[str, dict[str, str]]:
    told = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.pure.digests"],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    found: dict[str, dict[str, str]] = json.loads(told.stdout)
    return found


def test_threads_hash_seeds_and_processors_change_no_byte() -> None:
    alone, shared = answers(ALONE), answers(SHARED | PLAIN)
    assert alone == shared
    assert {name: told[:16] for name, told in alone["portable"].items()} == GOLDEN
