"""Wiring: `cohort match`, from files to files, with no server. What is wrong is a sentence."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.cohorts.languages import LANGUAGES
from cohort.errors import Invalid
from cohort.guides.tables import read_taxonomy
from cohort.matching.certificate import Verdict, verify
from cohort.matching.columns import MENTORS, RESEARCHERS, Column, column_of
from cohort.matching.large.proof import verify_large
from cohort.matching.large.solver import LargeSolution, solve_large
from cohort.matching.large.stored import StoredScores
from cohort.matching.pairing import NotProved, Progress, Result, find_pairs
from cohort.matching.problem import BadProblem, Problem
from cohort.matching.requirements import BadRules
from cohort.matching.roster import Vocabulary
from cohort.matching.rule_file import RuleFile, read_rules
from cohort.matching.solver import Solution, solve
from cohort.matching.spreadsheet import BadSheet, Dialect, Sheet, read_sheet, write_sheet
from cohort.matching.taxonomy import Taxonomy
from cohort.matching.two_sheets import BadSheets, Gathered, gather
from cohort.report import render_report
from cohort.settings import shipped

MOST_FAULTS = 20
MOST_HELD = 10_000_000
"""A matrix of more numbers is solved from the disk: it takes a tenth of the memory."""
Numbers = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Where to write; all files appear together, or none."""

    pairs: Path
    report: Path | None = None
    unmatched: Path | None = None

    @property
    def paths(self) -> list[Path]:
        return [path for path in (self.pairs, self.report, self.unmatched) if path]


@dataclass(frozen=True)
class Done:
    """What to say at the end: the line of figures, and the unmatched with reason and next step."""

    summary: str
    unmatched: Sequence[tuple[str, str, str]] = ()


def match_sheets(
    researchers: Path,
    mentors: Path,
    out: Outputs,
    *,
    rules: Path | None,
    taxonomy: Path | None,
    week: date,
    progress: Progress,
    note: Callable[[str], None],
) -> Done:
    """Pair the people of two CSV files. Raises Invalid; then nothing is written."""
    started = time.perf_counter()
    _keep_apart([researchers, mentors, *(path for path in (rules, taxonomy) if path)], out)
    progress("reading", 0.0)
    gathered, dialect = _gathered(researchers, mentors, rules, taxonomy, week)
    for sentence in gathered.notes:
        note(sentence)
    try:
        result = find_pairs(gathered.pool, progress=progress)
    except (NotProved, BadProblem) as error:
        raise Invalid(str(error)) from error
    progress("writing", 0.0)
    seconds = time.perf_counter() - started
    _write_together(_files(out, gathered, result, dialect))
    return Done(
        _summary(len(result.pairs), len(result.unmatched), result, seconds),
        _unmatched(gathered, result),
    )


def match_scores(
    scores: Path, capacity: Path, out: Path, *, floor: float | None, progress: Progress
) -> Done:
    """Pair the rows of a matrix of scores with its columns. Raises Invalid."""
    started = time.perf_counter()
    _keep_apart([scores, capacity], Outputs(pairs=out))
    progress("reading", 0.0)
    matrix, places = _array(scores, 2), _array(capacity, 1)
    if matrix.shape[1] != len(places):
        raise Invalid(
            f"{scores.name} has {matrix.shape[1]} columns, one for each mentor, but "
            f"{capacity.name} has {len(places)} numbers. Give one capacity for each column."
        )
    progress("solving", 0.0)
    solve_it = _solve_stored if matrix.size > MOST_HELD else _solve_held
    try:
        solution, verdict = solve_it(matrix, places, floor, progress)
    except BadProblem as error:
        name = {"scores": scores.name, "capacity": capacity.name}.get(error.field, "--floor")
        raise Invalid(f"{name}: {error}") from error
    if not verdict:
        raise Invalid(f"The result could not be proved, so it was not kept. {verdict.sentence}")
    progress("writing", 0.0)
    rows = ((i, j, float(matrix[i, j])) for i, j in solution.pairs.tolist())
    _write_together({out: write_sheet(("researcher", "mentor", "score"), rows, Dialect())})
    unmatched = len(solution.mentor_of) - len(solution.pairs)
    seconds = time.perf_counter() - started
    return Done(_summary(len(solution.pairs), unmatched, solution, seconds))


def _solve_held(
    matrix: Numbers, places: Numbers, floor: float | None, progress: Progress
) -> tuple[Solution, Verdict]:
    problem = Problem(scores=matrix, capacity=places, floor=floor)
    solution = solve(problem)
    progress("checking", 0.0)
    return solution, verify(problem, solution)


def _solve_stored(
    matrix: Numbers, places: Numbers, floor: float | None, progress: Progress
) -> tuple[LargeSolution, Verdict]:
    """A block of rows in memory at a time."""
    # What a problem asks of places and floor, it asks without scores too.
    checked = Problem(scores=np.zeros((0, len(places))), capacity=places, floor=floor)
    stored, capacity = StoredScores(matrix), checked.capacity
    solution = solve_large(stored, capacity, floor=floor)
    progress("checking", 0.0)
    return solution, verify_large(stored, capacity, solution, floor=floor)


