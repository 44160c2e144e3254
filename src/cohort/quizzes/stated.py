"""The exam as the guide's version states it: it counts before what the file of quizzes says.

Pure. Whoever corrects a weight corrects it in the guide, and everything goes by that.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cohort.quizzes.rows import QuizTables

Stated = Mapping[str, Any] | None
"""Title, year, source, and sections with slug, title and weight; nothing where it states none."""


def sections_as_stated(
    sections: Sequence[Mapping[str, Any]], stated: Stated
) -> list[dict[str, Any]] | None:
    """With the titles and weights of the guide; nothing, where that has other sections.

    With other ones the questions would belong to none.
    """
    parts = {one["slug"]: one for one in (stated or {}).get("sections", [])}
    if set(parts) != {one["slug"] for one in sections}:
        return None
    return [
        {**one, **{name: parts[one["slug"]][name] for name in ("title", "weight")}}
        for one in sections
    ]


def tables_as_stated(tables: QuizTables, stated: Stated) -> QuizTables:
    told = tables.model_dump(exclude_defaults=True)
    sections = sections_as_stated(told["sections"], stated)
    if stated is None or sections is None:
        return tables
    exam = {"name": stated["title"], "year": stated["year"], "source": stated["source"]}
    return QuizTables.model_validate(told | {"exam": told["exam"] | exam, "sections": sections})
