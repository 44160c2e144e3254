"""Folk music is in no taxonomy: it comes with Zoe, and counts for whoever writes the same."""

from collections.abc import Awaitable, Callable

from httpx import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment, OwnTerm
from cohort.guides.models import Guide
from cohort.matching.models import Pair, Round, Run
from cohort.mentors.models import Mentor
from tests.conftest import MONDAY, Cast, Someone
from tests.house.requests import STUDYING_FORM
from tests.rooms.import_world import Bring, link_to
from tests.world import a_cohort

BOTH = """Name,E-mail,Side,Domains,Goal,Roles
Zoe,zoe@example.org,mentee,Folk music; Roboticz,ml-engineer,
Mia,mia@example.org,mentor,folk-music,,ml-engineer
Max,max@example.org,mentor,Speech,,research-scientist
"""
RunJobs = Callable[[], Awaitable[None]]


async def test_the_same_word_is_the_same_term_and_is_shown_by_its_title(
    bring: Bring, db: AsyncSession, cohort: Cohort, olga: Someone
) -> None:
    told = (await bring(BOTH, "both", dry_run=False)).json()
    folk, robots = told["own_terms"]
    assert (folk["title"], robots["near"]) == ("Folk music", ["robotics"])
    zoe = (await db.scalars(select(Enrolment))).one()
    mia = (await db.scalars(select(Mentor).where(Mentor.roles == ["ml-engineer"]))).one()
    assert mia.domains == [folk["slug"]]
    assert zoe.domains == [folk["slug"], robots["slug"]]
    listed = (await olga.get(f"/api/v1/cohorts/{cohort.id}/own_terms")).json()["items"]
    assert {one["title"] for one in listed} == {"Folk music", "Roboticz"}
    assert "Folk music" in (await olga.get(f"/mentors/{mia.id}")).text


async def test_people_who_write_the_same_are_paired_by_it(
    bring: Bring, db: AsyncSession, cohort: Cohort, olga: Someone, run_jobs: RunJobs
) -> None:
    await bring(BOTH, "both", dry_run=False)
    rules = (await olga.get(f"/api/v1/cohorts/{cohort.id}/rules")).json()
    loose = {**rules["requirements"], "common_language": False, "min_shared_hours": 0}
    content = {name: rules[name] for name in ("weights", "aim")} | {"requirements": loose}
    headers = {"If-Match": f'"{rules["version"]}"'}
    kept = await olga.post(f"/api/v1/cohorts/{cohort.id}/rules", json=content, headers=headers)
    assert kept.status_code == 201, kept.text
    opened = await olga.post(f"/api/v1/cohorts/{cohort.id}/rounds")
    assert opened.status_code == 201, opened.text
    await run_jobs()
    run = (await db.scalars(select(Run).join(Run.round).where(Round.cohort_id == cohort.id))).one()
    pair = (await db.scalars(select(Pair).where(Pair.run_id == run.id))).one()
    mia = (await db.scalars(select(Mentor).where(Mentor.roles == ["ml-engineer"]))).one()
    assert pair.mentor_id == mia.id
    assert "folk music, as you do" in pair.reason


async def test_a_word_may_become_one_of_the_taxonomy_or_be_left_out(
    bring: Bring, db: AsyncSession
) -> None:
    folk, robots = (await bring(BOTH, "both")).json()["own_terms"]
    chosen = {folk["slug"]: "", robots["slug"]: "robotics"}
    await bring(BOTH, "both", dry_run=False, terms=chosen)
    assert (await db.scalars(select(Enrolment.domains))).all() == [["robotics"]]
    assert (await db.scalars(select(OwnTerm))).all() == []
    refused = await bring(BOTH, "both", terms={folk["slug"]: "nowhere"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == f"terms/{folk['slug']}"


async def test_she_may_keep_the_word_and_another_cohort_does_not_know_it(
    bring: Bring,
    db: AsyncSession,
    anyone: AsyncClient,
    run_jobs: RunJobs,
    cohort: Cohort,
    enter: Cast,
) -> None:
    folk, _ = (await bring(BOTH, "both", dry_run=False)).json()["own_terms"]
    await run_jobs()
    page = await link_to(db, "zoe@example.org")
    assert "Words of this cohort" in (await anyone.get(page)).text
    hers = STUDYING_FORM | {"name": "Zoe", "domains": folk["slug"]}
    assert (await anyone.post(page, data=hers)).status_code == 303
    assert (await db.scalars(select(Enrolment.domains))).all() == [[folk["slug"]]]
    guide, nora = await db.get_one(Guide, cohort.guide_id), await enter("Nora")
    other = await a_cohort(db, guide, now=MONDAY, slug="other")
    await db.commit()
    profile = {"stage": "phd", "role_goals": ["ml-engineer"], "languages": ["en"]}
    profile |= {"time_zone": "Europe/Berlin", "domains": [folk["slug"]]}
    refused = await nora.post(f"/api/v1/cohorts/{other.id}/enrolments", json=profile)
    assert refused.status_code == 422
