"""The examples of the docs, and the people of the demo: paired as the platform pairs them."""

import csv
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from cohort.pairing.find import find_pairs
from cohort.pairing.pool import Pool
from cohort.pairing.scores.profiles import MentorProfile, ResearcherProfile
from cohort.pairing.scores.taxonomy import Taxonomy
from tests.cli.conftest import EXAMPLES, ROOT, Desk


def test_the_examples_of_the_docs_work(desk: Desk) -> None:
    files = [EXAMPLES / name for name in ("researchers.csv", "mentors.csv")]
    ran = desk.match(*files, "--rules", EXAMPLES / "rules.toml", "--week", "2026-11-23")
    assert ran.status == 0, ran.err
    assert ran.err.startswith("pairs 5, unmatched 3, total 4.52, bound 4.52, gap 0")


def test_the_demo_people_get_the_pairs_that_the_platform_gives_them(desk: Desk) -> None:
    seed = tomllib.loads((ROOT / "seed" / "people.toml").read_text())
    mentors = [one for one in seed["mentor"] if one["state"] == "approved"]
    researchers = seed["researcher"]
    terms = tomllib.loads((ROOT / "seed" / "taxonomy.toml").read_text())
    known = {one["email"] for one in [*researchers, *mentors]}

    def kept(one: dict[str, Any], kind: type[ResearcherProfile | MentorProfile]) -> dict[str, Any]:
        facts = {key: one[key] for key in one if key in kind.__dataclass_fields__}
        return {"id": one["email"], **facts, "wishes": [w for w in one["wishes"] if w in known]}

    online = find_pairs(
        Pool(
            week=date(2026, 11, 23),
            researchers=[
                ResearcherProfile(
                    **kept(one, ResearcherProfile), gaps={"monitoring": 2.5, "serving": 1.0}
                )
                for one in researchers
            ],
            mentors=[MentorProfile(**kept(one, MentorProfile)) for one in mentors],
            places=[one["capacity"] for one in mentors],
            taxonomy=Taxonomy({one["slug"]: one.get("parent") for one in terms["domain"]}),
        )
    )
    for one in researchers:
        one["gaps"] = "monitoring: 2.5; serving"
    _export(desk.folder / "R.csv", researchers)
    _export(desk.folder / "M.csv", mentors)
    ran = desk.match("R.csv", "M.csv", "--week", "2026-11-23")

    assert ran.status == 0, ran.err
    name_of = {one["email"]: one["name"] for one in [*researchers, *mentors]}
    assert {(p["researcher"], p["mentor"], float(p["score"])) for p in desk.pairs()} == {
        (name_of[pair.researcher], name_of[pair.mentor], pair.score) for pair in online.pairs
    }
    assert f"total {online.total:.12g}" in ran.err


def _export(path: Path, people: list[dict[str, Any]]) -> None:
    """As somebody would who copies profiles into a spreadsheet."""

    def cell(value: Any) -> str:
        if not isinstance(value, list):
            return str(value)
        spans = [
            f"{one['day'][:3]} {one['start']}-{one['end']}" if isinstance(one, dict) else one
            for one in value
        ]
        return "; ".join(spans)

    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, people[0])
        writer.writeheader()
        writer.writerows({key: cell(value) for key, value in one.items()} for one in people)
