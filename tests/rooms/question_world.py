"""What Olga asks beside the profiles."""

from typing import Any

from cohort.cohorts.models import Cohort
from tests.conftest import Someone

FRAMEWORK = {
    "name": "Framework",
    "kind": "choice",
    "asks_researchers": "Which framework do you want to learn?",
    "asks_mentors": "Which framework do you use?",
    "choices": ["PyTorch", "JAX"],
    "required": True,
}
REMOTE = {"name": "Remote", "kind": "yes_no", "asks_mentors": "Only from afar?"}


def questions_of(cohort: Cohort) -> str:
    return f"/api/v1/cohorts/{cohort.id}/questions"


async def ask(olga: Someone, cohort: Cohort, *asked: dict[str, Any]) -> list[dict[str, Any]]:
    made = [await olga.post(questions_of(cohort), json=one) for one in asked]
    assert [one.status_code for one in made] == [201] * len(asked), made[-1].text
    return [one.json() for one in made]