def _gathered(
    researchers: Path, mentors: Path, rules: Path | None, taxonomy: Path | None, week: date
) -> tuple[Gathered, Dialect]:
    try:
        studying = _sheet(researchers, RESEARCHERS)
        mentoring = _sheet(mentors, MENTORS)
        words, tree = _words(taxonomy or shipped("seed") / "taxonomy.toml")
        gathered = gather(
            studying,
            mentoring,
            rules=_rules(rules) if rules else RuleFile(),
            words=words,
            taxonomy=tree,
            week=week,
        )
    except BadSheets as error:
        raise Invalid(_listed(error.faults)) from error
    except BadSheet as error:
        raise Invalid(str(error)) from error
    return gathered, studying.dialect


def _listed(faults: Sequence[str]) -> str:
    if len(faults) == 1:
        return faults[0]
    shown = "".join(f"\n  {fault}" for fault in faults[:MOST_FAULTS])
    more = len(faults) - MOST_FAULTS
    rest = f"\n  and {more} more like these." if more > 0 else ""
    return f"{len(faults)} places need another look; nothing was written.{shown}{rest}"


def _sheet(path: Path, known: Sequence[Column]) -> Sheet:
    return read_sheet(
        path.name,
        path.read_bytes(),
        is_known=lambda title: column_of(title, known) is not None,
    )


def _words(path: Path) -> tuple[Vocabulary, Taxonomy]:
    try:
        tables = read_taxonomy(_text(path))
    except Invalid as error:
        raise Invalid(f"{path.name}: {error.sentence}") from error
    titles = {kind: {row.slug: row.title for row in rows} for kind, rows in tables.items()}
    words = Vocabulary(
        domains=titles.get("domain", {}),
        roles=titles.get("role", {}),
        contexts=titles.get("context", {}),
        skills=titles.get("skill", {}),
        languages=LANGUAGES,
    )
    parents = {row.slug: getattr(row, "parent", None) for row in tables.get("domain", [])}
    return words, Taxonomy(parents)


def _rules(path: Path) -> RuleFile:
    try:
        return read_rules(_text(path))
    except BadRules as error:
        raise Invalid(f"{path.name}: {error}") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name} is not UTF-8 text. Save it again as UTF-8.") from error


def _array(path: Path, dimensions: int) -> Numbers:
    """An array of numbers as it lies on disk; what is not needed at once is not in memory."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise Invalid(
            f"{path.name} is not an array that numpy.save wrote: save plain numbers as .npy."
        ) from error
    if not isinstance(array, np.ndarray):
        raise Invalid(f"{path.name} holds several arrays. Save the one that is meant as .npy.")
    if array.dtype.kind not in "iuf":
        raise Invalid(f"{path.name} holds {array.dtype}; it must hold real numbers.")
    if array.ndim != dimensions:
        needed = "rows for researchers and columns for mentors" if dimensions == 2 else "one row"
        raise Invalid(f"{path.name} has {array.ndim} dimension(s); it needs {needed}.")
    return array


def _keep_apart(inputs: Sequence[Path], out: Outputs) -> None:
    """No result replaces what it was made from, nor another result."""
    taken = {path.resolve() for path in inputs}
    for path in out.paths:
        if path.resolve() in taken:
            raise Invalid(f"{path} would be overwritten. Choose another name for the result.")
        if path.exists() and not path.is_file():
            raise Invalid(f"{path} is not a file. Choose another name for the result.")
        taken.add(path.resolve())


def _files(out: Outputs, gathered: Gathered, result: Result, dialect: Dialect) -> dict[Path, bytes]:
    pairs = [
        (
            gathered.researcher_names[one.researcher],
            gathered.mentor_names[one.mentor],
            one.score,
            one.sentence,
        )
        for one in result.pairs
    ]
    files = {out.pairs: write_sheet(("researcher", "mentor", "score", "reason"), pairs, dialect)}
    if out.unmatched:
        titles = ("researcher", "reason", "next step")
        files[out.unmatched] = write_sheet(titles, _unmatched(gathered, result), dialect)
    if out.report:
        files[out.report] = render_report(gathered, result).encode()
    return files


def _unmatched(gathered: Gathered, result: Result) -> list[tuple[str, str, str]]:
    return [
        (gathered.researcher_names[one], why.sentence, why.next_step)
        for one, why in result.unmatched.items()
    ]


def _summary(
    pairs: int, unmatched: int, found: Result | Solution | LargeSolution, seconds: float
) -> str:
    return (
        f"pairs {pairs}, unmatched {unmatched}, total {found.total:.12g}, "
        f"bound {found.bound:.12g}, gap {found.gap:.12g}, seconds {seconds:.2f}"
    )


def _write_together(files: Mapping[Path, bytes]) -> None:
    """All files are complete beside their places before the first one takes its place."""
    ready: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            place = path.resolve()
            part = place.with_name(f".{place.name}.{os.getpid()}.part")
            ready[place] = part
            part.write_bytes(content)
        for place, part in ready.items():
            part.replace(place)
    finally:
        for part in ready.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)
