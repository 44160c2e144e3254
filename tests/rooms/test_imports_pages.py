"""Olga imports people in a browser: she chooses a file, looks, corrects the columns, imports."""

import re
from html import unescape
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Cohort, Enrolment
from cohort.sheets.workbook import write_book
from tests.conftest import Cast, Someone

FILE = "Your name?,E-mail,Boss\nZoe,zoe@example.org,Kay\nBo,bo@example.org,Lee\n"


@pytest.fixture
def page(cohort: Cohort) -> str:
    return f"/cohorts/{cohort.slug}/import"


def carried(looked_at: Response) -> dict[str, Any]:
    """What the form of the page would send, with its selects as they are."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', looked_at.text)
    return {name: unescape(value) for name, value in fields}


async def look(olga: Someone, page: str, file: str | bytes = FILE, name: str = "p.csv") -> Response:
    raw = file.encode() if isinstance(file, str) else file
    answer: Response = await olga.post(
        page, data={"holds": "researchers"}, files={"file": (name, raw)}
    )
    return answer


async def test_she_looks_corrects_a_column_and_imports(
    olga: Someone, page: str, db: AsyncSession
) -> None:
    assert 'type="file"' in (await olga.get(page)).text
    first = await look(olga, page)
    assert first.status_code == 200, first.text
    assert "New: 2 rows" in first.text
    assert 'aria-label="Boss"><option value="">Left out' in first.text
    chosen = carried(first) | {"researchers.2": "advisers"}
    eager = await olga.post(page, data=chosen | {"act": "import", "agreed": "yes"}, files=NOTHING)
    assert "Look at the rows again" in eager.text
    assert (await db.scalars(select(Enrolment))).all() == []

    second = await olga.post(page, data=chosen | {"act": "look"}, files=NOTHING)
    assert '<option value="advisers" selected>' in second.text
    silent = await olga.post(page, data=carried(second) | {"act": "import"}, files=NOTHING)
    assert silent.status_code == 422
    assert "agreed to take part" in silent.text
    agreed = carried(second) | {"act": "import", "agreed": "yes"}
    done = await olga.post(page, data=agreed, files=NOTHING)
    assert (done.status_code, done.headers["location"]) == (303, page.removesuffix("/import"))
    assert "2 imported, 0 changed." in (await olga.get(done.headers["location"])).text
    people = await olga.get(f"{done.headers['location']}/people")
    assert people.text.count("imported, not confirmed") == 2
    advisers = (await db.scalars(select(Enrolment.advisers))).all()
    assert sorted(advisers) == [["Kay"], ["Lee"]]
    again = await olga.post(page, data=agreed, files=NOTHING)
    assert again.status_code == 303
    assert len((await db.scalars(select(Enrolment.id))).all()) == 2


async def test_rows_that_are_refused_are_shown_with_the_reason_and_hinder_the_import(
    olga: Someone, page: str
) -> None:
    shown = (await look(olga, page, FILE + "Cy,cy@,\n")).text
    assert "Refused: 1 row" in shown
    assert "“cy@” is no address" in unescape(shown)
    assert 'value="import"' not in shown


async def test_pasted_rows_and_workbooks_are_as_good(olga: Someone, page: str) -> None:
    pasted = FILE.replace(",", "\t")
    shown = await olga.post(page, data={"holds": "researchers", "pasted": pasted}, files=NOTHING)
    assert "New: 2 rows" in shown.text
    book = write_book("ods", {"People": [line.split(",") for line in FILE.splitlines()]})
    assert "New: 2 rows" in (await look(olga, page, book, "p.ods")).text


@pytest.mark.parametrize("file", ["", "Shoe\n43\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
async def test_what_cannot_be_read_is_said_at_the_file(
    olga: Someone, page: str, file: str | bytes
) -> None:
    answer = await look(olga, page, file)
    assert answer.status_code == 422
    assert 'id="field-file-error"' in answer.text


async def test_nobody_else_sees_the_page(page: str, enter: Cast) -> None:
    nora = await enter("Nora")
    assert (await nora.get(page)).status_code == 403
    assert (await look(nora, page)).status_code == 403


NOTHING = {"file": ("", b"")}
"""What a browser sends of a file that was not chosen."""
