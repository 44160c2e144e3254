"""Wiring: `cohort match`, from files to files, with no server. What is wrong is a sentence."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cohort.errors import Invalid
from cohort.guides.tables import read_taxonomy
from cohort.offline.outputs import Done, Outputs, keep_apart, summary, write_together
from cohort.offline.report import render_report
from cohort.offline.report_details import cut_short
from cohort.pairing.find import Progress, Result, find_pairs
from cohort.pairing.scores.taxonomy import Taxonomy
from cohort.profiles.languages import LANGUAGES
from cohort.settings import shipped
from cohort.sheets.columns import MENTORS, RESEARCHERS, Column
from cohort.sheets.cues import is_title
from cohort.sheets.mapping_file import (
    TABLES,
    BadMapping,
    Said,
    mapped_columns,
    read_mapping,
    side_column,
    write_mapping,
)
from cohort.sheets.roster import Vocabulary
from cohort.sheets.rule_file import BadRules, RuleFile, read_rules
from cohort.sheets.sides import Sides, both_of, is_of_mentors, is_of_researchers, one_of
from cohort.sheets.spreadsheet import read_sheets, write_file
from cohort.sheets.tables import BadSheet, Dialect, Sheet
from cohort.sheets.two_sheets import BadSheets, Gathered, gather

PAIR_COLUMNS = ("researcher", "mentor", "score", "fit", "reason")
LEFT_COLUMNS = ("researcher", "reason", "next step")
MOST_FAULTS = 20
Table = Sequence[Sequence[object]]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What is paired, and by what: one file, or one for each side."""

    researchers: Path
    mentors: Path | None
    rules: Path | None
    taxonomy: Path | None
    mapping: Path | None
    strict: bool
    week: date

    @property
    def paths(self) -> list[Path]:
        given = (self.researchers, self.mentors, self.rules, self.taxonomy, self.mapping)
        return [path for path in given if path]


def match_sheets(
    given: Inputs,
    out: Outputs,
    *,
    out_of_time: Callable[[], bool],
    progress: Progress,
    note: Callable[[str], None],
) -> Done:
    """Pair the people of two files, or of one. Raises Invalid; then nothing is written."""
    started = time.perf_counter()
    keep_apart(given.paths, out)
    progress("reading", 0.0)
    sides, gathered = _gathered(given)
    for sentence in gathered.notes:
        note(sentence)
    try:
        result = find_pairs(gathered.pool, progress=progress, out_of_time=out_of_time)
    except ValueError as error:
        raise Invalid(str(error)) from error
    for sentence in _short_of_mentors(gathered, result):
        note(sentence)
    progress("writing", 0.0)
    files = _files(out, gathered, result, sides.researchers.dialect)
    if given.mapping and not given.mapping.exists():
        files[given.mapping] = write_mapping(
            mapped_columns(gathered.rosters, sides.column)
        ).encode()
        note(f"{given.mapping} was written: what each column means. Correct it, and use it again.")
    write_together(files)
    seconds = time.perf_counter() - started
    return Done(
        summary(
            len(result.pairs),
            len(result.unmatched),
            result,
            seconds,
            cut_short(gathered.pool, result),
        ),
        _unmatched(gathered, result),
    )


def _short_of_mentors(gathered: Gathered, result: Result) -> Iterator[str]:
    """Who wanted several mentors and has only some of them."""
    pool, count = gathered.pool, Counter(one.researcher for one in result.pairs)
    for one, wanted in zip(pool.researchers, pool.demand, strict=False):
        if 0 < count[one.id] < wanted:
            has = f"{gathered.researcher_names[one.id]} has {count[one.id]} of {wanted} mentors"
            yield f"{has}: no other one is possible and free."


def _gathered(given: Inputs) -> tuple[Sides, Gathered]:
    rules = _rules(given.rules) if given.rules else RuleFile()
    said = _said(given.mapping, rules.rules.weights.own)
    try:
        sides = (
            _two_files(given.researchers, given.mentors)
            if given.mentors
            else _one_file(given.researchers, said)
        )
        words, tree = _words(given.taxonomy or shipped("seed") / "taxonomy.toml")
        gathered = gather(
            sides.researchers,
            sides.mentors,
            rules=rules,
            words=words,
            taxonomy=tree,
            week=given.week,
            said=said,
            strict=given.strict,
        )
    except BadSheets as error:
        raise Invalid(_listed(error.faults)) from error
    return sides, gathered


