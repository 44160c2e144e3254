"""What the API reads straight from the driver: it keeps the contract, in few statements."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from cohort.cohorts.schemas import EnrolmentOut
from cohort.dashboard.schemas import ListedEnrolmentOut, OverviewOut
from cohort.http.paging import PageOut
from cohort.matching.results.schemas import PairOut
from cohort.mentors.schemas import MentorOut
from cohort.study.schemas import CohortProgressOut, ListedSubmissionOut, PlanOut
from tests.house.stage import Stage, undone

OF_THE_CONTRACT: dict[str, type[BaseModel]] = {
    "/cohorts/{cohort_id}/enrolments": PageOut[ListedEnrolmentOut],
    "/cohorts/{cohort_id}/enrolments?include=progress&include=matching": PageOut[
        ListedEnrolmentOut
    ],
    "/cohorts/{cohort_id}/submissions": PageOut[ListedSubmissionOut],
    "/enrolments/{enrolment_id}": EnrolmentOut,
    "/enrolments/{enrolment_id}/plan": PlanOut,
    "/cohorts/{cohort_id}/progress": CohortProgressOut,
    "/cohorts/{cohort_id}/mentors": PageOut[MentorOut],
    "/mentors/{mentor_id}": MentorOut,
    "/cohorts/{cohort_id}/overview": OverviewOut,
    "/runs/{run_id}/pairs": PageOut[PairOut],
}


@pytest.mark.parametrize("path", OF_THE_CONTRACT)
async def test_what_is_read_from_the_driver_has_the_fields_and_types_of_the_contract(
    stage: Stage, path: str
) -> None:
    answer = await stage.ask("organiser", f"GET /api/v1{path}")
    assert answer.status_code == 200
    told = OF_THE_CONTRACT[path].model_validate_json(answer.content, strict=True)
    assert answer.json() == told.model_dump(mode="json")
    items = answer.json().get("items", answer.json().get("people", [path]))
    assert items, "a list with nothing in it shows no fields"


async def test_nobody_is_looked_up_for_what_is_the_same_for_everyone(
    stage: Stage, count_statements: Callable[[], Any]
) -> None:
    async with count_statements() as statements:
        for path in ("/static/cohort.css", "/health/live"):
            answer = await stage.ask("organiser", f"GET {path}")
            assert answer.status_code == 200
    assert statements == []


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/cohorts/{cohort_id}/enrolments", 2),
        ("/cohorts/{cohort_id}/enrolments?include=progress&include=matching", 2),
        ("/cohorts/{cohort_id}/submissions", 2),
        ("/enrolments/{enrolment_id}", 2),
        ("/enrolments/{enrolment_id}/plan", 2),
        ("/cohorts/{cohort_id}/progress", 3),
        ("/cohorts/{cohort_id}/mentors", 2),
        ("/mentors/{mentor_id}", 2),
        ("/cohorts/{cohort_id}/overview", 2),
        ("/runs/{run_id}/pairs", 2),
    ],
)
async def test_a_read_takes_one_statement_for_who_asks_and_one_for_what(
    stage: Stage, count_statements: Callable[[], Any], path: str, most: int
) -> None:
    async with count_statements() as statements:
        assert (await stage.ask("organiser", f"GET /api/v1{path}")).status_code == 200
    assert len(statements) <= most


async def test_a_patch_of_a_mentor_is_one_update_and_one_version(
    stage: Stage, count_statements: Callable[[], Any]
) -> None:
    async with undone(stage.platform), count_statements() as statements:
        changed = await stage.ask("mentor", "PATCH /api/v1/mentors/{mentor_id}")
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert len([one for one in statements if one.startswith("UPDATE")]) == 1
    assert len([one for one in statements if not one.startswith(("SAVEPOINT", "RELEASE"))]) <= 4
