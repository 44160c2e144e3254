"""Guides: imported twice, they keep what people hang on them; everyone signed in may read."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.db import unit_of_work
from cohort.errors import Invalid
from cohort.guides.importing import import_files, import_guide, import_milestones, import_taxonomy
from cohort.guides.models import Guide, Milestone, Section, Term
from tests.world import a_guide

SEED = Path(__file__).parents[2] / "seed"
GUIDE = b"""\
---
title: From paper to product
---
# One
First.
## Inside
Deep.
# Two
Second.
"""
TAXONOMY = """
[[domain]]
slug = "language"
title = "Language"
[[domain]]
slug = "translation"
title = "Translation"
parent = "language"
[[skill]]
slug = "serving"
title = "Serving"
"""
MILESTONE = """
[[milestone]]
slug = "first"
section = "inside"
title = "First"
task = "Do."
evidence = "Show."
hours = 2
skills = ["serving"]
"""
SECOND = MILESTONE.replace('"first"', '"second"') + 'requires = ["first"]\n'


async def stored(db: AsyncSession) -> dict[str, Section]:
    db.expire_all()
    return {section.slug: section for section in await db.scalars(select(Section))}


async def test_a_changed_guide_keeps_the_ids_of_what_stayed(db: AsyncSession, clock: Any) -> None:
    await import_guide(db, GUIDE, now=clock())
    before = {slug: section.id for slug, section in (await stored(db)).items()}
    changed = GUIDE.replace(b"# Two\nSecond.\n", b"# Zero\nNew.\n").replace(b"Deep.", b"Deeper.")

    imported = await import_guide(db, changed, now=clock())

    after = await stored(db)
    assert not imported.is_new
    assert {slug: section.id for slug, section in after.items() if slug in before} == before
    assert (imported.changes.added, imported.changes.gone) == (("zero",), ("two",))
    assert after["two"].retired_at == clock()
    assert after["inside"].body == "Deeper."
    assert after["inside"].parent_id == after["one"].id
    again = await import_guide(db, GUIDE, now=clock())
    assert again.changes.revived == ("two",)
    assert (await stored(db))["two"].retired_at is None


async def test_the_same_guide_again_changes_nothing(db: AsyncSession, clock: Any) -> None:
    await import_guide(db, GUIDE, now=clock())

    again = await import_guide(db, GUIDE, now=clock())

    assert len(again.changes.stayed) == 3
    assert again.changes.added == again.changes.gone == again.changes.changed == ()


async def test_a_guide_is_told_by_its_slug(db: AsyncSession, clock: Any) -> None:
    first = await import_guide(db, GUIDE, slug="mine", now=clock())
    renamed = GUIDE.replace(b"From paper to product", b"Another title")

    same = await import_guide(db, renamed, slug="mine", now=clock())
    other = await import_guide(db, renamed, now=clock())

    assert (same.guide.id, same.guide.title) == (first.guide.id, "Another title")
    assert (other.guide.slug, other.is_new) == ("another-title", True)


@pytest.mark.parametrize("raw", [b"", b"no heading", b"# a\0b", b"---\ntitle: [\n---\n# A\n"])
async def test_what_is_no_guide_is_refused_in_a_sentence(
    db: AsyncSession, clock: Any, raw: bytes
) -> None:
    with pytest.raises(Invalid) as refused:
        await import_guide(db, raw, now=clock())

    assert refused.value.sentence.endswith((".", "?"))
    assert await db.scalar(select(Guide.id)) is None


async def test_milestones_and_terms_keep_their_place_and_are_retired(
    db: AsyncSession, clock: Any
) -> None:
    await import_taxonomy(db, TAXONOMY, now=clock())
    guide = (await import_guide(db, GUIDE, now=clock())).guide
    first = await import_milestones(db, guide, MILESTONE + SECOND, now=clock())
    assert first.added == ("first", "second")
    ids = {one.slug: one.id for one in await db.scalars(select(Milestone))}

    again = await import_milestones(
        db, guide, MILESTONE.replace("hours = 2", "hours = 3"), now=clock()
    )
    back = await import_milestones(db, guide, MILESTONE + SECOND, now=clock())
    fewer = await import_taxonomy(db, TAXONOMY.split("[[skill]]", maxsplit=1)[0], now=clock())

    assert (again.changed, again.retired) == (("first",), ("second",))
    assert back.changed == ("first", "second")
    assert {one.slug: one.id for one in await db.scalars(select(Milestone))} == ids
    assert [rows.what for rows in fewer] == ["domains"]
    assert await db.scalar(select(Term.retired_at).where(Term.slug == "serving")) is None
    gone = await import_taxonomy(db, '[[domain]]\nslug = "vision"\ntitle = "Vision"', now=clock())
    assert gone[0].retired == ("language", "translation")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("slug = ", "not valid TOML"),
        ("[" * 50_000, "not valid TOML"),
        ("", "has no rows"),
        ("[[step]]\nslug = 'a'", "“step” is not a table"),
        ("[milestone]\nslug = 'a'", "Write each milestone as [[milestone]]"),
        ("milestone = [1]", "Milestone 1 (“”): row:"),
        (MILESTONE.replace("hours = 2", "hours = 0"), "Milestone 1 (“first”): hours:"),
        (MILESTONE.replace("hours = 2", f"hours = {2**70}"), "Milestone 1 (“first”): hours:"),
        (MILESTONE.replace("Do.", "\\u0000"), "Milestone 1 (“first”): task:"),
        (MILESTONE + "colour = 1", "Milestone 1 (“first”): colour:"),
        (MILESTONE + MILESTONE, "Milestone 2 (“first”): row 1 has the same slug"),
        (SECOND, "Milestone 1 (“second”): it requires “first”"),
        (
            MILESTONE + 'requires = ["second"]\n' + SECOND,
            "Milestone 1 (“first”): it requires itself: first → second → first.",
        ),
        (MILESTONE + 'instead_of = ["third"]', "it counts instead of “third”, which is not"),
        (MILESTONE + 'exam_sections = ["x"]', "the exam has no section “x”"),
        ('[exam]\ntitle = "A"\n' + MILESTONE, "Exam: year: This is needed."),
        (MILESTONE.replace("inside", "outside"), "the guide has no section “outside”"),
        (MILESTONE.replace("serving", "singing"), "“singing” is not a skill"),
    ],
)
async def test_a_wrong_row_is_named(db: AsyncSession, clock: Any, toml: str, said: str) -> None:
    await import_taxonomy(db, TAXONOMY, now=clock())
    guide = (await import_guide(db, GUIDE, now=clock())).guide

    with pytest.raises(Invalid) as refused:
        await import_milestones(db, guide, toml, now=clock())

    assert said in refused.value.sentence
    assert await db.scalar(select(Milestone.id)) is None


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (TAXONOMY.replace('"language"\ntitle', '"speech"\ntitle'), "its parent “language” is not"),
        (
            TAXONOMY.replace('"Language"', '"Language"\nparent = "translation"'),
            "Domain 1 (“language”): it lies in itself",
        ),
        (TAXONOMY + 'parent = "serving"', "Skill 1 (“serving”): parent:"),
    ],
)
async def test_a_wrong_tree_is_refused(db: AsyncSession, clock: Any, toml: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        await import_taxonomy(db, toml, now=clock())

    assert said in refused.value.sentence


async def test_the_seed_is_imported_and_read_through_the_api(
    enter: Any, anyone: Any, platform: Any, clock: Any
) -> None:
    async with unit_of_work(platform.sessions) as db:
        report = await import_files(
            db,
            SEED / "guide.md",
            milestones=SEED / "milestones.toml",
            taxonomy=SEED / "taxonomy.toml",
            now=clock(),
        )
    assert "Milestones:" in str(report)
    assert report.stranded == ()
    ada = await enter("Ada")
    guide = (await ada.get("/api/v1/guides")).json()["items"][0]
    assert (await ada.get(f"/api/v1/guides/{guide['id']}")).json() == guide

    sections = (await ada.get(f"/api/v1/guides/{guide['id']}/sections?limit=200")).json()["items"]
    first = (await ada.get(f"/api/v1/guides/{guide['id']}/milestones?limit=30")).json()
    rest = await ada.get(f"/api/v1/guides/{guide['id']}/milestones?cursor={first['next']}")

    seen: set[str | None] = {None}
    for section in sections:
        assert section["parent_id"] in seen
        seen.add(section["id"])
    milestones = first["items"] + rest.json()["items"]
    assert len({one["slug"] for one in milestones}) == len(milestones) == 52
    assert {one["section_id"] for one in milestones} == seen - {None}
    one = sections[3]["id"]
    some = await ada.get(f"/api/v1/guides/{guide['id']}/milestones?section_id={one}")
    assert some.json()["items"] == [each for each in milestones if each["section_id"] == one]
    domains = await anyone.get("/api/v1/taxonomies/domain?limit=200")
    assert len(domains.json()["items"]) == 104
    assert domains.headers["cache-control"] == "public, max-age=300"


async def test_a_guide_is_for_people_who_are_signed_in(
    enter: Any, anyone: Any, db: AsyncSession, clock: Any
) -> None:
    guide = await a_guide(db, now=clock())
    await db.commit()
    ada = await enter("Ada")

    assert (await anyone.get(f"/api/v1/guides/{guide.id}")).status_code == 401
    for path in ("", "/sections", "/milestones"):
        nowhere = f"/api/v1/guides/00000000-0000-4000-8000-000000000000{path}"
        assert (await ada.get(nowhere)).status_code == 404
    assert (await ada.get("/api/v1/guides/pmle")).status_code == 404
    assert (await anyone.get("/api/v1/taxonomies/colour")).json()["code"] == "not_found"
    for cursor in ("x", "LTE=", "W10=", "OTk5OTk5OTk5OTk5OTk5"):
        wrong = await ada.get(f"/api/v1/guides/{guide.id}/sections?cursor={cursor}")
        assert wrong.json()["errors"][0]["field"] == "cursor"


async def test_a_retired_section_is_not_listed_and_keeps_its_milestones(
    enter: Any, db: AsyncSession, clock: Any
) -> None:
    await import_taxonomy(db, TAXONOMY, now=clock())
    guide = (await import_guide(db, GUIDE, now=clock())).guide
    await import_milestones(db, guide, MILESTONE, now=clock())
    await import_guide(db, GUIDE.replace(b"## Inside\nDeep.\n", b""), now=clock())
    await db.commit()
    ada = await enter("Ada")

    listed = (await ada.get(f"/api/v1/guides/{guide.id}/sections")).json()["items"]

    assert [section["slug"] for section in listed] == ["one", "two"]
    assert (await db.scalars(select(Milestone.slug))).all() == ["first"]