def _said(path: Path | None, own: Iterable[str]) -> Said:
    """What a file of columns says, where it is there already."""
    if path is None or not path.exists():
        return {}
    try:
        return read_mapping(_text(path), {table: [*own] for table in TABLES})
    except BadMapping as error:
        raise Invalid(f"{path.name}: {error}") from error


def _listed(faults: Sequence[str]) -> str:
    if len(faults) == 1:
        return faults[0]
    shown = "".join(f"\n  {fault}" for fault in faults[:MOST_FAULTS])
    more = len(faults) - MOST_FAULTS
    rest = f"\n  and {more} more like these." if more > 0 else ""
    return f"{len(faults)} places need another look; nothing was written.{shown}{rest}"


def _two_files(researchers: Path, mentors: Path) -> Sides:
    """Faults of both files are said at once. Raises BadSheets."""
    asked = (
        (researchers, RESEARCHERS, "researchers", is_of_researchers),
        (mentors, MENTORS, "mentors", is_of_mentors),
    )
    found, faults = [], []
    alike = researchers.name == mentors.name
    for path, columns, what, is_side in asked:
        name = str(path) if alike else path.name
        try:
            found.append(one_of(_read(path, name, columns), what, is_side))
        except BadSheet as error:
            faults.append(str(error))
    if faults:
        raise BadSheets(faults)
    return Sides(found[0], found[1])


def _one_file(path: Path, said: Said) -> Sides:
    """Raises BadSheets."""
    try:
        sheets = _read(path, path.name, (*RESEARCHERS, *MENTORS))
        return both_of(path.name, sheets, side_column(said))
    except BadSheet as error:
        raise BadSheets([str(error)]) from error


def _read(path: Path, name: str, known: Sequence[Column]) -> list[Sheet]:
    return read_sheets(
        name,
        path.read_bytes(),
        is_known=lambda title: is_title(title, known),
    )


def _words(path: Path) -> tuple[Vocabulary, Taxonomy]:
    try:
        tables = read_taxonomy(_text(path))
    except Invalid as error:
        raise Invalid(f"{path.name}: {error.sentence}") from error
    titles = {kind: {row.slug: row.title for row in rows} for kind, rows in tables.items()}
    unclear = _with_two_meanings([LANGUAGES, *titles.values()])
    if unclear:
        raise Invalid(
            f"{path.name}: “{unclear[0]}” stands for two things, of which one may be a language. "
            "Give each a slug of its own."
        )
    words = Vocabulary(
        domains=titles.get("domain", {}),
        roles=titles.get("role", {}),
        contexts=titles.get("context", {}),
        skills=titles.get("skill", {}),
        languages=LANGUAGES,
    )
    parents = {row.slug: getattr(row, "parent", None) for row in tables.get("domain", [])}
    return words, Taxonomy(parents)


def _with_two_meanings(lists: Sequence[Mapping[str, str]]) -> list[str]:
    """The slugs with different titles: sentences find the words by slug, whatever it stands for."""
    meant = {(slug, title) for words in lists for slug, title in words.items()}
    return [slug for slug, count in Counter(slug for slug, _ in sorted(meant)).items() if count > 1]


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


def _files(out: Outputs, gathered: Gathered, result: Result, dialect: Dialect) -> dict[Path, bytes]:
    pairs = [
        (
            gathered.researcher_names[one.researcher],
            gathered.mentor_names[one.mentor],
            one.score,
            one.fit,
            one.sentence,
        )
        for one in result.pairs
    ]
    left = [LEFT_COLUMNS, *_unmatched(gathered, result)]
    tabs: dict[str, Table] = {"Pairs": [PAIR_COLUMNS, *pairs], "Unmatched": left}
    files = {out.pairs: write_file(out.pairs.suffix, tabs, dialect)}
    if out.unmatched:
        files[out.unmatched] = write_file(out.unmatched.suffix, {"Unmatched": left}, dialect)
    if out.report:
        files[out.report] = render_report(gathered, result).encode()
    return files


def _unmatched(gathered: Gathered, result: Result) -> list[tuple[str, str, str]]:
    return [
        (gathered.researcher_names[one], why.sentence, why.next_step)
        for one, why in result.unmatched.items()
    ]
