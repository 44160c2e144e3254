"""From two sheets and rules to a pool, as the platform would gather it; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cohort.pairing.pool import IdPair, Pool
from cohort.pairing.rules import Requirements
from cohort.pairing.scores.taxonomy import Taxonomy
from cohort.sheets.cells import OwnWords
from cohort.sheets.columns import MENTORS, RESEARCHERS
from cohort.sheets.links import folded, link, with_distinct_ids
from cohort.sheets.own_columns import PREFIX, Own, clashes, compared_columns
from cohort.sheets.roster import (
    Roster,
    Row,
    Vocabulary,
    mentors_of,
    read_mentors,
    read_researchers,
    researchers_of,
)
from cohort.sheets.rule_file import RuleFile
from cohort.sheets.tables import Sheet

ONE_PLACE = 1
MOST_NAMED = 5
NEEDS = {
    "common_language": "languages",
    "min_shared_hours": "weekly_hours",
}
"""The requirements that cannot be judged unless both sheets have a column."""
SHARED = {"domains": "domains", "role_goals": "roles", "gaps": "skills"}
"""What researchers seek and mentors offer: without such a pair of columns nothing is shared."""
NO_GROUND = "Fields, roles or skills stand in the sheet of researchers, none in that of mentors"


class BadSheets(ValueError):
    """All that was found wrong, each with its file, row and column."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True)
class Gathered:
    """A pool, the words for the people in it, and what had to be assumed or ignored."""

    pool: Pool
    researcher_names: Mapping[str, str]
    mentor_names: Mapping[str, str]
    notes: Sequence[str]
    rosters: Mapping[str, Roster]
    """What was read of each sheet: `researchers` and `mentors`."""


def gather(
    researchers: Sheet,
    mentors: Sheet,
    *,
    rules: RuleFile,
    words: Vocabulary,
    taxonomy: Taxonomy,
    week: date,
    said: Mapping[str, Mapping[str, str]] | None = None,
    strict: bool = False,
) -> Gathered:
    """Who is in the sheets, ready to be paired. Raises BadSheets with every fault.

    said    what columns mean, by `researchers` and `mentors`, then by title.
    strict  whether a word outside the taxonomy is a fault, and not a term of these sheets.
    """
    said, own = said or {}, None if strict else OwnWords()
    compared = compared_columns(rules.rules.weights.own)
    studying = read_researchers(researchers, words, said.get("researchers"), own, compared)
    mentoring = read_mentors(mentors, words, said.get("mentors"), own, compared)
    rosters = {"researchers": studying, "mentors": mentoring}
    mentoring = with_distinct_ids(mentoring, studying)
    hers, studying = link(studying, mentoring, "wishes")
    theirs, mentoring = link(mentoring, studying, "wishes")
    present, studying = link(studying, mentoring, "current_mentor")
    requirements, lifted = _judged(rules, studying, mentoring)
    _refuse_faults(rules, studying, mentoring)
    oneself = _with_oneself(studying, mentoring)
    pool = Pool(
        week=week,
        researchers=researchers_of(studying, hers),
        mentors=mentors_of(mentoring, theirs),
        places=[one.get("capacity", ONE_PLACE) for one in mentoring.people],
        taxonomy=_with_own(taxonomy, own),
        weights=rules.rules.weights,
        requirements=requirements,
        blocks=oneself,
        incumbents={one: mentor for one, (mentor, *_) in present.items()},
        stickiness=rules.rules.aim.stickiness,
        cover=rules.rules.aim.cover,
        objective=rules.rules.aim.objective,
        demand=_counts(studying, "mentors_wanted", 1),
        min_load=_counts(mentoring, "at_least", 0),
        names={**studying.names, **mentoring.names},
        titles=words.titles | (own.title_by_slug if own else {}),
    )
    notes = [
        *studying.notes,
        *mentoring.notes,
        *lifted,
        *_in_both(studying, mentoring, oneself),
    ]
    return Gathered(pool, studying.names, mentoring.names, notes, rosters)


def _refuse_faults(rules: RuleFile, studying: Roster, mentoring: Roster) -> None:
    faults = [
        *studying.faults,
        *mentoring.faults,
        *_more_than_places(mentoring),
        *_unjudgeable(rules, studying, mentoring),
        *_uncompared(rules.rules.weights.own, studying, mentoring),
    ]
    if faults:
        raise BadSheets(faults)


def _with_own(taxonomy: Taxonomy, own: OwnWords | None) -> Taxonomy:
    """Domains that the tree does not hold are branches of their own: near to themselves alone."""
    mine = own.titles.get("domain", {}) if own else {}
    return Taxonomy({**taxonomy.parents, **dict.fromkeys(mine)}) if mine else taxonomy


