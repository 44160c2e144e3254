"""Wiring: a matching as one HTML file that needs nothing else, to read, print and send."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from cohort.http.formats import FILTERS, GLOBALS
from cohort.offline.report_details import details_of, proof
from cohort.pairing.find import MatchedPair, Result, title_of
from cohort.pairing.pool import Pool
from cohort.settings import PACKAGE
from cohort.sheets.two_sheets import Gathered

STYLES = ("tokens.css", "cohort.css", "parts.css", "report.css")
MOST_WHOLE = 300
"""Beyond this many pairs each is a row of a table, so that browsers can open and print it."""
MOST_SOUGHT = 10
OBJECTIVES = {"total": "the sum of all scores", "fair": "the worst score, then the next worst"}
COMPARED = {
    "same": "the same answer",
    "different": "different answers",
    "overlap": "choices in common",
    "near": "numbers that are near",
    "at_least": "at least the number",
}
BINS = 10


def render_report(gathered: Gathered, result: Result) -> str:
    """The same matching always gives the same bytes."""
    pool = gathered.pool
    pages = Environment(
        loader=FileSystemLoader(PACKAGE / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(FILTERS)
    pages.globals.update(GLOBALS)
    best_first = sorted(result.pairs, key=lambda one: (-one.score, one.researcher, one.mentor))
    details = details_of(gathered, result)
    return pages.get_template("offline/report.html").render(
        style=_style(),
        result=result,
        pool=pool,
        proof=proof(pool, result),
        digest=pool.digest(),
        notes=gathered.notes,
        researchers=gathered.researcher_names,
        mentors=gathered.mentor_names,
        pairs=best_first,
        kept=sum(pool.incumbents.get(one.researcher) == one.mentor for one in result.pairs),
        whole=len(best_first) <= MOST_WHOLE,
        details=details,
        bins=_histogram(result.pairs),
        places=_places(gathered, result, details.worth),
        sought=_sought(pool, result.unmatched),
        weights=[*_weights(pool)],
        requirements=list(_requirements(pool)),
    )


def _weights(pool: Pool) -> Iterator[tuple[str, float]]:
    """What each factor counts; of a column, also how it is compared."""
    for name, share in pool.weights.shares().items():
        own = pool.weights.own.get(name)
        yield f"{name}: {COMPARED[own.compare]}" if own else title_of(name), share


def _style() -> Markup:
    """Our own style sheets, whole: the file must look right where the platform is not."""
    sheets = "\n".join((PACKAGE / "static" / name).read_text("utf-8") for name in STYLES)
    return Markup("<style>\n{}</style>").format(Markup(sheets))  # noqa: S704


def _histogram(pairs: Sequence[MatchedPair]) -> list[dict[str, Any]]:
    """How many pairs have a score in each tenth; 1 counts with the last."""
    counts = Counter(min(int(one.score * BINS), BINS - 1) for one in pairs)
    most = max(counts.values(), default=1)
    return [
        {
            "title": f"{step / BINS:.1f} to {(step + 1) / BINS:.1f}",
            "count": counts[step],
            "share": counts[step] / most,
        }
        for step in reversed(range(BINS))
    ]


def _places(gathered: Gathered, result: Result, worth: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each mentor's places and what one more would add, in that order where it is known."""
    order = {mentor: k for k, mentor in enumerate(worth)}
    taken = Counter(one.mentor for one in result.pairs)
    rows = [
        {
            "order": order.get(mentor.id, 0),
            "name": gathered.mentor_names[mentor.id],
            "taken": taken[mentor.id],
            "places": places,
            "adds": worth.get(mentor.id, ""),
        }
        for mentor, places in zip(gathered.pool.mentors, gathered.pool.places, strict=True)
    ]
    return sorted(rows, key=lambda row: (row["order"], row["name"]))


def _sought(pool: Pool, unmatched: Mapping[str, object]) -> list[tuple[str, int]]:
    """The domains and role goals of those without a mentor, the most wanted first."""
    wanted = Counter(
        slug
        for one in pool.researchers
        if one.id in unmatched
        for slug in (*one.domains, *one.role_goals)
    )
    most = sorted(wanted.items(), key=lambda item: (-item[1], item[0]))[:MOST_SOUGHT]
    return [(pool.titles.get(slug, slug), count) for slug, count in most]


def _requirements(pool: Pool) -> Iterator[tuple[str, str]]:
    asked = pool.requirements
    yes = {True: "yes", False: "no"}
    yield "No shared organisation, no adviser as mentor", yes[asked.conflict_of_interest]
    yield "A language in common", yes[asked.common_language]
    yield "A field, role goal or skill in common", yes[asked.common_ground]
    yield "Hours in common, at least", f"{asked.min_shared_hours:g} a week"
    yield "Least score", f"{asked.least_score:g}"
    # Fairness has this as its first aim, whatever the rules say.
    covers = pool.cover or pool.objective == "fair"
    yield "As many people as possible have a mentor, whatever the scores", yes[covers]
    yield "What is made the best", OBJECTIVES[pool.objective]
    if pool.incumbents:
        yield "Added to the score of a present mentor", f"{pool.stickiness:g}"
