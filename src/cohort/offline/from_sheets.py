"""Wiring: `cohort match`, from files to files, with no server. What is wrong is a sentence."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from cohort.sheets.columns import MENTORS, RESEARCHERS, Column, column_of
from cohort.sheets.roster import Vocabulary
from cohort.sheets.rule_file import BadRules, RuleFile, read_rules
from cohort.sheets.spreadsheet import BadSheet, Dialect, Sheet, read_sheet, write_sheet
from cohort.sheets.two_sheets import BadSheets, Gathered, gather

PAIR_COLUMNS = ("researcher", "mentor", "score", "fit", "reason")
MOST_FAULTS = 20


def match_sheets(
    researchers: Path,
    mentors: Path,
    out: Outputs,
    *,
    rules: Path | None,
    taxonomy: Path | None,
    week: date,
    out_of_time: Callable[[], bool],
    progress: Progress,
    note: Callable[[str], None],
) -> Done:
    """Pair the people of two CSV files. Raises Invalid; then nothing is written."""
    started = time.perf_counter()
    keep_apart([researchers, mentors, *(path for path in (rules, taxonomy) if path)], out)
    progress("reading", 0.0)
    gathered, dialect = _gathered(researchers, mentors, rules, taxonomy, week)
    for sentence in gathered.notes:
        note(sentence)
    try:
        result = find_pairs(gathered.pool, progress=progress, out_of_time=out_of_time)
    except ValueError as error:
        raise Invalid(str(error)) from error
    for sentence in _short_of_mentors(gathered, result):
        note(sentence)
    progress("writing", 0.0)
    write_together(_files(out, gathered, result, dialect))
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


def _gathered(
    researchers: Path, mentors: Path, rules: Path | None, taxonomy: Path | None, week: date
) -> tuple[Gathered, Dialect]:
    try:
        studying, mentoring = _sheets((researchers, RESEARCHERS), (mentors, MENTORS))
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
    return gathered, studying.dialect


def _listed(faults: Sequence[str]) -> str:
    if len(faults) == 1:
        return faults[0]
    shown = "".join(f"\n  {fault}" for fault in faults[:MOST_FAULTS])
    more = len(faults) - MOST_FAULTS
    rest = f"\n  and {more} more like these." if more > 0 else ""
    return f"{len(faults)} places need another look; nothing was written.{shown}{rest}"


def _sheets(*known: tuple[Path, Sequence[Column]]) -> list[Sheet]:
    sheets, faults = [], []
    alike = len({path.name for path, _ in known}) < len(known)
    for path, columns in known:
        try:
            sheets.append(_sheet(path, str(path) if alike else path.name, columns))
        except BadSheet as error:
            faults.append(str(error))
    if faults:
        raise BadSheets(faults)
    return sheets


def _sheet(path: Path, name: str, known: Sequence[Column]) -> Sheet:
    return read_sheet(
        name,
        path.read_bytes(),
        is_known=lambda title: column_of(title, known) is not None,
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
    files = {out.pairs: write_sheet(PAIR_COLUMNS, pairs, dialect)}
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