def _counts(roster: Roster, name: str, usual: int) -> list[int]:
    """What a column of numbers says of each; nothing where there is no such column."""
    return [one.get(name, usual) for one in roster.people] if name in roster.titles else []


def _more_than_places(mentoring: Roster) -> Iterator[str]:
    for one in mentoring.people:
        least, places = one.get("at_least", 0), one.get("capacity", ONE_PLACE)
        if least > places:
            column = mentoring.titles["at_least"]
            yield (
                f'{mentoring.sheet.name}, row {one["row"]}, column "{column}": '
                f"{least} is more than there are places ({places})."
            )


def _judged(rules: RuleFile, studying: Roster, mentoring: Roster) -> tuple[Requirements, list[str]]:
    """A default that a sheet says nothing about would remove every pair: it is lifted, aloud."""
    lifted = {
        need: _silent(column, studying, mentoring)
        for need, column in NEEDS.items()
        if need not in rules.named and _silent(column, studying, mentoring)
    }
    none = Requirements(common_language=False, common_ground=False, min_shared_hours=0.0)
    notes = [
        f"No column {_title(NEEDS[need])} in {' and '.join(silent)}: pairs need no "
        f"{'language' if need == 'common_language' else 'hours'} in common."
        for need, silent in lifted.items()
    ]
    changes = {need: getattr(none, need) for need in lifted}
    if "common_ground" not in rules.named and _nothing_to_share(studying, mentoring):
        notes.append(f"{NO_GROUND}: pairs need none of them in common.")
        changes["common_ground"] = False
    return rules.rules.requirements.model_copy(update=changes), notes


def _unjudgeable(rules: RuleFile, studying: Roster, mentoring: Roster) -> Iterator[str]:
    for need, column in NEEDS.items():
        asked = need in rules.named and bool(getattr(rules.rules.requirements, need))
        for name in _silent(column, studying, mentoring) if asked else ():
            off = "false" if need == "common_language" else "0"
            yield (
                f"{name} has no column {_title(column)}, but the rules ask for {need}. "
                f"Add the column, or set {need} = {off}."
            )
    asked = "common_ground" in rules.named and rules.rules.requirements.common_ground
    if asked and _nothing_to_share(studying, mentoring):
        yield (
            f"{NO_GROUND}, but the rules ask for common_ground. Add such columns, or set "
            "common_ground = false."
        )


def _uncompared(compared: Own, *rosters: Roster) -> Iterator[str]:
    """Own factors that are no column of their own."""
    yield from clashes(compared, (*RESEARCHERS, *MENTORS))
    for name in compared:
        for sheet in _silent(PREFIX + name, *rosters):
            yield (
                f"{sheet} has no column “{name}”, but the rules compare it. Add the column, name "
                f"the one that is meant with --mapping (as “{PREFIX}{name}”), or leave it out of "
                "the rules."
            )


def _nothing_to_share(studying: Roster, mentoring: Roster) -> bool:
    """Whether researchers name what no column of the mentors could answer."""
    named = [offered for sought, offered in SHARED.items() if sought in studying.titles]
    return bool(named) and not any(offered in mentoring.titles for offered in named)


def _silent(column: str, *rosters: Roster) -> list[str]:
    return [roster.sheet.name for roster in rosters if column not in roster.titles]


def _title(column: str) -> str:
    return next(one.title for one in (*RESEARCHERS, *MENTORS) if one.field == column)


def _with_oneself(studying: Roster, mentoring: Roster) -> list[IdPair]:
    """Somebody may stand in both sheets, but is nobody's own mentor.

    One person has one e-mail, or one name where an e-mail is missing. Ids tell nothing: many
    sheets number their rows.
    """
    known: dict[str, list[Row]] = {}
    for mentor in mentoring.people:
        for identifier in _identifiers(mentor):
            known.setdefault(identifier, []).append(mentor)
    found = (
        (one["id"], mentor["id"])
        for one in studying.people
        for identifier in sorted(_identifiers(one))
        for mentor in known.get(identifier, [])
        if one["email"] == mentor["email"] or not (one["email"] and mentor["email"])
    )
    return list(dict.fromkeys(found))


def _identifiers(person: Row) -> set[str]:
    return {folded(person[field]) for field in ("email", "name")} - {""}


def _in_both(studying: Roster, mentoring: Roster, oneself: Sequence[IdPair]) -> Iterator[str]:
    if oneself:
        named = [f"“{studying.names[one]}”" for one in dict(oneself)]
        more = [f"{len(named) - MOST_NAMED:,} more"] if len(named) > MOST_NAMED else []
        yield (
            f"In {studying.sheet.name} and in {mentoring.sheet.name} too, and not paired with "
            f"themselves: {', '.join([*named[:MOST_NAMED], *more])}. Where two people have "
            "one name, give both an e-mail."
        )
