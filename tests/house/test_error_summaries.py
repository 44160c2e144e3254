"""Whoever sends a form with nothing in it is told, field by field and by name, what to mend."""

import re

import pytest

from tests.house.stage import Stage, undone
from tests.house.table import the_table

FORMS = [
    route
    for route, answers in the_table().items()
    if route.startswith("POST /") and not route.startswith("POST /api/") and 303 in answers.values()
]
IN_SUMMARY = re.compile(r"<ul data-errors>(.*?)</ul>", re.DOTALL)
VAGUE = ("This is needed.", "This must be")


@pytest.mark.parametrize("route", FORMS)
async def test_each_error_above_a_form_names_its_field_and_leads_to_it(
    stage: Stage, route: str
) -> None:
    who = next(who for who, status in the_table()[route].items() if status == 303)
    async with undone(stage.platform):
        page = (await stage.ask(who, route, data={"version": "0"})).text
    for errors in IN_SUMMARY.findall(page):
        for error in re.findall(r"<li>(.*?)</li>", errors):
            if link := re.match(r'<a href="#([^"]+)">(.*)</a>', error):
                assert f'id="{link[1]}"' in page
                assert not link[2].startswith(VAGUE), f"Give #{link[1]} a label."
            else:
                assert not error.startswith(VAGUE), f"{error} Which field?"
