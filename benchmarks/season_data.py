"""Cohorts of people as a season makes them: the taxonomies and milestones that ship with cohort."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from weekly_data import Crowd, rows_of_terms

from cohort.cohorts.models import Stage
from cohort.guides.models import TermKind
from cohort.mentors.models import CameFrom
from cohort.season import people
from cohort.season.dice import Dice

SEED = Path(__file__).resolve().parents[1] / "seed"
MOST_PEOPLE, WEEKS = 10_000, 30
PASS_SOME = text("""
    UPDATE plan_items SET state = 'passed', passed_at = :now FROM (
        SELECT i.id, row_number() OVER (PARTITION BY i.enrolment_id ORDER BY i.position) AS place
        FROM plan_items i JOIN enrolments e ON e.id = i.enrolment_id
        WHERE e.cohort_id = :cohort AND i.state = 'open'
    ) AS open_ones
    WHERE plan_items.id = open_ones.id
    AND place <= ('x' || left(md5(enrolment_id::text), 4))::bit(16)::int % 7
""")
"""Up to six milestones of each researcher, three on average: 52 are to be passed in 16 weeks."""


class SeasonCrowd(Crowd):
    def __init__(self, db: AsyncSession, seed: int = 7) -> None:
        super().__init__(db, seed)
        dice, words = Dice(seed), people.read_words(SEED)
        self.coming = iter(people.researchers(dice, words, MOST_PEOPLE, weeks=WEEKS))
        self.helping = iter(people.mentors(dice, words, MOST_PEOPLE, weeks=WEEKS))
        milestones = tomllib.loads((SEED / "milestones.toml").read_text(encoding="utf-8"))
        self.work = milestones["milestone"]

    def _researcher(self, person_id: UUID) -> dict[str, Any]:
        profile = next(self.coming).profile
        said = {"stage": Stage(profile["stage"])}
        return super()._researcher(person_id) | profile | said

    def _mentor(self, person_id: UUID) -> dict[str, Any]:
        profile = next(self.helping).profile
        return super()._mentor(person_id) | profile | {"came_from": CameFrom(profile["came_from"])}

    def _milestone(self, k: int, section_id: UUID) -> dict[str, Any]:
        known = {name: self.work[k][name] for name in ("slug", "title", "hours", "skills")}
        return super()._milestone(k, section_id) | known

    def _terms(self) -> Iterator[dict[str, Any]]:
        read = tomllib.loads((SEED / "taxonomy.toml").read_text(encoding="utf-8"))
        for kind in TermKind:
            parents = {one["slug"]: one.get("parent") for one in read[kind.value]}
            yield from rows_of_terms(kind, parents)
