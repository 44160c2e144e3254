"""Wiring: the dialogue of `cohort match`: what goes to the terminal, and which options fit."""

import math
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import click

from cohort.clock import utc_now
from cohort.errors import Invalid
from cohort.matching.periods import week_planned_on
from cohort.offline.from_scores import match_scores
from cohort.offline.from_sheets import Inputs, match_sheets
from cohort.offline.outputs import Done, Outputs

SHARES = {
    "reading": 0.15,
    "scoring": 0.1,
    "solving": 0.4,
    "checking": 0.15,
    "explaining": 0.15,
    "writing": 0.05,
}
"""How much of the bar each step takes: about its part of the time for a large pool."""
FOR_SHEETS = (
    *("a spreadsheet", "--report", "--unmatched", "--rules", "--taxonomy", "--mapping"),
    *("--strict", "--week"),
)
MOST_SHOWN = 20
WIDTH = 40


def match(
    *,
    researchers: Path | None,
    mentors: Path | None,
    out: Path,
    report: Path | None,
    unmatched: Path | None,
    rules: Path | None,
    taxonomy: Path | None,
    mapping: Path | None,
    strict: bool,
    week: datetime | None,
    scores: Path | None,
    capacity: Path | None,
    floor: float | None,
    time_limit: float | None,
) -> None:
    """Pair two spreadsheets, or the rows and columns of a matrix. Raises Invalid."""
    bar, over = Steps(), _over_after(time_limit)
    try:
        if scores or capacity:
            files = (researchers, report, unmatched, rules, taxonomy, mapping, strict, week)
            given_too = {name: one or None for name, one in zip(FOR_SHEETS, files, strict=True)}
            _refuse(given_too, "does not go with --scores")
            if not (scores and capacity):
                _wrong("--scores and --capacity go together: give both.")
            done = match_scores(scores, capacity, out, floor=floor, progress=bar, out_of_time=over)
        else:
            _refuse({"--floor": floor}, "goes with --scores; with spreadsheets, set least_score")
            if not researchers:
                _wrong("give two spreadsheets, RESEARCHERS and MENTORS, or one with both.")
            given = Inputs(
                researchers=researchers,
                mentors=mentors,
                rules=rules,
                taxonomy=taxonomy,
                mapping=mapping,
                strict=strict,
                week=_monday(week),
            )
            done = match_sheets(
                given,
                Outputs(pairs=out, report=report, unmatched=unmatched),
                out_of_time=over,
                progress=bar,
                note=bar.say,
            )
    except MemoryError as error:
        raise Invalid("There is not enough memory here for all pairs at once.") from error
    finally:
        bar.clear()
    click.echo(done.summary, err=True)
    if not unmatched:
        _show_unmatched(done, report)


def _monday(given: datetime | None) -> date:
    """Of the week that the given day lies in; else of the week that the platform would plan."""
    if given is None:
        return week_planned_on(utc_now().date())
    return given.date() - timedelta(days=given.weekday())


def _over_after(seconds: float | None) -> Callable[[], bool]:
    """Whether so many seconds from now are over. Raises Invalid."""
    if seconds is not None and not seconds > 0:
        _wrong("--time-limit must be a number of seconds above 0.")
    end = time.monotonic() + (math.inf if seconds is None else seconds)
    return lambda: time.monotonic() > end


class Steps:
    """A bar on a terminal's standard error; elsewhere nothing but what must be said."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._line = ""

    def __call__(self, step: str, fraction: float) -> None:
        before = list(SHARES).index(step)
        share = sum(list(SHARES.values())[:before]) + SHARES[step] * fraction
        done = round(share * WIDTH)
        line = f"  [{'#' * done}{'-' * (WIDTH - done)}] {share:4.0%}  {step} …"
        if self._shown and line != self._line:
            self._line = line
            click.echo(f"\r\033[K{line}", err=True, nl=False)

    def say(self, sentence: str) -> None:
        self.clear()
        click.echo(sentence, err=True)

    def clear(self) -> None:
        if self._shown:
            click.echo("\r\033[K", err=True, nl=False)


def _show_unmatched(done: Done, report: Path | None) -> None:
    if not done.unmatched:
        return
    click.echo(f"Without a mentor ({len(done.unmatched)}):")
    for name, reason, next_step in done.unmatched[:MOST_SHOWN]:
        click.echo(f"  {name}: {reason} {next_step}")
    if len(done.unmatched) > MOST_SHOWN:
        where = f"{report} has all of them" if report else "--unmatched FILE has all of them"
        click.echo(f"  … and {len(done.unmatched) - MOST_SHOWN} more: {where}.")


def _refuse(given: Mapping[str, object], why: str) -> None:
    for name, value in given.items():
        if value is not None:
            _wrong(f"{name} {why}.")


def _wrong(sentence: str) -> NoReturn:
    raise Invalid(sentence)
