"""5,000 people of a workbook, looked at as an import does, beside their plain reading.

What is measured is processor time: reading and checking the file, and understanding its columns
and cells. The two statements that look up who is there already are not in it.
"""

import time
from collections.abc import Callable

from cohort.exchange.own_answers import AskedHere
from cohort.exchange.people_of import people_of
from cohort.exchange.schemas import ImportIn
from cohort.guides.tables import read_taxonomy
from cohort.profiles.languages import LANGUAGES
from cohort.settings import shipped
from cohort.sheets.roster import Vocabulary
from cohort.sheets.workbook import read_tabs, write_book

PEOPLE = 5_000
GOAL = 5.0
TITLES = [
    *("What is your name?", "E-mail", "Which field do you work in?", "Goal", "Languages"),
    *("Time zone", "Availability", "Where do you work or study?", "Stage", "Anything else?"),
]


def main() -> None:
    terms = read_taxonomy((shipped("seed") / "taxonomy.toml").read_text("utf-8"))
    titles = {kind: {row.slug: row.title for row in rows} for kind, rows in terms.items()}
    words = Vocabulary(
        domains=titles["domain"],
        roles=titles["role"],
        contexts=titles["context"],
        skills=titles["skill"],
        languages=LANGUAGES,
    )
    raw = write_book("xlsx", {"People": [TITLES, *map(_person, range(PEOPLE))]})
    form = ImportIn.model_construct(
        file_name="people.xlsx", content=raw, holds="researchers", mapping="", dry_run=True
    )
    plain, plan = [], []
    for _ in range(3):
        plain.append(_seconds(lambda: read_tabs(raw)))
        plan.append(_seconds(lambda: people_of(form, words, AskedHere())))
    reading, looking = sorted(plain)[1], sorted(plan)[1]
    print(
        f"import, {PEOPLE:,} rows: {looking:.2f} s of processor time, "
        f"{looking / reading:.1f} times the plain reading of the file ({reading:.2f} s); "
        f"goal: under {GOAL:g} s"
    )


def _person(k: int) -> list[str]:
    return [
        *(f"Ada Nr {k}", f"ada{k}@example.org", "Machine translation; Folk music"),
        *("ML engineer", "English; German", "Europe/Berlin", "Mon 18:00-20:00; Sat 10-12"),
        *(f"University {k % 300}", "PhD student", "no"),
    ]


def _seconds(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started


if __name__ == "__main__":
    main()
